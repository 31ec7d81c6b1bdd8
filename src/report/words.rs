//! What a change says in plain text, for every medium but the terminal, and where the answers of a
//! run come from. The caller escapes it.

use serde_json::Value;

use super::paint;
use crate::domain::kit::shortened;
use crate::domain::{CellRecord, Change, ChangeGroup, Kind, Pair, RunRecord, pretty_json};

/// Most lines of a before or after.
const LINES: usize = 40;
/// Most characters of one of these lines.
const WIDTH: usize = 400;
/// Most characters of a value inside a sentence.
const INLINE: usize = 60;

/// The family of a kind, as the screen has it; with `verbose` the exact kind too.
pub(super) fn kind(kind: Kind, verbose: bool) -> String {
    match kind.shown() {
        family if verbose && family != kind.id() => format!("{family} {kind}"),
        family => family.to_owned(),
    }
}

/// Family and place: `schema /priority`.
pub(super) fn headline(change: &Change) -> String {
    format!("{} {}", change.kind.shown(), change.pointer).trim_end().to_owned()
}

/// What happened in most cells of a group, in one sentence.
pub(super) fn of_group(group: &ChangeGroup) -> String {
    match group.pairs.as_slice() {
        [] | [_] => sentence(&group.change),
        [most, others @ ..] => format!(
            "{} in {} of {} cells, and {} more",
            sentence(&of_pair(group, most)),
            most.cells,
            group.cells.len(),
            paint::count(others.len(), "pair"),
        ),
    }
}

/// One pair of values of a group, as a change.
pub(super) fn of_pair(group: &ChangeGroup, pair: &Pair) -> Change {
    let Pair { before, after, detail, .. } = pair.clone();
    Change { before, after, detail, ..group.change.clone() }
}

/// Kind and place: `schema-violation /priority`.
pub(super) fn title(change: &Change) -> String {
    format!("{} {}", change.kind, change.pointer).trim_end().to_owned()
}

/// What happened, in one sentence.
pub(super) fn sentence(change: &Change) -> String {
    if let Some(detail) = &change.detail {
        return detail.clone();
    }
    let shown = |value: &Value| shortened(&value.to_string(), INLINE);
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{} → {}", shown(before), shown(after)),
        (Some(before), None) => format!("{} is gone", shown(before)),
        (None, Some(after)) => format!("now {}", shown(after)),
        (None, None) => change.kind.info().title.to_owned(),
    }
}

/// Before and after, as lines with `-` and `+`; empty where the change has neither.
pub(super) fn diff(change: &Change) -> String {
    side('-', change.before.as_ref()) + &side('+', change.after.as_ref())
}

/// `12 fresh, 84 replayed, oldest 3 d`, or how many answers were handed in; nothing where every
/// answer is fresh.
pub(super) fn sources(record: &RunRecord) -> Option<String> {
    if record.totals.imported > 0 {
        return Some(format!("{} imported", paint::count(record.totals.imported, "answer")));
    }
    let trials = record.cells.iter().flat_map(|cell| &cell.trials);
    let oldest = trials.filter_map(|trial| trial.source.recorded_at()).min()?;
    let fresh = match record.totals.trials {
        0 => String::new(),
        n => format!("{} fresh, ", paint::grouped(n)),
    };
    let replayed = paint::grouped(record.totals.replayed);
    let age = paint::age(record.finished.duration_since(oldest));
    Some(format!("{fresh}{replayed} replayed, oldest {age}"))
}

/// Where a case is written: file and line.
pub(super) fn place(cell: &CellRecord) -> (&str, &str) {
    cell.place.rsplit_once(':').unwrap_or((&cell.place, "1"))
}

fn side(sign: char, value: Option<&Value>) -> String {
    let Some(value) = value else { return String::new() };
    let text = pretty_json(value);
    let mut lines: Vec<String> = text
        .lines()
        .take(LINES)
        .map(|line| format!("{sign} {}\n", shortened(line, WIDTH)))
        .collect();
    let more = text.lines().count().saturating_sub(LINES);
    if more > 0 {
        lines.push(format!("{sign} … {more} more lines\n"));
    }
    lines.concat()
}
