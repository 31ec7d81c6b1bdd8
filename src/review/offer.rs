//! What becomes of the pending answer of a cell after a run.

use std::sync::Arc;

use serde_json::Value;

use crate::domain::{CellRecord, Family, Level, SnapshotMeta, Status};

/// What becomes of the pending answer of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Offer<'r> {
    /// This answer waits for a decision from now on.
    Put(&'r Arc<Value>, &'r SnapshotMeta),
    /// Nothing waits: the accepted answer holds, or the new one has no value that could be accepted.
    Clear,
    /// The run says nothing of the cell: what waits, waits on.
    Leave,
}

/// Decides for one cell. No value, no acceptance: an answer that is refused, cut off, not JSON,
/// against the schema, or against a hard rule of its case is never put up.
pub fn offer(record: &CellRecord) -> Offer<'_> {
    if matches!(record.status, Status::Error | Status::Skipped) {
        return Offer::Leave;
    }
    let unusable = record.changes.iter().any(|c| c.kind.info().family == Family::Cause);
    let weighty = record.changes.iter().any(|c| c.level > Level::Info);
    if unusable || !(weighty || record.status == Status::New || !record.stale.is_empty()) {
        return Offer::Clear;
    }
    let trial = record.trials.iter().find(|trial| Some(trial.number) == record.judged);
    match (trial.and_then(|trial| trial.value.as_ref()), &record.meta) {
        (Some(value), Some(meta)) => Offer::Put(value, meta),
        _ => Offer::Clear,
    }
}
