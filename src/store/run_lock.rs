//! The right to ask for a suite, which one process has at a time.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use super::commit_error::CommitError;
use super::files;
use super::lock::{Holder, Lock, NoLock};
use crate::domain::Shard;

/// The right to ask for a suite, `.promptmatrix/run.lock`: held from the first call of a run until
/// its answers are put up for a decision.
#[derive(Debug)]
pub(crate) struct RunLock {
    _lock: Lock,
}

impl RunLock {
    const NAME: (&str, &str) = ("run.lock", "running");

    /// Waits at most `patience` for the process that holds it, and says who that is. Shards of a run do
    /// not wait for each other.
    pub(crate) fn take(
        root: &Path,
        shard: Option<Shard>,
        patience: Duration,
    ) -> Result<Self, CommitError> {
        let name = shard.map_or_else(
            || Self::NAME.0.to_owned(),
            |shard| format!("run-{}.lock", shard.to_string().replace('/', "-of-")),
        );
        let lock = Lock::named(root, (&name, Self::NAME.1), patience);
        lock.map(|lock| Self { _lock: lock }).map_err(CommitError::from)
    }

    /// The process that runs the suite now. Nobody waits for this look.
    pub(crate) fn holder(root: &Path) -> Option<Holder> {
        let path = root.join(files::PRIVATE).join(Self::NAME.0);
        match File::open(&path).ok()?.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(Holder::read(&path, Self::NAME.1)),
            _ => None,
        }
    }
}

impl From<NoLock> for CommitError {
    fn from(error: NoLock) -> Self {
        match error {
            NoLock::Held(holder) => Self::Busy(holder),
            NoLock::File(error) => Self::NotWritten(error),
        }
    }
}
