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
    Accepted, Because, Cell, CellId, Change, ChangeGroup, Exit, Flips, Level, ReviewAction,
    RunRecord, Slot, Status, Suite,
};
use crate::report::paint::{self, BOLD, DIM, paint};
use crate::report::{changes, compared};
use crate::run::{Answers, Prepared, answers, changes_of, count_flips, flipped, prepare, usable};
use crate::store::{Revision, RevisionError, Snapshots};
use crate::verdict::{self, Circumstances};

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
    let answer = |record: &crate::domain::CellRecord| {
        let trial = record.trials.iter().find(|trial| Some(trial.number) == record.judged)?;
        let value = usable(trial)?.clone();
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
    flips: Option<Flips>,
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
    // An answer that cannot be used is compared with nothing, and is wrong all the same.
    let is_in = |run: &Option<RunRecord>, id: &CellId| {
        run.as_ref().is_some_and(|run| run.cell(id).is_some())
    };
    let of_runs = |id: &CellId| is_in(&left.run, id) && is_in(&right.run, id);
    let cells = suite.cells.iter().filter(|cell| both.contains(&cell.id) || of_runs(&cell.id));
    let prepared = prepare(cells, |cell| before.remove(cell), |_| true)?;
    let mut cells = Vec::new();
    for cell in &prepared {
        let after = right.answers.get(&cell.cell.id);
        let Some(after) = after.filter(|_| both.contains(&cell.cell.id)) else { continue };
        let mut changes = changes_of(cell, after);
        let before = cell.accepted.as_ref().map(|accepted| &accepted.value);
        let flipped = before.map(|before| flipped(cell, before, &after.value)).unwrap_or_default();
        // That a value is another one is said by the flip.
        changes.retain(|change| flipped.iter().all(|flip| flip.pointer != change.pointer));
        changes.extend(flipped);
        let written = left.texts.get(&cell.cell.id).zip(right.texts.get(&cell.cell.id));
        changes.extend(written.into_iter().flat_map(|(one, two)| layout(one, two)));
        if right.slot.is_some() {
            // Two models are two models; that they differ is no news.
            changes.retain(|change| change.kind != crate::domain::Kind::ServedModelChanged);
        }
        cells.push((cell.cell.id.clone(), changes));
    }
    let all = cells.iter().flat_map(|(cell, changes)| changes.iter().map(move |c| (cell, c)));
    let mut groups = verdict::group(all);
    let because = because(&prepared, &cells, &right);
    let reasons = because.iter().map(|(cell, reasons)| (cell, reasons.as_slice()));
    verdict::explain(&mut groups, reasons);
    let flips = count_flips(prepared.iter().map(|cell| {
        let accepted = cell.accepted.as_ref().map(|accepted| &accepted.value);
        let before = of_side(left.run.as_ref(), &cell.cell.id, accepted);
        let after = right.answers.get(&cell.cell.id).map(|answer| &answer.value);
        (cell, before, of_side(right.run.as_ref(), &cell.cell.id, after))
    }));
    Ok(Compared { right: right.name, groups, cells, only_left, only_right, flips })
}

/// All answers of a side to a cell, where it is a run; else its one answer.
fn of_side<'a>(
    run: Option<&'a RunRecord>,
    cell: &CellId,
    one: Option<&'a serde_json::Value>,
) -> Answers<'a> {
    match run.and_then(|run| run.cell(cell)) {
        Some(record) => answers(&record.trials, record.judged),
        None => vec![one],
    }
}

/// What the changes of each cell come from, by the headers of both answers. Two slots differ in
/// everything, and that is no cause.
fn because(
    prepared: &[Prepared],
    cells: &[(CellId, Vec<Change>)],
    right: &Side,
) -> BTreeMap<CellId, Vec<Because>> {
    let changed = cells.iter().filter(|(_, changes)| !changes.is_empty() && right.slot.is_none());
    let reasons = changed.filter_map(|(id, _)| {
        let cell = prepared.iter().find(|cell| cell.cell.id == *id)?;
        let (before, after) = (cell.accepted.as_ref()?, right.answers.get(id)?);
        let (stale, moved) = verdict::between(&before.meta, &after.meta);
        let of = Circumstances { stale: &stale, moved, ..Circumstances::default() };
        Some((id.clone(), verdict::because(of)))
    });
    reasons.collect()
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
        "flips": compared.flips,
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
    if let Some(flips) = &compared.flips {
        let _ = writeln!(out, "{}", compared::flips(flips));
    }
    for (side, cells) in [(left, &compared.only_left), (&*compared.right, &compared.only_right)] {
        if !cells.is_empty() {
            let number = paint::count(cells.len(), "cell");
            let _ = writeln!(out, "{}", paint(DIM, format_args!("{number} only in {side}")));
        }
    }
    out
}
