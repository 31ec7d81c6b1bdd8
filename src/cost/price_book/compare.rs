//! Two tables of prices beside each other.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::cost::price::{Day, How, Imported, ListFormat, PriceRow, PricedModel, Prices};
use crate::domain::{Exit, Price};

/// What is different between two tables, today and ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PriceDiff {
    /// Version of this format.
    pub format: u32,
    /// The first table.
    pub left: String,
    /// The second.
    pub right: String,
    /// The day from which on they are compared.
    #[schemars(with = "String")]
    pub at: Day,
    /// Models that only the second has.
    pub added: Vec<OneSided>,
    /// Models that only the first has.
    pub gone: Vec<OneSided>,
    /// Models that cost something else, from a day on.
    pub changed: Vec<Disagreement>,
    /// How many models cost the same.
    pub same: usize,
    /// What the command tells its caller.
    pub exit_code: u8,
}

/// Whether the prices here and those of another source agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PriceVerify {
    /// Version of this format.
    pub format: u32,
    /// The other source.
    pub against: String,
    /// Whose format it has.
    pub list: ListFormat,
    /// The day whose prices are compared.
    #[schemars(with = "String")]
    pub at: Day,
    /// How many models have the same prices in both, as far as both state them.
    pub agree: usize,
    /// Those that have not.
    pub disagree: Vec<Disagreement>,
    /// How many models only the tables here have.
    pub only_here: usize,
    /// How many models only the other source has.
    pub only_there: usize,
    /// What the command tells its caller.
    pub exit_code: u8,
}

/// A model that only one table has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OneSided {
    /// Who bills it.
    pub provider: String,
    /// Its id there.
    pub id: String,
    /// Input and output of that day, in dollars per million tokens; absent where they are not known.
    #[schemars(with = "Option<[f64; 2]>")]
    pub prices: Option<[Price; 2]>,
}

/// A model that has other prices in another table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Disagreement {
    /// Who bills it.
    pub provider: String,
    /// Its id there.
    pub id: String,
    /// The day from which on.
    #[schemars(with = "String")]
    pub from: Day,
    /// Which prices.
    pub prices: Vec<Pair>,
}

/// One price in two tables, in dollars per million tokens; absent where a table does not state it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Pair {
    /// Its name: `input`, `batch.output`, `above 200000: input`.
    pub price: String,
    /// In the first table.
    pub left: Option<Price>,
    /// In the second.
    pub right: Option<Price>,
}

impl PriceDiff {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;

    /// Compares two tables from a day on.
    pub fn new((left, one): (&str, &Prices), (right, other): (&str, &Prices), at: Day) -> Self {
        let (one, other) = (by_name(one), by_name(other));
        let sided = |of: &BTreeMap<_, &PricedModel>, not: &BTreeMap<_, &PricedModel>| {
            let only = of.iter().filter(|(name, _)| !not.contains_key(*name));
            only.map(|(_, model)| OneSided::of(model, at)).collect::<Vec<_>>()
        };
        let mut diff = Self {
            format: Self::FORMAT,
            left: left.to_owned(),
            right: right.to_owned(),
            at,
            added: sided(&other, &one),
            gone: sided(&one, &other),
            changed: Vec::new(),
            same: 0,
            exit_code: 0,
        };
        for (name, one) in &one {
            let Some(other) = other.get(name) else { continue };
            let changed = changes(one, other, at);
            diff.same += usize::from(changed.is_empty());
            diff.changed.extend(changed);
        }
        let is_same = diff.added.is_empty() && diff.gone.is_empty() && diff.changed.is_empty();
        diff.exit_code = if is_same { Exit::Pass } else { Exit::Fail }.code();
        diff
    }
}

impl PriceVerify {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;

    /// Compares the prices of a day with those of another source, where both state them.
    pub fn new(prices: &Prices, (against, list): (&str, &Imported), at: Day) -> Self {
        let mut seen = BTreeSet::new();
        let mut verify = Self {
            format: Self::FORMAT,
            against: against.to_owned(),
            list: list.format,
            at,
            agree: 0,
            disagree: Vec::new(),
            only_here: 0,
            only_there: 0,
            exit_code: 0,
        };
        for there in &list.models {
            let found = prices.find(&there.provider, &there.id);
            let Some(here) = found.filter(|found| found.how <= How::Alias) else {
                verify.only_there += 1;
                continue;
            };
            seen.insert((&here.model.provider, &here.model.id));
            let (Some(one), Some(other)) = (here.model.row(at), there.row(at)) else { continue };
            let both = |pair: &Pair| pair.left.is_some() && pair.right.is_some();
            let differ: Vec<Pair> =
                pairs(Some(one), Some(other)).into_iter().filter(both).collect();
            if differ.is_empty() || one_of_several(one, other) || one_of_several(other, one) {
                verify.agree += 1;
                continue;
            }
            let (provider, id) = (there.provider.clone(), there.id.clone());
            verify.disagree.push(Disagreement { provider, id, from: at, prices: differ });
        }
        let unseen = |model: &PricedModel| !seen.contains(&(&model.provider, &model.id));
        verify.only_here = prices.models().filter(|(model, _)| unseen(model)).count();
        verify.exit_code = if verify.disagree.is_empty() { Exit::Pass } else { Exit::Fail }.code();
        verify
    }
}

impl OneSided {
    fn of(model: &PricedModel, at: Day) -> Self {
        Self {
            provider: model.provider.clone(),
            id: model.id.clone(),
            prices: model.row(at).map(|row| [row.input, row.output]),
        }
    }
}

type ByName<'p> = BTreeMap<(&'p str, &'p str), &'p PricedModel>;

fn by_name(prices: &Prices) -> ByName<'_> {
    let named = |(model, _)| {
        let model: &PricedModel = model;
        ((model.provider.as_str(), model.id.as_str()), model)
    };
    prices.models().map(named).collect()
}

/// What is different of a model on a day, and from each later day on which that becomes something else.
fn changes(one: &PricedModel, other: &PricedModel, at: Day) -> Vec<Disagreement> {
    let begins = one.prices.iter().chain(&other.prices).filter_map(|row| row.from);
    let days: BTreeSet<Day> = begins.filter(|day| *day > at).chain([at]).collect();
    let mut before = Vec::new();
    let mut changes = Vec::new();
    for from in days {
        let prices = pairs(one.row(from), other.row(from));
        if !prices.is_empty() && prices != before {
            let (provider, id) = (one.provider.clone(), one.id.clone());
            changes.push(Disagreement { provider, id, from, prices: prices.clone() });
        }
        before = prices;
    }
    changes
}

/// The prices that differ between two rows, input and output first.
fn pairs(one: Option<&PriceRow>, other: Option<&PriceRow>) -> Vec<Pair> {
    let [one, other] = [one, other].map(|row| row.map(PriceRow::by_name).unwrap_or_default());
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let (main, rest): (Vec<_>, Vec<_>) =
        names.into_iter().partition(|name| matches!(name.as_str(), "input" | "output"));
    let pair = |name: &String| Pair {
        price: name.clone(),
        left: one.get(name).copied(),
        right: other.get(name).copied(),
    };
    main.into_iter().chain(rest).map(pair).filter(|pair| pair.left != pair.right).collect()
}

/// Whether a row without hours has the price of some hours of the other.
fn one_of_several(plain: &PriceRow, hourly: &PriceRow) -> bool {
    let both = [plain.input, plain.output];
    plain.time_windows.is_empty()
        && hourly.time_windows.iter().any(|window| [window.input, window.output] == both)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cost::price::{Layer, import};
    use crate::domain::PriceLayer;

    fn prices(models: &Value) -> Prices {
        let models = PricedModel::list(&models.to_string()).unwrap();
        Prices::new(&[Layer { name: PriceLayer::File, models }])
    }

    fn one(id: &str, rows: &Value) -> Value {
        json!({"provider": "acme", "id": id, "prices": rows})
    }

    fn at() -> Day {
        "2026-11-20".parse().unwrap()
    }

    #[test]
    fn a_diff_tells_what_came_went_and_costs_something_else_today_and_ahead() {
        let row = |input: u32| json!({"from": null, "input": input, "output": 9});
        let left = prices(&json!([
            one("a", &json!([row(1)])),
            one("b", &json!([row(1)])),
            one("c", &json!([row(1)]))
        ]));
        let ahead = json!([{"from": null, "to": "2026-12-01", "input": 1, "output": 9},
            {"from": "2026-12-01", "input": 2, "output": 9, "cache_read": 0.2}]);
        let right = prices(&json!([
            one("b", &ahead),
            one("c", &json!([row(1)])),
            one("d", &json!([row(4)]))
        ]));
        let diff = PriceDiff::new(("l", &left), ("r", &right), at());
        assert_eq!((diff.gone[0].id.as_str(), diff.added[0].id.as_str()), ("a", "d"));
        assert_eq!((diff.changed.len(), diff.same, diff.exit_code), (1, 1, 1));
        assert_eq!(diff.changed[0].from, "2026-12-01".parse().unwrap());
        let told = json!([{"price": "input", "left": 1, "right": 2},
            {"price": "cache_read", "left": null, "right": 0.2}]);
        assert_eq!(json!(diff.changed[0].prices), told);
        assert_eq!(PriceDiff::new(("l", &left), ("l", &left), at()).exit_code, 0);
    }

    fn verify(here: &Value, cost: &Value) -> PriceVerify {
        let models = json!({"acme": {"models": {"a": {"cost": cost}, "x": {"cost": cost}}}});
        let list = import(&models.to_string(), None).unwrap();
        let here = prices(&json!([one("a", here), one("b", here)]));
        PriceVerify::new(&here, ("list", &list), at())
    }

    #[test]
    fn two_sources_agree_where_both_state_the_same() {
        let here =
            json!([{"from": null, "input": 1, "output": 9, "batch": {"input": 0.5, "output": 4}}]);
        let same = verify(&here, &json!({"input": 1, "output": 9, "cache_read": 0.1}));
        assert_eq!((same.agree, same.only_here, same.only_there, same.exit_code), (1, 1, 1, 0));
        let other = verify(&here, &json!({"input": 1, "output": 8}));
        assert_eq!((other.agree, other.exit_code), (0, 1));
        assert_eq!(
            json!(other.disagree[0].prices),
            json!([{"price": "output", "left": 9, "right": 8}])
        );
    }

    #[test]
    fn a_source_without_hours_agrees_where_it_has_the_price_of_some() {
        let here = json!([{"from": null, "input": 1, "output": 2, "time_windows": [
            {"utc_from": "01:00", "utc_to": "04:00", "input": 2, "output": 4}]}]);
        assert_eq!(verify(&here, &json!({"input": 2, "output": 4})).agree, 1);
        assert_eq!(verify(&here, &json!({"input": 3, "output": 4})).agree, 0);
    }
}
