//! `promptmatrix accept` and `reject`: decisions without a terminal. No model is asked.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::json;

use crate::cli::accepting::{count_runs, moved, take_pending};
use crate::cli::args::{Accept, Decide};
use crate::cli::failure::Failure;
use crate::cli::ledger::Keeper;
use crate::cli::output;
use crate::cli::pending::Pending;
use crate::cli::session::Session;
use crate::domain::{
    CellId, ChangeGroup, Diagnostic, Exit, Level, PatternError, Prefixes, ReviewAction, RunRecord,
    Selection, Suite,
};
use crate::plan::plan;
use crate::report::{diagnostic, escape, evidence, paint};
use crate::review::{KindWord, PendingCell, PickError, Picked, Wanted, groups, pick};
use crate::run::Prepared;
use crate::store::{Commit, Snapshots};

/// Takes pending answers as the accepted ones. No valid value, no acceptance: an answer that
/// violates today's schema, or a hard rule of its case, stays where it is.
pub(in crate::cli) fn accept(session: &Session, args: &Accept) -> Result<Exit, Failure> {
    let (suite, mut commit) = session.change()?;
    if !args.deepen.is_empty() {
        return deepen(session, &suite, args, commit);
    }
    let waiting = Pending::of(&suite)?;
    let picked = decided(&waiting, &args.decide, ReviewAction::Accept)?;
    let (refused, taken): (Vec<&PendingCell>, Vec<&PendingCell>) =
        picked.cells.iter().partition(|cell| cell.refusal.is_some());
    if refused.is_empty() && taken.is_empty() {
        return Err(all_left(&waiting, &picked, args));
    }
    let seen = seen(&waiting, &picked, &taken);
    let cells: Vec<CellId> = taken.into_iter().map(|pending| pending.cell.clone()).collect();
    let keeper = Keeper::open(&suite, cells.iter().map(|cell| (cell, None)))?;
    let roles = take_pending(&suite, &cells, &mut commit)?;
    write_down(&suite, keeper, (ReviewAction::Accept, &cells), commit)?;
    output::say(&moved(&roles))?;
    let problem = |pending: &&PendingCell| {
        let why = pending.refusal.as_deref().unwrap_or_default();
        Diagnostic::error("review::unfit", format!("{} is not accepted: {why}", pending.cell))
            .help(format!("promptmatrix run {}, or fix the schema", pending.cell))
    };
    let problems: Vec<Diagnostic> = refused.iter().map(problem).collect();
    let left = picked.others.clone();
    told(session, "accepted", (&cells, &seen, &left), waiting)?;
    if problems.is_empty() {
        return Ok(Exit::Pass);
    }
    output::say(&diagnostic::render(&problems, session.look()))?;
    Ok(Exit::Fail)
}

/// Nothing is taken, since every cell that was named changed otherwise too.
fn all_left(waiting: &Pending, picked: &Picked<'_>, args: &Accept) -> Failure {
    let ids = waiting.ids();
    let others = picked.others.iter().map(|group| ids.short(&group.id));
    let words = args.decide.what.iter().map(String::as_str);
    let kinds = args.decide.kind.iter().flat_map(|kind| ["--kind", kind.as_str()]);
    let both: Vec<&str> = words.chain(others).chain(kinds).collect();
    let also: Vec<String> = picked.others.iter().map(|group| also(group, &waiting.ids())).collect();
    Failure::nothing(
        "review::changed-otherwise",
        format!("nothing is taken: {}", also.join("; ")),
        format!("to take them with all that changed: promptmatrix accept {}", both.join(" ")),
    )
}

/// `9 of these also have structure /order_id: 73cf04`.
fn also(group: &ChangeGroup, ids: &Prefixes) -> String {
    let have = if group.cells.len() == 1 { "has" } else { "have" };
    format!("{} of these also {have} {}", group.cells.len(), named(group, ids))
}

/// `structure /order_id: 73cf04`.
fn named(group: &ChangeGroup, ids: &Prefixes) -> String {
    let what = format!("{} {}", group.change.kind.shown(), group.change.pointer);
    format!("{}: {}", escape::line(what.trim_end()), ids.short(&group.id))
}

/// What a person is told of the answers that are taken: what was left and why, what of it breaks, and
/// what answers an older request.
fn seen(waiting: &Pending, picked: &Picked<'_>, taken: &[&PendingCell]) -> String {
    let ids = waiting.ids();
    let mut out = String::new();
    for group in &picked.others {
        let _ = writeln!(out, "  {}", also(group, &ids));
    }
    if !picked.left.is_empty() {
        let left = paint::count(picked.left.len(), "cell");
        let _ = writeln!(out, "  {left} left: name these groups too, or reject them");
    }
    let taken: Vec<PendingCell> = taken.iter().map(|cell| (*cell).clone()).collect();
    for group in groups(&taken).iter().filter(|group| group.change.level == Level::Breaking) {
        let _ = writeln!(out, "  {} of these break: {}", group.cells.len(), named(group, &ids));
    }
    let mut outdated: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for cell in taken.iter().filter(|cell| !cell.outdated.is_empty()) {
        let reasons: Vec<String> = cell.outdated.iter().map(ToString::to_string).collect();
        outdated.entry(reasons.join(", ")).or_default().push(cell.cell.to_string());
    }
    for (reasons, cells) in outdated {
        let number = paint::count(cells.len(), "answer");
        let cells = cells.join(" ");
        let _ = writeln!(out, "  {number} to an older {reasons}; promptmatrix run {cells}");
    }
    out
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
    let exit = if deeper > 0 { Exit::Pass } else { Exit::NoMatch };
    if session.global.json {
        output::print_json(&json!({
            "format": 1, "deepened": deeper, "cells": prepared.len(), "depth": depth,
        }))?;
        return Ok(exit);
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
    Ok(exit)
}

/// Throws pending answers away.
pub(in crate::cli) fn reject(session: &Session, args: &Decide) -> Result<Exit, Failure> {
    let (suite, mut commit) = session.change()?;
    let waiting = Pending::of(&suite)?;
    let picked = decided(&waiting, args, ReviewAction::Reject)?;
    let cells: Vec<CellId> = picked.cells.iter().map(|pending| pending.cell.clone()).collect();
    let keeper = Keeper::open(&suite, cells.iter().map(|cell| (cell, None)))?;
    for cell in &cells {
        Snapshots::clear_pending(&mut commit, cell);
    }
    write_down(&suite, keeper, (ReviewAction::Reject, &cells), commit)?;
    let seen = seen(&waiting, &picked, &[]);
    told(session, "rejected", (&cells, &seen, &[]), waiting)
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
fn decided<'p>(
    waiting: &'p Pending,
    args: &Decide,
    action: ReviewAction,
) -> Result<Picked<'p>, Failure> {
    if args.what.is_empty() && !args.all && args.kind.is_empty() {
        return Err(Failure::usage(
            "review::nothing-named",
            "nothing is named",
            "name cells, a group or a change, or pass --all",
        ));
    }
    let kinds = args.kind.iter().map(|word| kind(word)).collect::<Result<_, _>>()?;
    let wanted = Wanted { words: args.what.clone(), kinds };
    let nothing = |title: String| {
        let waiting = match waiting.cells.len() {
            0 => "nothing is pending; promptmatrix run".to_owned(),
            n => format!("{} pending; promptmatrix status lists them", paint::count(n, "cell")),
        };
        Failure::nothing("review::unknown-change", title, waiting)
    };
    match pick(&waiting.cells, &wanted, action) {
        Ok(picked) if picked.cells.is_empty() && picked.left.is_empty() => {
            Err(nothing("no pending cell is meant".to_owned()))
        }
        Ok(picked) => Ok(picked),
        Err(error @ PickError::Unknown(_)) => Err(nothing(error.to_string())),
        Err(error @ PickError::Ambiguous { .. }) => Err(Failure::usage(
            "review::ambiguous",
            error.to_string(),
            "write more digits of the one that is meant",
        )),
    }
}

fn kind(word: &str) -> Result<KindWord, Failure> {
    word.parse().map_err(|()| {
        Failure::usage(
            "review::unknown-kind",
            format!("`{word}` is no kind of change, and no family of kinds"),
            "promptmatrix explain lists them",
        )
    })
}

/// Tells what was done, and what is open after it.
fn told(
    session: &Session,
    what: &str,
    (cells, seen, left): (&[CellId], &str, &[ChangeGroup]),
    waiting: Pending,
) -> Result<Exit, Failure> {
    let open = waiting.without(cells);
    if session.global.json {
        output::print_json(&json!({
            "format": 1, what: cells, "left": left, "open": open.groups,
        }))?;
        return Ok(Exit::Pass);
    }
    let mut text = format!("{what} {}\n{seen}", paint::count(cells.len(), "answer"));
    if session.global.verbose {
        for cell in cells {
            let _ = writeln!(text, "  {cell}");
        }
    }
    if what == "accepted" && !cells.is_empty() {
        text.push_str("Next    git add snapshots/ promptmatrix.lock\n");
    }
    if !open.cells.is_empty() {
        let cells = paint::count(open.cells.len(), "cell");
        let _ = writeln!(text, "Open    {cells} to decide: promptmatrix status");
    }
    output::print(&text)?;
    Ok(Exit::Pass)
}
