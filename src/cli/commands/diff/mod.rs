//! `promptmatrix diff`: two sets of answers compared, without a call: runs, slots, or revisions.

mod compare;
mod show;

use std::collections::BTreeMap;

use crate::cli::args::Diff;
use crate::cli::failure::Failure;
use crate::cli::ledger;
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::{
    Accepted, Cell, CellId, CellRecord, Exit, ReviewAction, RunRecord, Slot, Suite,
};
use crate::run::usable;
use crate::store::{Revision, RevisionError, Snapshots};
use crate::verdict::{self, Baseline};

use compare::compare;
use show::{data, render};

/// Answers of one side, by cell.
struct Side {
    name: String,
    answers: BTreeMap<CellId, Accepted>,
    /// The same as texts, where the side is a run.
    texts: BTreeMap<CellId, String>,
    /// The run, where the side is one.
    run: Option<RunRecord>,
    /// The slot, where the side is one.
    slot: Option<Slot>,
}

impl Side {
    /// What a run has of a cell, where the side is one.
    fn record(&self, cell: &CellId) -> Option<&CellRecord> {
        self.run.as_ref().and_then(|run| run.cell(cell))
    }

    /// The cells that a run has an answer of, be it one that cannot be used.
    fn answered(&self) -> impl Iterator<Item = &CellId> {
        let records = self.run.iter().flat_map(|run| &run.cells);
        records.filter(|record| record.judged.is_some()).map(|record| &record.cell)
    }
}

/// Runs the command. Exit 1 when anything that weighs is different.
pub(in crate::cli) fn diff(session: &Session, args: &Diff) -> Result<Exit, Failure> {
    let (suite, _) = session.suite()?;
    let (left, right) = sides(args)?;
    let (left, right) = (side(&suite, left)?, side(&suite, right)?);
    if left.slot.is_some() != right.slot.is_some() {
        return Err(Failure::usage(
            "diff::unlike-sides",
            format!("`{}` and `{}` cannot be compared", left.name, right.name),
            "name two slots, or two of runs and git revisions",
        ));
    }
    let compared = compare(&suite, &left, right)?;
    if session.global.json {
        output::print_json(&data(&left.name, &compared))?;
    } else {
        output::print(&render(session, args, &left.name, &compared))?;
    }
    let different = compared.cells.iter().filter(|one| !one.changes.is_empty());
    ledger::looked(&suite, ReviewAction::Diff, different.map(|one| &one.cell))?;
    let weighs = |one: &compare::One| verdict::fails(one.status, Baseline::Optional);
    Ok(if compared.cells.iter().any(weighs) { Exit::Fail } else { Exit::Pass })
}

/// `A..B`, `A..` (today's snapshots), or two words.
fn sides(args: &Diff) -> Result<(&str, &str), Failure> {
    match (args.left.split_once(".."), args.right.as_deref()) {
        (Some((left, right)), None) if !left.is_empty() => Ok((left, right)),
        (None, Some(right)) => Ok((&args.left, right)),
        _ => Err(Failure::usage(
            "diff::two-sides",
            "two sides are needed",
            "promptmatrix diff SLOT..SLOT, RUN..RUN, REVISION..REVISION, or REVISION.. for today",
        )),
    }
}

fn side(suite: &Suite, name: &str) -> Result<Side, Failure> {
    if let Some(slot) = suite.models.keys().find(|slot| slot.as_str() == name) {
        let cells = suite.cells.iter().filter(|cell| cell.id.model == *slot);
        let mut answers = read(&Snapshots::open(&suite.root), cells)?;
        if let Some(run) = Session::runs(suite).latest()? {
            let recorded = of_run(&run).into_iter().filter(|(cell, _)| cell.model == *slot);
            answers.extend(recorded);
        }
        let (name, texts) = (name.to_owned(), BTreeMap::new());
        return Ok(Side { name, answers, texts, run: None, slot: Some(slot.clone()) });
    }
    let (mut texts, mut run) = (BTreeMap::new(), None);
    let answers = if name.is_empty() {
        read(&Snapshots::open(&suite.root), suite.cells.iter())?
    } else if let Ok(found) = Session::runs(suite).load(name) {
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

fn unknown(suite: &Suite, error: &RevisionError) -> Failure {
    let slots: Vec<&str> = suite.models.keys().map(Slot::as_str).collect();
    Failure::usage(
        "diff::unknown-side",
        format!("{error}, nor a slot, nor a run"),
        format!("slots are {}; runs are in .promptmatrix/runs", slots.join(", ")),
    )
}

fn read<'c>(
    snapshots: &Snapshots,
    cells: impl Iterator<Item = &'c Cell>,
) -> Result<BTreeMap<CellId, Accepted>, Failure> {
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
