//! What is coming for the models of a suite: ends, and other prices.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Confidence, EndKind, Life, LifeSource, Lifecycles, Successor};
use crate::cost::price::{Day, Prices};
use crate::domain::{Price, Slot};

/// A slot, as far as its future depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub slot: Slot,
    /// Who bills it, as tables name them; `None` where nobody does.
    pub vendor: Option<String>,
    /// The id that is asked for.
    pub requested: String,
    /// Whether that id can come to mean another version.
    pub floats: bool,
    /// The ids that answered last.
    pub served: Vec<String>,
}

/// What an end means for the slot.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The id that is asked for stops answering: the slot has to move.
    Stops,
    /// Another model answers under the id that is asked for: the slot has moved unless it is moved.
    Redirects,
    /// The version behind a floating id ends: the id will mean another one.
    Moves,
}

/// A model that ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Retirement {
    pub slot: Slot,
    pub vendor: String,
    /// Its id, as it is asked for, or as it answers.
    pub id: String,
    /// What that means for the slot.
    pub ending: Ending,
    /// The first day without it.
    pub shutdown: Day,
    /// Days until then; negative where it is past.
    pub days_left: i32,
    /// When that was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Day>,
    /// What comes after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<Successor>,
    /// Input and output before, and of what comes after it, in dollars per million tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<[[f64; 2]; 2]>")]
    pub prices: Option<[[Price; 2]; 2]>,
    /// What the suite sets and what comes after it refuses, with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refused: BTreeMap<String, String>,
    pub source: LifeSource,
    /// When that was read, where the source is a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Day>,
    /// How far its sources agree, where it has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
}

impl Retirement {
    /// The command that rehearses the move; absent where nothing is known to move to, or nothing has
    /// to be done.
    pub fn command(&self) -> Option<String> {
        let successor = self.successor.as_ref().filter(|_| self.ending != Ending::Moves)?;
        Some(format!("promptmatrix upgrade {} --to {}", self.slot, successor.id))
    }
}

/// A price that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PriceChange {
    pub slot: Slot,
    pub vendor: String,
    /// Its id, as the table writes it.
    pub id: String,
    /// The first day of the new price.
    pub from: Day,
    pub days_left: i32,
    /// Input and output before, in dollars per million tokens.
    #[schemars(with = "Option<[f64; 2]>")]
    pub before: Option<[Price; 2]>,
    /// Input and output from then on.
    #[schemars(with = "[f64; 2]")]
    pub after: [Price; 2],
}

/// What is coming, each list in order of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Coming {
    /// Models that end within the window, or have ended.
    pub retirements: Vec<Retirement>,
    /// Models that end later.
    pub later: Vec<Retirement>,
    /// Prices that change within the window.
    pub prices: Vec<PriceChange>,
}

/// From when to when is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Horizon {
    /// The day of looking.
    pub today: Day,
    /// How many days ahead.
    pub days: i32,
}

impl Lifecycles {
    /// What is coming for these slots.
    pub(crate) fn coming(&self, columns: &[Column], prices: &Prices, horizon: Horizon) -> Coming {
        let mut coming = Coming::default();
        for column in columns {
            let Some(vendor) = &column.vendor else { continue };
            let retirements = self.retirements(column, vendor, (prices, horizon.today));
            // The new price of a redirected id is that of the model that answers then.
            let told: Vec<Day> = retirements
                .iter()
                .filter(|one| one.prices.is_some())
                .map(|one| one.shutdown)
                .collect();
            let changes = changes(column, vendor, prices, horizon);
            coming.prices.extend(changes.into_iter().filter(|one| !told.contains(&one.from)));
            for retirement in retirements {
                let near = retirement.days_left <= horizon.days;
                if near { &mut coming.retirements } else { &mut coming.later }.push(retirement);
            }
        }
        let key = |one: &Retirement| (one.shutdown, one.slot.clone());
        coming.retirements.sort_by_key(key);
        coming.later.sort_by_key(key);
        coming.prices.sort_by_key(|price| (price.from, price.slot.clone()));
        coming
    }

    /// The end of the id that is asked for, and of the versions behind it that end on other days.
    fn retirements(
        &self,
        column: &Column,
        vendor: &str,
        (prices, today): (&Prices, Day),
    ) -> Vec<Retirement> {
        let price = |id: &str, day| {
            let row = prices.find(vendor, id)?.model.row(day)?;
            Some([row.input, row.output])
        };
        let ends = |id: &str| self.find(vendor, id).and_then(|life| Some((life, life.shutdown?)));
        let told = |id: &str, ending, (life, shutdown): (&Life, Day)| {
            let successor = self.successor(vendor, life, today);
            let billed = if life.redirects() {
                life.billed_as.as_deref()
            } else {
                successor.as_ref().map(|successor| successor.id.as_str())
            };
            let before = price(id, shutdown.plus_days(-1).min(today));
            let after = billed.and_then(|id| price(id, shutdown.max(today)));
            Retirement {
                slot: column.slot.clone(),
                vendor: vendor.to_owned(),
                id: id.to_owned(),
                ending: match ending {
                    Ending::Stops if life.redirects() => Ending::Redirects,
                    ending => ending,
                },
                shutdown,
                days_left: today.days_until(shutdown),
                announced: life.announced,
                successor,
                prices: before.zip(after).map(|(before, after)| [before, after]),
                refused: BTreeMap::new(),
                source: life.source,
                read: life.read,
                confidence: life.confidence,
            }
        };
        let asked = ends(&column.requested);
        let mut all: Vec<Retirement> =
            asked.map(|end| told(&column.requested, Ending::Stops, end)).into_iter().collect();
        let behind = self.behind(column, vendor).into_iter().filter(|id| *id != column.requested);
        let other = behind.filter_map(|id| Some((id, ends(id)?)));
        let other = other.filter(|(_, (_, day))| asked.is_none_or(|(_, asked)| *day < asked));
        all.extend(other.map(|(id, end)| told(id, Ending::Moves, end)));
        all
    }
}

impl Lifecycles {
    /// The versions behind a floating id: those that answered last, else what the table knows.
    fn behind<'c>(&'c self, column: &'c Column, vendor: &str) -> Vec<&'c str> {
        if !column.floats {
            return Vec::new();
        }
        if !column.served.is_empty() {
            return column.served.iter().map(String::as_str).collect();
        }
        let moved = |life: &&Life| life.end == Some(EndKind::DefaultMoved);
        let life = self.find(vendor, &column.requested).filter(moved);
        life.and_then(|life| life.answers_as.as_deref()).into_iter().collect()
    }

    /// The ids of which the sources do not agree whether they end.
    pub(crate) fn doubts(&self, columns: &[Column]) -> Vec<String> {
        let doubt = |column: &Column| {
            let life = self.find(column.vendor.as_deref()?, &column.requested)?;
            let disagree = life.confidence == Some(Confidence::TwoSourcesDisagree);
            let (Column { slot, requested, .. }, read) = (column, life.read?);
            let what = format!("sources disagree whether {requested} ({slot}) ends, read {read}");
            (life.shutdown.is_none() && disagree).then_some(what)
        };
        columns.iter().filter_map(doubt).collect()
    }
}

/// Rows of prices that begin within the window.
fn changes(column: &Column, vendor: &str, prices: &Prices, horizon: Horizon) -> Vec<PriceChange> {
    let served = column.served.iter().map(String::as_str);
    let found = served.chain([column.requested.as_str()]).find_map(|id| prices.find(vendor, id));
    let Some(found) = found else { return Vec::new() };
    let mut before = None;
    let mut changes = Vec::new();
    for row in &found.model.prices {
        let after = [row.input, row.output];
        let from = row.from.filter(|from| *from > horizon.today);
        if let Some(from) = from.filter(|from| horizon.today.days_until(*from) <= horizon.days) {
            changes.push(PriceChange {
                slot: column.slot.clone(),
                vendor: vendor.to_owned(),
                id: found.model.id.clone(),
                from,
                days_left: horizon.today.days_until(from),
                before,
                after,
            });
        }
        before = Some(after);
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn column(vendor: &str, requested: &str, served: &[&str], floats: bool) -> Column {
        Column {
            slot: Slot::new("s").unwrap(),
            vendor: Some(vendor.to_owned()),
            requested: requested.to_owned(),
            floats,
            served: served.iter().map(ToString::to_string).collect(),
        }
    }

    fn coming(column: Column, today: &str, days: i32) -> Coming {
        let prices = Prices::embedded();
        let horizon = Horizon { today: day(today), days };
        Lifecycles::new(&prices).coming(&[column], &prices, horizon)
    }

    #[test]
    fn an_end_within_the_window_names_the_command_that_rehearses_the_move() {
        let pinned = || column("openai", "gpt-4o-2024-08-06", &["gpt-4o-2024-08-06"], false);
        let told = coming(pinned(), "2026-11-23", 60);
        let [one] = told.retirements.as_slice() else { panic!("{told:?}") };
        assert_eq!((one.days_left, one.ending), (52, Ending::Stops));
        let command = one.command().unwrap();
        assert_eq!(command, "promptmatrix upgrade s --to gpt-6-luna");
        let later = coming(pinned(), "2026-11-23", 51);
        assert_eq!((later.retirements.len(), later.later.len()), (0, 1));
        let past = coming(pinned(), "2027-02-01", 0);
        assert_eq!(past.retirements.first().map(|one| one.days_left), Some(-18));
    }

    #[test]
    fn a_redirect_names_who_answers_then_and_what_that_costs() {
        let pinned = || column("google", "gemini-2.5-pro", &["gemini-2.5-pro"], false);
        let prices = |one: &Retirement| {
            let text = |prices: [Price; 2]| prices.map(|price| price.to_string()).join("/");
            one.prices.map(|both| both.map(text).join(" then "))
        };
        for (today, days_left) in [("2026-11-23", 8), ("2026-12-01", 0), ("2026-12-20", -19)] {
            let told = coming(pinned(), today, 30);
            let [one] = told.retirements.as_slice() else { panic!("{told:?}") };
            assert_eq!((one.days_left, one.ending), (days_left, Ending::Redirects));
            assert_eq!(one.command().unwrap(), "promptmatrix upgrade s --to gemini-3.8-flash");
            assert_eq!(prices(one).as_deref(), Some("1.25/10 then 0.75/3.75"));
            let twice = told.prices.iter().any(|change| change.from == one.shutdown);
            assert!(!twice, "the change of the price is told with the redirect: {told:?}");
        }
        let unsaid = coming(column("google", "gemini-3.5-flash", &[], false), "2026-12-01", 30);
        let [one] = unsaid.retirements.as_slice() else { panic!("{unsaid:?}") };
        assert_eq!((one.ending, prices(one)), (Ending::Redirects, None), "billed as nobody says");
    }

    #[test]
    fn where_sources_disagree_whether_an_id_ends_that_is_said() {
        let lives = Lifecycles::new(&Prices::embedded());
        let doubts = lives.doubts(&[
            column("google", "gemini-2.5-flash-lite", &[], false),
            column("openai", "gpt-4o-2024-08-06", &[], false),
        ]);
        let [doubt] = doubts.as_slice() else { panic!("{doubts:?}") };
        assert!(doubt.contains("whether gemini-2.5-flash-lite (s) ends"), "{doubt}");
    }

    #[test]
    fn the_table_knows_what_is_behind_a_floating_id_that_nobody_asked_yet() {
        let floating = column("mistral", "mistral-large-latest", &[], true);
        let lives = Lifecycles::new(&Prices::embedded());
        assert_eq!(lives.behind(&floating, "mistral"), ["mistral-large-2512"]);
        let answered = Column { served: vec!["x".to_owned()], ..floating.clone() };
        assert_eq!(lives.behind(&answered, "mistral"), ["x"]);
        let told = coming(floating, "2026-12-01", 365).retirements;
        assert_eq!(told.first().map(|one| one.ending), Some(Ending::Moves), "{told:?}");
    }

    #[test]
    fn the_version_behind_a_floating_id_moves_and_needs_no_command() {
        let floating =
            column("anthropic", "claude-sonnet-latest", &["claude-sonnet-4-5-20250929"], true);
        let told = coming(floating, "2026-11-23", 30);
        let [one] = told.retirements.as_slice() else { panic!("{told:?}") };
        assert_eq!((one.ending, one.days_left, one.command()), (Ending::Moves, 7, None));
        let same = column("openai", "gpt-4o", &["gpt-4o-2024-08-06"], true);
        let told = coming(same, "2026-11-23", 90).retirements;
        assert_eq!(told.len(), 1, "both end on one day: {told:?}");
    }

    #[test]
    fn a_row_of_prices_that_begins_within_the_window_is_told() {
        let told = coming(column("google", "gemini-4-argon", &[], false), "2026-11-23", 30);
        let [change] = told.prices.as_slice() else { panic!("{told:?}") };
        assert_eq!((change.from, change.days_left), (day("2026-12-01"), 8));
        let text = |prices: [Price; 2]| prices.map(|price| price.to_string()).join("/");
        assert_eq!(
            (change.before.map(text), text(change.after)),
            (Some("2/10".into()), "4/20".into())
        );
        assert!(
            coming(column("google", "gemini-4-argon", &[], false), "2026-12-01", 30)
                .prices
                .is_empty()
        );
    }

    #[test]
    fn nobody_bills_a_model_at_home_and_nothing_is_coming_for_it() {
        let home = Column { vendor: None, ..column("", "llama3:8b", &[], true) };
        assert_eq!(coming(home, "2026-11-23", 1000), Coming::default());
    }
}
