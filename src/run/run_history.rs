//! What is known of who answers before a run asks: what was confirmed, and what earlier runs saw.

use std::collections::{BTreeMap, BTreeSet};

use super::measures::number;
use crate::domain::{CellId, CellRecord, Hash, Identities, Metric, RunRecord, Slot, Source, Trial};

/// What is known of the columns of a suite.
#[derive(Debug, Clone, Default)]
pub struct RunHistory {
    /// Who answered when answers were last accepted.
    pub(super) confirmed: Identities,
    slots: BTreeMap<Slot, SlotPast>,
}

/// What earlier runs saw of a slot under the id that they asked for, newest first.
#[derive(Debug, Clone, Default)]
pub(super) struct SlotPast {
    /// Fingerprints of all its answers.
    pub(super) fingerprints: BTreeSet<String>,
    /// By how much the latency had moved in the last run, where that was told or put off.
    pub(super) latency: Option<f64>,
    cells: BTreeMap<CellId, CellPast>,
    runs: usize,
}

#[derive(Debug, Clone, Default)]
struct CellPast {
    request: Option<Hash>,
    input_tokens: Option<u64>,
    metrics: BTreeMap<Metric, Vec<f64>>,
}

impl RunHistory {
    /// Puts together what is confirmed and what runs say, newest first. Only what was asked for
    /// counts, and no rehearsal: it asked for another id.
    pub fn new(confirmed: Identities, runs: &[RunRecord]) -> Self {
        let mut known = Self { confirmed, slots: BTreeMap::new() };
        for run in runs.iter().filter(|run| run.upgrade.is_none()) {
            known.remember(run);
        }
        known
    }

    fn remember(&mut self, run: &RunRecord) {
        for record in &run.cells {
            let past = self.slots.entry(record.cell.model.clone()).or_default();
            for trial in record.trials.iter().filter(|trial| trial.source == Source::Fresh) {
                past.add(record, trial);
            }
        }
        for (slot, model) in &run.models {
            let Some(past) = self.slots.get_mut(slot) else { continue };
            if past.runs == 0 {
                past.latency = model.latency;
            }
            past.runs += 1;
        }
    }

    /// What earlier runs saw of a slot.
    pub(super) fn past(&self, slot: &Slot) -> Option<&SlotPast> {
        self.slots.get(slot)
    }
}

impl SlotPast {
    fn add(&mut self, record: &CellRecord, trial: &Trial) {
        self.fingerprints.extend(trial.identity.fingerprint.clone());
        let cell = self.cells.entry(record.cell.clone()).or_default();
        let request = &record.hashes.request;
        // Of a cell that was asked otherwise before, only the newest request is remembered.
        if cell.request.get_or_insert_with(|| request.clone()) != request {
            return;
        }
        let input = trial.usage.and_then(|usage| usage.input);
        cell.input_tokens = cell.input_tokens.or(input);
        for metric in Metric::ALL {
            cell.metrics.entry(metric).or_default().extend(number(metric, trial));
        }
    }

    /// Input tokens of this request the last time.
    pub(super) fn input_tokens(&self, cell: &CellId, request: &Hash) -> Option<u64> {
        self.of(cell, request)?.input_tokens
    }

    /// The numbers around the earlier answers to this request.
    pub(super) fn metric(&self, cell: &CellId, request: &Hash, metric: Metric) -> Option<&[f64]> {
        self.of(cell, request)?.metrics.get(&metric).map(Vec::as_slice)
    }

    fn of(&self, cell: &CellId, request: &Hash) -> Option<&CellPast> {
        self.cells.get(cell).filter(|past| past.request.as_ref() == Some(request))
    }
}
