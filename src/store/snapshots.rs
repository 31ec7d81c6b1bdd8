//! The folder `snapshots/`: what people accepted, and what waits for them.
//!
//! Only files that name a cell are ever changed. Never decides what is accepted.

use std::path::{Path, PathBuf};

use super::commit::Commit;
use super::files::{self, FOLDER, FileError};
use super::profiles;
use super::snap_file;
use crate::domain::{Accepted, CellId, Diagnostic, PromptName, Slot};

const ACCEPTED: &str = "snap";
const PENDING: &str = "snap.new";

/// Why a snapshot cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file is there, but it is no snapshot: people have to fix it. Codes are
    /// `snapshot::conflict`, `snapshot::header` and `snapshot::body`.
    #[error("{0}")]
    Unreadable(Box<Diagnostic>),
    /// The file system said no.
    #[error(transparent)]
    File(#[from] FileError),
}

impl SnapshotError {
    /// The problem with file, line and fix, where there is one.
    pub fn diagnostic(&self) -> Option<&Diagnostic> {
        match self {
            Self::Unreadable(diagnostic) => Some(diagnostic),
            Self::File(_) => None,
        }
    }
}

impl From<Box<Diagnostic>> for SnapshotError {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Self::Unreadable(diagnostic)
    }
}

/// One snapshot file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stored {
    pub cell: CellId,
    /// Where, relative to the suite's folder, with `/`.
    pub path: String,
    /// Whether it waits for a decision.
    pub pending: bool,
}

/// The file of one profile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredProfile {
    pub prompt: PromptName,
    pub slot: Slot,
    /// Where, relative to the suite's folder, with `/`.
    pub path: String,
}

/// Everything in the folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Files that name a cell, by cell, accepted before pending.
    pub stored: Vec<Stored>,
    pub profiles: Vec<StoredProfile>,
    /// Files that name none, relative to the suite's folder. Nothing here touches them.
    pub strays: Vec<String>,
}

/// The snapshots of a suite. What changes them is part of a [`Commit`].
#[derive(Debug, Clone)]
pub struct Snapshots {
    root: PathBuf,
}

impl Snapshots {
    /// The snapshots of the suite in this folder. Touches nothing yet.
    pub fn open(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Whether answers of these prompts can be put up for a decision.
    pub fn check_writable<'p>(
        &self,
        prompts: impl IntoIterator<Item = &'p PromptName>,
    ) -> Result<(), FileError> {
        let folders =
            prompts.into_iter().map(|prompt| self.root.join(FOLDER).join(prompt.as_str()));
        folders.into_iter().try_for_each(|folder| files::check_writable(&folder))
    }

    /// What people accepted for a cell; `None` where there is no file.
    pub fn accepted(&self, cell: &CellId) -> Result<Option<Accepted>, SnapshotError> {
        self.read(cell, ACCEPTED)
    }

    /// What waits for a decision; `None` where nothing does.
    pub fn pending(&self, cell: &CellId) -> Result<Option<Accepted>, SnapshotError> {
        self.read(cell, PENDING)
    }

    /// Whether an answer waits for a decision. The file is not read.
    pub fn is_pending(&self, cell: &CellId) -> bool {
        self.path(cell, PENDING).is_file()
    }

    /// Where the accepted answer of a cell is kept, relative to the suite's folder, with `/`.
    pub fn file(cell: &CellId) -> String {
        file(cell, ACCEPTED)
    }

    /// Puts an answer up for a decision, unless it is the accepted one to the letter. `prompt_file` is
    /// relative to the suite's folder.
    pub fn write_pending(
        &self,
        commit: &mut Commit,
        cell: &CellId,
        answer: &Accepted,
        prompt_file: &str,
    ) -> Result<(), FileError> {
        let text = snap_file::write(cell, answer, prompt_file);
        let accepted = files::read(&self.path(cell, ACCEPTED))?;
        if accepted.is_some_and(|accepted| accepted == text.as_bytes()) {
            Self::clear_pending(commit, cell);
        } else {
            commit.write(file(cell, PENDING), text);
        }
        Ok(())
    }

    /// Takes back what waits for a decision; the accepted answer stays.
    pub fn clear_pending(commit: &mut Commit, cell: &CellId) {
        commit.remove(file(cell, PENDING));
    }

    /// Makes an answer the accepted one, whatever waits for a decision.
    pub fn take(commit: &mut Commit, cell: &CellId, answer: &Accepted, prompt_file: &str) {
        commit.write(file(cell, ACCEPTED), snap_file::write(cell, answer, prompt_file));
        commit.remove(file(cell, PENDING));
    }

    /// Removes the snapshots, accepted and pending, of a cell that is no more.
    pub fn prune(commit: &mut Commit, cell: &CellId) {
        commit.remove(file(cell, ACCEPTED));
        commit.remove(file(cell, PENDING));
    }

    /// Everything in the folder, in order.
    pub fn list(&self) -> Result<Listing, SnapshotError> {
        let mut listing = Listing::default();
        for path in files::entries(&self.root.join(FOLDER))? {
            if path.is_dir() {
                self.list_prompt(&path, &mut listing)?;
            } else if path.file_name().is_none_or(|name| name != "ledger.jsonl") {
                listing.strays.push(self.shown(&path));
            }
        }
        listing.stored.sort();
        listing.profiles.sort();
        Ok(listing)
    }

    fn path(&self, cell: &CellId, extension: &str) -> PathBuf {
        self.root.join(file(cell, extension))
    }

    fn read(&self, cell: &CellId, extension: &str) -> Result<Option<Accepted>, SnapshotError> {
        let path = self.path(cell, extension);
        let Some(bytes) = files::read(&path)? else { return Ok(None) };
        let text = String::from_utf8_lossy(&bytes);
        Ok(Some(snap_file::read(&path, (cell, &self.shown(&path)), &text)?))
    }

    fn list_prompt(&self, folder: &Path, listing: &mut Listing) -> Result<(), SnapshotError> {
        for path in files::entries(folder)? {
            let shown = self.shown(&path);
            if !path.is_file() {
                listing.strays.push(shown);
            } else if let Some((cell, pending)) = cell_of(&shown) {
                listing.stored.push(Stored { cell, path: shown, pending });
            } else if let Some((prompt, slot)) = profiles::named(&shown) {
                listing.profiles.push(StoredProfile { prompt, slot, path: shown });
            } else {
                listing.strays.push(shown);
            }
        }
        Ok(())
    }

    /// A path as people know it: relative to the suite's folder, with `/`.
    fn shown(&self, path: &Path) -> String {
        let parts = path.strip_prefix(&self.root).unwrap_or(path).iter();
        parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
    }
}

fn file(cell: &CellId, extension: &str) -> String {
    format!("{FOLDER}/{cell}.{extension}")
}

/// The cell that a file of the folder names, and whether the file is a pending one.
pub(super) fn cell_of(shown: &str) -> Option<(CellId, bool)> {
    let name = shown.strip_prefix(FOLDER)?.strip_prefix('/')?;
    let (name, pending) = match name.strip_suffix(".snap.new") {
        Some(name) => (name, true),
        None => (name.strip_suffix(".snap")?, false),
    };
    Some((name.parse().ok()?, pending))
}

#[cfg(test)]
mod tests;
