//! What machines share, in a bucket or a folder: recordings, runs, and what verdicts need of earlier
//! runs.
//!
//! The files of this machine come first, as without it: a run takes what others shared when it begins,
//! and puts there what it adds. Recordings and runs never change once they are there; what is
//! changed by many is replaced only by those who read it as it is.

use std::collections::BTreeSet;
use std::path::Path;

use super::files::{self, FileError};
use super::objects::{Objects, Version};
use crate::domain::Hash;

/// The folders of the store.
const RECORDINGS: &str = "recordings";
const RUNS: &str = "runs";

/// The files of a run that others need.
const RUN_FILES: &[&str] = &[super::runs::JOURNAL, super::runs::RECORD];

/// Why something is not shared.
#[derive(Debug, thiserror::Error)]
pub enum SharedError {
    /// The store said no, or nothing.
    #[error("{address}: {reason}")]
    Store { address: String, reason: String },
    /// An object is not what was put there.
    #[error("{address}/{name} is damaged: delete it there")]
    Damaged { address: String, name: String },
    /// The file system of this machine said no.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The store that machines share.
#[derive(Debug)]
pub struct SharedStore {
    address: String,
    objects: Objects,
}

impl SharedStore {
    /// Sends nothing yet. `variables` are those of the environment that the store's client reads.
    pub fn open(address: &str, variables: Vec<(String, String)>) -> Result<Self, SharedError> {
        let address = address.trim_end_matches('/').to_owned();
        match Objects::open(&address, variables) {
            Ok(objects) => Ok(Self { address, objects }),
            Err(error) => Err(SharedError::Store { address, reason: error.to_string() }),
        }
    }

    /// The members of packs that others shared and that are not `known` here, by their names.
    pub(super) fn recordings(
        &self,
        known: &BTreeSet<String>,
    ) -> Result<Vec<(String, Vec<u8>)>, SharedError> {
        let mut names = self.objects.list(RECORDINGS).map_err(|error| self.failed(&error))?;
        names.retain(|name| !known.contains(name));
        let paths: Vec<String> = names.iter().map(|name| format!("{RECORDINGS}/{name}")).collect();
        let members = self.objects.get(&paths).map_err(|error| self.failed(&error))?;
        let members = names.into_iter().zip(members);
        // One that is gone meanwhile is as one that was never there.
        Ok(members.filter_map(|(name, member)| Some((name, member?.to_vec()))).collect())
    }

    /// That one of them is not what was put there.
    pub(super) fn damaged(&self, name: &str) -> SharedError {
        let name = format!("{RECORDINGS}/{name}");
        SharedError::Damaged { address: self.address.clone(), name }
    }

    /// Begins to share a member of a pack, and gives the name that it has there.
    pub(super) fn put_recordings(&self, member: Vec<u8>) -> String {
        let name = format!("{}.jsonl.gz", Hash::of_bytes(&member));
        self.objects.put_later(&format!("{RECORDINGS}/{name}"), member);
        name
    }

    /// Shares the files of a run, and waits until all that is shared is there.
    pub(crate) fn put_run(&self, root: &Path, id: &str) -> Result<(), SharedError> {
        let folder = root.join(files::PRIVATE).join(RUNS).join(id);
        for file in RUN_FILES {
            if let Some(content) = files::read(&folder.join(file))? {
                self.objects.put_later(&format!("{RUNS}/{id}/{file}"), content);
            }
        }
        self.objects.finish().map_err(|(lost, error)| SharedError::Store {
            address: self.address.clone(),
            reason: format!("{lost} of its objects could not be put there: {error}"),
        })
    }

    /// Takes the runs of others whose ids `are_wanted`.
    pub(crate) fn take_runs(
        &self,
        root: &Path,
        are_wanted: impl Fn(&str) -> bool,
    ) -> Result<(), SharedError> {
        let folder = files::private_folder(root)?.join(RUNS);
        let listed = self.objects.list(RUNS).map_err(|error| self.failed(&error))?;
        for id in listed.iter().filter(|id| are_wanted(id) && !folder.join(id).exists()) {
            let names: Vec<_> =
                RUN_FILES.iter().map(|file| format!("{RUNS}/{id}/{file}")).collect();
            let found = self.objects.get(&names).map_err(|error| self.failed(&error))?;
            for (file, content) in RUN_FILES.iter().zip(found) {
                if let Some(content) = content {
                    files::write_whole(&folder.join(id).join(file), &content)?;
                }
            }
        }
        Ok(())
    }

    /// Changes a file that all machines change: `change` has what was shared last in its place, and
    /// is done again where another machine was faster.
    pub(crate) fn change<E: From<SharedError>>(
        &self,
        file: &Path,
        mut change: impl FnMut() -> Result<(), E>,
    ) -> Result<(), E> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        loop {
            let version = self.take(file)?;
            change()?;
            let content = files::read(file).map_err(SharedError::from)?.unwrap_or_default();
            let replaced = self.objects.replace(&name, content, version);
            if replaced.map_err(|error| self.failed(&error))? {
                return Ok(());
            }
        }
    }

    /// Puts what was shared last in the place of a file; one that nobody shared yet stays.
    pub(crate) fn take(&self, file: &Path) -> Result<Version, SharedError> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let (content, version) = self.objects.read(&name).map_err(|error| self.failed(&error))?;
        if let Some(content) = content {
            files::write_whole(file, &content)?;
        }
        Ok(version)
    }

    fn failed(&self, error: &dyn std::error::Error) -> SharedError {
        SharedError::Store { address: self.address.clone(), reason: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_two_machines_change_at_once_has_both_changes() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("file://{}/deep/store/", folder.path().display());
        let [here, there] = ["here", "there"].map(|name| folder.path().join(name).join("history"));
        let open = || SharedStore::open(&address, Vec::new()).unwrap();
        let (first, second) = (open(), open());
        let add = |file: &Path, line: &str| {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            let known = fs::read_to_string(file).unwrap_or_default();
            fs::write(file, known + line).unwrap();
        };
        let mut tries = 0;
        let changed: Result<(), SharedError> = first.change(&here, || {
            tries += 1;
            if tries < 3 {
                second.change::<SharedError>(&there, || {
                    add(&there, "there ");
                    Ok(())
                })?;
            }
            add(&here, "here ");
            Ok(())
        });
        changed.unwrap();
        assert_eq!(tries, 3);
        assert_eq!(fs::read_to_string(&here).unwrap(), "there there here ");
        second.take(&there).unwrap();
        assert_eq!(fs::read_to_string(&there).unwrap(), "there there here ");
    }
}
