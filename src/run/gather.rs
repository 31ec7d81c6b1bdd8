//! Answers as they come in, by cell.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Prepared;
use super::judge::status_of;
use super::rounds::{Answered, PlannedTrial};
use crate::domain::kit::small;
use crate::domain::{CellId, JournalEntry, Kind, RunEvent, Trial};
use crate::drift::Side;

/// The cells of a run with the answers so far.
pub(super) struct Collected {
    cells: Vec<Gathered>,
    /// Whether the budget ended it.
    is_over_budget: bool,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With every answer that was to be asked for.
    Whole,
    /// Somebody stopped it.
    Interrupted,
    /// A further call did not fit the budget.
    OverBudget,
}

/// The answers of one cell.
pub(super) struct Gathered {
    pub(super) cell: Arc<Prepared>,
    pub(super) trials: Vec<Trial>,
    side: Side,
    /// Answers that were known before: the numbers of this run begin after them.
    known: usize,
    /// How many answers it waits for, those of further rounds included.
    wanted: usize,
    /// Whether nothing more can be had of it: a replay has only the rounds that were recorded.
    exhausted: bool,
}

impl Gathered {
    fn is_whole(&self) -> bool {
        self.trials.len() >= self.wanted
    }

    /// How many answers are asked for in any case.
    fn asked_first(&self) -> usize {
        if self.side == Side::Candidate { self.cell.open_trials() } else { 0 }
    }
}

impl Collected {
    /// Cells of the run, and the same cells as they were before, which are asked only where that
    /// helps to decide.
    pub(super) fn new(cells: Vec<Arc<Prepared>>, beside: Vec<Arc<Prepared>>) -> Self {
        let gathered = |side: Side| {
            move |cell: Arc<Prepared>| {
                let (wanted, known) = match side {
                    Side::Candidate => (cell.open_trials(), 0),
                    Side::Accepted => (0, cell.depth() as usize),
                };
                Gathered { cell, trials: Vec::new(), side, known, wanted, exhausted: false }
            }
        };
        let cells = cells.into_iter().map(gathered(Side::Candidate));
        let beside = beside.into_iter().map(gathered(Side::Accepted));
        Self { cells: cells.chain(beside).collect(), is_over_budget: false }
    }

    /// The trials that the suite asks for.
    pub(super) fn first_round(&self) -> Vec<PlannedTrial> {
        let round = self.cells.iter().enumerate().flat_map(|(index, gathered)| {
            let wanted =
                move |number| PlannedTrial { index, cell: Arc::clone(&gathered.cell), number };
            (1..=small(gathered.asked_first())).map(wanted)
        });
        round.collect()
    }

    /// One more trial of each of these cells, with the numbers after those they have.
    pub(super) fn further_round(&mut self, indices: &[usize]) -> Vec<PlannedTrial> {
        let mut round = Vec::new();
        for index in indices {
            let Some(gathered) = self.cells.get_mut(*index).filter(|g| !g.exhausted) else {
                continue;
            };
            gathered.wanted += 1;
            let number = small(gathered.known + gathered.wanted);
            round.push(PlannedTrial { index: *index, cell: Arc::clone(&gathered.cell), number });
        }
        round
    }

    /// All of them, also what was not asked to the end.
    pub(super) fn cells(&self) -> &[Gathered] {
        &self.cells
    }

    /// What there is to decide by.
    pub(super) fn answered(&self) -> Vec<Answered<'_>> {
        let cells = self.cells.iter();
        let answered = |of| {
            let Gathered { cell, side, trials, exhausted, .. }: &Gathered = of;
            let is_closed = *exhausted || self.is_over_budget;
            Answered { cell, side: *side, trials, is_closed }
        };
        cells.map(answered).collect()
    }

    /// Cells that are never asked are judged at once.
    pub(super) fn without_call(&self) -> Vec<RunEvent> {
        let silent = self.cells.iter().filter(|of| of.side == Side::Candidate && of.wanted == 0);
        silent.map(judged).collect()
    }

    /// The line of the journal for an answer.
    pub(super) fn entry(&self, index: usize, trial: &Trial) -> Option<JournalEntry> {
        let Gathered { cell, .. } = self.cells.get(index)?;
        Some(JournalEntry {
            cell: cell.cell.id.clone(),
            request: cell.hashes.request.clone(),
            trial: trial.clone(),
        })
    }

    /// Counts an answer that is safe.
    pub(super) fn add(&mut self, index: usize, trial: Trial) -> Vec<RunEvent> {
        let Some(gathered) = self.cells.get_mut(index) else { return Vec::new() };
        let cell = gathered.cell.cell.id.clone();
        let mut events = vec![RunEvent::Answered { cell, trial: trial.number }];
        let is_further = trial.number > small(gathered.asked_first());
        if is_further && trial.cause == Some(Kind::Unrecorded) {
            gathered.wanted = gathered.wanted.saturating_sub(1);
            gathered.exhausted = true;
            return events;
        }
        let at = gathered.trials.partition_point(|known| known.number <= trial.number);
        // Most cells have one, and never need room for more.
        gathered.trials.reserve_exact(1);
        gathered.trials.insert(at, trial);
        if !is_further && gathered.is_whole() {
            events.push(judged(gathered));
        }
        events
    }

    /// No call fits the budget any more: what was asked for again is done without.
    pub(super) fn over_budget(&mut self) {
        for gathered in &mut self.cells {
            if gathered.trials.len() >= gathered.asked_first() {
                gathered.wanted = gathered.trials.len();
            }
        }
        self.is_over_budget = true;
    }

    /// Whether an answer is missing that was to be asked for, and why.
    pub(super) fn end(&self) -> End {
        match self.cells.iter().all(Gathered::is_whole) {
            true => End::Whole,
            false if self.is_over_budget => End::OverBudget,
            false => End::Interrupted,
        }
    }

    /// The cells of the run, and what was asked beside them. A cell that was not asked to the end is
    /// left out, rather than judged by half of its answers; what a further round would have added is
    /// not needed for that.
    pub(super) fn into_judgeable(self) -> (Vec<Gathered>, BTreeMap<CellId, Vec<Trial>>) {
        let (cells, beside): (Vec<Gathered>, Vec<Gathered>) =
            self.cells.into_iter().partition(|of| of.side == Side::Candidate);
        let cells = cells.into_iter().filter(|of| of.trials.len() >= of.asked_first());
        let beside = beside.into_iter().map(|of| (of.cell.cell.id.clone(), of.trials));
        (cells.collect(), beside.collect())
    }
}

fn judged(gathered: &Gathered) -> RunEvent {
    let status = status_of(&gathered.cell, &gathered.trials);
    RunEvent::Judged { cell: gathered.cell.cell.id.clone(), status }
}
