//! A run as Markdown, for a comment or a job summary: headline, matrix, groups of alike changes.
//!
//! Whatever a model or a server wrote stands in code, where nothing is a link, a mention or markup.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{bill, changes, escape, evidence, paint, words};
use crate::domain::{
    Because, CellId, CellRecord, ChangeGroup, ColumnChange, Exit, Kind, Level, Pair, Prefixes,
    PromptName, RunRecord, STATUSES, Slot, Status,
};
use crate::verdict;

/// By this an action finds the comment that it wrote last time.
pub(crate) const MARKER: &str = "<!-- promptmatrix:default -->";
/// Most bytes of a comment; GitHub takes 65,536 characters.
pub(crate) const COMMENT: usize = 60_000;
/// Most bytes of a job summary; GitHub takes 1 MiB of a step.
pub(crate) const SUMMARY: usize = 1_000_000;
/// Most cells that are listed by name.
const CELLS: usize = 20;
/// Most characters of a sentence.
const SENTENCE: usize = 300;
/// Most pairs of values of a group.
const PAIRS: usize = 10;

/// The run in at most `limit` bytes: what does not fit is left out whole, and said.
pub(crate) fn render(record: &RunRecord, limit: usize) -> String {
    let is_green = |cell: &CellRecord| matches!(cell.status, Status::Same | Status::Varies);
    let sources = words::sources(record).map(|text| format!(" · {text}")).unwrap_or_default();
    if record.exit() == Exit::Pass && record.cells.iter().all(|cell| is_green(cell) && !cell.fails)
    {
        let number = paint::count(record.cells.len(), "cell");
        let cost = bill::spent(record).map(|cost| format!(" · {cost}")).unwrap_or_default();
        let id = &record.id;
        return format!(
            "✓ **promptmatrix**: {number}, all fine{sources}{cost} · run {id} {MARKER}\n"
        );
    }
    let (sign, counts) = (sign(record), counts(record));
    let mut out = format!("{MARKER}\n### {sign} promptmatrix: {counts}{sources}\n");
    if let Some(held) = evidence::held(record) {
        let _ = write!(out, "\n{held}\n");
    }
    for one in &record.retiring {
        let command =
            one.command.as_deref().map(|text| format!("; rehearse with {}", escape::code(text)));
        let _ = write!(out, "\n{}{}\n", escape::code(&one.sentence()), command.unwrap_or_default());
    }
    let foot = foot(record);
    // Room for the foot, and for the line that says what was left out.
    let room = limit.saturating_sub(foot.len() + 200);
    let table = table(record);
    if out.len() + table.len() < room / 2 {
        let _ = write!(out, "\n{table}");
    } else {
        out.push_str("\nThe matrix is too large to be shown here.\n");
    }
    let parts = parts(record);
    let mut shown = 0;
    for part in &parts {
        if out.len() + part.len() >= room {
            break;
        }
        let _ = write!(out, "\n{part}");
        shown += 1;
    }
    if parts.len() > shown {
        let more = paint::count(parts.len() - shown, "more group");
        let _ = write!(out, "\n…and {more}: see the log of the job, or `promptmatrix report`.\n");
    }
    out + &foot
}

fn sign(record: &RunRecord) -> char {
    match record.exit() {
        Exit::Pass => '✓',
        Exit::Inconclusive | Exit::Interrupted => '!',
        _ => '✗',
    }
}

/// `2 cells broken, 1 changed, 24 fine`: worst first.
fn counts(record: &RunRecord) -> String {
    let number = |status| record.totals.cells.get(&status).copied().unwrap_or(0);
    let mut counts: Vec<(usize, &str)> = [
        Status::Broken,
        Status::Changed,
        Status::Suspect,
        Status::New,
        Status::Error,
        Status::Skipped,
    ]
    .into_iter()
    .map(|status| (number(status), status.word()))
    .collect();
    counts.push((number(Status::Same) + number(Status::Varies), "fine"));
    counts.retain(|(number, _)| *number > 0);
    let mut words = counts.into_iter();
    let first =
        words.next().map(|(number, word)| format!("{} {word}", paint::count(number, "cell")));
    let mut all: Vec<String> = first.into_iter().collect();
    all.extend(words.map(|(number, word)| format!("{number} {word}")));
    if record.interrupted {
        let why = if record.over_budget { "stopped by the budget" } else { "interrupted" };
        all.push(why.to_owned());
    }
    if all.is_empty() { "no cells".to_owned() } else { all.join(", ") }
}

/// Prompts down, slots across, and routes behind them.
fn table(record: &RunRecord) -> String {
    let slots: BTreeSet<&Slot> = record.cells.iter().map(|cell| &cell.cell.model).collect();
    let routes = record.routes.iter().filter(|(_, route)| !route.cells.is_empty());
    let columns: Vec<&Slot> = slots.into_iter().chain(routes.map(|(name, _)| name)).collect();
    let mut rows: BTreeMap<&PromptName, BTreeMap<&Slot, BTreeMap<Status, usize>>> = BTreeMap::new();
    let own = record.cells.iter().map(|cell| (&cell.cell.prompt, &cell.cell.model, cell.status));
    let made = record.routes.iter().flat_map(|(name, route)| {
        route.cells.iter().map(move |cell| (&cell.prompt, name, cell.status))
    });
    for (prompt, column, status) in own.chain(made) {
        *rows.entry(prompt).or_default().entry(column).or_default().entry(status).or_default() += 1;
    }
    let mut out = String::from("| |");
    for column in &columns {
        let _ = write!(out, " {} |", escape::code(column.as_str()));
    }
    let _ = writeln!(out, "\n|---|{}", "---|".repeat(columns.len()));
    for (prompt, row) in &rows {
        let _ = write!(out, "| {} |", escape::code(prompt.as_str()));
        for column in &columns {
            let _ = write!(out, " {} |", row.get(column).map(tally).unwrap_or_default());
        }
        out.push('\n');
    }
    out
}

/// `4✓ **3✗**`.
fn tally(counts: &BTreeMap<Status, usize>) -> String {
    let words = STATUSES.iter().filter_map(|row| {
        let count = counts.get(&row.status)?;
        let bold = if row.status == Status::Broken { "**" } else { "" };
        Some(format!("{bold}{count}{}{bold}", glyph(row.status)))
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A sign that is not markup: `~` strikes text out, `!` opens an image.
fn glyph(status: Status) -> String {
    let glyph = status.info().glyph;
    if glyph.is_ascii_punctuation() { format!("\\{glyph}") } else { glyph.to_string() }
}

/// Everything that may be left out, worst first.
fn parts(record: &RunRecord) -> Vec<String> {
    let statuses = changes::statuses(&record.cells);
    let groups = record.groups.iter().filter(|group| group.weighs());
    let mut parts: Vec<String> =
        groups.map(|group| self::group(group, changes::status(group, &statuses))).collect();
    parts.extend(record.columns.iter().filter(|of| of.level > Level::Info).map(column));
    for ((status, note), cells) in changes::without_changes(&record.cells) {
        let note = escape::code(&escape::short(&note, SENTENCE));
        parts.push(format!(
            "**{} {}** — {}: {note}\n",
            glyph(status),
            status.word(),
            named(&cells)
        ));
    }
    parts
}

fn column(change: &ColumnChange) -> String {
    let name = escape::code(&change.name());
    let detail = escape::code(&escape::short(&change.detail, SENTENCE));
    let status = changes::status_of(change.level);
    let because = because(&change.because);
    format!("**{} {}** — {name}\n<br>{detail}\n{because}", glyph(status), change.kind.shown())
}

/// What a change comes from, on a line of its own.
fn because(reasons: &[Because]) -> String {
    Because::sentence(reasons).map(|text| format!("<br>{text}\n")).unwrap_or_default()
}

fn group(group: &ChangeGroup, status: Status) -> String {
    let change = &group.change;
    let place = match change.pointer.as_str() {
        "" => String::new(),
        pointer => format!(" {}", escape::code(&escape::short(pointer, 120))),
    };
    let (kind, cells) = (change.kind.shown(), named(&group.cells));
    let head = format!("**{} {kind}**{place} — {cells}", glyph(status));
    let sentence = escape::short(&words::of_group(group), SENTENCE);
    let diff = words::diff(change);
    let body = match &change.detail {
        _ if group.pairs.len() > 1 => pairs(group),
        Some(detail) if detail.chars().count() > SENTENCE => format!("{detail}\n{diff}"),
        _ => diff,
    };
    if body.trim().is_empty() || change.kind == Kind::ServedModelChanged {
        let sentence = escape::code(&sentence);
        return format!("{head}\n<br>{sentence}\n{}", because(&group.because));
    }
    format!(
        "{head}\n<details><summary><code>{}</code></summary>\n\n{}\n</details>\n{}",
        escape::html(&sentence),
        escape::fence("diff", &body),
        because(&group.because),
    )
}

/// What became what, and in how many cells: the most frequent first.
fn pairs(group: &ChangeGroup) -> String {
    let line = |pair: &Pair| {
        let said = words::sentence(&words::of_pair(group, pair));
        format!("{:>4} ×  {}\n", pair.cells, escape::short(&said, SENTENCE))
    };
    let mut out: String = group.pairs.iter().take(PAIRS).map(line).collect();
    let left = group.pairs.len().saturating_sub(PAIRS);
    if left > 0 {
        let _ = writeln!(out, "and {}", paint::count(left, "more pair"));
    }
    out
}

/// `2 cells (`triage/angry@llama`, `triage/vip@llama`)`.
fn named(cells: &[CellId]) -> String {
    let names: Vec<String> =
        cells.iter().take(CELLS).map(|cell| escape::code(&cell.to_string())).collect();
    let more = cells.len().saturating_sub(CELLS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let names = names.join(", ");
    match cells {
        [_] => names,
        _ => format!("{} ({names}{more})", paint::count(cells.len(), "cell")),
    }
}

fn foot(record: &RunRecord) -> String {
    let ids: Prefixes = record.groups.iter().map(|group| group.id.as_str()).collect();
    let groups = || record.groups.iter().filter(|group| group.weighs());
    let mut words = Vec::new();
    if let Some(group) = groups().next() {
        words.push(format!("What it means: `promptmatrix explain {}`", group.change.kind));
    }
    let cells = record.cells.iter().map(CellRecord::changed);
    if let Some((group, _)) = verdict::acceptable(&record.groups, cells) {
        let id = ids.short(&group.id);
        let home = if record.ci { "`promptmatrix import run run.json`, then " } else { "" };
        words.push(format!("take it: {home}`promptmatrix accept {id}`"));
    }
    words.extend(bill::spent(record));
    words.push(format!("run {}", record.id));
    format!("\n{}\n", words.join(" · "))
}
