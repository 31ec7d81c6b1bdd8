//! `promptmatrix prune`: deletes what no cell of the whole matrix needs. Lists it first.

use serde_json::json;

use super::status;
use crate::cli::args::Prune;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::{CellId, Exit};
use crate::report::paint;
use crate::store::Snapshots;

/// Runs the command. What is obsolete is judged by the whole matrix, never by what ran.
pub(in crate::cli) fn prune(session: &Session, args: &Prune) -> Result<Exit, Failure> {
    let (suite, _) = session.suite()?;
    let obsolete = status::upkeep(&suite)?.obsolete;
    let paths: Vec<&String> = obsolete.iter().map(|(_, path)| path).collect();
    if !args.yes {
        if session.global.json {
            output::print_json(&json!({"format": 1, "deleted": false, "snapshots": paths}))?;
        } else if paths.is_empty() {
            output::print("no snapshot is obsolete\n")?;
        } else {
            let list = paths.iter().fold(String::new(), |list, path| list + "  " + path + "\n");
            let number = paint::count(paths.len(), "obsolete snapshot");
            output::print(&format!("{number}:\n{list}Nothing was deleted; --yes deletes them.\n"))?;
        }
        return Ok(Exit::Pass);
    }
    let mut cells: Vec<CellId> = obsolete.iter().map(|(cell, _)| cell.clone()).collect();
    cells.dedup();
    let snapshots = Snapshots::open(&suite.root).prune(&cells)?;
    let runs = Session::runs(&suite).prune(args.keep)?;
    if session.global.json {
        output::print_json(
            &json!({"format": 1, "deleted": true, "snapshots": snapshots, "runs": runs}),
        )?;
    } else {
        let snapshots = paint::count(snapshots.len(), "snapshot");
        let runs = paint::count(runs.len(), "run");
        output::print(&format!("deleted {snapshots} and {runs}\n"))?;
    }
    Ok(Exit::Pass)
}
