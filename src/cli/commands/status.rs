//! `promptmatrix status`: what waits, by group, what no longer fits, how the last run ended.

use crate::cli::screens::status::{data, render};
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::Result;

/// Runs the command.
pub(in crate::cli) fn status(session: &Session) -> Result<Exit> {
    let status = session.project()?.status()?;
    session.print(|| data(&status), || render(&status, session.global.verbose))?;
    Ok(Exit::Pass)
}
