//! What a failed test says: what is wrong, where, and the next command.

use std::fmt::Write;

use crate::domain::{Cell, Diagnostic, Diagnostics, StaleReason, Status};
use crate::report::paint::{self, DIM, HINT, paint};
use crate::report::{Look, changes, diagnostic};
use crate::run::{Prepared, stale_of, unfit_of};
use crate::store::{SnapshotError, Snapshots};

/// Columns of what is drawn: test output is read in logs.
const LOOK: Look = Look { width: 100, ascii: false, verbose: true };
/// Most changes that one test shows.
const MOST: usize = 10;

/// An answer that waits for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    /// Accepted, it would pass.
    Holds,
    /// It would not.
    Fails,
}

/// Problems of the suite itself.
pub(super) fn suite(problems: &Diagnostics) -> String {
    diagnostic::render(&problems.0, LOOK)
}

/// Why a cell cannot be asked.
pub(super) fn problem(problem: &Diagnostic) -> String {
    diagnostic::render(std::slice::from_ref(problem), LOOK)
}

/// Why a snapshot cannot be read.
pub(super) fn unreadable(error: &SnapshotError) -> String {
    match error.diagnostic() {
        Some(unreadable) => problem(unreadable),
        None => error.to_string(),
    }
}

/// What is wrong with the accepted answer of a cell.
pub(super) fn snapshot(cell: &Prepared) -> String {
    let file = Snapshots::file(&cell.cell.id);
    if cell.accepted.is_none() {
        return format!("{}  there is no snapshot: {file}\n", word(Status::New));
    }
    let mut out = String::new();
    let unfit = unfit_of(cell);
    for change in unfit.iter().take(MOST) {
        out.push_str(&changes::one(change));
    }
    if unfit.len() > MOST {
        let _ = writeln!(out, "… and {} more", unfit.len() - MOST);
    }
    for reason in stale_of(cell) {
        let _ = writeln!(out, "{}  {}", word(Status::Stale), stale(cell, reason));
    }
    let _ = writeln!(out, "{}", paint(DIM, format_args!("in {file}")));
    out
}

/// Where the case stands, and what to do.
pub(super) fn next(cell: &Cell, waiting: Option<Waiting>) -> String {
    let id = &cell.id;
    let hint = match waiting {
        Some(Waiting::Holds) => {
            format!("promptmatrix accept {id}   takes the answer that waits in .snap.new")
        }
        Some(Waiting::Fails) => {
            format!("promptmatrix run {id}   the answer in .snap.new does not hold either")
        }
        None => format!("promptmatrix run {id}, then   promptmatrix accept {id}"),
    };
    let place = format!("{}:{}", cell.place.file, cell.place.line);
    format!("case  {place}\nnext  {}", paint(HINT, hint))
}

fn word(status: Status) -> String {
    paint(paint::status(status), status.word())
}

/// What was accepted, and what would be asked today.
fn stale(cell: &Prepared, reason: StaleReason) -> String {
    let meta = cell.accepted.as_ref().map(|accepted| &accepted.meta);
    let model = &cell.cell.model;
    let sides = meta.and_then(|meta| match reason {
        StaleReason::Model => Some((meta.requested.clone(), model.id.clone())),
        StaleReason::Parameters if meta.structured != model.structured => {
            Some((meta.structured.to_string(), model.structured.to_string()))
        }
        _ => None,
    });
    match sides {
        Some((before, after)) => {
            format!("the {reason} changed since acceptance: {before} → {after}")
        }
        None => format!("the {reason} changed since acceptance"),
    }
}
