//! `promptmatrix run`: ask, compare, record, report.

use std::fmt::Write;

use crate::cli::args::{Run, WhichShard};
use crate::cli::github;
use crate::cli::output;
use crate::cli::outputs::Targets;
use crate::cli::screens::{batch, probe, shard as screen};
use crate::cli::session::Session;
use crate::domain::{Diagnostic, Exit, PromptName, RunRecord, Status, Suite};
use crate::project::{AnswerSource, Error, Project, Replay, Result, RunOptions, RunPlan};
use crate::report::{forecast, paint};
use crate::suite::scheduler::SCHEDULERS;

/// Runs the command.
pub(in crate::cli) fn run(session: &Session, args: &Run) -> Result<Exit> {
    let targets = Targets::new(&args.outputs.output, args.outputs.format, session)?.or_text();
    let project = session.project()?;
    let mut options = RunOptions {
        cells: args.cells.selection(),
        samples: args.samples,
        failed: args.failed,
        source: match (args.offline, args.fresh) {
            (true, _) => AnswerSource::Recordings,
            (false, true) => AnswerSource::Providers,
            (false, false) => AnswerSource::RecordingsFirst,
        },
        limit: session.limit(args.max_cost)?,
        max_wait: args.max_wait,
        resume: args.resume.clone(),
        batch: args.batch,
        wait: args.wait,
    };
    if !session.global.quiet {
        output::eprint(&odd(project.warnings()))?;
    }
    if args.probe {
        let probed = project.probe(&options)?;
        session.print(|| probe::data(&probed), || probe::render(&probed))?;
        return Ok(probed.exit());
    }
    if let Some(shard) = args.shard {
        return self::shard(session, &project, &options, shard);
    }
    if args.dry {
        return plan(session, &project, &options);
    }
    if args.batch {
        let Some(submitted) = project.submit(&options)? else { return nothing() };
        if !args.wait {
            session.print(|| batch::data(&submitted), || batch::render(&submitted))?;
            return Ok(if args.submit_only { Exit::Pass } else { Exit::Inconclusive });
        }
        options.resume = Some(submitted.run);
    }
    let Some(ran) = project.run(&options)? else { return nothing() };
    targets.write(&ran.record, session)?;
    if !session.global.quiet {
        output::eprint(&unvalidated(project.suite(), &ran.record))?;
    }
    if session.environment.github && !args.no_github {
        github::annotate(session, &project.suite().root, &ran.record)?;
    }
    ran.stage_pending?;
    Ok(ran.record.exit())
}

/// Asks the cells of a shard. What nobody answered is left to whoever merges it.
fn shard(
    session: &Session,
    project: &Project,
    options: &RunOptions,
    shard: WhichShard,
) -> Result<Exit> {
    let shard = match shard {
        WhichShard::This(shard) => shard,
        WhichShard::Auto => session.environment.shard.ok_or_else(no_scheduler)?,
    };
    let asked = project.run_shard(options, shard)?;
    session.print(|| screen::data(&asked), || screen::render(&asked))?;
    Ok(match (asked.interrupted, asked.unanswered.is_empty()) {
        (true, _) => Exit::Interrupted,
        (false, false) => Exit::Inconclusive,
        (false, true) => Exit::Pass,
    })
}

fn no_scheduler() -> Error {
    let known: Vec<&str> = SCHEDULERS.iter().map(|scheduler| scheduler.name).collect();
    Error::usage(
        "run::shard",
        "no scheduler says which shard this is",
        format!("write it: --shard 1/8; known are {}", known.join(", ")),
    )
}

/// What is odd about the suite, in one line each.
fn odd(warnings: &[Diagnostic]) -> String {
    const MOST: usize = 3;
    let word = paint::paint(paint::REVIEW, "warning");
    let mut out = String::new();
    for warning in warnings.iter().take(MOST) {
        let place = warning.place.as_ref();
        let place = place.map_or_else(String::new, |at| format!(" ({}:{})", at.file, at.line));
        let _ = writeln!(out, "{word}: {}{place}", warning.title);
    }
    if warnings.len() > MOST {
        let more = paint::count(warnings.len() - MOST, "more warning");
        let _ = writeln!(out, "{word}: {more}: promptmatrix check");
    }
    out
}

/// Prompts without a schema, while their answers are new.
fn unvalidated(suite: &Suite, record: &RunRecord) -> String {
    let is_new = |prompt: &&PromptName| {
        let mut cells = record.cells.iter().filter(|cell| cell.cell.prompt == **prompt);
        cells.any(|cell| cell.status == Status::New)
    };
    let new = suite.without_schema().into_iter().filter(is_new);
    let names: Vec<String> = new.map(|prompt| format!("`{prompt}`")).collect();
    if names.is_empty() {
        return String::new();
    }
    let names = names.join(", ");
    format!("no schema in {names}: answers are compared as texts, and nothing is validated\n")
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
