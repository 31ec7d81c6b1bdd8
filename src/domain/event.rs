//! What happens while a run goes on, told to whoever listens, and the clock that it goes by.

use std::io;

use jiff::Timestamp;

use super::{CellId, JournalEntry, Status};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEvent {
    /// The run begins: so many calls will be made if nothing fails.
    Started {
        /// Cells to ask.
        cells: usize,
        /// Trials to make.
        trials: usize,
    },
    /// A trial is being asked for.
    Asking {
        /// Whose.
        cell: CellId,
        /// Which one, from 1.
        trial: u32,
    },
    /// An attempt failed and will be made again.
    Retrying {
        /// Whose.
        cell: CellId,
        /// Why.
        reason: String,
        /// Wait before the next attempt, in milliseconds.
        wait_ms: u64,
    },
    /// A trial has its answer, and the answer is safe on disk.
    Answered {
        /// Whose.
        cell: CellId,
        /// Which one, from 1.
        trial: u32,
    },
    /// All trials of a cell are in, and it is judged.
    Judged {
        /// Which.
        cell: CellId,
        /// The verdict.
        status: Status,
    },
    /// So many trials are asked for once more, to tell a change from noise.
    AskingAgain {
        /// Further trials.
        trials: usize,
        /// Wait before the first, in milliseconds.
        wait_ms: u64,
    },
    /// A further call could cost more than the budget: the run ends.
    OverBudget,
    /// No further calls will be started.
    Stopping,
}

/// Listens to a run. Two implementations: the journal on disk, and progress on a terminal.
pub trait Sink: Send {
    /// Something happened. Must not block for long.
    fn event(&mut self, event: &RunEvent) {
        let _ = event;
    }

    /// Answers arrived. They count when this returns: an implementation that keeps them must have
    /// them on disk by then.
    fn answers(&mut self, entries: &[JournalEntry]) -> io::Result<()> {
        let _ = entries;
        Ok(())
    }
}

/// Tells the time of day. Two implementations: the system's clock, and a fixed one for tests.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
}
