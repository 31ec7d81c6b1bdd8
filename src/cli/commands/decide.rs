//! `promptmatrix accept` and `reject`: decisions without a terminal. No model is asked.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::json;

use crate::cli::accepting::{count_runs, moved, take_pending};
use crate::cli::args::{Accept, Decide};
use crate::cli::failure::Failure;
use crate::cli::ledger::Keeper;
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::{
    CellId, Diagnostic, Exit, Kind, PatternError, ReviewAction, RunRecord, Selection, Suite,
};
use crate::plan::plan;
use crate::report::{diagnostic, evidence, paint};
use crate::review::{PendingCell, Wanted, pick};
use crate::run::{Prepared, changes_of, unfit};
use crate::store::{Commit, Snapshots};

/// Takes pending answers as the accepted ones. No valid value, no acceptance: an answer that
/// violates today's schema, or a hard rule of its case, stays where it is.
pub(in crate::cli) fn accept(session: &Session, args: &Accept) -> Result<Exit, Failure> {
    let (suite, mut commit) = session.change()?;
    if !args.deepen.is_empty() {
        return deepen(session, &suite, args, commit);
    }
    let args = &args.decide;
    let (refused, taken): (Vec<PendingCell>, Vec<PendingCell>) =
        decided(&suite, args)?.into_iter().partition(|cell| cell.refusal.is_some());
    let taken: Vec<CellId> = taken.into_iter().map(|pending| pending.cell).collect();
    let keeper = Keeper::open(&suite, taken.iter().map(|cell| (cell, None)))?;
    let roles = take_pending(&suite, &taken, &mut commit)?;
    write_down(&suite, keeper, (ReviewAction::Accept, &taken), commit)?;
    output::say(&moved(&roles))?;
    told(session, "accepted", &taken)?;
    if refused.is_empty() {
        return Ok(Exit::Pass);
    }
    let problem = |pending: &PendingCell| {
        let why = pending.refusal.as_deref().unwrap_or_default();
        Diagnostic::error("review::unfit", format!("{} is not accepted: {why}", pending.cell))
            .help(format!("promptmatrix run {}, or mend the schema", pending.cell))
    };
    let problems: Vec<Diagnostic> = refused.iter().map(problem).collect();
    output::say(&diagnostic::render(&problems, session.look()))?;
    Ok(Exit::Fail)
}

/// Counts the answers of stored runs as accepted too.
fn deepen(
    session: &Session,
    suite: &Suite,
    args: &Accept,
    mut commit: Commit,
) -> Result<Exit, Failure> {
    let runs = Session::runs(suite);
    let runs: Vec<RunRecord> =
        args.deepen.iter().map(|run| runs.load(run)).collect::<Result<_, _>>()?;
    let patterns = args.decide.what.iter().map(|word| word.parse());
    let patterns = patterns.collect::<Result<Vec<_>, PatternError>>().map_err(|error| {
        Failure::usage("review::unknown-change", error.to_string(), "name cells beside --deepen")
    })?;
    let plan = plan(suite, &Selection { patterns })?;
    let mut prepared = Session::prepare(suite, plan.cells)?;
    let keeper = Keeper::open(suite, std::iter::empty())?;
    let (roles, deeper) = count_runs(suite, &mut prepared, &runs, &mut commit)?;
    if let Some(keeper) = keeper.filter(|_| deeper > 0) {
        let cells: Vec<CellId> = prepared.iter().map(|cell| cell.cell.id.clone()).collect();
        keeper.deepened(&cells, &mut commit)?;
    }
    commit.finish()?;
    output::say(&moved(&roles))?;
    let depth = prepared.iter().map(Prepared::depth).filter(|answers| *answers > 0).min();
    let depth = depth.unwrap_or_default();
    if session.global.json {
        output::print_json(&json!({
            "format": 1, "deepened": deeper, "cells": prepared.len(), "depth": depth,
        }))?;
        return Ok(Exit::Pass);
    }
    let left = prepared.len() - deeper;
    let mut text = format!(
        "{} of {} deepened; the shallowest is now judged by {}: {}\n",
        deeper,
        paint::count(prepared.len(), "cell"),
        paint::count(depth as usize, "accepted answer"),
        evidence::depth(depth),
    );
    if left > 0 {
        let _ = writeln!(
            text,
            "{} left as they are: changed in these runs, asked otherwise today, replayed, or counted already",
            paint::count(left, "cell")
        );
    }
    if deeper > 0 {
        text.push_str("Next    git add snapshots/ promptmatrix.lock\n");
    }
    output::print(&text)?;
    Ok(Exit::Pass)
}

/// Throws pending answers away.
pub(in crate::cli) fn reject(session: &Session, args: &Decide) -> Result<Exit, Failure> {
    let (suite, mut commit) = session.change()?;
    let cells: Vec<CellId> =
        decided(&suite, args)?.into_iter().map(|pending| pending.cell).collect();
    let keeper = Keeper::open(&suite, cells.iter().map(|cell| (cell, None)))?;
    for cell in &cells {
        Snapshots::clear_pending(&mut commit, cell);
    }
    write_down(&suite, keeper, (ReviewAction::Reject, &cells), commit)?;
    told(session, "rejected", &cells)
}

/// Adds the decision to the ledger, and makes it hold.
fn write_down(
    suite: &Suite,
    keeper: Option<Keeper<'_>>,
    decision: (ReviewAction, &[CellId]),
    mut commit: Commit,
) -> Result<(), Failure> {
    if let Some(keeper) = keeper {
        keeper.decided(decision, Session::runs(suite).latest()?.as_ref(), &mut commit)?;
    }
    Ok(commit.finish()?)
}

/// The pending cells that the words name.
fn decided(suite: &Suite, args: &Decide) -> Result<Vec<PendingCell>, Failure> {
    if args.what.is_empty() && !args.all && args.kind.is_none() {
        return Err(Failure::usage(
            "review::nothing-named",
            "nothing is named",
            "name cells, a group or a change, or pass --all",
        ));
    }
    let kind = args.kind.as_deref().map(kind).transpose()?;
    let wanted = Wanted { words: args.what.clone(), kind };
    let pending = pending(suite)?;
    let cells = pick(&pending, &wanted).map_err(|unknown| {
        let waiting = match pending.len() {
            0 => "nothing is pending; promptmatrix run".to_owned(),
            n => format!("{} pending; promptmatrix status lists them", paint::count(n, "cell")),
        };
        Failure::nothing("review::unknown-change", unknown.to_string(), waiting)
    })?;
    Ok(cells.into_iter().cloned().collect())
}

fn kind(word: &str) -> Result<Kind, Failure> {
    word.parse().map_err(|()| {
        Failure::usage(
            "review::unknown-kind",
            format!("`{word}` is no kind of change"),
            "promptmatrix explain lists them",
        )
    })
}

/// Every cell with a pending answer, with its changes as they are today.
fn pending(suite: &Suite) -> Result<Vec<PendingCell>, Failure> {
    let snapshots = Snapshots::open(&suite.root);
    let stored = snapshots.list()?.stored;
    let mut waiting: BTreeSet<CellId> =
        stored.into_iter().filter(|file| file.pending).map(|file| file.cell).collect();
    let cells: Vec<_> =
        suite.cells.iter().filter(|cell| waiting.contains(&cell.id)).cloned().collect();
    let prepared: Vec<Prepared> = Session::prepare(suite, &cells)?;
    let mut pending = Vec::new();
    for cell in &prepared {
        let Some(answer) = snapshots.pending(&cell.cell.id)? else { continue };
        let worst = unfit(cell, &answer).into_iter().next();
        pending.push(PendingCell {
            cell: cell.cell.id.clone(),
            changes: changes_of(cell, &answer),
            refusal: worst.map(|change| change.detail.unwrap_or_default()),
        });
        waiting.remove(&cell.cell.id);
    }
    // A cell that left the matrix can still be rejected, or pruned.
    let refusal = || Some("the cell is no longer in the matrix".to_owned());
    pending.extend(waiting.into_iter().map(|cell| PendingCell {
        cell,
        changes: Vec::new(),
        refusal: refusal(),
    }));
    pending.sort_by(|a, b| a.cell.cmp(&b.cell));
    Ok(pending)
}

fn told(session: &Session, what: &str, cells: &[CellId]) -> Result<Exit, Failure> {
    if session.global.json {
        output::print_json(&json!({"format": 1, what: cells}))?;
        return Ok(Exit::Pass);
    }
    let mut text = format!("{what} {}\n", paint::count(cells.len(), "answer"));
    if session.global.verbose {
        for cell in cells {
            let _ = writeln!(text, "  {cell}");
        }
    }
    if what == "accepted" && !cells.is_empty() {
        text.push_str("Next    git add snapshots/ promptmatrix.lock\n");
    }
    output::print(&text)?;
    Ok(Exit::Pass)
}
