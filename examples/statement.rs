//! What the matrix of a suite cost and will cost, as a library tells it.
//!
//! `cargo run --example statement -- path/to/suite`

#![allow(clippy::print_stdout, reason = "an example")]

use std::error::Error;
use std::path::PathBuf;

use promptmatrix::project::{Counted, Options, Project, StatementOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let project = Project::open(Options { folder, ..Options::default() }, ())?;
    let options = StatementOptions { counted: Counted::Days(30), ..StatementOptions::default() };
    let statement = project.statement(&options)?;
    let total = &statement.spend.total;
    println!("{} calls in {:.0} days", total.calls, statement.window.days);
    for warning in &statement.warnings {
        println!("note: {warning}");
    }
    println!("{}", serde_json::to_string_pretty(&statement.spend)?);
    Ok(())
}
