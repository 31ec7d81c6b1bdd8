//! The pages of the demo provider: the file of its world and its quirks; the faults of its server.

use std::fmt::Write;

use super::quoted;
use promptmatrix::sim::{FAULTS, QUIRKS, Stage, To, WORLD_KEYS, World};

/// `docs/reference/quirks.md`.
pub(crate) fn quirks() -> String {
    let mut out = String::from(
        "# The demo provider\n\n\
         Generated from the tables in `src/sim/`. A slot of `provider = \"demo\"` is answered inside \
         promptmatrix, in the wire format of its `dialect`, without key or network. What it answers \
         is written in a world: a TOML file that `[demo] world` names. The first scripted answer that \
         fits is given; where none fits, an answer is made from the schema. Then the quirks of the \
         version that serves the id are applied. The same question gets the same answer, but for \
         quirks whose `rate` lies between 0 and 1.\n\n## Keys of a world\n",
    );
    let mut table = None;
    for row in WORLD_KEYS {
        if table != Some(row.table) {
            table = Some(row.table);
            let name = if row.table.is_empty() { "At the top" } else { row.table };
            let _ = write!(out, "\n### {name}\n\n| key | |\n|---|---|\n");
        }
        let _ = writeln!(out, "| `{}` | {} |", row.key, row.about);
    }
    let _ = write!(
        out,
        "\n## The built-in world\n\nIt holds where no world is named.\n\n```toml\n{}```\n",
        World::BUILTIN
    );
    out.push_str("\n## Quirks\n\nIn the order in which they are applied.\n");
    let mut stage = None;
    for row in QUIRKS {
        if stage != Some(row.stage) {
            stage = Some(row.stage);
            let _ = write!(
                out,
                "\n### {}\n\n| `kind` | does | `to` | |\n|---|---|---|---|\n",
                heading(row.stage)
            );
        }
        let _ = writeln!(out, "| `{}` | {} | {} | {} |", row.id, row.does, to(row.to), row.note);
    }
    out
}

/// `docs/reference/faults.md`.
pub(crate) fn faults() -> String {
    let mut out = String::from(
        "# Faults of the simulator\n\n\
         Generated from the table in `src/sim/faults.rs`. `promptmatrix sim --fault KIND=RATE` lets a \
         share of the calls go wrong; the flag can be given again, and `any=RATE` shares a rate among \
         all kinds. A call meets one fault at most. Which one follows from `--seed`, from what is \
         asked, and from how often it was asked before: asking again is another chance. The request \
         header `x-sim-fault: KIND` asks for a fault, whatever the flags say.\n\n\
         | kind | the client gets | |\n|---|---|---|\n",
    );
    for row in FAULTS {
        let _ = writeln!(out, "| `{}` | {} | {} |", row.id, row.does, row.note);
    }
    out
}

fn heading(stage: Stage) -> &'static str {
    match stage {
        Stage::Value => "Of the value",
        Stage::Text => "Of the text that carries it",
        Stage::Ending => "Of the way the answer ends",
        Stage::Around => "Around the answer",
    }
}

fn to(to: To) -> String {
    match to {
        To::Nothing => String::new(),
        To::Any => "any value".to_owned(),
        To::Text => "a text".to_owned(),
        To::Number => "a number above 0".to_owned(),
        To::Status => "an HTTP status from 400 to 599".to_owned(),
        To::Type => quoted(To::TYPES),
        To::Table => "a table from old value to new value".to_owned(),
    }
}
