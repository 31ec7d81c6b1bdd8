//! What no cell of the whole matrix needs: judged by the matrix, never by what ran.

use std::collections::BTreeSet;

use super::status::{counted, obsolete};
use super::{Project, Result};
use crate::domain::{CellId, Hash};
use crate::store::{Profiles, RecordingFile, Snapshots};
use crate::suite;

/// What nothing of today needs.
#[derive(Debug)]
pub struct Obsolete {
    /// Snapshots of cells that are not in the matrix, and their files.
    pub snapshots: Vec<(CellId, String)>,
    /// Cells that only a profile knows, or a profile too.
    pub counted: Vec<CellId>,
    /// Files of recordings that answer no request of the matrix.
    pub recordings: Vec<RecordingFile>,
}

/// What was deleted.
#[derive(Debug)]
pub struct Pruned {
    /// What nothing needed.
    pub obsolete: Obsolete,
    /// The ids of runs that were too old.
    pub runs: Vec<String>,
}

impl Project {
    /// Lists what is obsolete.
    pub fn obsolete(&self) -> Result<Obsolete> {
        let known: BTreeSet<&CellId> = self.suite.cells.iter().map(|cell| &cell.id).collect();
        let profiles = self.profiles()?;
        let counted = counted(&profiles).map(|(cell, _)| cell);
        Ok(Obsolete {
            counted: counted.filter(|cell| !known.contains(cell)).collect(),
            snapshots: obsolete(&self.suite, &self.snapshots().list()?),
            recordings: self.recordings().unneeded(&self.needed()?)?,
        })
    }

    /// Deletes what is obsolete, and all runs but the newest so many: those of the config where none is
    /// said.
    pub fn prune(&mut self, keep: Option<usize>) -> Result<Pruned> {
        let mut commit = self.change()?;
        let obsolete = self.obsolete()?;
        for (cell, _) in &obsolete.snapshots {
            Snapshots::prune(&mut commit, cell);
        }
        Profiles::open(&self.suite.root).forget(&mut commit, &obsolete.counted)?;
        commit.finish()?;
        self.recordings().prune(&obsolete.recordings)?;
        let keep = keep.unwrap_or(self.suite.store.keep_runs);
        Ok(Pruned { obsolete, runs: self.runs().prune(keep)? })
    }

    /// The requests of the matrix under every profile: a nightly run may ask in other words.
    fn needed(&self) -> Result<BTreeSet<Hash>> {
        let mut needed = BTreeSet::new();
        let profiles = self.suite.profiles.iter().map(|name| Some(name.as_str()));
        for profile in std::iter::once(None).chain(profiles) {
            let suite = suite::load(&self.config, profile)?.suite;
            let prepared = self.prepare(&suite.cells)?;
            needed.extend(prepared.into_iter().map(|cell| cell.hashes.request));
        }
        Ok(needed)
    }
}
