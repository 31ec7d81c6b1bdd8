//! What was decided, and what is open after it.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::domain::{CellId, ChangeGroup, Diagnostic, Level, Prefixes};
use crate::project::{Applied, Breaking, Decided, Deepened};
use crate::report::paint::{self, REVIEW, paint};
use crate::report::{escape, evidence};
use crate::review::groups;
use crate::run::RoleMoved;

/// As data; `what` is `accepted` or `rejected`.
pub(in crate::cli) fn data(decided: &Decided, what: &str) -> Value {
    let cells: Vec<&CellId> = decided.cells.iter().map(|pending| &pending.cell).collect();
    let left: &[ChangeGroup] = if what == "accepted" { &decided.others } else { &[] };
    let breaking = decided
        .breaking
        .iter()
        .map(|one| json!({"cell": one.cell, "broken": one.broken, "answers": one.answers}));
    let breaking: Vec<Value> = breaking.collect();
    json!({"format": 1, what: cells, "left": left, "breaking": breaking, "open": decided.open.groups})
}

/// For people; `what` is `accepted` or `rejected`.
pub(in crate::cli) fn render(decided: &Decided, what: &str, verbose: bool) -> String {
    let number = paint::count(decided.cells.len(), "answer");
    let mut text = format!("{what} {number}\n{}", seen(decided, what == "accepted"));
    if verbose {
        for pending in &decided.cells {
            let _ = writeln!(text, "  {}", pending.cell);
        }
    }
    if what == "accepted" && !decided.cells.is_empty() {
        text.push_str("Next    git add snapshots/ promptmatrix.lock\n");
    }
    if !decided.open.cells.is_empty() {
        let cells = paint::count(decided.open.cells.len(), "cell");
        let _ = writeln!(text, "Open    {cells} to decide: promptmatrix status");
    }
    text
}

/// What was left and why; of answers that are taken, what of it breaks, and what answers an older
/// request.
fn seen(decided: &Decided, is_taken: bool) -> String {
    let ids = &decided.ids;
    let mut out = String::new();
    for group in &decided.others {
        let _ = writeln!(out, "  {}", also(group, ids));
    }
    if decided.left > 0 {
        let left = paint::count(decided.left, "cell");
        let _ = writeln!(out, "  {left} left: name these groups too, or reject them");
    }
    if !is_taken {
        return out;
    }
    let broken = groups(&decided.cells);
    for group in broken.iter().filter(|group| group.change.level == Level::Breaking) {
        let _ = writeln!(out, "  {} of these break: {}", group.cells.len(), named(group, ids));
    }
    for Breaking { cell, broken, answers } in &decided.breaking {
        let _ = writeln!(
            out,
            "  {cell} broke in {broken} of {answers} answers: that rate is its baseline now"
        );
    }
    let mut outdated: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for cell in decided.cells.iter().filter(|cell| !cell.outdated.is_empty()) {
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

/// Why cells are not accepted.
pub(in crate::cli) fn refused(decided: &Decided) -> Vec<Diagnostic> {
    let problem = |pending: &crate::review::PendingCell| {
        let why = pending.refusal.as_deref().unwrap_or_default();
        Diagnostic::error("review::unfit", format!("{} is not accepted: {why}", pending.cell))
            .help(format!("promptmatrix run {}, or fix the schema", pending.cell))
    };
    decided.refused.iter().map(problem).collect()
}

/// The groups that every cell that was named is in too: what they have, and their ids.
pub(in crate::cli) fn others(decided: &Decided) -> (String, Vec<&str>) {
    let also = decided.others.iter().map(|group| also(group, &decided.ids));
    let ids = decided.others.iter().map(|group| decided.ids.short(&group.id));
    (also.collect::<Vec<_>>().join("; "), ids.collect())
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

/// Accepted answers that others were counted beside.
pub(in crate::cli) fn deepened(deepened: &Deepened) -> String {
    let Deepened { deeper, cells, depth, .. } = *deepened;
    let mut text = format!(
        "{} of {} deepened; the shallowest is now judged by {}: {}\n",
        deeper,
        paint::count(cells, "cell"),
        paint::count(depth as usize, "accepted answer"),
        evidence::depth(depth),
    );
    if cells > deeper {
        let _ = writeln!(
            text,
            "{} left as they are: changed in these runs, asked otherwise today, replayed, or counted already",
            paint::count(cells - deeper, "cell")
        );
    }
    if deeper > 0 {
        text.push_str("Next    git add snapshots/ promptmatrix.lock\n");
    }
    text
}

/// A rehearsal that was applied, to the suite of this config file.
pub(in crate::cli) fn applied(applied: &Applied, config: &str) -> String {
    let mut text = format!(
        "accepted {}; `{}` is now {}\n",
        paint::count(applied.taken.len(), "answer"),
        applied.upgrade.slot,
        applied.upgrade.to
    );
    for cell in &applied.left {
        let _ = writeln!(text, "{cell} has no valid answer: its old snapshot stays, and fails");
    }
    let _ = writeln!(text, "Next    git add snapshots/ promptmatrix.lock {config}");
    text
}

/// Roles that would be learned otherwise today, as warnings.
pub(in crate::cli) fn moved(moved: &[RoleMoved]) -> String {
    let mut out = String::new();
    for RoleMoved { prompt, place, was, looks } in moved {
        let _ = writeln!(
            out,
            "{}: {place} of `{prompt}` counts as `{was}`, as when it was accepted, and looks like \
             `{looks}` now; `\"{place}\" = \"{looks}\"` in [roles] takes that",
            paint(REVIEW, "warning"),
        );
    }
    out
}
