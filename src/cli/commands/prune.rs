//! `promptmatrix prune`: deletes what no cell of the whole matrix needs. Lists it first.

use crate::cli::args::Prune;
use crate::cli::screens::prune::{data, deleted, listed};
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::Result;

/// Runs the command.
pub(in crate::cli) fn prune(session: &Session, args: &Prune) -> Result<Exit> {
    let mut project = session.project()?;
    if args.yes {
        let pruned = project.prune(args.keep)?;
        // What git knows is never deleted without its name.
        let names = project.recordings().is_committed();
        let data = || data(&pruned.obsolete, Some(&pruned.runs));
        session.print(data, || deleted(&pruned, names))?;
    } else {
        let obsolete = project.obsolete()?;
        session.print(|| data(&obsolete, None), || listed(&obsolete))?;
    }
    Ok(Exit::Pass)
}
