//! What a failed test says: what is wrong, where, and the next command.

use std::fmt::Write;

use crate::domain::{Cell, CellRecord, Change, Diagnostic, StaleReason, Status};
use crate::project::Error;
use crate::report::paint::{self, DIM, HINT, paint};
use crate::report::{Look, changes, diagnostic, escape};
use crate::review::{Offer, offer};
use crate::run::{Prepared, stale_of, violations_of};
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

/// Why there is no suite.
pub(super) fn suite(problem: &Error) -> String {
    match problem {
        Error::Suite(problems) | Error::Refused(problems) => diagnostic::render(&problems.0, LOOK),
        other => other.to_string(),
    }
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
    let mut out = listed(&violations_of(cell));
    for reason in stale_of(cell) {
        let _ = writeln!(out, "{}  {}", word(Status::Skipped), stale(cell, reason));
    }
    let _ = writeln!(out, "{}", paint(DIM, format_args!("in {file}")));
    out
}

/// What recorded answers say against the accepted one.
pub(super) fn recorded(record: &CellRecord) -> String {
    let made = record.trials.iter().filter_map(|trial| trial.source.recorded_at()).min();
    let made = made.map(|at| format!("{at:.0}")).unwrap_or_default();
    let note = record.note.as_ref().map(|note| format!(": {}", escape::short(note, 300)));
    let mut out = format!("{}{}\n", word(record.status), note.unwrap_or_default());
    out.push_str(&listed(&record.changes));
    let _ = writeln!(out, "{}", paint(DIM, format_args!("in what was recorded at {made}")));
    out
}

fn listed(changes: &[Change]) -> String {
    let mut out: String = changes.iter().take(MOST).map(changes::one).collect();
    if changes.len() > MOST {
        let _ = writeln!(out, "… and {} more", changes.len() - MOST);
    }
    out
}

/// Where the case stands, and what to do about a recorded answer: look at it, or at the reason why
/// it cannot be accepted.
pub(super) fn next_of(cell: &Prepared, record: &CellRecord) -> String {
    let id = &cell.cell.id;
    let worst = record.changes.first().filter(|_| !matches!(offer(record), Offer::Put(..)));
    hinted(
        &cell.cell,
        &match worst {
            Some(change) => format!("promptmatrix explain {}", change.kind),
            None => format!("promptmatrix run {id} --offline, then   promptmatrix accept {id}"),
        },
    )
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
    hinted(cell, &hint)
}

fn hinted(cell: &Cell, hint: &str) -> String {
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
            format!("not asked since the {reason} changed: {before} → {after}")
        }
        None => format!("not asked since the {reason} changed"),
    }
}
