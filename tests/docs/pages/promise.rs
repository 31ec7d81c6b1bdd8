//! `docs/reference/promise.md`: what a run finds, how soon and how surely.

use std::fmt::Write;

use promptmatrix::drift::promise::{DEPTHS, ROWS, SETTINGS, quiet, shifting, slow};

/// `docs/reference/promise.md`.
pub(crate) fn promise() -> String {
    let mut out = String::from(
        "# What a run finds, and how surely\n\n\
         Generated from the table in `src/drift/promise.rs`, which holds what \
         `cargo bench --bench drift` measured with seeds 13, 97, 211 and 509, 16 to 64 \
         suites a row, and where nothing changed with seeds 1009 and 2003, which no setting was chosen by. A suite has \
         4 prompts, 6 cases and 4 slots, with one new answer a cell. A figure is the share of suites in which the break is \
         red by the first / second / third run; with so few suites it is good to about 0.1.\n",
    );
    for depth in DEPTHS {
        let _ =
            write!(out, "\n## {depth} accepted answers\n\n| break | where | share of answers |");
        for (_, words) in SETTINGS {
            let _ = write!(out, " {words} |");
        }
        let _ = writeln!(out, "\n|---|---|---|{}", "---|".repeat(SETTINGS.len()));
        for row in ROWS {
            let (kind, scope) = (row.kind.meaning(), row.cells());
            let _ = write!(out, "| {kind} | {scope} | {} % |", row.share);
            for (setting, _) in SETTINGS {
                let red = row.red(depth, setting).unwrap_or_default();
                let red = red.map(|chance| format!("{chance:.2}")).join(" / ");
                let _ = write!(out, " {red} |");
            }
            out.push('\n');
        }
        out.push_str("\nWhere nothing changed:\n\n| |");
        for (_, words) in SETTINGS {
            let _ = write!(out, " {words} |");
        }
        let _ = writeln!(out, "\n|---|{}", "---|".repeat(SETTINGS.len()));
        let figures = [
            ("newly red, of 1,000 cells in a run", 0),
            ("suspect, of 1,000 cells in a run", 1),
            ("runs of 96 cells that newly fail, of 100", 2),
            ("calls of a cell in a run", 3),
            ("newly red of 1,000 where cells vary more one night than another", 4),
            ("1 % of answers more every night: red before half of them moved, of 100", 5),
        ];
        for (what, figure) in figures {
            let _ = write!(out, "| {what} |");
            for (setting, _) in SETTINGS {
                let number = quiet(depth, setting).and_then(|quiet| match figure {
                    0 => Some(quiet.red),
                    1 => Some(quiet.suspect),
                    2 => Some(quiet.nights),
                    3 => Some(quiet.calls),
                    4 => Some(shifting(depth, setting)?.red),
                    _ => Some(100.0 * slow(depth, setting)?),
                });
                let _ = write!(out, " {:.2} |", number.unwrap_or_default());
            }
            out.push('\n');
        }
    }
    out
}
