//! `promptmatrix upgrade`: a slot's new model id rehearsed on all of its cells. Changes nothing until
//! the run is applied; applying asks no model again.

use std::fmt::Write;
use std::sync::Arc;

use serde_json::json;

use super::run::{Money, ask, header_of};
use crate::cli::accepting::{moved, take_rehearsal};
use crate::cli::args::Upgrade as Args;
use crate::cli::budget::{Limit, Outlook};
use crate::cli::clock::SystemClock;
use crate::cli::failure::Failure;
use crate::cli::ledger::Keeper;
use crate::cli::output;
use crate::cli::prices;
use crate::cli::session::Session;
use crate::cli::way::Way;
use crate::cost::forecast::forecast;
use crate::domain::{
    Cell, CellRecord, Clock, Exit, Hashes, Model, ReviewAction, RunRecord, Slot, StaleReason,
    Suite, Upgrade,
};
use crate::report::{json, paint, upgrade as report};
use crate::run::{Asked, Witness, most_further};
use crate::suite;

/// Runs the command.
pub(in crate::cli) fn upgrade(session: &Session, args: &Args) -> Result<Exit, Failure> {
    match &args.apply {
        Some(run) => apply(session, run),
        None if !args.slots.is_empty() && !args.to.is_empty() => rehearse(session, args),
        None => Err(Failure::usage(
            "upgrade::what",
            "a slot and its new id are needed, or a run to apply",
            "promptmatrix upgrade SLOT --to ID, then promptmatrix upgrade --apply RUN",
        )),
    }
}

/// Rehearses every slot with every id, one after the other.
fn rehearse(session: &Session, args: &Args) -> Result<Exit, Failure> {
    let suite = &session.suite()?.0;
    let mut upgrades = Vec::new();
    for slot in &args.slots {
        let model = slot_named(suite, slot)?;
        upgrades.extend(args.to.iter().map(|to| Upgrade {
            slot: model.slot.clone(),
            from: model.id.clone(),
            to: to.clone(),
            outcome: None,
        }));
    }
    let mut limit = Limit::of(session, suite, args.max_cost)?;
    let mut records = Vec::new();
    for upgrade in upgrades {
        let rehearsal = Rehearsal::of(suite, upgrade, args.samples)?;
        let plan = rehearsal.plan(suite)?;
        if args.dry {
            output::print(&plan)?;
            continue;
        }
        if !session.global.quiet && !session.global.json {
            output::say(&plan)?;
        }
        let record = rehearsal.run(session, suite, limit.as_ref())?;
        limit = limit.map(|limit| limit.less(record.totals.bill.cost));
        let is_interrupted = record.interrupted;
        records.push(record);
        if is_interrupted {
            break;
        }
    }
    if args.dry {
        output::print("Nothing was sent.\n")?;
        return Ok(Exit::Pass);
    }
    told(session, &records)?;
    Ok(worst(&records))
}

fn told(session: &Session, records: &[RunRecord]) -> Result<(), Failure> {
    match records {
        [record] if session.global.json => output::print(&json::render(record)?)?,
        [record] => output::print(&report::render(record, session.look()))?,
        records if session.global.json => {
            output::print_json(&json!({"format": 1, "runs": records}))?;
        }
        records => output::print(&report::table(records))?,
    }
    Ok(())
}

/// What all rehearsals together say: one that was cut short, else one that is not safe, else one of no
/// model at all, else one that is not known.
fn worst(records: &[RunRecord]) -> Exit {
    let exits = [Exit::Interrupted, Exit::Fail, Exit::Usage, Exit::Inconclusive];
    let said = |exit: &Exit| records.iter().any(|record| record.exit() == *exit);
    exits.into_iter().find(said).unwrap_or(Exit::Pass)
}

/// One slot with one new id, ready to be asked.
struct Rehearsal {
    upgrade: Upgrade,
    asked: Asked,
    witness: Witness,
}

impl Rehearsal {
    fn of(suite: &Suite, upgrade: Upgrade, samples: Option<u32>) -> Result<Self, Failure> {
        let mut cells = candidates(suite, &upgrade);
        for cell in &mut cells {
            cell.samples = samples.unwrap_or(cell.samples);
        }
        let prepared = Session::prepare(suite, &cells)?;
        let known = Session::remember(suite)?;
        let in_place = suite.cells.iter().filter(|cell| cell.id.model == upgrade.slot);
        let asked = Asked { cells: prepared, beside: Session::prepare(suite, in_place)? };
        Ok(Self { upgrade, asked, witness: known.witness })
    }

    /// What it is about to ask, and what that costs.
    fn plan(&self, suite: &Suite) -> Result<String, Failure> {
        let planned = Outlook::of(suite, Way::Fresh)?.planned(&self.asked.cells);
        let forecast = forecast(&planned, &prices::of(suite)?);
        let further = most_further(self.asked.cells.len(), &suite.run.drift, true);
        Ok(report::plan(&self.upgrade, &forecast, further))
    }

    fn run(
        self,
        session: &Session,
        suite: &Suite,
        limit: Option<&Limit>,
    ) -> Result<RunRecord, Failure> {
        let way = Way::of_environment(session);
        let money = Money::of(suite, way, limit, (&self.asked.cells, &self.asked.beside))?;
        let runs = Session::runs(suite);
        let mut journal = runs.start(SystemClock.now(), &std::process::id().to_string())?;
        let selection = vec![format!("@{}", self.upgrade.slot)];
        let mut header = header_of(session, suite, &journal, selection, self.witness);
        header.upgrade = Some(self.upgrade);
        header.ci = false;
        let record = ask((session, way), (suite, money), self.asked, header, &mut journal)?;
        runs.save(&record)?;
        Ok(record)
    }
}

fn slot_named<'s>(suite: &'s Suite, slot: &str) -> Result<&'s Arc<Model>, Failure> {
    suite.models.values().find(|model| model.slot.as_str() == slot).ok_or_else(|| {
        let slots: Vec<&str> = suite.models.keys().map(Slot::as_str).collect();
        Failure::usage(
            "upgrade::unknown-slot",
            format!("there is no slot `{slot}`"),
            format!("slots are {}", slots.join(", ")),
        )
    })
}

/// The cells of the slot, asking for the new id.
fn candidates(suite: &Suite, upgrade: &Upgrade) -> Vec<Cell> {
    let of_slot = suite.cells.iter().filter(|cell| cell.id.model == upgrade.slot);
    of_slot
        .map(|cell| {
            let model = Model { id: upgrade.to.clone(), ..Model::clone(&cell.model) };
            Cell { model: Arc::new(model), ..cell.clone() }
        })
        .collect()
}

/// Accepts exactly the recorded answers, and moves the id in the config.
fn apply(session: &Session, run: &str) -> Result<Exit, Failure> {
    let (suite, mut commit) = session.change()?;
    let suite = &suite;
    let record = Session::runs(suite).load(run)?;
    let Some(upgrade) = record.upgrade.clone() else {
        return Err(Failure::usage(
            "upgrade::no-upgrade",
            format!("run {} rehearsed no upgrade", record.id),
            "promptmatrix upgrade SLOT --to ID names the run to apply",
        ));
    };
    still_fits(suite, &record, &upgrade)?;
    let text = std::fs::read_to_string(suite.root.join(&suite.config))?;
    let config_text = suite::with_model_id(&text, &upgrade.slot, &upgrade.to).ok_or_else(|| {
        Failure::usage(
            "upgrade::no-id",
            format!("the id of `{}` is not written in {}", upgrade.slot, suite.config),
            format!("write id = \"{}\" there yourself", upgrade.to),
        )
    })?;
    let cells = record.cells.iter().map(|cell| (&cell.cell, cell.meta.as_ref()));
    let keeper = Keeper::open(suite, cells)?;
    let prepared = Session::prepare(suite, &candidates(suite, &upgrade))?;
    let (roles, taken) = take_rehearsal(suite, prepared, &record, &mut commit)?;
    commit.write(suite.config.as_str(), config_text);
    if let Some(keeper) = keeper {
        keeper.decided((ReviewAction::Accept, &taken), Some(&record), &mut commit)?;
    }
    commit.finish()?;
    output::say(&moved(&roles))?;
    let left = record.cells.iter().filter(|cell| !has_value(cell));
    let mut text = format!(
        "accepted {}; `{}` is now {}\n",
        paint::count(taken.len(), "answer"),
        upgrade.slot,
        upgrade.to
    );
    for cell in left {
        let _ =
            writeln!(text, "{} has no valid answer: its old snapshot stays, and fails", cell.cell);
    }
    let _ = writeln!(text, "Next    git add snapshots/ promptmatrix.lock {}", suite.config);
    output::print(&text)?;
    Ok(Exit::Pass)
}

/// Refuses where the suite is no longer the one that was rehearsed.
fn still_fits(suite: &Suite, record: &RunRecord, upgrade: &Upgrade) -> Result<(), Failure> {
    let refuse = |why: String| {
        Err(Failure::usage(
            "upgrade::outdated",
            format!("run {} cannot be applied: {why}", record.id),
            format!("repeat it: promptmatrix upgrade {} --to {}", upgrade.slot, upgrade.to),
        ))
    };
    if record.interrupted {
        return refuse("it was interrupted".to_owned());
    }
    let prepared = Session::prepare(suite, &candidates(suite, upgrade))?;
    let known = |cell: &CellRecord| prepared.iter().any(|now| now.cell.id == cell.cell);
    if let Some(gone) = record.cells.iter().find(|cell| !known(cell)) {
        return refuse(format!("{} is no longer in the matrix", gone.cell));
    }
    for now in &prepared {
        match record.cell(&now.cell.id) {
            None => return refuse(format!("{} is new since then", now.cell.id)),
            Some(then) => {
                if let Some(reason) = difference(&then.hashes, &now.hashes) {
                    return refuse(format!("the {reason} of {} changed since then", then.cell));
                }
            }
        }
    }
    Ok(())
}

/// Whether the judged answer of a cell is a valid one.
fn has_value(record: &CellRecord) -> bool {
    let judged = record.trials.iter().find(|trial| Some(trial.number) == record.judged);
    judged.is_some_and(|trial| trial.cause.is_none() && trial.value.is_some())
}

fn difference(then: &Hashes, now: &Hashes) -> Option<StaleReason> {
    let checks = [
        (StaleReason::Prompt, then.prompt == now.prompt),
        (StaleReason::Schema, then.schema == now.schema),
        (StaleReason::Parameters, then.parameters == now.parameters),
        (StaleReason::Lowering, then.lowering == now.lowering),
    ];
    checks.into_iter().find(|(_, same)| !same).map(|(reason, _)| reason)
}
