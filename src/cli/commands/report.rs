//! `promptmatrix report`: a stored run once more, in any format. Asks nobody and judges nothing.

use serde_json::json;

use crate::cli::args::Report;
use crate::cli::output;
use crate::cli::outputs::Targets;
use crate::cli::screens::pending;
use crate::cli::session::Session;
use crate::domain::{CellId, Exit};
use crate::project::{Error, Project, Result};
use crate::report::escape;

/// Runs the command. It passes whatever the run said.
pub(in crate::cli) fn report(session: &Session, args: &Report) -> Result<Exit> {
    let outputs = &args.outputs;
    let targets = Targets::new(&outputs.output, outputs.format, session)?.or_text_alone();
    let project = session.project()?;
    if args.open {
        return open(session, &project);
    }
    let record = match &args.run {
        Some(prefix) => project.run_named(prefix)?,
        None => project.runs().latest()?.ok_or_else(|| {
            Error::usage("report::no-run", "there is no stored run", "promptmatrix run")
        })?,
    };
    for (file, size) in targets.write(&record, session)? {
        if !session.global.quiet {
            let file = escape::line(&file.to_string_lossy());
            let size = size.div_ceil(1000);
            output::eprint(&format!("Wrote  {file}   {size} kB   run {}\n", record.id))?;
        }
    }
    Ok(Exit::Pass)
}

/// What waits for a decision, over all runs.
fn open(session: &Session, project: &Project) -> Result<Exit> {
    let open = project.pending()?;
    let cells: Vec<&CellId> = open.cells.iter().map(|waiting| &waiting.cell).collect();
    session.print(
        || json!({"format": 1, "groups": open.groups, "cells": cells}),
        || pending::render(&open, session.look()),
    )?;
    Ok(Exit::Pass)
}
