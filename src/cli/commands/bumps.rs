//! `promptmatrix bumps`: what moved under each slot, and what is coming for it.

use crate::cli::args::Bumps;
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::{BumpOptions, Result};
use crate::report::bumps as report;

/// Runs the command. Exit 1 where a model ends within the days of its gate, 3 where a provider's
/// list was wanted and could not be had.
pub(in crate::cli) fn bumps(session: &Session, args: &Bumps) -> Result<Exit> {
    let book = session.project()?.bumps(&BumpOptions {
        since_days: args.since,
        upcoming_days: args.upcoming,
        live: args.live,
    })?;
    let data = serde_json::to_value(&book)?;
    session.print(|| data, || report::render(&book, session.look()))?;
    Ok(Exit::of(book.exit_code))
}
