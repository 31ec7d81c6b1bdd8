//! `promptmatrix check`: config, prompts, schemas and snapshots, without the network.

use std::collections::BTreeSet;

use serde_json::json;

use super::status;
use crate::cli::args::Check;
use crate::cli::coming::{Known, gate};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::session::Session;
use crate::cost::lifecycle::Retirement;
use crate::domain::{Change, Diagnostic, Exit, Pointer, Slot, Suite};
use crate::report::{diagnostic, paint};
use crate::run::unfit_of;
use crate::store::Snapshots;

/// Runs the command.
pub(in crate::cli) fn check(session: &Session, args: &Check) -> Result<Exit, Failure> {
    let (suite, mut warnings) = session.suite()?;
    let prepared = Session::prepare(&suite, &suite.cells)?;
    let upkeep = status::upkeep(&suite, &prepared)?;
    let mut unfit = 0;
    for cell in &prepared {
        if let Some(change) = unfit_of(cell).first() {
            unfit += 1;
            let (path, why) = (Snapshots::file(&cell.cell.id), why(change));
            warnings.push(
                Diagnostic::warning("snapshot::unfit", format!("{path} no longer fits: {why}"))
                    .at(cell.cell.place.clone(), "the case it belongs to")
                    .help(format!("promptmatrix run {}", cell.cell.id)),
            );
        }
    }
    warnings.extend(retiring(&suite)?);
    let summary = summary(&suite, &upkeep, unfit);
    if session.global.json {
        let problems = diagnostic::data(&warnings);
        output::print_json(&json!({"format": 1, "summary": summary, "warnings": problems}))?;
    } else {
        output::print(&format!("{summary}\n"))?;
        output::print(&diagnostic::render(&warnings, session.look()))?;
    }
    Ok(if args.strict && !warnings.is_empty() { Exit::Fail } else { Exit::Pass })
}

/// Models that end soon: within the days of their gate, and within a month in any case.
fn retiring(suite: &Suite) -> Result<Vec<Diagnostic>, Failure> {
    const SOON_DAYS: u32 = 30;
    let last = Session::runs(suite).latest()?;
    let days = |slot: &Slot| Some(gate(suite, slot).unwrap_or_default().max(SOON_DAYS));
    let ending = Known::of(suite, last.as_ref())?.ending(days);
    let warning = |one: Retirement| {
        let (slot, id, day) = (&one.slot, &one.id, one.shutdown);
        let left = one.days_left;
        let title = format!("{id} ({slot}) stops answering on {day}; days left: {left}");
        let help = one.command().unwrap_or_else(|| "promptmatrix bumps --live".to_owned());
        Diagnostic::warning("config::retiring-model", title).help(help)
    };
    Ok(ending.into_iter().map(warning).collect())
}

/// `schema-violation at /priority: "urgent!!" is none of …`
fn why(change: &Change) -> String {
    let place = if change.pointer == Pointer::root() {
        String::new()
    } else {
        format!(" at {}", change.pointer)
    };
    format!("{}{place}: {}", change.kind, change.detail.as_deref().unwrap_or_default())
}

fn summary(suite: &Suite, upkeep: &status::Upkeep, unfit: usize) -> String {
    let schemas: BTreeSet<_> =
        suite.prompts.values().filter_map(|prompt| prompt.schema_file.as_ref()).collect();
    let accepted = suite.cells.len() - upkeep.missing.len();
    format!(
        "prompts {} ok   schemas {} ok   models {}   cells {}   snapshots {accepted}: {} fit today's schemas, {} stale, {} missing",
        suite.prompts.len(),
        schemas.len(),
        suite.models.len(),
        paint::grouped(suite.cells.len()),
        accepted - unfit,
        upkeep.stale.len(),
        upkeep.missing.len(),
    )
}
