//! Whether the prices of a suite are in order: known, and not long ago looked up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cost::lifecycle::{PriceChange, Retirement};
use crate::cost::price::{Day, PriceTable, PricedModel, TimeWindow};
use crate::domain::{Exit, PriceLayer, Slot};

/// Prices that were looked up longer ago are stale.
pub(crate) const STALE_DAYS: i32 = 30;

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PriceCheck {
    /// Version of this format.
    pub format: u32,
    /// The day of looking, in UTC.
    pub today: Day,
    /// How many days ahead.
    pub upcoming_days: i32,
    pub models: Vec<CheckedModel>,
    /// Models that end within the window, or have ended.
    pub retirements: Vec<Retirement>,
    /// Prices that change within the window.
    pub prices: Vec<PriceChange>,
    /// Slots whose model has ended, or ends within the days of their gate.
    pub failing: Vec<Slot>,
    /// What the command tells its caller.
    pub exit_code: u8,
}

/// A slot, and what is known of its prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CheckedModel {
    pub slot: Slot,
    /// Who bills it; absent where nothing says so.
    pub provider: Option<String>,
    /// The id that is asked for.
    pub id: String,
    /// How its prices stand.
    pub standing: Standing,
    /// Which table its prices are from; absent where they are not known.
    pub layer: Option<PriceLayer>,
    /// When they were last looked up, where that is known.
    pub age: Option<Age>,
    /// Why they are not known.
    pub why: Option<String>,
    /// Hours at which it costs something else today.
    pub hours: Vec<TimeWindow>,
}

/// How the prices of a slot stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Known, and looked up lately.
    Fresh,
    /// Known, and nothing says when they were looked up.
    Undated,
    /// Known by the model's family alone, which may cost something else.
    Family,
    /// Looked up long ago.
    Stale,
    /// Not known.
    Unknown,
}

/// When prices were last looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Age {
    pub on: Day,
    /// How many days ago.
    pub days: i32,
}

impl Age {
    /// Of something that was looked up on a day.
    pub fn new(on: Day, today: Day) -> Self {
        Self { on, days: on.days_until(today) }
    }

    /// Whether that is long ago.
    pub fn is_stale(self) -> bool {
        self.days > STALE_DAYS
    }
}

impl PriceCheck {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;

    /// What the command tells its caller: fail where a model has ended or prices are stale,
    /// inconclusive where prices are not known.
    pub fn exit(&self) -> Exit {
        let has = |standing| self.models.iter().any(|model| model.standing == standing);
        if !self.failing.is_empty() || has(Standing::Stale) {
            Exit::Fail
        } else if has(Standing::Unknown) {
            Exit::Inconclusive
        } else {
            Exit::Pass
        }
    }
}

/// When the sources of a table were last read.
#[derive(Debug, Clone)]
pub(crate) struct Dates {
    generated: Day,
    sources: BTreeMap<String, Day>,
}

impl Dates {
    /// Of a table. A source is dated where its text begins with a day, as an import writes it.
    pub(crate) fn of(table: &PriceTable) -> Self {
        let dated = table.sources.iter().filter_map(|(name, text)| {
            let day = text.split_whitespace().next()?.parse().ok()?;
            Some((name.clone(), day))
        });
        Self { generated: table.generated, sources: dated.collect() }
    }

    /// When an entry was last looked up: when its latest source was read, else the whole table.
    pub(crate) fn day(&self, model: &PricedModel) -> Day {
        let dated = model.price_sources.iter().filter_map(|name| self.sources.get(name)).max();
        dated.copied().unwrap_or(self.generated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::price::embedded;

    fn exit(standings: &[Standing], failing: bool) -> Exit {
        let slot = Slot::new("s").unwrap();
        let model = |standing: &Standing| CheckedModel {
            slot: slot.clone(),
            provider: None,
            id: "x".to_owned(),
            standing: *standing,
            layer: None,
            age: None,
            why: None,
            hours: Vec::new(),
        };
        let check = PriceCheck {
            format: PriceCheck::FORMAT,
            today: "2026-11-28".parse().unwrap(),
            upcoming_days: 180,
            models: standings.iter().map(model).collect(),
            retirements: Vec::new(),
            prices: Vec::new(),
            failing: if failing { vec![slot.clone()] } else { Vec::new() },
            exit_code: 0,
        };
        check.exit()
    }

    #[test]
    fn stale_prices_and_ended_models_fail_and_unknown_prices_are_inconclusive() {
        use Standing::{Family, Fresh, Stale, Undated, Unknown};
        assert_eq!(exit(&[Fresh, Undated, Family], false), Exit::Pass);
        assert_eq!(exit(&[Fresh, Unknown], false), Exit::Inconclusive);
        assert_eq!(exit(&[Stale, Unknown], false), Exit::Fail, "beats what is not known");
        assert_eq!(exit(&[Fresh], true), Exit::Fail);
    }

    #[test]
    fn prices_are_stale_from_the_thirty_first_day_on() {
        let aged = |today: &str| Age::new("2026-10-01".parse().unwrap(), today.parse().unwrap());
        assert!(!aged("2026-10-31").is_stale());
        assert!(aged("2026-11-01").is_stale());
    }

    #[test]
    fn an_entry_is_as_old_as_its_latest_source_else_as_its_table() {
        let mut table = PriceTable::empty("2026-11-20".parse().unwrap());
        table.sources.insert("litellm".to_owned(), "2026-09-01 of a file".to_owned());
        let mut model = embedded().models.first().unwrap().clone();
        model.price_sources = vec!["litellm".to_owned()];
        assert_eq!(Dates::of(&table).day(&model).to_string(), "2026-09-01");
        model.price_sources.clear();
        assert_eq!(Dates::of(&table).day(&model).to_string(), "2026-11-20");
        let built_in = embedded();
        let model = built_in.models.first().unwrap();
        assert_eq!(Dates::of(built_in).day(model), built_in.generated);
    }
}
