//! `promptmatrix accept` and `reject`: decisions without a terminal. No model is asked.

use std::fmt::Write;

use serde_json::json;

use crate::cli::args::Decide;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::{CellId, Exit, Kind, Suite};
use crate::report::paint;
use crate::review::{PendingCell, Wanted, pick};
use crate::run::{Prepared, changes_of};
use crate::store::Snapshots;

/// Takes pending answers as the accepted ones.
pub(in crate::cli) fn accept(session: &Session, args: &Decide) -> Result<Exit, Failure> {
    let (suite, _) = session.suite()?;
    let cells = decided(&suite, args)?;
    let snapshots = Snapshots::open(&suite.root);
    for cell in &cells {
        snapshots.accept(cell)?;
    }
    told(session, "accepted", &cells)
}

/// Throws pending answers away.
pub(in crate::cli) fn reject(session: &Session, args: &Decide) -> Result<Exit, Failure> {
    let (suite, _) = session.suite()?;
    let cells = decided(&suite, args)?;
    let snapshots = Snapshots::open(&suite.root);
    for cell in &cells {
        snapshots.reject(cell)?;
    }
    told(session, "rejected", &cells)
}

/// The pending cells that the words name.
fn decided(suite: &Suite, args: &Decide) -> Result<Vec<CellId>, Failure> {
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
        Failure::usage("review::unknown-change", unknown.to_string(), waiting)
    })?;
    Ok(cells)
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
pub(super) fn pending(suite: &Suite) -> Result<Vec<PendingCell>, Failure> {
    let snapshots = Snapshots::open(&suite.root);
    let stored = snapshots.list()?.stored;
    let waiting: Vec<&CellId> =
        stored.iter().filter(|file| file.pending).map(|file| &file.cell).collect();
    let cells: Vec<_> =
        suite.cells.iter().filter(|cell| waiting.contains(&&cell.id)).cloned().collect();
    let prepared: Vec<Prepared> = Session::prepare(suite, &cells)?;
    let mut pending = Vec::new();
    for cell in &prepared {
        let Some(answer) = snapshots.pending(&cell.cell.id)? else { continue };
        pending
            .push(PendingCell { cell: cell.cell.id.clone(), changes: changes_of(cell, &answer) });
    }
    // A cell that left the matrix can still be rejected, or pruned.
    for cell in waiting {
        if !pending.iter().any(|known| known.cell == *cell) {
            pending.push(PendingCell { cell: cell.clone(), changes: Vec::new() });
        }
    }
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
        text.push_str("Next    git add snapshots/\n");
    }
    output::print(&text)?;
    Ok(Exit::Pass)
}
