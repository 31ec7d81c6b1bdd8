//! What recorded calls cost: every call once, summed by cell, so that the sums by kind, model, prompt
//! and month are parts of one whole, to the pico-dollar.
//!
//! Needs room for the cells of the matrix, not for the calls.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{CellId, Pico, PromptName, Slot};

/// What a call was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CallKind {
    /// The first answer of a cell.
    Answer,
    /// A further answer, to tell noise from change.
    Repeat,
    /// A router's decision.
    Router,
    /// An answer of a rehearsed upgrade.
    Upgrade,
    /// Of a run that only its line in the ledger is left of.
    Summary,
}

impl CallKind {
    /// As it is said.
    pub fn word(self) -> &'static str {
        match self {
            Self::Answer => "answers",
            Self::Repeat => "repeats",
            Self::Router => "router decisions",
            Self::Upgrade => "rehearsed upgrades",
            Self::Summary => "runs known by the ledger",
        }
    }
}

/// One recorded call.
#[derive(Debug, Clone, Copy)]
pub struct Paid<'c> {
    pub cell: &'c CellId,
    pub kind: CallKind,
    pub at: Timestamp,
    /// What it cost; `None` where that is not known.
    pub cost: Option<Pico>,
    /// Whether anybody answered. What nobody answered costs nothing.
    pub answered: bool,
    /// Requests of it that failed.
    pub failed: u64,
    /// Whether the answer is valid.
    pub valid: bool,
    /// Whether the price is that of the model's family.
    pub by_family: bool,
}

/// A sum of calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(into = "CallTotalsText")]
#[schemars(with = "CallTotalsText")]
pub struct CallTotals {
    /// Calls that were answered.
    pub calls: u64,
    /// Of these, with a valid answer.
    pub valid: u64,
    /// What they cost, as far as it is known.
    pub cost: Pico,
    /// Of the calls, those of unknown cost.
    pub unpriced: u64,
    /// Requests that failed; they cost nothing.
    pub unbilled: u64,
    /// Of the calls, those priced by the model's family.
    pub by_family: u64,
}

impl CallTotals {
    pub fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.valid += other.valid;
        self.cost += other.cost;
        self.unpriced += other.unpriced;
        self.unbilled += other.unbilled;
        self.by_family += other.by_family;
    }
}

impl Paid<'_> {
    /// The call as a sum of one.
    pub fn totals(&self) -> CallTotals {
        let paid = self;
        let count = u64::from(paid.answered);
        CallTotals {
            calls: count,
            valid: count * u64::from(paid.valid),
            cost: paid.cost.filter(|_| paid.answered).unwrap_or_default(),
            unpriced: count * u64::from(paid.cost.is_none()),
            unbilled: paid.failed,
            by_family: count * u64::from(paid.by_family),
        }
    }
}

/// A sum of calls as it is written: for people's programs in dollars, and exactly.
#[derive(Serialize, JsonSchema)]
struct CallTotalsText {
    /// Calls that were answered.
    calls: u64,
    /// Of these, with a valid answer.
    valid: u64,
    /// What they cost, as far as it is known, in dollars with six decimals.
    usd: String,
    /// The same in pico-dollars, exactly.
    usd_pico: Pico,
    /// Of the calls, those of unknown cost.
    unpriced_calls: u64,
    /// Requests that failed; they cost nothing.
    unbilled_calls: u64,
    /// Of the calls, those priced by the model's family.
    priced_by_family: u64,
}

impl From<CallTotals> for CallTotalsText {
    fn from(tally: CallTotals) -> Self {
        Self {
            calls: tally.calls,
            valid: tally.valid,
            usd: tally.cost.usd(),
            usd_pico: tally.cost,
            unpriced_calls: tally.unpriced,
            unbilled_calls: tally.unbilled,
            priced_by_family: tally.by_family,
        }
    }
}

/// Everything that was spent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spend {
    cells: BTreeMap<CellId, BTreeMap<CallKind, CallTotals>>,
    summaries: BTreeMap<Slot, CallTotals>,
    months: BTreeMap<Date, CallTotals>,
    /// When the first and the last call was made.
    span: Option<(Timestamp, Timestamp)>,
}

impl Spend {
    /// Counts one call.
    pub fn add(&mut self, paid: &Paid<'_>) {
        let tally = paid.totals();
        // Most calls are of a cell that is known, and need no copy of its name.
        if let Some(kinds) = self.cells.get_mut(paid.cell) {
            kinds.entry(paid.kind).or_default().add(tally);
        } else {
            self.cells.insert(paid.cell.clone(), BTreeMap::from([(paid.kind, tally)]));
        }
        self.book(paid.at, tally);
    }

    /// Counts the calls of one slot in a run that only its line in the ledger is left of.
    pub fn add_summary(&mut self, slot: &Slot, at: Timestamp, tally: CallTotals) {
        self.summaries.entry(slot.clone()).or_default().add(tally);
        self.book(at, tally);
    }

    fn book(&mut self, at: Timestamp, tally: CallTotals) {
        self.months.entry(month(at)).or_default().add(tally);
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
    }

    fn tallies(&self) -> impl Iterator<Item = (&CellId, CallKind, CallTotals)> {
        self.cells
            .iter()
            .flat_map(|(cell, kinds)| kinds.iter().map(move |(kind, tally)| (cell, *kind, *tally)))
    }

    pub fn total(&self) -> CallTotals {
        sum(self.tallies().map(|(.., tally)| tally).chain(self.summaries.values().copied()))
    }

    /// By what calls were for.
    pub fn by_kind(&self) -> BTreeMap<CallKind, CallTotals> {
        let own = self.tallies().map(|(_, kind, tally)| (kind, tally));
        group(own.chain(self.summaries.values().map(|tally| (CallKind::Summary, *tally))))
    }

    pub fn by_slot(&self) -> BTreeMap<Slot, CallTotals> {
        let own = self.tallies().map(|(cell, _, tally)| (cell.model.clone(), tally));
        group(own.chain(self.summaries.iter().map(|(slot, tally)| (slot.clone(), *tally))))
    }

    /// By prompt; `None` is what the ledger does not tell by prompt.
    pub fn by_prompt(&self) -> BTreeMap<Option<PromptName>, CallTotals> {
        let own = self.tallies().map(|(cell, _, tally)| (Some(cell.prompt.clone()), tally));
        group(own.chain(self.summaries.values().map(|tally| (None, *tally))))
    }

    /// By month, named by its first day.
    pub fn by_month(&self) -> &BTreeMap<Date, CallTotals> {
        &self.months
    }

    /// When the first and the last call was made.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.span
    }

    /// The answers of a slot to each case, first and further ones, rehearsed upgrades left out: they
    /// are another model's.
    pub fn answers_of(&self, slot: &Slot) -> impl Iterator<Item = (&CellId, CallTotals)> {
        let mine = self.cells.iter().filter(move |(cell, _)| cell.model == *slot);
        mine.filter_map(|(cell, kinds)| {
            let own = [CallKind::Answer, CallKind::Repeat];
            let tally = sum(own.iter().filter_map(|kind| kinds.get(kind)).copied());
            (tally.calls > 0).then_some((cell, tally))
        })
    }
}

/// The first day of a moment's month, in UTC.
fn month(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date().first_of_month()
}

fn sum(tallies: impl Iterator<Item = CallTotals>) -> CallTotals {
    tallies.fold(CallTotals::default(), |mut all, tally| {
        all.add(tally);
        all
    })
}

fn group<K: Ord>(tallies: impl Iterator<Item = (K, CallTotals)>) -> BTreeMap<K, CallTotals> {
    let mut groups: BTreeMap<K, CallTotals> = BTreeMap::new();
    for (key, tally) in tallies {
        groups.entry(key).or_default().add(tally);
    }
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn call() -> impl Strategy<Value = (usize, usize, CallKind, i64, Option<u64>, bool, bool)> {
        let kinds = [CallKind::Answer, CallKind::Repeat, CallKind::Router, CallKind::Upgrade];
        let cost = prop::option::of(any::<u64>());
        let at = 1_700_000_000..1_800_000_000_i64;
        (
            0..4_usize,
            0..3_usize,
            prop::sample::select(kinds.to_vec()),
            at,
            cost,
            any::<bool>(),
            any::<bool>(),
        )
    }

    proptest! {
        #[test]
        fn the_parts_are_the_whole_to_the_pico_dollar(
            calls in prop::collection::vec(call(), 0..60),
            summaries in prop::collection::vec((0..3_usize, any::<u32>()), 0..4),
        ) {
            let mut spend = Spend::default();
            let mut expected = Pico::ZERO;
            for (prompt, slot, kind, at, cost, answered, valid) in &calls {
                let cell: CellId = format!("p{prompt}/c@m{slot}").parse().unwrap();
                let cost = cost.map(|cost| Pico::new(cost.into()));
                if *answered {
                    expected += cost.unwrap_or_default();
                }
                spend.add(&Paid {
                    cell: &cell,
                    kind: *kind,
                    at: Timestamp::from_second(*at).unwrap(),
                    cost,
                    answered: *answered,
                    failed: 1,
                    valid: *valid,
                    by_family: false,
                });
            }
            for (slot, cost) in summaries {
                let cost = Pico::new(cost.into());
                expected += cost;
                let tally = CallTotals { calls: 3, cost, ..CallTotals::default() };
                let slot = Slot::new(format!("m{slot}")).unwrap();
                spend.add_summary(&slot, Timestamp::UNIX_EPOCH, tally);
            }
            let total = spend.total();
            prop_assert_eq!(total.cost, expected);
            prop_assert_eq!(sum(spend.by_kind().into_values()), total);
            prop_assert_eq!(sum(spend.by_slot().into_values()), total);
            prop_assert_eq!(sum(spend.by_prompt().into_values()), total);
            prop_assert_eq!(sum(spend.by_month().values().copied()), total);
        }
    }

    #[test]
    fn what_nobody_answered_costs_nothing_and_is_counted() {
        let cell: CellId = "p/c@m".parse().unwrap();
        let mut spend = Spend::default();
        let paid = Paid {
            cell: &cell,
            kind: CallKind::Answer,
            at: Timestamp::UNIX_EPOCH,
            cost: None,
            answered: false,
            failed: 4,
            valid: false,
            by_family: false,
        };
        spend.add(&paid);
        spend.add(&Paid { answered: true, failed: 0, ..paid });
        let total = spend.total();
        assert_eq!((total.calls, total.unpriced, total.unbilled), (1, 1, 4));
        assert_eq!(spend.answers_of(&Slot::new("m").unwrap()).count(), 1);
    }
}
