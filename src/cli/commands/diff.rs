//! `promptmatrix diff`: two sets of answers compared, without a call: runs, slots, or revisions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::json;

use crate::cli::args::Diff;
use crate::cli::failure::Failure;
use crate::cli::ledger;
use crate::cli::output;
use crate::cli::session::Session;
use crate::diff::layout;
use crate::domain::{
    Accepted, Cell, CellId, Change, ChangeGroup, Exit, Level, ReviewAction, RunRecord, Slot,
    Status, Suite,
};
use crate::report::paint::{self, BOLD, DIM, paint};
use crate::report::{changes, compared};
use crate::run::{changes_of, prepare};
use crate::store::{Revision, RevisionError, Snapshots};
use crate::verdict;

/// Answers of one side, by cell.
struct Side {
    name: String,
    answers: BTreeMap<CellId, Accepted>,
    /// The same as texts, where the side is a run.
    texts: BTreeMap<CellId, String>,
    /// The slot, where the side is one.
    slot: Option<Slot>,
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
    let different = compared.cells.iter().filter(|(_, changes)| !changes.is_empty());
    ledger::looked(&suite, ReviewAction::Diff, different.map(|(cell, _)| cell))?;
    let weighs = compared.groups.iter().any(|group| group.change.level > Level::Info);
    Ok(if weighs { Exit::Fail } else { Exit::Pass })
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
        return Ok(Side { name, answers, texts, slot: Some(slot.clone()) });
    }
    let mut texts = BTreeMap::new();
    let answers = if name.is_empty() {
        read(&Snapshots::open(&suite.root), suite.cells.iter())?
    } else if let Ok(run) = Session::runs(suite).load(name) {
        texts = texts_of(&run);
        of_run(&run)
    } else {
        let revision =
            Revision::extract(&suite.root, name).map_err(|error| unknown(suite, &error))?;
        read(&revision.snapshots(), suite.cells.iter())?
    };
    let name = if name.is_empty() { "the snapshots" } else { name };
    Ok(Side { name: name.to_owned(), answers, texts, slot: None })
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

/// The valid answers of a run.
fn of_run(run: &RunRecord) -> BTreeMap<CellId, Accepted> {
    let answer = |record: &crate::domain::CellRecord| {
        let trial = record.trials.iter().find(|trial| Some(trial.number) == record.judged)?;
        let value = trial.value.clone().filter(|_| trial.cause.is_none())?;
        Some((record.cell.clone(), Accepted { value, meta: record.meta.clone()? }))
    };
    run.cells.iter().filter_map(answer).collect()
}

/// The valid answers of a run, as they were written.
fn texts_of(run: &RunRecord) -> BTreeMap<CellId, String> {
    let text = |record: &crate::domain::CellRecord| {
        let trial = record.trials.iter().find(|trial| Some(trial.number) == record.judged)?;
        Some((record.cell.clone(), trial.text.clone().filter(|_| trial.cause.is_none())?))
    };
    run.cells.iter().filter_map(text).collect()
}

/// What came of the comparison.
struct Compared {
    right: String,
    cells: Vec<(CellId, Vec<Change>)>,
    groups: Vec<ChangeGroup>,
    only_left: Vec<CellId>,
    only_right: Vec<CellId>,
}

fn compare(suite: &Suite, left: &Side, right: Side) -> Result<Compared, Failure> {
    // Of two slots the same cases are compared; the cell is that of the right one.
    let mut before: BTreeMap<CellId, Accepted> = BTreeMap::new();
    for (cell, answer) in &left.answers {
        let model = right.slot.clone().unwrap_or_else(|| cell.model.clone());
        before.insert(CellId { model, ..cell.clone() }, answer.clone());
    }
    let known: BTreeSet<&CellId> = suite.cells.iter().map(|cell| &cell.id).collect();
    let both: BTreeSet<CellId> =
        before.keys().filter(|cell| right.answers.contains_key(*cell)).cloned().collect();
    let only = |one: &BTreeMap<CellId, Accepted>| -> Vec<CellId> {
        one.keys().filter(|cell| known.contains(cell) && !both.contains(*cell)).cloned().collect()
    };
    let (only_left, only_right) = (only(&before), only(&right.answers));
    let cells = suite.cells.iter().filter(|cell| both.contains(&cell.id));
    let prepared = prepare(cells, |cell| before.remove(cell), |_| true)?;
    let mut cells = Vec::new();
    for cell in &prepared {
        let Some(after) = right.answers.get(&cell.cell.id) else { continue };
        let mut changes = changes_of(cell, after);
        let written = left.texts.get(&cell.cell.id).zip(right.texts.get(&cell.cell.id));
        changes.extend(written.into_iter().flat_map(|(one, two)| layout(one, two)));
        if right.slot.is_some() {
            // Two models are two models; that they differ is no news.
            changes.retain(|change| change.kind != crate::domain::Kind::ServedModelChanged);
        }
        cells.push((cell.cell.id.clone(), changes));
    }
    let all = cells.iter().flat_map(|(cell, changes)| changes.iter().map(move |c| (cell, c)));
    let groups = verdict::group(all);
    Ok(Compared { right: right.name, groups, cells, only_left, only_right })
}

fn data(left: &str, compared: &Compared) -> serde_json::Value {
    let cells: BTreeMap<String, Status> = compared
        .cells
        .iter()
        .map(|(cell, changes)| (cell.to_string(), verdict::by_level(changes)))
        .collect();
    json!({
        "format": 1,
        "left": left,
        "right": compared.right,
        "cells": cells,
        "groups": compared.groups,
        "only_left": compared.only_left,
        "only_right": compared.only_right,
    })
}

fn render(session: &Session, args: &Diff, left: &str, compared: &Compared) -> String {
    let look = session.look();
    let mut out = format!("{}\n\n", paint(BOLD, format_args!("{left} → {}", compared.right)));
    let judged: Vec<(CellId, Status)> = compared
        .cells
        .iter()
        .map(|(cell, changes)| (cell.clone(), verdict::by_level(changes)))
        .collect();
    out.push_str(&compared::table(&judged));
    if !args.stat {
        let groups = changes::render(&compared.groups, &[], look);
        if !groups.is_empty() {
            let _ = write!(out, "\n{groups}");
        }
    }
    for (side, cells) in [(left, &compared.only_left), (&*compared.right, &compared.only_right)] {
        if !cells.is_empty() {
            let number = paint::count(cells.len(), "cell");
            let _ = writeln!(out, "{}", paint(DIM, format_args!("{number} only in {side}")));
        }
    }
    out
}
