//! `promptmatrix run`: ask, compare, record, report.

use std::fmt::Write;

use crate::cli::args::Run;
use crate::cli::github;
use crate::cli::output;
use crate::cli::outputs::Targets;
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::{AnswerSource, Project, Replay, Result, RunOptions, RunPlan};
use crate::report::{forecast, paint};

/// Runs the command.
pub(in crate::cli) fn run(session: &Session, args: &Run) -> Result<Exit> {
    let targets = Targets::new(&args.outputs, session)?.or_text();
    let project = session.project()?;
    let options = RunOptions {
        cells: args.cells.selection(),
        samples: args.samples,
        failed: args.failed,
        source: match (args.offline, args.fresh) {
            (true, _) => AnswerSource::Recordings,
            (false, true) => AnswerSource::Providers,
            (false, false) => AnswerSource::RecordingsFirst,
        },
        limit: session.limit(args.max_cost)?,
        resume: args.resume.clone(),
    };
    if args.dry {
        return plan(session, &project, &options);
    }
    let Some(ran) = project.run(&options)? else { return nothing() };
    targets.write(&ran.record, session)?;
    if session.environment.github && !args.no_github {
        github::tell(session, &project.suite().root, &ran.record)?;
    }
    ran.stage_pending?;
    Ok(ran.record.exit())
}

fn nothing() -> Result<Exit> {
    output::print("Every cell of the last run passed: nothing to ask.\n")?;
    Ok(Exit::Pass)
}

/// Says what would be asked, and whether the budget allows it.
fn plan(session: &Session, project: &Project, options: &RunOptions) -> Result<Exit> {
    let calls = match project.plan_run(options)? {
        None => return nothing(),
        Some(RunPlan::Replay(replay)) => {
            output::print(&replayed(&replay))?;
            return Ok(Exit::Pass);
        }
        Some(RunPlan::Calls(calls)) => calls,
    };
    if session.global.json {
        output::print_json(&serde_json::to_value(&calls.forecast)?)?;
    } else {
        let size = project.suite().cells.len();
        output::print(&forecast::render(
            &calls.forecast,
            &calls.missing_keys,
            size,
            calls.wait_ms,
        ))?;
    }
    calls.within_budget?;
    Ok(Exit::Pass)
}

/// What would be replayed.
fn replayed(replay: &Replay) -> String {
    let cells = paint::count(replay.cells, "cell");
    let mut out = format!("Would replay {cells}; {} of them cannot be.\n", replay.missing.len());
    for cell in &replay.missing {
        let _ = writeln!(out, "  {cell}");
    }
    out
}
