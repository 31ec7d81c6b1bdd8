//! Answers that a run was given before it was cut short: they are taken, and not paid for again.

use std::collections::BTreeMap;

use super::Prepared;
use super::billing;
use crate::domain::{CellId, Hash, JournalEntry, Pico, Trial};

/// The answers by cell, request and number of the trial.
#[derive(Debug, Default)]
pub(crate) struct Kept(BTreeMap<(CellId, Hash, u32), Trial>);

impl Kept {
    /// Calls without an answer are made again.
    pub(crate) fn of(entries: Vec<JournalEntry>) -> Self {
        let answered = entries.into_iter().filter(|entry| is_answered(&entry.trial));
        Self(
            answered
                .map(|entry| ((entry.cell, entry.request, entry.trial.number), entry.trial))
                .collect(),
        )
    }

    /// Whether this trial of a cell was answered.
    pub(crate) fn has(&self, cell: &Prepared, number: u32) -> bool {
        let trial = || (cell.cell.id.clone(), cell.hashes.request.clone(), number);
        !self.0.is_empty() && self.0.contains_key(&trial())
    }

    /// The answer to this trial of a cell, given once.
    pub(super) fn take(&mut self, cell: &Prepared, number: u32) -> Option<Trial> {
        if self.0.is_empty() {
            return None;
        }
        self.0.remove(&(cell.cell.id.clone(), cell.hashes.request.clone(), number))
    }

    /// What the answers cost.
    pub(super) fn cost(&self) -> Pico {
        billing::sum(self.0.values()).cost
    }
}

/// Whether the provider answered, however well.
fn is_answered(trial: &Trial) -> bool {
    trial.text.is_some() || trial.attempts.last().is_some_and(|attempt| attempt.error.is_none())
}
