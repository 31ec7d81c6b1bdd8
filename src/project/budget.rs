//! What a run would take, and whether its budget allows it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::{AnswerSource, Error, Notice, Project, Result, clock};
use crate::cost::forecast::{ASSUMED_OUTPUT, Before, Budget, OverBudget, Planned, budget};
use crate::cost::price::{Call, Mode, Prices};
use crate::domain::{CellId, Channel, Diagnostic, Pico, Shard, Slot};
use crate::provider;
use crate::run::{Kept, Prepared, RunCells, call_of};
use crate::store::Recordings;

/// How many runs are looked through for what a cell took before.
const RUNS: usize = 5;

/// What may be spent, and who says so.
#[derive(Debug, Clone)]
pub struct Limit {
    /// How much.
    pub usd: Pico,
    /// Who says so, as in `--max-cost 1.50`.
    pub said: String,
    /// Of how many shards this is the part of one.
    pub shards: u32,
}

impl Project {
    /// The limit of the caller, else of the config.
    pub(super) fn limit(&self, wanted: Option<&Limit>) -> Option<Limit> {
        let written = self.suite.run.budget;
        let written = written.map(|usd| Limit {
            usd,
            said: format!("budget-usd = {}", dollars(usd)),
            shards: 1,
        });
        wanted.cloned().or(written)
    }

    /// The budget of a run, or why it does not start. Recordings cost nothing. What stands beside
    /// the cells is asked only as far as the budget allows.
    pub(super) fn budget(
        &self,
        asked: &RunCells,
        source: AnswerSource,
        limit: Option<&Limit>,
        (prices, mode): (&Prices, Mode),
    ) -> Result<Option<Budget>> {
        let Some(limit) = limit.filter(|_| source != AnswerSource::Recordings) else {
            return Ok(None);
        };
        let planner = CallPlanner::new(self, source, Kept::default(), mode)?;
        let (cells, beside) = (planner.calls(&asked.cells), planner.calls(&asked.beside));
        let endless = cells.iter().filter(|cell| cell.calls > 0 && cell.most_output.is_none());
        let slots: BTreeSet<Slot> = endless.map(|cell| cell.cell.model.clone()).collect();
        if !slots.is_empty() {
            self.notice(&Notice::OutputAssumed { slots, tokens: ASSUMED_OUTPUT });
        }
        limit.budget(&cells, &beside, prices).map(Some)
    }
}

impl Limit {
    /// What is left of it after so much was spent.
    pub(super) fn less(self, spent: Pico) -> Self {
        Self { usd: self.usd.checked_sub(spent).unwrap_or(Pico::new(0)), ..self }
    }

    /// What one of equal shards may spend of it.
    pub(super) fn part_of(self, shard: Shard) -> Self {
        let said = format!("shard {shard} of {}", self.said);
        let shards = shard.count();
        Self { usd: Pico::new(self.usd.get() / u128::from(shards)), said, shards }
    }

    /// The budget of these calls, or why they are not made.
    pub(super) fn budget(
        &self,
        cells: &[Planned<'_>],
        beside: &[Planned<'_>],
        prices: &Prices,
    ) -> Result<Budget> {
        budget(cells, beside, prices, self.usd).map_err(|over| self.refusal(over))
    }

    fn refusal(&self, over: OverBudget) -> Error {
        let (title, help) = match over {
            OverBudget::Cost(most) => (
                format!("this run could cost {most}, more than {}; nothing was sent", self.said),
                format!(
                    "narrow it (`promptmatrix run PROMPT`), or pass --max-cost {}",
                    dollars(rounded_up(most.checked_mul(self.shards.into()).unwrap_or(most)))
                ),
            ),
            OverBudget::Unpriced(slot, why) => (
                format!(
                    "nobody knows what slot `{slot}` costs ({why}), so {} cannot be kept; nothing was sent",
                    self.said
                ),
                format!(
                    "give it a price in `[models.{slot}]`: `price`, or `price-as`; or run the others: promptmatrix run '!@{slot}'"
                ),
            ),
        };
        Error::Refused(Diagnostic::error("run::budget", title).help(help).into())
    }
}

/// Dollars as they are typed.
pub fn dollars(usd: Pico) -> String {
    let text = usd.usd();
    let short = text.trim_end_matches('0');
    match short.split_once('.') {
        Some((whole, part)) => format!("{whole}.{part:0<2}"),
        None => text,
    }
}

/// The next cent.
fn rounded_up(usd: Pico) -> Pico {
    const CENT: u128 = 10_000_000_000;
    Pico::new(usd.get().div_ceil(CENT).saturating_mul(CENT))
}

/// Knows the calls of a run, as far as they can be known before.
pub(super) struct CallPlanner {
    before: BTreeMap<CellId, Before>,
    /// What a run that goes on has.
    kept: Kept,
    recordings: Recordings,
    /// How old a recording may be that is taken; zero for none.
    age: Duration,
    mode: Mode,
    now: Timestamp,
}

impl CallPlanner {
    /// Looks at what is recorded, and what earlier runs took, beside what is `kept`.
    pub(super) fn new(
        project: &Project,
        source: AnswerSource,
        kept: Kept,
        mode: Mode,
    ) -> Result<Self> {
        let takes_recordings = source == AnswerSource::RecordingsFirst;
        let age = if takes_recordings { project.suite.run.max_age } else { Duration::ZERO };
        let (before, recordings) = (before(project)?, project.recordings());
        Ok(Self { before, kept, recordings, age, mode, now: clock::now() })
    }

    /// The calls of these cells.
    pub(super) fn calls<'p>(&self, prepared: &'p [Prepared]) -> Vec<Planned<'p>> {
        let planned = |cell: &'p Prepared| {
            let open = cell.open_trials();
            let reused = self.reused(cell);
            let value = cell.accepted.as_ref().map(|accepted| &accepted.value);
            Planned {
                cell: &cell.cell.id,
                calls: open.saturating_sub(reused),
                reused,
                call: Call { mode: self.mode, ..call_of(&cell.cell.model, None, self.now) },
                request_bytes: cell.body_bytes,
                most_output: provider::most_output(&cell.cell.model),
                accepted_bytes: value.map(|value| value.to_string().len()),
                before: self.before.get(&cell.cell.id).copied(),
            }
        };
        prepared.iter().map(planned).collect()
    }

    /// How many of its answers are kept, or recordings that are young enough.
    fn reused(&self, cell: &Prepared) -> usize {
        let replays = !self.age.is_zero() && cell.head.channel != Channel::Demo;
        let request = &cell.hashes.request;
        let trials = 1..=u32::try_from(cell.open_trials()).unwrap_or(u32::MAX);
        let is_young = |trial: &u32| {
            self.recordings.is_younger((request, *trial), self.now, self.age).unwrap_or_default()
        };
        let is_there = |trial: &u32| self.kept.has(cell, *trial) || replays && is_young(trial);
        trials.filter(is_there).count()
    }
}

/// What the last answer of each cell took.
fn before(project: &Project) -> Result<BTreeMap<CellId, Before>> {
    let mut before = BTreeMap::new();
    let runs = project.runs();
    for record in runs.backwards()?.take(RUNS).filter(|run| run.upgrade.is_none()) {
        for cell in record.cells {
            let last = cell.trials.iter().rev().find_map(|trial| {
                Some(Before { usage: trial.usage?, latency_ms: trial.latency_ms })
            });
            if let Some(last) = last {
                before.entry(cell.cell).or_insert(last);
            }
        }
    }
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_written_as_they_are_typed() {
        let shown = |usd: &str| dollars(usd.parse().unwrap());
        assert_eq!(shown("1"), "1.00");
        assert_eq!(shown("1.5"), "1.50");
        assert_eq!(shown("0.0123"), "0.0123");
        assert_eq!(dollars(rounded_up("1.321".parse().unwrap())), "1.33");
        assert_eq!(dollars(rounded_up("1.32".parse().unwrap())), "1.32");
    }
}
