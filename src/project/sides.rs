//! One side of a comparison: a slot, a run, a git revision, or today's snapshots.

use std::collections::BTreeMap;

use super::{Error, Project, Result, accepted};
use crate::domain::{Accepted, CellId, CellRecord, RunRecord, Slot, Suite};
use crate::run::usable;
use crate::store::{Revision, RevisionError};

/// Answers of one side, by cell.
#[derive(Default)]
pub(super) struct Side {
    pub(super) name: String,
    pub(super) answers: BTreeMap<CellId, Accepted>,
    /// The same as texts, where the side is a run.
    pub(super) texts: BTreeMap<CellId, String>,
    /// The run, where the side is one.
    pub(super) run: Option<RunRecord>,
    /// The slot, where the side is one.
    pub(super) slot: Option<Slot>,
}

impl Side {
    /// What a run has of a cell, where the side is one.
    pub(super) fn record(&self, cell: &CellId) -> Option<&CellRecord> {
        self.run.as_ref().and_then(|run| run.cell(cell))
    }

    /// The cells that a run has an answer of, be it one that cannot be used.
    pub(super) fn answered(&self) -> impl Iterator<Item = &CellId> {
        let records = self.run.iter().flat_map(|run| &run.cells);
        records.filter(|record| record.judged.is_some()).map(|record| &record.cell)
    }
}

impl Project {
    /// The side that a word names: a slot, a run, a git revision, or, empty, today's snapshots.
    pub(super) fn side(&self, name: &str) -> Result<Side> {
        let suite = &self.suite;
        let of = |name: &str| Side { name: name.to_owned(), ..Side::default() };
        if name.is_empty() {
            let answers = accepted(&self.snapshots(), &suite.cells)?;
            return Ok(Side { answers, ..of("the snapshots") });
        }
        if let Some(slot) = suite.models.keys().find(|slot| slot.as_str() == name) {
            let cells = suite.cells.iter().filter(|cell| cell.id.model == *slot);
            let mut answers = accepted(&self.snapshots(), cells)?;
            if let Some(run) = self.runs().latest()? {
                let recorded = of_run(&run).0.into_iter();
                answers.extend(recorded.filter(|(cell, _)| cell.model == *slot));
            }
            return Ok(Side { answers, slot: Some(slot.clone()), ..of(name) });
        }
        if let Ok(run) = self.run_named(name) {
            let (answers, texts) = of_run(&run);
            return Ok(Side { answers, texts, run: Some(run), ..of(name) });
        }
        let revision =
            Revision::extract(&suite.root, name).map_err(|error| unknown(suite, &error))?;
        Ok(Side { answers: accepted(&revision.snapshots(), &suite.cells)?, ..of(name) })
    }
}

fn unknown(suite: &Suite, error: &RevisionError) -> Error {
    let slots: Vec<&str> = suite.models.keys().map(Slot::as_str).collect();
    Error::usage(
        "diff::unknown-side",
        format!("{error}, nor a slot, nor a run"),
        format!("slots are {}; runs are in .promptmatrix/runs", slots.join(", ")),
    )
}

/// The answers of a run that can be compared, with their texts: valid ones, and without a text those
/// that are wrong by their case.
fn of_run(run: &RunRecord) -> (BTreeMap<CellId, Accepted>, BTreeMap<CellId, String>) {
    let (mut answers, mut texts) = (BTreeMap::new(), BTreeMap::new());
    for record in &run.cells {
        let judged = record.trials.iter().find(|trial| Some(trial.number) == record.judged);
        let Some(trial) = judged else { continue };
        if let (Some(value), Some(meta)) = (usable(trial), record.meta.clone()) {
            answers.insert(record.cell.clone(), Accepted { value: value.clone(), meta });
        }
        let text = trial.text.clone().filter(|_| trial.cause.is_none());
        texts.extend(text.map(|text| (record.cell.clone(), text)));
    }
    (answers, texts)
}
