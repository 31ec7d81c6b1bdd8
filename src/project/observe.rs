//! What a use case tells while it is at work.

use std::collections::BTreeSet;
use std::io;

use super::{OpenBatches, RehearsalPlan, Resumed};
use crate::domain::{CellId, Sink, Slot};
use crate::store::{Holder, Recovered, RunError, SharedError};

/// Listens to a use case. Every method may be left out.
pub trait Observer {
    /// Something that the result does not say.
    fn notice(&self, _notice: &Notice) {}

    /// A run of these cells begins; what is given back hears its events.
    fn begins(&self, _cells: &[&CellId]) -> Option<Box<dyn Sink>> {
        None
    }
}

/// Nobody listens.
impl Observer for () {}

/// Something that a use case tells beside its result.
#[derive(Debug)]
pub enum Notice {
    /// A change of the suite's files that another process left behind was completed, or undone.
    Recovered(Recovered),
    /// What earlier runs saw cannot be read, so that nothing is known of it.
    HistoryUnreadable(io::Error),
    /// The run is saved, and its verdict stands; the next one will not know of it.
    HistoryNotKept(Box<dyn std::error::Error + Send + Sync>),
    /// The run is saved, and its verdict stands; the ledger does not have it.
    LedgerNotKept(Box<dyn std::error::Error + Send + Sync>),
    /// Another process asks for this suite; this one goes after it.
    Waiting(Holder),
    /// The run of the process that was waited for asked the same: its result is this one's.
    Joined(String),
    /// A run goes on where it was cut short.
    Resuming(Resumed),
    /// A run waits for its batches.
    BatchesPending(OpenBatches),
    /// The run is saved; older ones, of which there are too many, are still there.
    RunsNotPruned(RunError),
    /// So many answers count, and are not recorded.
    NotRecorded {
        /// How many.
        answers: usize,
        /// Why.
        reason: String,
    },
    /// The run is saved, and its verdict stands; other machines do not have all of it.
    NotShared(SharedError),
    /// Lines of a journal of a shard are not what was written: their answers are lost.
    Damaged {
        /// The run.
        run: String,
        /// Which lines.
        lines: Vec<usize>,
    },
    /// Nothing bounds the answers of these slots, and the budget takes them for so long.
    OutputAssumed {
        /// Which slots.
        slots: BTreeSet<Slot>,
        /// How many tokens.
        tokens: u64,
    },
    /// The system lets the process open so few files that fewer calls are made at once.
    FewFiles {
        /// How many.
        at_once: usize,
    },
    /// What a rehearsal is about to ask.
    Rehearsing(Box<RehearsalPlan>),
}
