//! One cell judged by its answers, without what statistics know.

use serde_json::Value;

use super::Prepared;
use super::fit::stale_of;
use crate::diff::diff;
use crate::domain::{Accepted, CellRecord, Change, Status, Trial};
use crate::normalise::normalise;
use crate::verdict;

/// What the answers say of a cell; whether that fails is not settled here.
pub fn judge(cell: &Prepared, trials: &[Trial]) -> CellRecord {
    let compare = |before: &Value, after: &Value| differences(cell, before, after);
    let verdict = verdict::judge(&cell.cell, trials, cell.accepted.as_ref(), compare);
    let skipped = cell.missing_key.as_ref().map(|key| format!("`{key}` is not set"));
    let trial = verdict.judged.and_then(|at| trials.get(at));
    let number = u32::try_from(trials.len()).unwrap_or(u32::MAX);
    CellRecord {
        cell: cell.cell.id.clone(),
        status: if skipped.is_some() { Status::Skipped } else { verdict.status },
        // Settled when the run ends: whether a missing snapshot fails depends on where it runs.
        fails: false,
        note: skipped.or(verdict.note),
        changes: verdict.changes,
        // Settled when the run ends: whether a version moved shows only over the whole column.
        because: Vec::new(),
        stale: stale_of(cell),
        judged: trial.map(|trial| trial.number),
        agreeing: verdict.agreeing,
        trials: trials.to_vec(),
        beside: Vec::new(),
        // Named when the run ends: a hash over all that is accepted takes its time.
        baseline: None,
        decision: None,
        hashes: cell.hashes.clone(),
        meta: trial.map(|trial| cell.meta(trial, number)),
        place: format!("{}:{}", cell.cell.place.file, cell.cell.place.line),
    }
}

/// Both sides by the rules of today, whatever rules the accepted answer was written under.
fn differences(cell: &Prepared, before: &Value, after: &Value) -> Vec<Change> {
    let rules = &cell.cell.compare;
    let (before, after) = (normalise(before, rules), normalise(after, rules));
    diff(&before, &after, &cell.rules(), &cell.cell.output)
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
