//! What waits for a decision.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::domain::{ChangeGroup, Prefixes};
use crate::project::Pending;
use crate::report::paint::{self, BOLD, DIM, HINT, paint};
use crate::report::{Look, changes, escape};
use crate::review::PendingCell;
use crate::verdict;

/// One line for each group.
pub(in crate::cli) fn list(pending: &Pending) -> String {
    let ids = pending.ids();
    let mut out = String::new();
    for group in pending.weighty() {
        let _ = writeln!(out, "{}", line(group, &ids));
    }
    let others = pending.others().count();
    if others > 0 {
        let what = paint(HINT, "promptmatrix accept --all, after a look");
        let _ = writeln!(out, "{others:>5} without a change that weighs   {what}");
    }
    out
}

/// Each group as a run draws it.
pub(in crate::cli) fn render(pending: &Pending, look: Look) -> String {
    if pending.cells.is_empty() {
        return "Nothing waits for a decision.\n".to_owned();
    }
    let mut out = changes::render(&pending.groups, &[], look);
    let others = pending.others().map(ToString::to_string).collect::<Vec<_>>();
    if !others.is_empty() {
        let cells = paint::count(others.len(), "cell");
        let _ = writeln!(out, "{cells} without a change that weighs: {}", others.join("  "));
    }
    let cells = pending.cells.iter().map(PendingCell::changed);
    let whole = || pending.weighty().find_map(|group| group.cells.first());
    let next = match verdict::acceptable(&pending.groups, cells) {
        Some((group, _)) => pending.ids().short(&group.id).to_owned(),
        None => whole().map_or("--all".to_owned(), ToString::to_string),
    };
    let what = paint(DIM, "or reject, by the same name");
    let _ = writeln!(out, "\n{}    promptmatrix accept {next}   {what}", paint(BOLD, "Next"));
    out
}

/// `   24 cells  breaking  structure /order_id  triage@swift   promptmatrix accept 73cf04`.
fn line(group: &ChangeGroup, ids: &Prefixes) -> String {
    let kind = group.change.kind.shown();
    let slots: BTreeSet<&str> = group.cells.iter().map(|cell| cell.model.as_str()).collect();
    let prompts: BTreeSet<&str> = group.cells.iter().map(|cell| cell.prompt.as_str()).collect();
    let place = escape::line(&format!("{kind} {}", group.change.pointer));
    let homes = format!("{}@{}", joined(&prompts), joined(&slots));
    let cells = paint::count(group.cells.len(), "cell");
    format!(
        "{cells:>11}  {:<9} {}  {}   {}",
        group.change.level,
        place.trim_end(),
        paint(DIM, escape::line(&homes)),
        paint(HINT, format_args!("promptmatrix accept {}", ids.short(&group.id))),
    )
}

fn joined(names: &BTreeSet<&str>) -> String {
    names.iter().copied().collect::<Vec<_>>().join(",")
}
