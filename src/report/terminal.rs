//! A run as people read it in a terminal: the matrix, the changes, the result, what to do next.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::paint::{self, BAD, BOLD, DIM, GOOD, HINT, Look, REVIEW, paint};
use super::{bill, changes, column, escape, evidence, matrix, words};
use crate::domain::{
    CellRecord, Change, ChangeGroup, Exit, Family, Kind, Level, Prefixes, RunRecord, STATUSES,
    Slot, Status,
};
use crate::verdict;

/// The whole report of a run.
pub(crate) fn render(record: &RunRecord, look: Look) -> String {
    let mut out = String::new();
    let quiet = record.cells.iter().all(|cell| cell.status == Status::Same)
        && record.columns.iter().all(|change| change.level == Level::Info)
        && !look.verbose;
    if !quiet {
        out.push_str(&matrix::render(record, look));
        let blocks = [
            changes::render(&record.groups, &record.cells, look),
            column::render(&record.columns, look),
            changes::unanswered(&record.cells, look),
        ];
        for block in blocks.iter().filter(|block| !block.is_empty()) {
            let _ = writeln!(out, "{block}");
        }
    }
    out.push_str(&attribution(record));
    out.push_str(&refreshable(record));
    out.push_str(&result(record));
    out.push_str(&retiring(record));
    out.push_str(&certainty(record));
    out.push_str(&next(record));
    out
}

/// `Result  FAIL  27 cells: 21 same, 1 varies …   6.8s`
fn result(record: &RunRecord) -> String {
    let verdict = verdict(record);
    let counts: Vec<String> = STATUSES
        .iter()
        .filter_map(|row| record.totals.cells.get(&row.status).map(|n| format!("{n} {}", row.word)))
        .collect();
    let counts = match counts.as_slice() {
        [] => "no cell answered to its end".to_owned(),
        counts => format!("{}: {}", paint::count(record.cells.len(), "cell"), counts.join(", ")),
    };
    let took = record.finished.duration_since(record.started).as_millis();
    let took = paint::seconds(u64::try_from(took).unwrap_or(0));
    let cost = bill::spent(record).map(|text| format!("   {text}")).unwrap_or_default();
    let sources = words::sources(record).map(|text| format!("   {text}")).unwrap_or_default();
    let held = evidence::held(record).map(|text| format!("   {text}")).unwrap_or_default();
    format!("{}  {verdict}  {counts}   {took}{cost}{sources}{held}\n", paint(BOLD, "Result"))
}

/// Models that end so soon that the gate fails.
fn retiring(record: &RunRecord) -> String {
    let mut out = String::new();
    for one in &record.retiring {
        let (word, text) = (paint(BAD, "Ends"), escape::line(&one.sentence()));
        let _ = writeln!(out, "{word}    {text}   {}", paint(DIM, "[gate] retirement-days"));
        if let Some(command) = &one.command {
            let _ = writeln!(out, "        {}", paint(HINT, escape::line(command)));
        }
    }
    out
}

/// How far the result can be trusted, and what would make it more so.
fn certainty(record: &RunRecord) -> String {
    let mut out = String::new();
    if let Some(trust) = evidence::trust(record) {
        let _ = writeln!(out, "{}   {}", paint(BOLD, "Trust"), paint(DIM, trust));
    }
    if let Some(sees) = evidence::sees(record) {
        let mut lines = folded(&sees).into_iter();
        let first = lines.next().unwrap_or_default();
        let _ = writeln!(out, "{}    {}", paint(BOLD, "Sees"), paint(DIM, first));
        for line in lines {
            let _ = writeln!(out, "        {}", paint(DIM, line));
        }
    }
    if let Some(shallow) = evidence::shallow(record) {
        let _ = writeln!(out, "{}    {}", paint(BOLD, "Note"), paint(DIM, shallow));
    }
    out
}

/// A text in lines that fit beside a margin of eight columns on a screen of eighty.
fn folded(text: &str) -> Vec<String> {
    const WIDTH: usize = 72;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut().filter(|line| line.len() + word.len() < WIDTH) {
            Some(line) => line.extend([" ", word]),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

fn verdict(record: &RunRecord) -> String {
    let only_new = record.totals.cells.contains_key(&Status::New)
        && record
            .totals
            .cells
            .keys()
            .all(|s| matches!(s, Status::New | Status::Same | Status::Varies));
    match record.exit_code {
        code if code == Exit::Interrupted.code() => paint(REVIEW, "INTERRUPTED"),
        code if code == Exit::Pass.code() && only_new => paint(HINT, "NEW"),
        code if code == Exit::Pass.code() => paint(GOOD, "PASS"),
        _ if record.over_budget => paint(REVIEW, "OVER BUDGET"),
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
    let mut failing =
        record.cells.iter().filter(|cell| matches!(cell.status, Status::Changed | Status::Broken));
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
        !cell.stale.is_empty() && matches!(cell.status, Status::Same | Status::Varies)
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

/// Whether an answer waits that differs from the accepted one.
fn is_pending(cell: &CellRecord) -> bool {
    let is_unusable = |change: &Change| change.kind.info().family == Family::Cause;
    cell.changes.iter().any(|change| change.level > Level::Info)
        && !cell.changes.iter().any(is_unusable)
}

/// Whether every error of a run says so.
fn fails_by(record: &RunRecord, words: &str) -> bool {
    let errors = record.cells.iter().filter(|cell| cell.status == Status::Error);
    let mut details = errors.filter_map(|cell| cell.trials.last()?.detail.as_ref()).peekable();
    details.peek().is_some() && details.all(|detail| detail.contains(words))
}

/// What to type now, with the ids and words of this run.
fn next(record: &RunRecord) -> String {
    let mut hints: Vec<(String, String)> = Vec::new();
    let ids: Prefixes = record.groups.iter().map(|group| group.id.as_str()).collect();
    let weighty: Vec<&ChangeGroup> = record.groups.iter().filter(|group| group.weighs()).collect();
    if let Some(group) = weighty.first() {
        let word = group.change.kind.id();
        hints.push((format!("explain {word}"), "what it does to callers, how to fix it".into()));
    }
    let cells = record.cells.iter().map(CellRecord::changed);
    let new = record.totals.cells.get(&Status::New).copied().unwrap_or(0);
    match verdict::acceptable(&record.groups, cells) {
        _ if record.ci && (new > 0 || !weighty.is_empty()) => {
            let what = "on your machine, with the run.json of this run; then accept what is right";
            hints.push(("import run run.json".into(), what.into()));
        }
        Some((group, cells)) => {
            let cells = paint::count(cells, "cell");
            let what = format!("take the new answers of {cells} that changed in no other way");
            hints.push((format!("accept {}", ids.short(&group.id)), what));
        }
        None if new == 0 => {
            if let Some(cell) = record.cells.iter().find(|cell| is_pending(cell)) {
                hints.push((format!("accept {}", cell.cell), "take its answer whole".into()));
            }
        }
        None => {
            let what = format!("take {}, after a look", paint::count(new, "new answer"));
            hints.push(("accept --all".into(), what));
        }
    }
    let has = |status| record.totals.cells.contains_key(&status);
    if has(Status::Error) || has(Status::Skipped) || record.interrupted {
        let what = match record.exit() {
            Exit::Usage => "once every `id` names a model",
            _ if fails_by(record, "connection refused") => "once the server is up",
            _ if fails_by(record, "`base-url`") => "once `base-url` is right",
            _ => "ask only what has no pass yet",
        };
        hints.push(("run --failed".into(), what.into()));
    }
    let width = hints.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
    let mut out = String::new();
    for (at, (command, what)) in hints.iter().enumerate() {
        let head = if at == 0 { "Next" } else { "" };
        let head = paint(BOLD, format_args!("{head:<8}"));
        let what = paint(DIM, what);
        let _ = writeln!(out, "{head}promptmatrix {command:<width$}   {what}");
    }
    if !hints.is_empty() {
        let _ = writeln!(out, "        {}", paint(DIM, format_args!("run {} saved", record.id)));
    }
    out
}
