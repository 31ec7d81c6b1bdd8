//! `promptmatrix diff`: two sets of answers compared, without a call: runs, slots, or revisions.

use crate::cli::args::Diff;
use crate::cli::screens::diff::{data, render};
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::{Error, Result};

/// Runs the command. Exit 1 when anything that weighs is different.
pub(in crate::cli) fn diff(session: &Session, args: &Diff) -> Result<Exit> {
    let project = session.project()?;
    let (left, right) = sides(args)?;
    let compared = project.compare(left, right)?;
    session.print(|| data(&compared), || render(&compared, args.stat, session.look()))?;
    let different = compared.cells.iter().filter(|one| !one.changes.is_empty());
    project.looked(different.map(|one| &one.cell))?;
    Ok(compared.exit())
}

/// `A..B`, `A..` (today's snapshots), or two words.
fn sides(args: &Diff) -> Result<(&str, &str)> {
    match (args.left.split_once(".."), args.right.as_deref()) {
        (Some((left, right)), None) if !left.is_empty() => Ok((left, right)),
        (None, Some(right)) => Ok((&args.left, right)),
        _ => Err(Error::usage(
            "diff::two-sides",
            "two sides are needed",
            "promptmatrix diff SLOT..SLOT, RUN..RUN, REVISION..REVISION, or REVISION.. for today",
        )),
    }
}
