//! `promptmatrix merge`: judge the answers of all shards of a run.

use crate::cli::args::Merge;
use crate::cli::github;
use crate::cli::outputs::Targets;
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::{MergeOptions, Result};

/// Runs the command.
pub(in crate::cli) fn merge(session: &Session, args: &Merge) -> Result<Exit> {
    let targets = Targets::new(&args.outputs.output, args.outputs.format, session)?.or_text();
    let project = session.project()?;
    let ran = project.merge(&MergeOptions {
        runs: args.runs.clone(),
        offline: args.offline || session.environment.offline,
        limit: session.limit(args.max_cost)?,
    })?;
    targets.write(&ran.record, session)?;
    if session.environment.github && !args.no_github {
        github::annotate(session, &project.suite().root, &ran.record)?;
    }
    ran.stage_pending?;
    Ok(ran.record.exit())
}
