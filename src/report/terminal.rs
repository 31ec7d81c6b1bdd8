//! A run as people read it in a terminal: the matrix, the changes, the result, what to do next.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::paint::{self, BAD, BOLD, DIM, GOOD, HINT, Look, REVIEW, paint};
use super::{changes, matrix};
use crate::domain::{Exit, Kind, RunRecord, STATUSES, Slot, Status};

/// The whole report of a run.
pub fn render(record: &RunRecord, look: Look) -> String {
    let mut out = String::new();
    let quiet = record.cells.iter().all(|cell| cell.status == Status::Same) && !look.verbose;
    if !quiet {
        out.push_str(&matrix::render(&record.cells, look));
        let (moved, others): (Vec<_>, Vec<_>) = record
            .groups
            .iter()
            .cloned()
            .partition(|group| group.change.kind == Kind::ServedModelChanged);
        let blocks = [
            changes::moved(&moved, look),
            changes::render(&others, &record.cells, look),
            changes::silent(&record.cells, look),
        ];
        for block in blocks.iter().filter(|block| !block.is_empty()) {
            let _ = writeln!(out, "{block}");
        }
    }
    out.push_str(&attribution(record));
    out.push_str(&refreshable(record));
    out.push_str(&result(record));
    out.push_str(&next(record));
    out
}

/// `Result  FAIL  27 cells: 21 same, 1 drifted …   6.8s`
fn result(record: &RunRecord) -> String {
    let verdict = verdict(record);
    let counts: Vec<String> = STATUSES
        .iter()
        .filter_map(|row| record.totals.cells.get(&row.status).map(|n| format!("{n} {}", row.word)))
        .collect();
    let took = record.finished.duration_since(record.started).as_millis();
    let took = paint::seconds(u64::try_from(took).unwrap_or(0));
    format!(
        "{}  {verdict}  {}: {}   {took}\n",
        paint(BOLD, "Result"),
        paint::count(record.cells.len(), "cell"),
        counts.join(", "),
    )
}

fn verdict(record: &RunRecord) -> String {
    let only_new = record.totals.cells.contains_key(&Status::New)
        && record
            .totals
            .cells
            .keys()
            .all(|s| matches!(s, Status::New | Status::Same | Status::Drifted));
    match record.exit_code {
        code if code == Exit::Interrupted.code() => paint(REVIEW, "INTERRUPTED"),
        code if code == Exit::Pass.code() && only_new => paint(HINT, "NEW"),
        code if code == Exit::Pass.code() => paint(GOOD, "PASS"),
        code if code == Exit::Inconclusive.code() => paint(REVIEW, "INCONCLUSIVE"),
        _ => paint(BAD, "FAIL"),
    }
}

/// Where every failing cell is in a column whose model moved, says so: the cause is found.
fn attribution(record: &RunRecord) -> String {
    let moved: BTreeSet<&Slot> = record
        .groups
        .iter()
        .filter(|group| group.change.kind == Kind::ServedModelChanged)
        .flat_map(|group| group.cells.iter().map(|cell| &cell.model))
        .collect();
    let mut failing = record
        .cells
        .iter()
        .filter(|cell| matches!(cell.status, Status::Changed | Status::Broken | Status::Flaky));
    if moved.is_empty() || !failing.all(|cell| moved.contains(&cell.cell.model)) {
        return String::new();
    }
    let slots: Vec<String> = moved.iter().map(|slot| format!("`{slot}`")).collect();
    let slots = slots.join(", ");
    let text = format!(
        "Every change is in the column of {slots}, whose model moved; prompts, schemas and all other columns hold."
    );
    format!("{text}\n\n")
}

/// Snapshots that still hold, but were accepted under another prompt, schema or request.
fn refreshable(record: &RunRecord) -> String {
    let cells = record.cells.iter().filter(|cell| {
        !cell.stale.is_empty() && matches!(cell.status, Status::Same | Status::Drifted)
    });
    let (mut number, mut reasons) = (0, BTreeSet::new());
    for cell in cells {
        number += 1;
        reasons.extend(cell.stale.iter().map(ToString::to_string));
    }
    if number == 0 {
        return String::new();
    }
    let reasons = reasons.into_iter().collect::<Vec<_>>().join(", ");
    let text = format!(
        "{} accepted under another {reasons}; the answers still hold, accepting them again records that",
        paint::count(number, "snapshot")
    );
    format!("{}\n\n", paint(DIM, text))
}

fn next(record: &RunRecord) -> String {
    let has = |status| record.totals.cells.contains_key(&status);
    let hint = if has(Status::Changed)
        || has(Status::New)
        || has(Status::Broken)
        || has(Status::Flaky)
    {
        if record.ci {
            "promptmatrix run   (on your machine), then   promptmatrix accept CELLS"
        } else if has(Status::Changed) || has(Status::New) || has(Status::Broken) {
            "promptmatrix accept CELL or GROUP   takes an answer;   promptmatrix explain KIND   says what it means"
        } else {
            "promptmatrix run --samples 5   shows how often samples disagree"
        }
    } else if has(Status::Error) || has(Status::Skipped) {
        "promptmatrix run --failed   asks only what has no answer"
    } else {
        return String::new();
    };
    format!(
        "{}    {hint}\n        {}\n",
        paint(BOLD, "Next"),
        paint(DIM, format_args!("run {} saved", record.id))
    )
}
