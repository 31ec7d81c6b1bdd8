//! What each place of an answer is for: learned from accepted answers of all cells of a prompt.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::places::{Found, OpenMembers, places};
use super::roles::Roles;
use super::texts;
use crate::domain::kit::length;
use crate::domain::{CompareRules, Declared, FieldRole, Pointer, PointerPattern, canonical_json};

/// Above this share of different answers in a cell a value varies by itself.
const VARIES: f64 = 0.30;

/// Above this share it is another one in every answer.
const ALWAYS: f64 = 0.90;

/// Texts of as many words on average are prose, whether they were seen to vary or not.
const PROSE: f64 = 4.0;

impl Roles {
    /// Learns the roles of a prompt. `cells` has the values of each cell's accepted answers, over
    /// all slots. What `rules` or the schema say themselves wins.
    pub(crate) fn learn(
        schema: Option<&Value>,
        rules: &CompareRules,
        cells: &[Vec<&Value>],
    ) -> Self {
        let mut seen: BTreeMap<PointerPattern, Seen<'_>> = BTreeMap::new();
        for (cell, answers) in cells.iter().enumerate() {
            for answer in answers {
                for (place, found) in places(answer, schema, OpenMembers::All).found {
                    let says_nothing = found.values.iter().flatten().all(|value| value.is_null());
                    if !found.is_opened && !says_nothing {
                        seen.entry(place).or_default().add(cell, found);
                    }
                }
            }
        }
        let role = |(place, seen): (PointerPattern, Seen<'_>)| {
            let said = place.as_str().parse().ok().and_then(|at: Pointer| rules.role(&at));
            let role = said.or_else(|| seen.declared.role()).unwrap_or_else(|| seen.role());
            (place, role)
        };
        Self::from(seen.into_iter().map(role).collect::<BTreeMap<_, _>>())
    }
}

/// What was seen at one place, over all cells.
#[derive(Default)]
struct Seen<'a> {
    declared: Declared<'a>,
    cells: BTreeMap<usize, Vec<Vec<&'a Value>>>,
}

impl<'a> Seen<'a> {
    fn add(&mut self, cell: usize, found: Found<'a>) {
        let values: Vec<&Value> =
            found.values.into_iter().flatten().filter(|value| !value.is_null()).collect();
        if !values.is_empty() {
            self.declared = found.declared;
            self.cells.entry(cell).or_default().push(values);
        }
    }

    fn role(&self) -> FieldRole {
        let varies = self.volatility();
        let example = self.values().next();
        if let Some(role) = self.declared.implied_role() {
            return role;
        }
        match example {
            Some(Value::Bool(_)) => FieldRole::Enumerable,
            Some(Value::String(_)) => self.text(varies),
            Some(Value::Number(_)) => self.number(varies),
            Some(Value::Array(_)) if self.is_shuffled() => FieldRole::Set,
            Some(Value::Array(_)) => FieldRole::Ordered,
            Some(Value::Object(_)) if varies.is_some_and(|share| share > ALWAYS) => {
                FieldRole::Volatile
            }
            _ => FieldRole::Exact,
        }
    }

    fn text(&self, varies: Option<f64>) -> FieldRole {
        let is_dated = || {
            self.values().all(|text| {
                text.as_str().is_some_and(|text| texts::format_of(text).starts_with("date-"))
            })
        };
        match varies {
            _ if self.mean_words() >= PROSE && !is_dated() => FieldRole::FreeText,
            Some(share) if share > ALWAYS => FieldRole::Volatile,
            _ => FieldRole::Exact,
        }
    }

    fn number(&self, varies: Option<f64>) -> FieldRole {
        let whole = self.declared.is_integer()
            || (!self.declared.is_number() && self.values().all(|value| !value.is_f64()));
        match varies {
            Some(share) if share > VARIES => FieldRole::Numeric,
            None if !whole => FieldRole::Numeric,
            _ => FieldRole::Exact,
        }
    }

    fn values(&self) -> impl Iterator<Item = &'a Value> + '_ {
        self.cells.values().flatten().flatten().copied()
    }

    /// The mean share of values that no earlier answer of the cell has; `None` where no cell has two
    /// answers. Items of arrays are matched by what they say, so that neither their order nor a lost
    /// one makes its neighbours new.
    fn volatility(&self) -> Option<f64> {
        let share = |answers: &Vec<Vec<&Value>>| {
            let mut known: BTreeSet<String> = BTreeSet::new();
            let mut new = answers.iter().map(|values| {
                let written: BTreeSet<String> =
                    values.iter().map(|value| canonical_json(value)).collect();
                let all = length(written.len());
                let before = known.len();
                known.extend(written);
                length(known.len() - before) / all
            });
            new.next();
            mean(new)
        };
        mean(self.cells.values().filter_map(share))
    }

    fn mean_words(&self) -> f64 {
        let words = |value: &Value| value.as_str().map(|text| text.split_whitespace().count());
        mean(self.values().filter_map(words).map(length)).unwrap_or_default()
    }

    /// Whether arrays of a cell that differ mostly have the same items in another order.
    fn is_shuffled(&self) -> bool {
        let (mut different, mut shuffled) = (0, 0);
        for answers in self.cells.values() {
            let Some((first, others)) = answers.split_first() else { continue };
            for other in others.iter().filter(|other| *other != first) {
                different += 1;
                shuffled += usize::from(items(first) == items(other));
            }
        }
        different > 0 && length(shuffled) >= 0.8 * length(different)
    }
}

/// The items of arrays, whatever their order.
fn items(arrays: &[&Value]) -> Vec<String> {
    let all = arrays.iter().filter_map(|array| array.as_array()).flatten();
    let mut items: Vec<String> = all.map(canonical_json).collect();
    items.sort_unstable();
    items
}

fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, all) = numbers.fold((0.0, 0.0), |(sum, all), number| (sum + number, all + 1.0));
    (all > 0.0).then(|| sum / all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn learn(
        schema: &Value,
        rules: &CompareRules,
        cells: &[Vec<Value>],
    ) -> Vec<(String, FieldRole)> {
        let cells: Vec<Vec<&Value>> = cells.iter().map(|cell| cell.iter().collect()).collect();
        let learned = Roles::learn(Some(schema), rules, &cells);
        learned.all().iter().map(|(place, role)| (place.to_string(), *role)).collect()
    }

    fn schema() -> Value {
        json!({"type": "object", "properties": {
            "label": {"enum": ["a", "b"]}, "due": {"type": ["string", "null"], "format": "date"},
            "order": {"type": "string"}, "score": {"type": "number"}, "count": {"type": "integer"},
            "summary": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}},
            "items": {"type": "array", "items": {"properties": {"note": {"type": "string"}}}},
        }})
    }

    fn answer(turn: usize) -> Value {
        let words =
            ["the parcel was late because of the storm", "a storm made the parcel arrive late"];
        let score = [0.8, 0.82, 0.9][turn % 3];
        json!({
            "label": "a", "due": null, "order": "A-1", "count": 3,
            "score": score, "summary": words[turn % 2],
            "tags": if turn.is_multiple_of(2) { json!(["x", "y"]) } else { json!(["y", "x"]) },
            "items": [{"note": words[turn % 2]}],
        })
    }

    #[test]
    fn items_are_matched_so_that_a_lost_one_says_nothing_of_the_others() {
        let schema = json!({"properties": {"items": {"items": {"properties": {
            "sku": {"type": "string"}, "unit": {"type": "number"},
        }}}}});
        let item = |at: u32| json!({"sku": format!("S-{at}"), "unit": 2.5 * f64::from(at)});
        // Each answer has another one of the three items missing.
        let answers = (0..3)
            .map(|lost| json!({"items": (1..4).filter(|at| *at != lost + 1).map(item).collect::<Vec<_>>()}))
            .collect();
        let learned = learn(&schema, &CompareRules::default(), &[answers]);
        assert!(learned.contains(&("/items/*/sku".into(), FieldRole::Exact)), "{learned:?}");
    }

    #[test]
    fn roles_follow_from_the_schema_and_from_how_values_vary() {
        let cells = vec![(0..3).map(answer).collect(), (1..4).map(answer).collect()];
        let roles = learn(&schema(), &CompareRules::default(), &cells);
        let expected = [
            ("/count", FieldRole::Exact),
            ("/items", FieldRole::Ordered),
            ("/items/*/note", FieldRole::FreeText),
            ("/label", FieldRole::Enumerable),
            ("/order", FieldRole::Exact),
            ("/score", FieldRole::Numeric),
            ("/summary", FieldRole::FreeText),
            ("/tags", FieldRole::Set),
            ("/tags/*", FieldRole::Exact),
        ];
        let roles: Vec<(&str, FieldRole)> =
            roles.iter().map(|(place, role)| (place.as_str(), *role)).collect();
        assert_eq!(roles, expected, "a place that was always null says nothing yet");
    }

    #[test]
    fn what_the_suite_says_wins_over_what_is_learned() {
        let cells = vec![vec![answer(0)]];
        let rules = CompareRules {
            roles: vec![("/order".parse().unwrap(), FieldRole::Identifier)],
            prose: vec!["/items/*/note".parse().unwrap()],
            ..CompareRules::default()
        };
        let mut schema = schema();
        schema["properties"]["tags"]["x-pm-role"] = json!("set");
        let learned = learn(&schema, &rules, &cells);
        let role = |at: &str| learned.iter().find(|(place, _)| place == at).unwrap().1;
        assert_eq!(role("/order"), FieldRole::Identifier);
        assert_eq!(role("/items/*/note"), FieldRole::FreeText);
        assert_eq!(role("/tags"), FieldRole::Set);
        assert_eq!(role("/count"), FieldRole::Exact);
        assert_eq!(role("/score"), FieldRole::Numeric, "one answer: a fraction is thought to vary");
    }

    #[test]
    fn a_value_that_is_another_one_every_time_is_volatile_and_a_change_of_role_is_told() {
        let cell = |ids: [&str; 3]| ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>();
        let learned = |ids| {
            let cell = cell(ids);
            Roles::learn(None, &CompareRules::default(), &[cell.iter().collect()])
        };
        let (stable, random) = (learned(["a", "a", "a"]), learned(["a", "b", "c"]));
        let place: PointerPattern = "/id".parse().unwrap();
        assert_eq!(stable.of(&place), Some(FieldRole::Exact));
        assert_eq!(random.changed_since(&stable), [(place, FieldRole::Exact, FieldRole::Volatile)]);
        assert!(stable.changed_since(&stable).is_empty());
    }
}
