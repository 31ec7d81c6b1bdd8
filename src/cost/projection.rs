//! What the matrix will cost: per slot and year, per month of the horizon, and what one more model or
//! prompt adds.

use jiff::civil::Date;

use super::cadence::Cadence;
use super::measure::Basis;
use super::upkeep::{
    Column, MONTH, Marginal, Matrix, Year, column_year, one_more_model, one_more_prompt, year,
};
use crate::domain::{Assumptions, BumpPolicy, Slot};

/// A slot, as far as its future depends on it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SlotFacts {
    pub slot: Slot,
    /// The id that is asked for.
    pub id: String,
    /// Prompts that it must hold.
    pub prompts: usize,
    /// What asking all of its cells once costs today, in USD; `None` where the price is unknown.
    pub run_usd: Option<f64>,
    /// How many of its cells that rests on; 0 where it is estimated.
    pub run_n: usize,
    /// The same under prices that begin later, in order.
    pub later: Vec<(Date, f64)>,
    /// How often models of its kind move.
    pub cadence: Cadence,
    /// Bumps that the ledger has seen, in so many years.
    pub seen: (u64, f64),
    /// Bumps a year, where the suite says so.
    pub written: Option<f64>,
}

/// How often a slot moves, and what that rests on.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Bumps {
    /// A year.
    pub per_year: f64,
    /// One in ten draws is lower.
    pub low: f64,
    /// One in ten draws is higher.
    pub high: f64,
    /// What it rests on.
    pub basis: Basis,
    pub source: String,
}

/// What a slot costs in a year.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct SlotProjection {
    pub slot: Slot,
    /// How often it moves.
    pub bumps: Bumps,
    /// What asking all of its cells once costs, in USD; absent where the price is unknown.
    pub run_usd: Option<f64>,
    /// How many of its cells that rests on; 0 where it is estimated.
    pub run_n: usize,
    /// A year; without the calls where their price is unknown.
    pub year: Year,
}

/// A month of the horizon.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct MonthOutlook {
    /// Its first day.
    pub month: String,
    /// Calls of the regular runs, in USD, at the prices of that month.
    pub runs_usd: f64,
    /// Bumps and false alarms, calls and people, in USD.
    pub upkeep_usd: f64,
    /// Hours of people.
    pub hours: f64,
}

/// What the matrix will cost.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Projection {
    /// The slots, in order.
    pub slots: Vec<SlotProjection>,
    pub year: Year,
    /// The matrix, to calculate on.
    pub matrix: Matrix,
    /// Slots whose price is unknown; their calls are in no sum.
    pub unpriced: Vec<Slot>,
    later: Vec<Vec<(Date, f64)>>,
}

/// How often a slot moves.
fn bumps(facts: &SlotFacts, policy: BumpPolicy) -> Bumps {
    if let Some(per_year) = facts.written {
        let source = "cost.bumps-per-year".to_owned();
        return Bumps { per_year, low: per_year, high: per_year, basis: Basis::Written, source };
    }
    let (events, years) = facts.seen;
    let belief = facts.cadence.belief(policy).seen(events, years);
    let (basis, source) = if events > 0 {
        let source = format!("{events} in {years:.1} years, and {}", facts.cadence.about);
        (Basis::Measured, source)
    } else {
        (Basis::Assumed, format!("{}, {policy}", facts.cadence.about))
    };
    let (low, high) = (belief.quantile(0.10), belief.quantile(0.90));
    Bumps { per_year: belief.mean(), low, high, basis, source }
}

impl Projection {
    /// Of the slots of a matrix that is run so often a day.
    pub(crate) fn new(
        facts: &[SlotFacts],
        policy: BumpPolicy,
        runs_per_day: f64,
        assumed: &Assumptions,
    ) -> Self {
        let mut slots = Vec::new();
        let mut columns = Vec::new();
        for one in facts {
            let bumps = bumps(one, policy);
            let prompts = crate::domain::kit::length(one.prompts);
            let usd_per_prompt = one.run_usd.unwrap_or_default() / prompts.max(1.0);
            let column = Column { prompts, usd_per_prompt, bumps: bumps.per_year };
            slots.push(SlotProjection {
                slot: one.slot.clone(),
                bumps,
                run_usd: one.run_usd,
                run_n: one.run_n,
                year: column_year(&column, runs_per_day, assumed),
            });
            columns.push(column);
        }
        let matrix = Matrix { columns, runs_per_day };
        let unpriced = facts.iter().filter(|one| one.run_usd.is_none());
        Self {
            year: year(&matrix, assumed),
            slots,
            unpriced: unpriced.map(|one| one.slot.clone()).collect(),
            later: facts.iter().map(|one| one.later.clone()).collect(),
            matrix,
        }
    }

    /// The column of a slot.
    pub(crate) fn column(&self, slot: &Slot) -> Option<Column> {
        let at = self.slots.iter().position(|one| one.slot == *slot)?;
        self.matrix.columns.get(at).copied()
    }

    /// By what the cost of a slot's run is multiplied from an announced day on.
    pub(crate) fn price_moves(&self) -> Vec<(Slot, Date, f64)> {
        let of = |(one, later): (&SlotProjection, &Vec<(Date, f64)>)| {
            let now = one.run_usd.filter(|usd| *usd > 0.0);
            let moves = now
                .into_iter()
                .flat_map(|now| later.iter().map(move |(from, usd)| (*from, usd / now)));
            moves.map(|(from, factor)| (one.slot.clone(), from, factor)).collect::<Vec<_>>()
        };
        self.slots.iter().zip(&self.later).flat_map(of).collect()
    }

    /// One more model like the average of those that are there; `None` of an empty matrix.
    pub(crate) fn one_more_model(&self, assumed: &Assumptions) -> Option<Marginal> {
        let columns = &self.matrix.columns;
        let number = crate::domain::kit::length(columns.len());
        let mean = |of: &dyn Fn(&Column) -> f64| columns.iter().map(of).sum::<f64>() / number;
        (!columns.is_empty()).then(|| {
            let model = Column {
                prompts: mean(&|column| column.prompts),
                usd_per_prompt: mean(&|column| column.usd_per_prompt),
                bumps: mean(&|column| column.bumps),
            };
            one_more_model(&self.matrix, model, assumed)
        })
    }

    /// One more prompt on every model.
    pub(crate) fn one_more_prompt(&self, assumed: &Assumptions) -> Marginal {
        one_more_prompt(&self.matrix, assumed)
    }

    /// Month by month from `today` on, at the prices that hold then.
    pub(crate) fn months(&self, today: Date, number: u32) -> Vec<MonthOutlook> {
        let upkeep = (self.year.bump_usd + self.year.alarm_usd) / 12.0;
        let runs = MONTH * self.matrix.runs_per_day;
        let first = today.first_of_month();
        (0..number)
            .map(|ahead| {
                let month =
                    first.checked_add(jiff::Span::new().months(i64::from(ahead))).unwrap_or(first);
                let last = month.last_of_month();
                let each = self.matrix.columns.iter().zip(&self.later).map(|(column, later)| {
                    let at = later.iter().rev().find(|(from, _)| *from <= last.max(today));
                    at.map_or(column.prompts * column.usd_per_prompt, |(_, usd)| *usd)
                });
                MonthOutlook {
                    month: month.to_string(),
                    runs_usd: runs * each.sum::<f64>(),
                    upkeep_usd: upkeep,
                    hours: self.year.hours() / 12.0,
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::cost::upkeep::DAYS;
    use crate::domain::Preset;

    fn facts() -> SlotFacts {
        SlotFacts {
            slot: Slot::new("swift").unwrap(),
            id: "gemini-3.8-flash".into(),
            prompts: 4,
            run_usd: Some(0.2),
            run_n: 14,
            later: vec![(date(2027, 1, 1), 0.4)],
            cadence: crate::cost::cadence::of("google", "gemini-3.8-flash"),
            seen: (0, 0.0),
            written: None,
        }
    }

    fn projection(facts: &[SlotFacts]) -> Projection {
        Projection::new(facts, BumpPolicy::TrackLatest, 1.0, &Assumptions::preset(Preset::Default))
    }

    #[test]
    fn a_price_that_is_announced_is_in_the_months_after_it() {
        let months = projection(&[facts()]).months(date(2026, 11, 23), 3);
        let names: Vec<&str> = months.iter().map(|month| month.month.as_str()).collect();
        assert_eq!(names, ["2026-11-01", "2026-12-01", "2027-01-01"]);
        assert!((months[1].runs_usd - 0.2 * MONTH).abs() < 1e-9);
        assert!((months[2].runs_usd - 0.4 * MONTH).abs() < 1e-9);
        assert!((months[0].hours - months[2].hours).abs() < 1e-12);
    }

    #[test]
    fn bumps_rest_on_what_is_written_then_on_the_ledger_then_on_the_kind_of_model() {
        let basis = |facts: SlotFacts| {
            let bumps = projection(&[facts]).slots[0].bumps.clone();
            (bumps.basis, bumps.per_year)
        };
        let (assumed, rate) = basis(facts());
        assert_eq!(assumed, Basis::Assumed);
        assert!((rate - 4.76).abs() < 1e-9);
        let (measured, rate) = basis(SlotFacts { seen: (1, 2.0), ..facts() });
        assert_eq!(measured, Basis::Measured);
        assert!(rate < 4.76);
        let (written, rate) = basis(SlotFacts { written: Some(7.0), seen: (9, 1.0), ..facts() });
        assert_eq!(written, Basis::Written);
        assert!((rate - 7.0).abs() < 1e-12);
    }

    #[test]
    fn an_unknown_price_is_in_no_sum_and_named() {
        let unknown = SlotFacts { run_usd: None, run_n: 0, ..facts() };
        let projection = projection(&[facts(), unknown]);
        assert_eq!(projection.unpriced.len(), 1);
        assert!((projection.year.runs_usd - 0.2 * DAYS).abs() < 1e-9);
        let assumed = Assumptions::preset(Preset::Default);
        assert!(projection.one_more_model(&assumed).unwrap().once_usd > 0.0);
        assert!(projection.one_more_prompt(&assumed).year.usd() > 0.0);
    }
}
