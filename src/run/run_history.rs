//! What is known of who answers before a run asks: what was confirmed, and what earlier runs saw.

use std::collections::BTreeSet;

use super::measures::number;
use crate::domain::{
    CellId, CellRecord, CellTelemetry, Hash, Identities, Metric, RunRecord, Slot, SlotTelemetry,
    SnapshotMeta, Source, Telemetry, Trial,
};

/// So many numbers around the answers of a cell are remembered.
const NUMBERS: usize = 20;

/// So many fingerprints of a slot are remembered.
const FINGERPRINTS: usize = 64;

/// What is known of the columns of a suite.
#[derive(Debug, Clone, Default)]
pub struct RunHistory {
    /// Who answered when answers were last accepted.
    pub confirmed: Identities,
    /// What earlier runs saw.
    pub seen: Telemetry,
}

impl RunHistory {
    /// What earlier runs saw of a slot.
    pub(super) fn slot(&self, slot: &Slot) -> Option<&SlotTelemetry> {
        self.seen.slots.get(slot)
    }

    /// Input tokens of this request the last time.
    pub(super) fn input_tokens(&self, cell: &CellId, request: &Hash) -> Option<u64> {
        self.of(cell, request)?.input_tokens
    }

    /// The numbers around the earlier answers to this request.
    pub(super) fn metric(&self, cell: &CellId, request: &Hash, metric: Metric) -> Option<&[f64]> {
        self.of(cell, request)?.metrics.get(&metric).map(Vec::as_slice)
    }

    fn of(&self, cell: &CellId, request: &Hash) -> Option<&CellTelemetry> {
        let digits = request.short(SnapshotMeta::DIGITS);
        self.seen.cells.get(cell).filter(|seen| seen.request.as_str() == digits)
    }
}

/// Adds what a run saw, and says whether that is anything. A replay says nothing new. The numbers
/// around answers count where they were asked for here.
pub fn remember(seen: &mut Telemetry, run: &RunRecord) -> bool {
    let mut slots = BTreeSet::new();
    for record in &run.cells {
        for trial in &record.trials {
            match trial.source {
                Source::Replayed { .. } => continue,
                Source::Fresh => add(seen, record, trial),
                Source::Batch | Source::Imported => {}
            }
            slots.insert(&record.cell.model);
        }
    }
    for slot in &slots {
        let latency = run.models.get(slot).and_then(|model| model.latency);
        seen.slots.entry(Slot::clone(slot)).or_default().latency = latency;
    }
    !slots.is_empty()
}

fn add(seen: &mut Telemetry, record: &CellRecord, trial: &Trial) {
    if let Some(print) = &trial.identity.fingerprint {
        let prints = &mut seen.slots.entry(record.cell.model.clone()).or_default().fingerprints;
        prints.retain(|known| known != print);
        prints.push(print.clone());
        prints.drain(..prints.len().saturating_sub(FINGERPRINTS));
    }
    let digits = record.hashes.request.short(SnapshotMeta::DIGITS);
    let anew = || CellTelemetry {
        request: Hash::from(digits.to_owned()),
        input_tokens: None,
        metrics: [].into(),
    };
    let cell = seen.cells.entry(record.cell.clone()).or_insert_with(anew);
    // Of a cell that was asked otherwise before, only the newest request is remembered.
    if cell.request.as_str() != digits {
        *cell = anew();
    }
    cell.input_tokens = trial.usage.and_then(|usage| usage.input).or(cell.input_tokens);
    for metric in Metric::ALL {
        if let Some(number) = number(metric, trial) {
            let numbers = cell.metrics.entry(metric).or_default();
            numbers.push(number);
            numbers.drain(..numbers.len().saturating_sub(NUMBERS));
        }
    }
}
