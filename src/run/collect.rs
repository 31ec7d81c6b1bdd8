//! The record that the answers of a run add up to. The order of arrival leaves no trace.

use std::collections::BTreeMap;

use super::Prepared;
use super::RetiringOf;
use super::billing;
use super::column::{Columns, because, columns};
use super::decide::Decided;
use super::flips::{answers, count_flips};
use super::gather::{Collected, End, Gathered};
use super::judge::{Concluded, judge};
use super::measures::measures;
use super::run_history::RunHistory;
use crate::cost;
use crate::cost::price::Prices;
use crate::domain::{
    Bill, CellRecord, Exit, Flips, Hash, History, ModelRecord, Route, RunRecord, Safety, Setting,
    Slot, Source, Totals, Trial, Upgrade,
};
use crate::verdict::{self, Baseline, FixMinutes};
use jiff::Timestamp;

/// What the caller says of a run.
#[derive(Debug, Clone)]
pub struct Header {
    /// Names the run.
    pub id: String,
    /// Hash of the suite.
    pub suite: Hash,
    /// The profile in effect.
    pub profile: Option<String>,
    /// Cell patterns as given.
    pub selection: Vec<String>,
    /// The upgrade that the run rehearses.
    pub upgrade: Option<Upgrade>,
    /// The columns that are made of others.
    pub routes: BTreeMap<Slot, Route>,
    /// Whether a missing snapshot is a failure.
    pub ci: bool,
    /// What earlier runs saw of the cells, and whether anybody waits for this one.
    pub setting: Setting,
    /// What they saw.
    pub history: History,
    /// What a person needs for what a rehearsal finds.
    pub minutes: FixMinutes,
    /// What is known of who answers.
    pub run_history: RunHistory,
}

impl Header {
    /// What earlier runs saw counts, where it is known; what this run saw before it was cut short is
    /// none of it.
    pub fn remember(&mut self, history: Option<History>) {
        self.setting = match (self.ci, &history) {
            (true, Some(_)) => Setting::RunsKept,
            (true, None) => Setting::FreshMachine,
            (false, _) => Setting::ByHand,
        };
        self.history = history.unwrap_or_default();
        self.history.forget(&self.id);
    }
}

/// Folds everything into the record of the run.
pub(super) fn record(
    header: Header,
    (started, finished): (Timestamp, Timestamp),
    prices: &Prices,
    (collected, mut decided): (Collected, Decided),
    retiring: &RetiringOf<'_>,
) -> RunRecord {
    let bills = bills(collected.cells());
    let end = collected.end();
    let (mut whole, beside) = collected.into_judgeable();
    let baseline = if header.ci { Baseline::Required } else { Baseline::Optional };
    let mut cells = Vec::with_capacity(whole.len());
    for Gathered { cell, trials, .. } in &mut whole {
        let mut record = judged(cell, std::mem::take(trials), &mut decided, baseline);
        record.beside = beside.get(&record.cell).cloned().unwrap_or_default();
        cells.push(record);
    }
    let columns = columns(&whole, &cells, &header.run_history);
    for (Gathered { cell, .. }, record) in whole.iter().zip(&mut cells) {
        record.because = because(cell, record, columns.identity.get(&record.cell.model));
    }
    let groups = verdict::group(cells.iter().map(CellRecord::changed));
    let upgrade = header.upgrade.map(|upgrade| Upgrade {
        outcome: (end == End::Whole).then(|| {
            let around = (measures(&whole, &cells, &beside), flips_of(&whole, &cells));
            verdict::rehearsed(&cells, (&groups, &columns.changes), around, header.minutes)
        }),
        ..upgrade
    });
    let statuses = cells.iter().map(|cell| cell.status);
    let by_columns = columns.changes.iter().any(|change| change.fails);
    let by_cells = if by_columns { Exit::Fail } else { verdict::outcome(statuses, baseline) };
    let models = models(&whole, &cells, &bills, &columns);
    let retiring = retiring(&models);
    let exit = exit_of(end, upgrade.as_ref(), by_cells, &cells);
    let exit = if retiring.is_empty() { exit } else { exit.or_fail() };
    RunRecord {
        format: RunRecord::FORMAT,
        id: header.id,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        started,
        finished,
        suite: header.suite,
        profile: header.profile,
        selection: header.selection,
        upgrade,
        interrupted: end != End::Whole,
        over_budget: end == End::OverBudget,
        ci: header.ci,
        evidence: decided.evidence,
        exit_code: exit.code(),
        retiring,
        prices: Some(prices.source()),
        totals: totals(&cells, bills.values().copied()),
        models,
        routes: cost::route::columns(header.routes.values(), &cells),
        groups,
        columns: columns.changes,
        cells,
    }
}

/// Right and wrong answers of a rehearsal, against those that are accepted and those of the version
/// in place that were asked for beside.
fn flips_of(whole: &[Gathered], cells: &[CellRecord]) -> Option<Flips> {
    count_flips(whole.iter().zip(cells).map(|(gathered, record)| {
        let accepted = gathered.cell.accepted.as_ref().map(|accepted| Some(&*accepted.value));
        let before = accepted.into_iter().chain(answers(&record.beside, None)).collect();
        (&*gathered.cell, before, answers(&record.trials, record.judged))
    }))
}

/// What a run tells its caller. One that the budget ended fails by what it found, if it did.
fn exit_of(end: End, upgrade: Option<&Upgrade>, by_cells: Exit, cells: &[CellRecord]) -> Exit {
    let safety = upgrade.and_then(|upgrade| Some(upgrade.outcome.as_ref()?.safety));
    let exit = match (end, safety) {
        (End::Interrupted, _) => Exit::Interrupted,
        (End::OverBudget, _) if upgrade.is_none() && by_cells == Exit::Fail => Exit::Fail,
        (End::OverBudget, _) | (End::Whole, Some(Safety::Inconclusive)) => Exit::Inconclusive,
        (End::Whole, Some(Safety::Safe)) => Exit::Pass,
        (End::Whole, Some(Safety::NotSafe)) => Exit::Fail,
        (End::Whole, None) => by_cells,
    };
    let is_misnamed = exit == Exit::Inconclusive && cells.iter().any(verdict::is_misnamed);
    if is_misnamed { Exit::Usage } else { exit }
}

/// The record of one cell, once everything is decided.
pub(super) fn judged(
    cell: &Prepared,
    trials: Vec<Trial>,
    decided: &mut Decided,
    baseline: Baseline,
) -> CellRecord {
    let id = &cell.cell.id;
    let roles = decided.roles.get(&(id.prompt.clone(), id.model.clone()));
    let next = decided.next;
    let concluded = decided.cells.remove(id).zip(roles).map(|(decision, roles)| Concluded {
        decision,
        roles,
        next,
    });
    judge(cell, trials, concluded, baseline)
}

/// What every answer that is paid for cost, by slot.
fn bills(cells: &[Gathered]) -> BTreeMap<Slot, Bill> {
    let mut bills = BTreeMap::<Slot, Bill>::new();
    for Gathered { cell, trials, .. } in cells {
        bills.entry(cell.cell.model.slot.clone()).or_default().add(billing::sum(trials));
    }
    bills
}

fn totals(cells: &[CellRecord], bills: impl Iterator<Item = Bill>) -> Totals {
    let mut totals = Totals::default();
    bills.for_each(|bill| totals.bill.add(bill));
    for record in cells {
        *totals.cells.entry(record.status).or_default() += 1;
        for trial in record.trials.iter().chain(&record.beside) {
            totals.calls += trial.attempts.len();
            match trial.source {
                Source::Fresh | Source::Batch => {}
                // Nothing was asked or paid: a recording says the same however often it is read.
                Source::Replayed { .. } => {
                    totals.replayed += 1;
                    continue;
                }
                Source::Imported => {
                    totals.imported += 1;
                    continue;
                }
            }
            totals.trials += usize::from(trial.text.is_some() || trial.cause.is_none());
            totals.usage.add(trial.usage.unwrap_or_default());
        }
    }
    totals
}

fn models(
    whole: &[Gathered],
    cells: &[CellRecord],
    bills: &BTreeMap<Slot, Bill>,
    columns: &Columns,
) -> BTreeMap<Slot, ModelRecord> {
    let mut models = BTreeMap::new();
    for (Gathered { cell, .. }, record) in whole.iter().zip(cells) {
        let trials = &record.trials;
        let model = &cell.cell.model;
        let record = models.entry(model.slot.clone()).or_insert_with(|| ModelRecord {
            provider: model.provider,
            dialect: model.dialect.clone(),
            requested: model.id.clone(),
            served: Vec::new(),
            bill: bills.get(&model.slot).copied().unwrap_or_default(),
            identity: columns.identity.get(&model.slot).cloned(),
            latency: columns.latency.get(&model.slot).copied(),
        });
        for id in trials.iter().filter_map(|trial| trial.identity.served.as_ref()) {
            if let Err(at) = record.served.binary_search(id) {
                record.served.insert(at, id.clone());
            }
        }
    }
    models
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_the_budget_ended_fails_by_what_it_found_and_no_other_does() {
        let slot = Slot::new("a").unwrap();
        let rehearsal = Upgrade { slot, from: "x-1".into(), to: "x-2".into(), outcome: None };
        for (end, upgrade, by_cells, exit) in [
            (End::OverBudget, None, Exit::Fail, Exit::Fail),
            (End::OverBudget, None, Exit::Pass, Exit::Inconclusive),
            (End::OverBudget, Some(&rehearsal), Exit::Fail, Exit::Inconclusive),
            (End::Interrupted, None, Exit::Fail, Exit::Interrupted),
            (End::Whole, None, Exit::Fail, Exit::Fail),
            (End::Whole, None, Exit::Pass, Exit::Pass),
        ] {
            assert_eq!(exit_of(end, upgrade, by_cells, &[]), exit, "{end:?} {by_cells:?}");
        }
    }
}
