//! Groups of alike changes: what, where, before and after.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::paint::{self, BAD, DIM, GOOD, HINT, Look, paint};
use super::{escape, evidence, words};
use crate::diff::text::{Tag, inline};
use crate::domain::{
    Because, CellId, CellRecord, Change, ChangeClass, ChangeGroup, Family, Kind, Level, Prefixes,
    Status,
};

/// Most cells that a group lists by name.
const CELLS: usize = 8;
/// Most groups that are drawn; the heaviest and largest come first.
const GROUPS: usize = 30;
/// Most lines of a before or after.
const LINES: usize = 12;
/// Most pairs of values that are drawn of a group.
const PAIRS: usize = 3;

/// Draws every group that weighs something; with `verbose`, those of level info too. Who answers goes
/// first.
pub(crate) fn render(groups: &[ChangeGroup], cells: &[CellRecord], look: Look) -> String {
    let statuses = statuses(cells);
    let ids: Prefixes = groups.iter().map(|group| group.id.as_str()).collect();
    let is_moved = |group: &&ChangeGroup| group.change.kind == Kind::ServedModelChanged;
    let (moved, others): (Vec<_>, Vec<_>) = groups.iter().partition(is_moved);
    let mut out: String = moved.iter().map(|group| self::moved(group, &ids, look)).collect();
    let weighty = others.into_iter().filter(|group| look.verbose || group.weighs());
    let (most, weighty) =
        (if look.verbose { usize::MAX } else { GROUPS }, weighty.collect::<Vec<_>>());
    for group in weighty.iter().take(most) {
        out.push_str(&draw(group, ids.short(&group.id), cells, &statuses, look));
    }
    let left: Vec<_> = weighty.iter().skip(most).collect();
    if !left.is_empty() {
        let cells: BTreeSet<&CellId> = left.iter().flat_map(|group| &group.cells).collect();
        let more = format!(
            "… and {} in {}; -v shows them, as does promptmatrix report -v",
            paint::count(left.len(), "more group"),
            paint::count(cells.len(), "cell"),
        );
        let _ = writeln!(out, "{}", paint(DIM, more));
    }
    out
}

/// Draws one change by itself: its kind, its place, before and after or the reason.
pub(crate) fn one(change: &Change) -> String {
    let colour = paint::level(change.level);
    let place = escape::line(change.pointer.as_str());
    format!("{}  {place}\n{}", paint(colour, words::kind(change.kind, true)), body(change))
}

/// The status of every cell.
pub(super) fn statuses(cells: &[CellRecord]) -> BTreeMap<&CellId, Status> {
    cells.iter().map(|record| (&record.cell, record.status)).collect()
}

/// As what a group is drawn. One of suspect cells is drawn as what it is.
pub(super) fn status(group: &ChangeGroup, statuses: &BTreeMap<&CellId, Status>) -> Status {
    if group.cells.iter().all(|cell| statuses.get(cell) == Some(&Status::Suspect)) {
        return Status::Suspect;
    }
    status_of(group.change.level)
}

/// As what a change of this level is drawn.
pub(super) fn status_of(level: Level) -> Status {
    match level {
        Level::Breaking => Status::Broken,
        Level::Review => Status::Changed,
        Level::Info => Status::Varies,
    }
}

fn draw(
    group: &ChangeGroup,
    id: &str,
    cells: &[CellRecord],
    statuses: &BTreeMap<&CellId, Status>,
    look: Look,
) -> String {
    let status = status(group, statuses);
    let mut out = head(group, id, status, look);
    out.push_str(&cell_list(&group.cells, look));
    if let Some(shown) = evidence::shown(group, cells) {
        let _ = writeln!(out, "    {}", paint(DIM, shown));
    }
    match group.pairs.as_slice() {
        [] | [_] => out.push_str(&body(&group.change)),
        _ => out.push_str(&pairs(group, look)),
    }
    if let Some(sentence) = Because::sentence(&group.because) {
        let _ = writeln!(out, "    {}", paint(DIM, sentence));
    }
    out
}

/// What became what, and in how many cells: the most frequent first.
fn pairs(group: &ChangeGroup, look: Look) -> String {
    let most = if look.verbose { usize::MAX } else { PAIRS };
    let mut out = String::new();
    for pair in group.pairs.iter().take(most) {
        let said = match (&pair.before, &pair.after) {
            (Some(Value::String(before)), Some(Value::String(after)))
                if group.change.kind.info().class == ChangeClass::Writing =>
            {
                words(&escape::short(before, 120), &escape::short(after, 120))
            }
            _ => escape::short(&words::sentence(&words::of_pair(group, pair)), 160),
        };
        let number = paint(DIM, format_args!("{:>4} ×", pair.cells));
        let _ = writeln!(out, "  {number}  {said}");
    }
    let left = group.pairs.len().saturating_sub(most);
    if left > 0 {
        let more = format!("and {}; -v shows them", paint::count(left, "more pair"));
        let _ = writeln!(out, "          {}", paint(DIM, more));
    }
    out
}

fn head(group: &ChangeGroup, id: &str, status: Status, look: Look) -> String {
    let kind = words::kind(group.change.kind, look.verbose);
    let what = format!("{}{:<9}", look.glyph(status), status.word());
    let place = if group.change.pointer.as_str().is_empty() {
        String::new()
    } else {
        format!("  {}", escape::line(group.change.pointer.as_str()))
    };
    let left = format!("{what}{kind}{place}");
    let right = format!("{:<9} {id}", paint::count(group.cells.len(), "cell"));
    let gap = look.width.min(90).saturating_sub(left.width() + right.width()).max(3);
    format!(
        "{}{}{place}{}{}\n",
        paint(paint::status(status), what),
        paint(paint::BOLD, kind),
        " ".repeat(gap),
        paint(DIM, right),
    )
}

fn cell_list(cells: &[CellId], look: Look) -> String {
    let most = if look.verbose { usize::MAX } else { CELLS };
    let mut out = String::new();
    let mut used = look.width;
    for cell in cells.iter().take(most) {
        let name = cell.to_string();
        if used + name.width() + 2 > look.width.min(100) {
            out.push_str(if out.is_empty() { "    " } else { "\n    " });
            used = 4;
        } else {
            out.push_str("  ");
            used += 2;
        }
        used += name.width();
        out.push_str(&name);
    }
    if cells.len() > most {
        let _ = write!(out, "  {}", paint(DIM, format_args!("and {} more", cells.len() - most)));
    }
    out.push('\n');
    out
}

fn body(change: &Change) -> String {
    let mut out = String::new();
    if let Some(detail) = &change.detail {
        let _ = writeln!(out, "    {}", escape::short(detail, 300));
    }
    let family = change.kind.info().family;
    match (&change.before, &change.after) {
        // A cause has an answer that cannot be used, and nothing to compare it with.
        (None, Some(after)) if family == Family::Cause => {
            if change.detail.is_none() {
                let _ = writeln!(out, "    {}", paint(DIM, escape::short(&shown(after), 160)));
            }
        }
        (Some(Value::String(before)), Some(Value::String(after)))
            if change.kind.info().class == ChangeClass::Writing =>
        {
            let _ = writeln!(out, "    {}", words(before, after));
        }
        (before, after) => {
            out.push_str(&side('-', BAD, before.as_ref()));
            out.push_str(&side('+', GOOD, after.as_ref()));
        }
    }
    out
}

fn side(sign: char, style: anstyle::Style, value: Option<&Value>) -> String {
    let Some(value) = value else { return String::new() };
    let text = shown(value);
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    for line in lines.iter().take(LINES) {
        let _ = writeln!(
            out,
            "    {}",
            paint(style, format_args!("{sign} {}", escape::short(line, 200)))
        );
    }
    if lines.len() > LINES {
        let more = format!("{sign} … {} more lines", lines.len() - LINES);
        let _ = writeln!(out, "    {}", paint(DIM, more));
    }
    out
}

fn shown(value: &Value) -> String {
    crate::domain::pretty_json(value)
}

/// One line with what went out and what came in marked by sign and colour.
fn words(before: &str, after: &str) -> String {
    let (before, after) = (escape::short(before, 400), escape::short(after, 400));
    let mut out = String::new();
    for segment in inline(&before, &after) {
        let text = segment.text;
        let _ = match segment.tag {
            Tag::Same => write!(out, "{text}"),
            Tag::Removed => write!(out, "{}", paint(BAD, format_args!("[-{text}-]"))),
            Tag::Added => write!(out, "{}", paint(GOOD, format_args!("{{+{text}+}}"))),
        };
    }
    out
}

/// Cells that have no group of changes, by status and note: new ones, those that nobody answered.
pub(super) fn without_changes(cells: &[CellRecord]) -> BTreeMap<(Status, String), Vec<CellId>> {
    let mut notes: BTreeMap<(Status, String), Vec<CellId>> = BTreeMap::new();
    for record in cells {
        let note = match record.status {
            Status::New => "no snapshot yet".to_owned(),
            Status::Error | Status::Skipped => record.note.clone().unwrap_or_default(),
            Status::Suspect if record.changes.iter().all(|c| c.level == Level::Info) => {
                record.note.clone().unwrap_or_default()
            }
            _ => continue,
        };
        notes.entry((record.status, note)).or_default().push(record.cell.clone());
    }
    notes
}

/// Draws the cells that have no group of changes.
pub(crate) fn unanswered(cells: &[CellRecord], look: Look) -> String {
    let unrecorded: BTreeSet<&CellId> = cells
        .iter()
        .filter(|record| record.trials.iter().any(|t| t.cause == Some(Kind::Unrecorded)))
        .map(|record| &record.cell)
        .collect();
    let is_unrecorded = |cells: &[CellId]| cells.iter().any(|cell| unrecorded.contains(cell));
    let mut out = String::new();
    for ((status, note), cells) in without_changes(cells) {
        let what = format!("{}{:<9}", look.glyph(status), status.word());
        let _ = writeln!(
            out,
            "{}{}   {}",
            paint(paint::status(status), what),
            escape::short(&note, 300),
            paint(DIM, paint::count(cells.len(), "cell")),
        );
        // Each cell without a recording is named, however many there are.
        let look = Look { verbose: look.verbose || is_unrecorded(&cells), ..look };
        out.push_str(&cell_list(&cells, look));
    }
    out
}

/// A slot whose alias answers with another version than the one that was accepted.
fn moved(group: &ChangeGroup, ids: &Prefixes, look: Look) -> String {
    let id = |value: &Option<Value>| {
        escape::short(value.as_ref().and_then(Value::as_str).unwrap_or("?"), 80)
    };
    let slots: BTreeSet<&str> = group.cells.iter().map(|cell| cell.model.as_str()).collect();
    let slots = slots.into_iter().collect::<Vec<_>>().join(", ");
    format!(
        "{}{}   accepted from {}, now answered by {}   {}\n\n",
        look.glyph(Status::Changed),
        paint(paint::BOLD, format_args!("the model behind `{slots}` moved silently")),
        paint(HINT, id(&group.change.before)),
        paint(HINT, id(&group.change.after)),
        paint(
            DIM,
            format_args!("{} {}", paint::count(group.cells.len(), "cell"), ids.short(&group.id))
        ),
    )
}
