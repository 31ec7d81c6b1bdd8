//! Two sets of answers at a glance: prompts down, statuses across.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::paint::{self, BOLD, DIM, paint};
use crate::domain::{CellId, Status};

const COLUMNS: [Status; 4] = [Status::Same, Status::Drifted, Status::Changed, Status::Broken];

/// One row for each prompt, and one for all of them.
pub fn table(cells: &[(CellId, Status)]) -> String {
    let mut rows: BTreeMap<&str, BTreeMap<Status, usize>> = BTreeMap::new();
    let mut total: BTreeMap<Status, usize> = BTreeMap::new();
    for (cell, status) in cells {
        *rows.entry(cell.prompt.as_str()).or_default().entry(*status).or_default() += 1;
        *total.entry(*status).or_default() += 1;
    }
    let width = rows.keys().map(|name| name.chars().count()).max().unwrap_or(0).max(10) + 2;
    let mut out = format!("  {:width$}", "");
    for status in COLUMNS {
        let _ = write!(out, "{}", paint(BOLD, format_args!("{:>9}", status.word())));
    }
    out.push('\n');
    for (name, counts) in rows {
        row(&mut out, name, &counts, width);
    }
    row(&mut out, "total", &total, width);
    out
}

fn row(out: &mut String, name: &str, counts: &BTreeMap<Status, usize>, width: usize) {
    let _ = write!(out, "  {name:width$}");
    for status in COLUMNS {
        match counts.get(&status) {
            Some(count) => {
                let _ = write!(out, "{}", paint(paint::status(status), format_args!("{count:>9}")));
            }
            None => {
                let _ = write!(out, "{}", paint(DIM, format_args!("{:>9}", "-")));
            }
        }
    }
    out.push('\n');
}
