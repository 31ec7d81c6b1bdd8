//! A slot's new model id rehearsed on all of its cells. Changes nothing until the run is applied;
//! applying asks no model again.

use std::collections::BTreeMap;

use super::answers::AnswerSource;
use super::asking::{Asking, Purpose, Resume};
use super::budget::{CallPlanner, Limit};
use super::candidates::{candidates, refused};
use super::ledger::LedgerRecorder;
use super::{Error, Notice, Project, Result, slot_of};
use crate::cost::forecast::{Forecast, forecast};
use crate::cost::price::Mode;
use crate::domain::{
    CellId, CellRecord, Diagnostic, Hashes, ReviewAction, RunRecord, StaleReason, Upgrade,
};
use crate::run::{Kept, Prepared, RoleMoved, RunCells, most_further};
use crate::suite;

/// What is rehearsed: every slot with every id.
#[derive(Debug, Clone, Default)]
pub struct RehearseOptions {
    /// The slots whose model moves.
    pub slots: Vec<String>,
    /// The model ids to rehearse.
    pub to: Vec<String>,
    /// Answers per cell, where they are not those of the config.
    pub samples: Option<u32>,
    /// What all of it may cost, before the budget of the config.
    pub limit: Option<Limit>,
}

/// What a rehearsal is about to ask.
#[derive(Debug)]
pub struct RehearsalPlan {
    /// Which slot gets which id.
    pub upgrade: Upgrade,
    /// The calls, and what they cost.
    pub forecast: Forecast,
    /// Most calls that are made beside, of both versions, to tell a change from noise.
    pub further: usize,
    /// What the new id is known to refuse and the present one takes, by the key of the config.
    pub refused: BTreeMap<&'static str, String>,
    /// What else the new id is known to do otherwise than the present one with what is asked.
    pub lints: Vec<Diagnostic>,
}

/// A rehearsal whose answers are accepted.
#[derive(Debug)]
pub struct Applied {
    /// Which slot has which id now.
    pub upgrade: Upgrade,
    /// The cells whose answer was taken.
    pub taken: Vec<CellId>,
    /// The cells that had no valid answer: their old snapshot stays, and fails.
    pub left: Vec<CellId>,
    /// Roles that would be learned otherwise today.
    pub roles: Vec<RoleMoved>,
}

impl Project {
    /// Says what a rehearsal would ask, and sends nothing.
    pub fn plan_rehearsals(&self, options: &RehearseOptions) -> Result<Vec<RehearsalPlan>> {
        let upgrades = self.upgrades(options)?.into_iter();
        upgrades
            .map(|upgrade| self.rehearsal_plan(upgrade, options.samples).map(|(plan, _)| plan))
            .collect()
    }

    /// Rehearses every slot with every id, one after the other.
    pub fn rehearse(&self, options: &RehearseOptions) -> Result<Vec<RunRecord>> {
        let turn = self.turn(None)?;
        let mut limit = self.limit(options.limit.as_ref());
        let mut records = Vec::new();
        for upgrade in self.upgrades(options)? {
            let (plan, cells) = self.rehearsal_plan(upgrade.clone(), options.samples)?;
            self.notice(&Notice::Rehearsing(Box::new(plan)));
            let in_place = self.suite.cells.iter().filter(|cell| cell.id.model == upgrade.slot);
            let asking = Asking {
                asked: RunCells { cells, beside: self.prepare(in_place)? },
                source: self.source(AnswerSource::RecordingsFirst),
                limit: limit.clone(),
                selection: vec![format!("@{}", upgrade.slot)],
                purpose: Purpose::Rehearsal(Box::new(upgrade)),
                command: None,
                max_wait: None,
                resume: Resume::Alike,
                batch: None,
            };
            let record = self.ask(asking, &turn)?;
            limit = limit.map(|limit| limit.less(record.totals.bill.cost));
            let is_interrupted = record.interrupted;
            records.push(record);
            if is_interrupted {
                break;
            }
        }
        Ok(records)
    }

    fn upgrades(&self, options: &RehearseOptions) -> Result<Vec<Upgrade>> {
        let mut upgrades = Vec::new();
        for name in &options.slots {
            let slot = slot_of(&self.suite, "upgrade::unknown-slot", name)?;
            let Some(model) = self.suite.models.get(slot) else { continue };
            if options.to.contains(&model.id) {
                return Err(Error::usage(
                    "upgrade::same-id",
                    format!("`{slot}` asks for `{}` already", model.id),
                    format!(
                        "name the id that it is to move to; promptmatrix run @{slot} asks it again"
                    ),
                ));
            }
            upgrades.extend(options.to.iter().map(|to| Upgrade {
                slot: slot.clone(),
                from: model.id.clone(),
                to: to.clone(),
                outcome: None,
            }));
        }
        Ok(upgrades)
    }

    /// What is asked of the new id, and the cells for it.
    fn rehearsal_plan(
        &self,
        upgrade: Upgrade,
        samples: Option<u32>,
    ) -> Result<(RehearsalPlan, Vec<Prepared>)> {
        let mut cells = candidates(&self.suite, &upgrade.slot, &upgrade.to);
        for cell in &mut cells {
            cell.samples = samples.unwrap_or(cell.samples);
        }
        let refused = refused(&self.suite, &cells);
        let cells = self.prepare(&cells)?;
        let in_place = self.suite.cells.iter().filter(|cell| cell.id.model == upgrade.slot);
        let lints = self.lint_of_move(&self.prepare(in_place)?, &cells);
        let planner = CallPlanner::new(self, AnswerSource::Providers, Kept::default(), Mode::Sync)?;
        let forecast = forecast(&planner.calls(&cells), &self.prices()?);
        let further = most_further(cells.len(), &self.suite.run.drift, true);
        Ok((RehearsalPlan { upgrade, forecast, further, refused, lints }, cells))
    }

    /// Accepts exactly the recorded answers of a rehearsal, and moves the id in the config.
    pub fn apply(&mut self, run: &str) -> Result<Applied> {
        let mut commit = self.change()?;
        let suite = &self.suite;
        let record = self.run_named(run)?;
        let Some(upgrade) = record.upgrade.clone() else {
            return Err(Error::usage(
                "upgrade::no-upgrade",
                format!("run {} rehearsed no upgrade", record.id),
                "promptmatrix upgrade SLOT --to ID names the run to apply",
            ));
        };
        let prepared = self.prepare(&candidates(suite, &upgrade.slot, &upgrade.to))?;
        still_fits(&prepared, &record, &upgrade)?;
        let text = std::fs::read_to_string(suite.root.join(&suite.config))?;
        let config_text =
            suite::with_model_id(&text, &upgrade.slot, &upgrade.to).ok_or_else(|| {
                Error::usage(
                    "upgrade::no-id",
                    format!("the id of `{}` is not written in {}", upgrade.slot, suite.config),
                    format!("write id = \"{}\" there yourself", upgrade.to),
                )
            })?;
        let header = |cell: &Prepared| {
            let after = record.cell(&cell.cell.id)?.meta.clone()?;
            Some((cell.cell.id.clone(), (cell.accepted.as_ref()?.meta.clone(), after)))
        };
        let recorder = LedgerRecorder::open(self, prepared.iter().filter_map(header).collect())?;
        let (roles, taken) = self.take_rehearsal(prepared, &record, &mut commit)?;
        commit.write(suite.config.as_str(), config_text);
        if let Some(recorder) = recorder {
            recorder.decided(ReviewAction::Accept, &taken, Some(&record), &mut commit)?;
        }
        commit.finish()?;
        let left = record.cells.iter().map(|cell| &cell.cell);
        let left = left.filter(|cell| !taken.contains(cell)).cloned().collect();
        Ok(Applied { upgrade, taken, left, roles })
    }
}

/// Refuses where the suite is no longer the one that was rehearsed.
fn still_fits(prepared: &[Prepared], record: &RunRecord, upgrade: &Upgrade) -> Result<()> {
    let refuse = |why: String| {
        Err(Error::usage(
            "upgrade::outdated",
            format!("run {} cannot be applied: {why}", record.id),
            format!("repeat it: promptmatrix upgrade {} --to {}", upgrade.slot, upgrade.to),
        ))
    };
    if record.interrupted {
        return refuse("it was interrupted".to_owned());
    }
    let known = |cell: &CellRecord| prepared.iter().any(|now| now.cell.id == cell.cell);
    if let Some(gone) = record.cells.iter().find(|cell| !known(cell)) {
        return refuse(format!("{} is no longer in the matrix", gone.cell));
    }
    for now in prepared {
        let Some(then) = record.cell(&now.cell.id) else {
            return refuse(format!("{} is new since then", now.cell.id));
        };
        if let Some(reason) = difference(&then.hashes, &now.hashes) {
            return refuse(format!("the {reason} of {} changed since then", then.cell));
        }
    }
    Ok(())
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
