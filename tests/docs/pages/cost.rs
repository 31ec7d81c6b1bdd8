//! The page of what the cost forecast assumes.

use std::fmt::Write;

use promptmatrix::domain::PARAMETERS;

/// `docs/reference/cost.md`.
pub(crate) fn cost() -> String {
    let mut out = String::from(
        "# What the cost forecast assumes\n\n\
         Generated from the table in `src/domain/parameter.rs`. `[cost] preset` picks a column; a key \
         that is written takes its place, and so does a measurement where there is one. Where the \
         three columns are only a range, the middle one holds in every preset.\n\n\
         | key | unit | lean | default | heavy | what | measured by |\n|---|---|---|---|---|---|---|\n",
    );
    for row in PARAMETERS {
        let key = if row.key.is_empty() { "–".to_owned() } else { format!("`{}`", row.key) };
        let [lean, default, heavy] = row.values;
        let range = if row.preset { "" } else { " (range)" };
        let _ = writeln!(
            out,
            "| {key} | {} | {lean} | {default} | {heavy} | {}{range} | {} |",
            row.unit, row.about, row.measure
        );
    }
    out
}
