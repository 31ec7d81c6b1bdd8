//! Reference pages in Markdown, from the same tables that the program works by.

mod cost;
mod demo;
mod promise;
mod servers;

use std::fmt::Write;

pub(crate) use cost::cost;
pub(crate) use demo::{faults, quirks};
pub(crate) use promise::promise;
pub(crate) use servers::{dialects, lowering};

use promptmatrix::domain::kit::quoted;
use promptmatrix::domain::{
    CODES, EXITS, Family, FieldRole, KINDS, KindFamily, KindInfo, Level, RULES, STATUSES, WEIGHTS,
};
use promptmatrix::report::FORMATS;
use promptmatrix::report::explain::NOBODY;

/// `docs/reference/kinds.md`.
pub(crate) fn kinds() -> String {
    let mut out = String::from(
        "# Kinds of causes and changes\n\n\
         Generated from the tables in `src/domain/kind/`, `rule.rs` and `weight.rs`; `promptmatrix explain ID` prints one row.\n\
         The screen shows the family of a kind, `-v` and data the kind itself.\n",
    );
    for family in KindFamily::ALL {
        let _ = write!(out, "\n## {}\n\n{}\n", family.id(), family.title());
        out.push_str(&rows(family.kinds()));
    }
    let _ = write!(out, "\n## {NOBODY}\n");
    out + &rows(KINDS.iter().filter(|row| row.shown.is_none())) + &rules() + &weights()
}

fn rows(rows: impl Iterator<Item = &'static KindInfo>) -> String {
    let mut out = String::new();
    for row in rows {
        let level = match row.family {
            Family::NoEvidence => "no evidence".to_owned(),
            _ => row.level.to_string(),
        };
        let _ = write!(out, "\n### `{}`\n\n*{level}.* {} {}\n\n", row.id, row.title, row.effect);
        let (before, after) = row.example;
        if !after.is_empty() {
            let _ = write!(out, "````text\naccepted  {before}\nnow       {after}\n````\n\n");
        }
        let _ = writeln!(out, "{} Usually fixed {}.", row.remedy, row.fix.place());
    }
    out
}

fn rules() -> String {
    let mut out = String::from(
        "\n## Rules of a schema\n\nWhat a `schema-violation` violates, worst first: the first one \
         stands for the answer.\n\n| rule | keywords | what | remedy |\n|---|---|---|---|\n",
    );
    for row in RULES {
        let keywords = quoted(row.keywords);
        let _ = writeln!(out, "| `{}` | {keywords} | {} | {} |", row.id, row.title, row.remedy);
    }
    out
}

fn weights() -> String {
    let mut out = String::from(
        "\n## Levels by role\n\nWith `strictness = \"contract\"` a change weighs by what its place is \
         for. `-`: by its kind. `[levels]` speaks last.\n\n| |",
    );
    for role in FieldRole::ALL {
        let _ = write!(out, " {role} |");
    }
    let _ = writeln!(out, "\n|---|{}", "---|".repeat(FieldRole::ALL.len()));
    for (_, what, levels) in WEIGHTS {
        let _ = write!(out, "| {what} |");
        for level in levels {
            let _ = write!(out, " {} |", level.map_or("-", Level::as_str));
        }
        out.push('\n');
    }
    out
}

/// `docs/reference/statuses.md`.
pub(crate) fn statuses() -> String {
    let mut out = String::from(
        "# Statuses of a cell\n\nGenerated from the table in `src/domain/status.rs`.\n\n\
         | | status | meaning | gate |\n|---|---|---|---|\n",
    );
    for row in STATUSES {
        let _ =
            writeln!(out, "| {} | `{}` | {} | {} |", row.glyph, row.word, row.meaning, row.gate);
    }
    out
}

/// `docs/reference/exit-codes.md`.
pub(crate) fn exit_codes() -> String {
    let mut out = String::from(
        "# Exit codes\n\nGenerated from the table in `src/domain/exit.rs`.\n\n\
         | code | | meaning |\n|---|---|---|\n",
    );
    for row in EXITS {
        let _ = writeln!(out, "| {} | {} | {} |", row.code, row.word, row.meaning);
    }
    out
}

/// `docs/reference/formats.md`.
pub(crate) fn formats() -> String {
    let mut out = String::from(
        "# Formats of a run\n\nGenerated from the table in `src/report/format.rs`. \
         `-o FILE` goes by the ending, `--format NAME` says what standard output gets; `run` and \
         `report` have both.\n\n| name | ending | what |\n|---|---|---|\n",
    );
    for row in FORMATS {
        let _ = writeln!(out, "| `{}` | `.{}` | {} |", row.name, row.ending, row.what);
    }
    out
}

/// `docs/reference/diagnostics.md`.
pub(crate) fn diagnostics() -> String {
    let mut out = String::from(
        "# Diagnostics\n\nGenerated from the table in `src/domain/code.rs`. Each is told with its \
         place and its fix.\n",
    );
    let mut area = "";
    for row in CODES {
        let own = row.id.split("::").next().unwrap_or_default();
        if own != area {
            area = own;
            let _ = write!(out, "\n## {area}\n\n| code | meaning |\n|---|---|\n");
        }
        let _ = writeln!(out, "| `{}` | {} |", row.id, row.meaning);
    }
    out
}
