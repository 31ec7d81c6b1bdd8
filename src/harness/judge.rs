//! Judges a cell by what lies on disk: its snapshot against today's suite, and recorded answers
//! against the snapshot. Asks nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::failure::{self, Waiting};
use crate::domain::{Accepted, Cell, Status, Suite};
use crate::project::responses;
use crate::run::{Prepared, Schemas, prepare_cell, replay, stale_of, violations_of};
use crate::store::{Recordings, Snapshots};
use crate::verdict::Baseline;

/// What the tests of a suite share. Nothing is read or compiled before a test needs it.
pub(super) struct CellCheck {
    suite: Suite,
    snapshots: Snapshots,
    recordings: Recordings,
    schemas: Arc<Schemas>,
    pending: AtomicUsize,
}

impl CellCheck {
    pub(super) fn new(suite: Suite) -> Self {
        let snapshots = Snapshots::open(&suite.root);
        let recordings = Recordings::open(&suite.root, &suite.store);
        let (schemas, pending) = (Arc::new(Schemas::default()), AtomicUsize::new(0));
        Self { suite, snapshots, recordings, schemas, pending }
    }

    /// The cells, in order.
    pub(super) fn cells(&self) -> &[Cell] {
        &self.suite.cells
    }

    /// How many of the judged cells have an answer that waits for a decision.
    pub(super) fn pending(&self) -> usize {
        self.pending.load(Ordering::Relaxed)
    }

    /// Judges the cell at this position, by everything that is on disk for it: one step for each
    /// kind of evidence.
    ///
    /// # Errors
    /// What is wrong, as people read it.
    pub(super) fn judge(&self, index: usize) -> Result<(), String> {
        let Some(cell) = self.suite.cells.get(index) else { return Ok(()) };
        if self.snapshots.is_pending(&cell.id) {
            self.pending.fetch_add(1, Ordering::Relaxed);
        }
        let accepted =
            self.snapshots.accepted(&cell.id).map_err(|error| failure::unreadable(&error))?;
        let prepared = prepare_cell(cell, accepted, &self.schemas)
            .map_err(|problem| failure::problem(&problem))?;
        let prepared = self.snapshot(prepared)?;
        self.recordings(&prepared)
    }

    /// Judges the accepted answer: there is one, it fits, and it belongs to today's request.
    fn snapshot(&self, mut prepared: Prepared) -> Result<Prepared, String> {
        if holds(&prepared) {
            return Ok(prepared);
        }
        let what = failure::snapshot(&prepared);
        let waits = self.takes_pending(&mut prepared);
        Err(what + &failure::next(&prepared.cell, waits))
    }

    /// Judges the recorded answers to today's request, where there are any: as a run that replays
    /// them would. A recording that cannot be used fails, since such a run could not use it either.
    fn recordings(&self, cell: &Prepared) -> Result<(), String> {
        let found = responses(cell, &self.recordings).map_err(|error| format!("{error}\n"))?;
        let Some(responses) = found.filter(|found| !found.is_empty()) else { return Ok(()) };
        let record = replay(cell, responses, Baseline::Required);
        if record.fails || record.status == Status::Error {
            return Err(failure::recorded(&record) + &failure::next_of(cell, &record));
        }
        Ok(())
    }

    /// What a decision would do for the cell: whether an answer waits, and whether it would hold.
    fn takes_pending(&self, prepared: &mut Prepared) -> Option<Waiting> {
        let pending: Accepted = self.snapshots.pending(&prepared.cell.id).ok()??;
        prepared.accepted = Some(pending);
        Some(if holds(prepared) { Waiting::Holds } else { Waiting::Fails })
    }
}

fn holds(cell: &Prepared) -> bool {
    cell.accepted.is_some() && stale_of(cell).is_empty() && violations_of(cell).is_empty()
}
