//! An answer that is at hand, held against a cell of a suite: its schema, the expectations of its
//! case, and the accepted answer. Asks nobody and writes nothing.
//!
//! `cargo run --example judge -- triage/refund@swift '{"label": "refund"}'`

#![allow(clippy::print_stdout, reason = "an example")]

use std::error::Error;
use std::path::PathBuf;

use promptmatrix::project::{Accepted, Options, Project, Selection, changes_of, violations};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(cell), Some(answer)) = (arguments.next(), arguments.next()) else {
        return Err("name a cell and an answer".into());
    };
    let options = Options { folder: PathBuf::from("."), ..Options::default() };
    let project = Project::open(options, ())?;
    let value = serde_json::from_str::<serde_json::Value>(&answer)?;
    for cell in project.cells(&Selection { patterns: vec![cell.parse()?] })? {
        let Some(accepted) = &cell.accepted else { continue };
        let answer = Accepted { value: value.clone().into(), meta: accepted.meta.clone() };
        let broken = violations(&cell, &answer);
        let changes = if broken.is_empty() { changes_of(&cell, &answer) } else { broken };
        println!("{}: {} changes", cell.cell.id, changes.len());
        for change in changes {
            println!("  {} {} {}", change.level, change.kind, change.pointer);
        }
    }
    Ok(())
}
