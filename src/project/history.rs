//! What earlier runs saw, for the next one to know.

use std::collections::BTreeSet;
use std::path::Path;

use super::error::Source;
use super::{Notice, Project, Result};
use crate::domain::{CellId, History, RunRecord, Telemetry};
use crate::run::{RunHistory, remember};
use crate::store::{Commit, HistoryFile, IdentityFile, SharedStore, TelemetryFile};

impl Project {
    /// Who answered in earlier runs, and when answers were accepted.
    pub(super) fn run_history(&self) -> Result<RunHistory> {
        let confirmed = IdentityFile::open(&self.suite.root).read()?;
        let file = TelemetryFile::open(&self.suite.root);
        if let Some(shared) = self.shared()? {
            shared.take(file.path())?;
        }
        let seen = file.read().unwrap_or_else(|error| {
            self.notice(&Notice::HistoryUnreadable(error));
            Telemetry::default()
        });
        Ok(RunHistory { confirmed, seen })
    }

    /// What earlier runs saw of the cells; nothing, and a notice, where that cannot be read.
    pub(super) fn history(&self) -> Result<Option<History>> {
        if let Some(shared) = self.shared()? {
            shared.take(HistoryFile::open(&self.suite.root).path())?;
        }
        Ok(self.known_history())
    }

    /// The same, as far as this machine knows.
    pub(super) fn known_history(&self) -> Option<History> {
        HistoryFile::open(&self.suite.root).read().unwrap_or_else(|error| {
            self.notice(&Notice::HistoryUnreadable(error));
            None
        })
    }

    /// Keeps what the next run needs to know of this one, beside what others kept meanwhile: how its
    /// cells deviated, where that `counts`, and what was seen around its answers.
    fn remember(&self, record: &RunRecord, counts: bool) -> Result<(), Source> {
        let root = &self.suite.root;
        let _lock = Commit::begin(root)?;
        let known: BTreeSet<_> = self.suite.cells.iter().map(|cell| &cell.id).collect();
        // Cells that this suite does not have are another branch's where the file is shared.
        let shared = self.shared()?;
        let is_kept = |id: &CellId| shared.is_some() || known.contains(id);
        // What cannot be read was reported when the run began.
        if counts {
            let file = HistoryFile::open(root);
            let change = || {
                let mut history = file.read().ok().flatten().unwrap_or_default();
                history.cells.retain(|id, _| is_kept(id));
                history.remember(record);
                Ok(file.write(&history)?)
            };
            changed(shared.as_deref(), file.path(), change)?;
        }
        let file = TelemetryFile::open(root);
        let change = || {
            let mut telemetry = file.read().unwrap_or_default();
            telemetry.cells.retain(|id, _| is_kept(id));
            if remember(&mut telemetry, record) { Ok(file.write(&telemetry)?) } else { Ok(()) }
        };
        changed(shared.as_deref(), file.path(), change)
    }

    /// The same, and a notice where that cannot be.
    pub(super) fn keep_history(&self, record: &RunRecord, counts: bool) {
        if record.upgrade.is_none()
            && let Err(error) = self.remember(record, counts)
        {
            self.notice(&Notice::HistoryNotKept(error));
        }
    }
}

/// Changes a file, which other machines may be changing too.
fn changed(
    shared: Option<&SharedStore>,
    file: &Path,
    mut change: impl FnMut() -> Result<(), Source>,
) -> Result<(), Source> {
    match shared {
        Some(shared) => shared.change(file, change),
        None => change(),
    }
}
