//! `promptmatrix upgrade`: a slot's new model id rehearsed on all of its cells, then applied.

use serde_json::json;

use crate::cli::args::Upgrade;
use crate::cli::output;
use crate::cli::screens::decided;
use crate::cli::session::Session;
use crate::domain::{Exit, RunRecord};
use crate::project::{Error, RehearseOptions, Result, exit_of_rehearsals};
use crate::report::{json, upgrade as report};

/// Runs the command.
pub(in crate::cli) fn upgrade(session: &Session, args: &Upgrade) -> Result<Exit> {
    if let Some(run) = &args.apply {
        return apply(session, run);
    }
    if args.slots.is_empty() || args.to.is_empty() {
        return Err(Error::usage(
            "upgrade::what",
            "a slot and its new id are needed, or a run to apply",
            "promptmatrix upgrade SLOT --to ID, then promptmatrix upgrade --apply RUN",
        ));
    }
    let project = session.project()?;
    let options = RehearseOptions {
        slots: args.slots.clone(),
        to: args.to.clone(),
        samples: args.samples,
        limit: session.limit(args.max_cost)?,
    };
    if args.dry {
        for plan in project.plan_rehearsals(&options)? {
            output::print(&report::plan(
                &plan.upgrade,
                &plan.forecast,
                plan.further,
                (&plan.refused, &plan.lints),
            ))?;
        }
        output::print("Nothing was sent.\n")?;
        return Ok(Exit::Pass);
    }
    let records = project.rehearse(&options)?;
    print(session, &records)?;
    Ok(exit_of_rehearsals(&records))
}

fn print(session: &Session, records: &[RunRecord]) -> Result<()> {
    match records {
        [record] if session.global.json => output::print(&json::render(record)?)?,
        [record] => output::print(&report::render(record, session.look()))?,
        records => {
            let data = || json!({"format": 1, "runs": records});
            session.print(data, || report::table(records))?;
        }
    }
    Ok(())
}

fn apply(session: &Session, run: &str) -> Result<Exit> {
    let mut project = session.project()?;
    let applied = project.apply(run)?;
    output::eprint(&decided::moved(&applied.roles))?;
    output::print(&decided::applied(&applied, &project.suite().config))?;
    Ok(Exit::Pass)
}
