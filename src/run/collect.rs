//! Answers as they come in, and the record they add up to. The order of arrival leaves no trace.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::Prepared;
use super::billing;
use super::fit::stale_of;
use super::rounds::{Answered, Wanted};
use crate::cost;
use crate::cost::price::Prices;
use crate::diff::diff;
use crate::domain::{
    Accepted, Bill, CellRecord, Change, Exit, Hash, JournalEntry, Kind, ModelRecord, Route,
    RunEvent, RunRecord, Slot, Source, Status, Totals, Trial, Upgrade,
};
use crate::verdict::{self, Baseline, Judged};

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
}

/// The cells of a run with the answers so far.
pub(super) struct Collected {
    cells: Vec<Gathered>,
}

/// The answers of one cell.
struct Gathered {
    cell: Arc<Prepared>,
    trials: Vec<Trial>,
    /// How many answers it waits for, those of further rounds included.
    wanted: usize,
    /// Whether nothing more can be had of it: a replay has only the rounds that were recorded.
    exhausted: bool,
}

impl Gathered {
    fn is_whole(&self) -> bool {
        self.trials.len() >= self.wanted
    }

    /// Whether every answer that the suite asks for is in; a further round only adds to them.
    fn is_judgeable(&self) -> bool {
        self.trials.len() >= self.cell.open_trials()
    }
}

impl Collected {
    pub(super) fn new(cells: Vec<Arc<Prepared>>) -> Self {
        let gathered = |cell: Arc<Prepared>| {
            let wanted = cell.open_trials();
            Gathered { cell, trials: Vec::new(), wanted, exhausted: false }
        };
        Self { cells: cells.into_iter().map(gathered).collect() }
    }

    /// The trials that the suite asks for.
    pub(super) fn first_round(&self) -> Vec<Wanted> {
        let numbers = |gathered: &Gathered| 1..=number(gathered.wanted);
        let round = self.cells.iter().enumerate().flat_map(|(index, gathered)| {
            let wanted = move |number| Wanted { index, cell: Arc::clone(&gathered.cell), number };
            numbers(gathered).map(wanted)
        });
        round.collect()
    }

    /// One more trial of each of these cells, with the numbers after those they have.
    pub(super) fn further_round(&mut self, indices: &[usize]) -> Vec<Wanted> {
        let mut round = Vec::new();
        for index in indices {
            let Some(gathered) = self.cells.get_mut(*index).filter(|g| !g.exhausted) else {
                continue;
            };
            gathered.wanted += 1;
            let number = number(gathered.wanted);
            round.push(Wanted { index: *index, cell: Arc::clone(&gathered.cell), number });
        }
        round
    }

    /// What there is to decide by.
    pub(super) fn answered(&self) -> Vec<Answered<'_>> {
        let cells = self.cells.iter();
        cells.map(|of| (&*of.cell, of.trials.as_slice())).collect()
    }

    /// Cells that are never asked are judged at once.
    pub(super) fn without_call(&self) -> Vec<RunEvent> {
        let silent = self.cells.iter().filter(|gathered| gathered.wanted == 0);
        silent.map(|gathered| judged(&judge(&gathered.cell, &gathered.trials))).collect()
    }

    /// The line of the journal for an answer.
    pub(super) fn entry(&self, index: usize, trial: &Trial) -> Option<JournalEntry> {
        let Gathered { cell, .. } = self.cells.get(index)?;
        Some(JournalEntry {
            format: JournalEntry::FORMAT,
            cell: cell.cell.id.clone(),
            request: cell.hashes.request.clone(),
            trial: trial.clone(),
        })
    }

    /// Counts an answer that is safe.
    pub(super) fn add(&mut self, index: usize, trial: Trial) -> Vec<RunEvent> {
        let Some(gathered) = self.cells.get_mut(index) else { return Vec::new() };
        let cell = gathered.cell.cell.id.clone();
        let answered = RunEvent::Answered { cell, trial: trial.number };
        let is_further = trial.number > number(gathered.cell.open_trials());
        if is_further && trial.cause == Some(Kind::Unrecorded) {
            gathered.wanted = gathered.wanted.saturating_sub(1);
            gathered.exhausted = true;
            return vec![answered];
        }
        gathered.trials.push(trial);
        gathered.trials.sort_by_key(|trial| trial.number);
        let mut events = vec![answered];
        if !is_further && gathered.is_whole() {
            events.push(judged(&judge(&gathered.cell, &gathered.trials)));
        }
        events
    }
}

fn number(trials: usize) -> u32 {
    u32::try_from(trials).unwrap_or(u32::MAX)
}

fn judged(record: &CellRecord) -> RunEvent {
    RunEvent::Judged { cell: record.cell.clone(), status: record.status }
}

/// Folds everything into the record of the run.
pub(super) fn record(
    header: Header,
    (started, finished): (Timestamp, Timestamp),
    prices: &Prices,
    collected: Collected,
) -> RunRecord {
    let bills = bills(&collected.cells);
    let interrupted = collected.cells.iter().any(|gathered| !gathered.is_whole());
    // A cell that was not asked to the end is left out, rather than judged by half of its answers.
    let mut whole = collected.cells;
    whole.retain(Gathered::is_judgeable);
    let mut cells: Vec<CellRecord> =
        whole.iter().map(|gathered| judge(&gathered.cell, &gathered.trials)).collect();
    let baseline = if header.ci { Baseline::Required } else { Baseline::Optional };
    for (record, gathered) in cells.iter_mut().zip(&whole) {
        record.fails = verdict::fails(Judged::from(&*record), &gathered.cell.cell.gate, baseline);
    }
    let gates = whole.iter().map(|gathered| &gathered.cell.cell.gate);
    let gates = cells.iter().map(Judged::from).zip(gates);
    let exit = if interrupted { Exit::Interrupted } else { verdict::outcome(gates, baseline) };
    let changes =
        cells.iter().flat_map(|record| record.changes.iter().map(|change| (&record.cell, change)));
    let groups = verdict::group(changes);
    RunRecord {
        format: RunRecord::FORMAT,
        id: header.id,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        started,
        finished,
        suite: header.suite,
        profile: header.profile,
        selection: header.selection,
        upgrade: header.upgrade,
        interrupted,
        ci: header.ci,
        exit_code: exit.code(),
        prices: Some(prices.source()),
        totals: totals(&cells, bills.values().copied()),
        models: models(&whole, &bills),
        routes: cost::route::columns(header.routes.values(), &cells),
        groups,
        cells,
    }
}

/// What the answers say of a cell; whether that fails is not settled here.
pub(super) fn judge(cell: &Prepared, trials: &[Trial]) -> CellRecord {
    let compare = |before: &Value, after: &Value| differences(cell, before, after);
    let verdict = verdict::judge(&cell.cell, trials, cell.accepted.as_ref(), compare);
    let skipped = cell.missing_key.as_ref().map(|key| format!("`{key}` is not set"));
    let trial = verdict.judged.and_then(|at| trials.get(at));
    let number = number(trials.len());
    CellRecord {
        cell: cell.cell.id.clone(),
        status: if skipped.is_some() { Status::Skipped } else { verdict.status },
        // Settled when the run ends: whether a missing snapshot fails depends on where it runs.
        fails: false,
        note: skipped.or(verdict.note),
        changes: verdict.changes,
        stale: stale_of(cell),
        judged: trial.map(|trial| trial.number),
        agreeing: verdict.agreeing,
        trials: trials.to_vec(),
        hashes: cell.hashes.clone(),
        meta: trial.map(|trial| cell.meta(trial, number)),
        place: format!("{}:{}", cell.cell.place.file, cell.cell.place.line),
    }
}

fn differences(cell: &Prepared, before: &Value, after: &Value) -> Vec<Change> {
    diff(before, after, &cell.cell.compare, &cell.cell.output)
}

/// How an answer differs from the accepted one; nothing where none is accepted.
pub fn changes_of(cell: &Prepared, answer: &Accepted) -> Vec<Change> {
    let Some(accepted) = &cell.accepted else { return Vec::new() };
    let mut changes = differences(cell, &accepted.value, &answer.value);
    let served = answer.meta.served.as_ref();
    changes.extend(verdict::moved(&accepted.meta, &answer.meta.requested, served));
    for change in &mut changes {
        change.level = verdict::level(&cell.cell, change);
    }
    changes
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
        for trial in &record.trials {
            totals.calls += trial.attempts.len();
            match trial.source {
                Source::Fresh => {}
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

fn models(cells: &[Gathered], bills: &BTreeMap<Slot, Bill>) -> BTreeMap<Slot, ModelRecord> {
    let mut models = BTreeMap::new();
    for Gathered { cell, trials, .. } in cells {
        let model = &cell.cell.model;
        let record = models.entry(model.slot.clone()).or_insert_with(|| ModelRecord {
            provider: model.provider,
            dialect: model.dialect.clone(),
            requested: model.id.clone(),
            served: Vec::new(),
            bill: bills.get(&model.slot).copied().unwrap_or_default(),
        });
        record.served.extend(trials.iter().filter_map(|trial| trial.identity.served.clone()));
        record.served.sort();
        record.served.dedup();
    }
    models
}
