//! A run as GitHub reads it from a log: annotations beside the cases.
//!
//! GitHub shows at most ten of a step, so there is one for each group of alike changes.
//! <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{changes, escape, paint, words};
use crate::domain::{Because, CellId, CellRecord, Level, RunRecord, Status};

/// Most annotations of a step that are shown.
const MOST: usize = 10;
/// Most characters of a message.
const MESSAGE: usize = 1000;
/// Most cells that a message names.
const CELLS: usize = 8;

/// One remark beside a case.
struct Annotation {
    fails: bool,
    title: String,
    said: String,
    cells: Vec<CellId>,
}

/// Workflow commands, one a line: breaking changes first, then what weighs less, then cells without
/// an answer. `folder` leads from the root of the repository to the suite: empty, or with a `/` at
/// its end.
pub(crate) fn annotations(record: &RunRecord, folder: &str) -> String {
    let cells: BTreeMap<&CellId, &CellRecord> =
        record.cells.iter().map(|cell| (&cell.cell, cell)).collect();
    let all = collect(record, &cells);
    let shown = if all.len() > MOST { MOST - 1 } else { all.len() };
    let mut out = String::new();
    for one in &record.retiring {
        let said = one.command.as_deref().map(|command| format!("; rehearse: {command}"));
        let said = one.sentence() + &said.unwrap_or_default();
        let _ = writeln!(out, "::error title=retirement::{}", escape::workflow_message(&said));
    }
    for annotation in all.iter().take(shown) {
        let first = annotation.cells.first().and_then(|cell| cells.get(cell));
        let place = first.map(|cell| words::place(cell));
        out.push_str(&command(annotation, folder, place));
    }
    if all.len() > shown {
        let more = paint::count(all.len() - shown, "more group");
        let _ = writeln!(
            out,
            "::notice title=promptmatrix::{more} of changes or cells without an answer: see the job summary"
        );
    }
    out
}

fn collect(record: &RunRecord, cells: &BTreeMap<&CellId, &CellRecord>) -> Vec<Annotation> {
    let fails = |named: &[CellId]| {
        named.iter().any(|cell| cells.get(cell).is_some_and(|record| record.fails))
    };
    let groups = record.groups.iter().filter(|group| group.weighs());
    let changed = groups.map(|group| Annotation {
        fails: fails(&group.cells),
        title: words::headline(&group.change),
        said: match Because::sentence(&group.because) {
            Some(because) => format!("{} {because}", words::of_group(group)),
            None => words::of_group(group),
        },
        cells: group.cells.clone(),
    });
    let silent = changes::without_changes(&record.cells).into_iter();
    let silent = silent
        // Outside CI, a cell without a snapshot is no news to the one who wrote it.
        .filter(|((status, _), cells)| *status != Status::New || fails(cells))
        .map(|((status, note), cells)| Annotation {
            fails: fails(&cells),
            title: status.word().to_owned(),
            said: note,
            cells,
        });
    let columns = record.columns.iter().filter(|change| change.level > Level::Info);
    let columns = columns.map(|change| Annotation {
        fails: change.fails,
        title: format!("{} {}", change.kind.shown(), change.name()),
        said: change.detail.clone(),
        cells: Vec::new(),
    });
    changed.chain(columns).chain(silent).collect()
}

fn command(annotation: &Annotation, folder: &str, place: Option<(&str, &str)>) -> String {
    let Annotation { fails, title, said, cells } = annotation;
    let word = if *fails { "error" } else { "warning" };
    let title = escape::workflow_property(&format!("promptmatrix {title}"));
    let place = place.map(|(file, line)| {
        let file = escape::workflow_property(&format!("{folder}{file}"));
        format!("file={file},line={},", escape::workflow_property(line))
    });
    let named: Vec<String> = cells.iter().take(CELLS).map(ToString::to_string).collect();
    let more = cells.len().saturating_sub(CELLS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let said = escape::short(said, MESSAGE);
    let number = paint::count(cells.len(), "cell");
    let message = format!("{number}: {said}\n{}{more}", named.join(" "));
    let message = escape::workflow_message(&message);
    format!("::{word} {}title={title}::{message}\n", place.unwrap_or_default())
}
