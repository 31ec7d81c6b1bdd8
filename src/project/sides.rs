//! One side of a comparison: a slot, a run, a git revision, or today's snapshots.

use std::collections::BTreeMap;

use super::{Error, Project, Result};
use crate::domain::{Accepted, Cell, CellId, CellRecord, RunRecord, Slot, Suite};
use crate::run::usable;
use crate::store::{Revision, RevisionError, Snapshots};

/// Answers of one side, by cell.
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
        if let Some(slot) = suite.models.keys().find(|slot| slot.as_str() == name) {
            let cells = suite.cells.iter().filter(|cell| cell.id.model == *slot);
            let mut answers = read(&self.snapshots(), cells)?;
            if let Some(run) = self.runs().latest()? {
                let recorded = of_run(&run).into_iter().filter(|(cell, _)| cell.model == *slot);
                answers.extend(recorded);
            }
            let (name, texts) = (name.to_owned(), BTreeMap::new());
            return Ok(Side { name, answers, texts, run: None, slot: Some(slot.clone()) });
        }
        let (mut texts, mut run) = (BTreeMap::new(), None);
        let answers = if name.is_empty() {
            read(&self.snapshots(), suite.cells.iter())?
        } else if let Ok(found) = self.runs().load(name) {
            texts = texts_of(&found);
            let answers = of_run(&found);
            run = Some(found);
            answers
        } else {
            let revision =
                Revision::extract(&suite.root, name).map_err(|error| unknown(suite, &error))?;
            read(&revision.snapshots(), suite.cells.iter())?
        };
        let name = if name.is_empty() { "the snapshots" } else { name };
        Ok(Side { name: name.to_owned(), answers, texts, run, slot: None })
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

fn read<'c>(
    snapshots: &Snapshots,
    cells: impl Iterator<Item = &'c Cell>,
) -> Result<BTreeMap<CellId, Accepted>> {
    let mut answers = BTreeMap::new();
    for cell in cells {
        answers.extend(snapshots.accepted(&cell.id)?.map(|answer| (cell.id.clone(), answer)));
    }
    Ok(answers)
}

/// The answers of a run that can be compared: valid ones, and those that are wrong by their case.
fn of_run(run: &RunRecord) -> BTreeMap<CellId, Accepted> {
    let answer = |record: &CellRecord| {
        let trial = record.trials.iter().find(|trial| Some(trial.number) == record.judged)?;
        let value = usable(trial)?.clone();
        Some((record.cell.clone(), Accepted { value, meta: record.meta.clone()? }))
    };
    run.cells.iter().filter_map(answer).collect()
}

/// The valid answers of a run, as they were written.
fn texts_of(run: &RunRecord) -> BTreeMap<CellId, String> {
    let text = |record: &CellRecord| {
        let trial = record.trials.iter().find(|trial| Some(trial.number) == record.judged)?;
        Some((record.cell.clone(), trial.text.clone().filter(|_| trial.cause.is_none())?))
    };
    run.cells.iter().filter_map(text).collect()
}
