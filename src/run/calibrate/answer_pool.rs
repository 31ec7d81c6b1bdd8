//! Answers that are at hand: those of stored runs to today's requests, by the version that people
//! accepted.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{CellId, CellRecord, RunRecord, Trial, moved};
use crate::drift::Observation;
use crate::run::Prepared;
use crate::run::accept::first;

/// More answers of one cell tell little more.
const MOST: usize = 40;

/// Answers at hand. Takes runs one by one, so that not all have to fit into memory.
#[derive(Debug, Default)]
pub(crate) struct AnswerPool {
    /// By cell, those of the newest run first.
    answers: BTreeMap<CellId, Vec<Trial>>,
    /// How many runs gave some.
    pub(super) runs: usize,
    /// Cells that were asked at all.
    asked: BTreeSet<CellId>,
    /// Cells that another version than the accepted one answered last.
    moved: BTreeSet<CellId>,
    /// Cells that failed when they were asked last.
    failed: BTreeSet<CellId>,
}

impl AnswerPool {
    /// Those of a cell.
    pub(crate) fn of(&self, cell: &CellId) -> &[Trial] {
        self.answers.get(cell).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether another version than the accepted one answers by now.
    pub(crate) fn is_by_other(&self, cell: &CellId) -> bool {
        self.moved.contains(cell)
    }

    /// Whether it failed when it was asked last: then something may have changed there.
    pub(crate) fn has_failed(&self, cell: &CellId) -> bool {
        self.failed.contains(cell)
    }

    /// Takes the answers of a run that is older than those before it. Answers that were asked for because
    /// others deviated are left out: they would make the model look more fickle than it is. So are
    /// replays, which say the same again, and answers of a version that is not the accepted one.
    pub(crate) fn take(&mut self, cells: &[Prepared], run: &RunRecord) {
        if run.upgrade.is_some() {
            return;
        }
        let records: BTreeMap<&CellId, &CellRecord> =
            run.cells.iter().map(|record| (&record.cell, record)).collect();
        let mut gives = false;
        for cell in cells {
            let id = &cell.cell.id;
            let Some(record) = records.get(id) else { continue };
            let is_newest = self.asked.insert(id.clone());
            if is_newest && record.trials.iter().any(|trial| is_by_other(cell, trial)) {
                self.moved.insert(id.clone());
            }
            if is_newest && record.fails {
                self.failed.insert(id.clone());
            }
            let known = self.answers.entry(id.clone()).or_default();
            let before = known.len();
            known.extend(answers(cell, record).take(MOST.saturating_sub(before)).cloned());
            gives |= known.len() > before;
        }
        self.runs += usize::from(gives);
    }
}

fn answers<'r>(cell: &Prepared, record: &'r CellRecord) -> impl Iterator<Item = &'r Trial> {
    let is_same = record.hashes.request == cell.hashes.request;
    first(record).filter(move |trial| {
        let is_own = trial.source.is_new();
        is_same && is_own && Observation::of(trial).is_some() && !is_by_other(cell, trial)
    })
}

fn is_by_other(cell: &Prepared, trial: &Trial) -> bool {
    let accepted = cell.accepted.as_ref().and_then(|accepted| accepted.meta.served.as_ref());
    let served = accepted.zip(trial.identity.served.as_ref());
    served.is_some_and(|(was, is)| moved(&cell.cell.model.id, was, is))
}
