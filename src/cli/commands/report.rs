//! `promptmatrix report`: a stored run once more, in any format. Asks nobody and judges nothing.

use serde_json::json;

use crate::cli::args::Report;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::outputs::Targets;
use crate::cli::pending::Pending;
use crate::cli::session::Session;
use crate::domain::{CellId, Exit, RunRecord};
use crate::report::escape;
use crate::store::Runs;

/// Runs the command. It passes whatever the run said.
pub(in crate::cli) fn report(session: &Session, args: &Report) -> Result<Exit, Failure> {
    let targets = Targets::new(&args.outputs, session)?;
    let targets = if targets.has_no_files() { targets.or_text() } else { targets };
    let (suite, _) = session.suite()?;
    if args.open {
        return open(session, &Pending::of(&suite)?);
    }
    let record = load(&Session::runs(&suite), args.run.as_deref())?;
    for (file, size) in targets.write(&record, session)? {
        if !session.global.quiet {
            let file = escape::line(&file.to_string_lossy());
            let size = size.div_ceil(1000);
            output::say(&format!("Wrote  {file}   {size} kB   run {}\n", record.id))?;
        }
    }
    Ok(Exit::Pass)
}

/// What waits for a decision, over all runs.
fn open(session: &Session, open: &Pending) -> Result<Exit, Failure> {
    if session.global.json {
        let cells: Vec<&CellId> = open.cells.iter().map(|waiting| &waiting.cell).collect();
        output::print_json(&json!({"format": 1, "groups": open.groups, "cells": cells}))?;
    } else {
        output::print(&open.render(session.look()))?;
    }
    Ok(Exit::Pass)
}

fn load(runs: &Runs, prefix: Option<&str>) -> Result<RunRecord, Failure> {
    let none = || Failure::usage("report::no-run", "there is no stored run", "promptmatrix run");
    match prefix {
        None => runs.latest()?.ok_or_else(none),
        Some(prefix) => Ok(runs.load(prefix)?),
    }
}
