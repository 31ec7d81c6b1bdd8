//! What would catch a breakage that slips through: a rule that the schema does not have, or one of
//! the suite. Made of the accepted answers, so that these keep it.

use serde_json::{Map, Value, json};

use super::Breakage;
use super::spots::declared;
use crate::domain::kit::type_of;
use crate::domain::{Declared, FieldRole, PointerPattern};

/// What helps against a breakage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cure {
    /// No forgiving of what stands around the JSON.
    Strict,
    /// The type of the place.
    Type,
    /// The members that every answer has.
    Members,
    /// No members but those that are named.
    Close,
    /// The member is required.
    Require,
    /// The place is not null.
    NotNull,
    /// An array is no shorter than any that is accepted.
    FewestItems,
    /// The text is a date.
    Date,
    /// The text is a number with decimals.
    Decimals,
    /// The text begins as all of them do.
    Prefix,
    /// The number is at most 1.
    Share,
    /// The text is not much shorter than any that is accepted.
    ShortestText,
    /// The place is a text for people.
    Prose,
    /// The order of the array counts.
    Ordered,
    /// The value is fixed in a case.
    Value,
}

/// Where a text is short enough to be a placeholder: the least and the most that is asked for.
const SHORTEST_TEXT: (usize, usize) = (4, 10);

/// One rule that would catch a breakage.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Remedy {
    /// The schema has this rule too.
    Schema {
        /// What to write, and where.
        text: String,
        /// A schema that has the rule and no other: what it rejects would have been caught.
        rule: Value,
    },
    /// The place has this role.
    Role(FieldRole),
    /// A case expects the accepted value there.
    Expect,
    /// Answers are read strictly.
    Strict,
}

impl Breakage {
    /// What would catch it at a place, the best first. `answers` are those that are accepted.
    pub(crate) fn remedies(
        &self,
        place: &PointerPattern,
        answers: &[&Value],
        schema: Option<&Value>,
    ) -> Vec<Remedy> {
        let can_be = |remedy: &Remedy| schema.is_some() || !matches!(remedy, Remedy::Schema { .. });
        let remedies = self.cures.iter().filter_map(|cure| remedy(*cure, place, answers, schema));
        remedies.filter(can_be).collect()
    }
}

fn remedy(
    cure: Cure,
    place: &PointerPattern,
    answers: &[&Value],
    schema: Option<&Value>,
) -> Option<Remedy> {
    let values: Vec<&Value> = answers.iter().flat_map(|answer| at(answer, place)).collect();
    let texts = || values.iter().filter_map(|value| value.as_str());
    let says = |keyword: &str, value: Value| {
        let at = if place.as_str().is_empty() { String::new() } else { format!(" at `{place}`") };
        let text = format!("say `\"{keyword}\": {value}`{at} in the schema");
        Some(Remedy::Schema { text, rule: nested(place, json!({ keyword: value })) })
    };
    match cure {
        Cure::Strict => Some(Remedy::Strict),
        Cure::Prose => Some(Remedy::Role(FieldRole::FreeText)),
        Cure::Ordered => Some(Remedy::Role(FieldRole::Ordered)),
        Cure::Value => Some(Remedy::Expect),
        Cure::Type => says("type", type_of(values.first()?).into()),
        Cure::NotNull => Some(Remedy::Schema {
            text: format!("take `null` out of the type of `{place}` in the schema"),
            rule: nested(place, json!({"not": {"type": "null"}})),
        }),
        Cure::Date => says("format", "date".into()),
        Cure::Decimals => says("pattern", "^[0-9]+[.][0-9]+$".into()),
        Cure::Share => says("maximum", 1.into()),
        Cure::Prefix => says("pattern", format!("^{}-", common_prefix(texts())).into()),
        Cure::ShortestText => {
            let shortest = texts().map(|text| text.chars().count()).min()?;
            says("minLength", (shortest / 2).clamp(SHORTEST_TEXT.0, SHORTEST_TEXT.1).into())
        }
        Cure::FewestItems => {
            let fewest = values.iter().filter_map(|value| value.as_array()).map(Vec::len).min()?;
            says("minItems", fewest.into())
        }
        Cure::Close => {
            let whole = schema.map(Declared::whole).unwrap_or_default();
            let named = whole.members().into_iter().map(|name| (name.to_owned(), json!({})));
            let properties: Map<String, Value> = named.collect();
            Some(Remedy::Schema {
                text: "say `\"additionalProperties\": false` in the schema".to_owned(),
                rule: json!({"properties": properties, "additionalProperties": false}),
            })
        }
        Cure::Members => required(&PointerPattern::root(), &shared(answers, schema)),
        Cure::Require => {
            let (parent, _) = place.as_str().rsplit_once('/')?;
            required(&parent.parse().ok()?, &[place.steps().last()?])
        }
    }
}

/// Members that have to be there.
fn required(place: &PointerPattern, names: &[String]) -> Option<Remedy> {
    let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let below = if place.as_str().is_empty() { String::new() } else { format!(" of `{place}`") };
    let text = format!("list {} under `required`{below} in the schema", list.join(", "));
    let rule = nested(place, json!({ "required": names }));
    (!names.is_empty()).then_some(Remedy::Schema { text, rule })
}

/// The members that the schema names, or else the answers, and that every answer has.
fn shared(answers: &[&Value], schema: Option<&Value>) -> Vec<String> {
    let said = declared(schema, &PointerPattern::root()).members();
    let first = answers.first().and_then(|answer| answer.as_object());
    let own = || first.into_iter().flat_map(|members| members.keys().map(String::as_str)).collect();
    let names = if said.is_empty() { own() } else { said };
    let in_all = |name: &&str| answers.iter().all(|answer| answer.get(name).is_some());
    names.into_iter().filter(in_all).map(str::to_owned).collect()
}

/// The values at a place, of all items where it has a `*`.
fn at<'a>(value: &'a Value, place: &PointerPattern) -> Vec<&'a Value> {
    place.steps().fold(vec![value], |found, step| {
        let below = |value: &'a Value| -> Vec<&'a Value> {
            match value {
                Value::Array(items) if step == "*" => items.iter().collect(),
                Value::Object(members) => members.get(&step).into_iter().collect(),
                _ => Vec::new(),
            }
        };
        found.into_iter().flat_map(below).collect()
    })
}

/// A rule for one place as a schema of the whole.
fn nested(place: &PointerPattern, rule: Value) -> Value {
    let steps: Vec<String> = place.steps().collect();
    steps.into_iter().rev().fold(rule, |rule, step| match step.as_str() {
        "*" => json!({ "items": rule }),
        _ => json!({ "properties": { step: rule } }),
    })
}

/// What stands before the first dash: the same letters, or any.
fn common_prefix<'a>(mut texts: impl Iterator<Item = &'a str>) -> String {
    let prefix = |text: &'a str| text.split_once('-').map(|(prefix, _)| prefix);
    let first = texts.next().and_then(prefix);
    let alike = first.filter(|first| texts.all(|text| prefix(text) == Some(first)));
    alike.map_or_else(|| "[A-Za-z]+".to_owned(), str::to_owned)
}
