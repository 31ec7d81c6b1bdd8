//! A change of the files that a suite keeps: all of it is done or nothing, at whatever point the
//! process ends.
//!
//! `.promptmatrix/commit.new` lists the files. The new content of each is written beside it, as a
//! draft. Once all of that is on the disk the list is renamed to `.promptmatrix/commit`: from then on
//! the change holds, and drafts take the places of their files. Who finds `commit.new`, and no process
//! at work, takes the drafts away; who finds `commit` goes on where the other one stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::panic::resume_unwind;
use std::path::{Component, Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::commit_error::CommitError;
use super::files::{self, FileError, PRIVATE};
use super::lock::Lock;
use crate::domain::Hash;

const FORMAT: u32 = 1;

/// The list of a change that does not hold yet, in the private folder.
const PREPARED: &str = "commit.new";

/// The list of a change that holds.
const DECIDED: &str = "commit";

/// The draft of the files that go from a folder.
const GOING: &str = ".gone~";

/// How long a change waits for the one of another process.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many files the disk is asked for at once.
const AT_ONCE: usize = 16;

/// A change of a suite's files, and the right to make it. Dropped before it is finished, it changes
/// nothing.
#[derive(Debug)]
pub struct Commit {
    root: PathBuf,
    /// New contents by path; none where the file goes.
    files: BTreeMap<String, Option<Vec<u8>>>,
    recovered: Option<Recovered>,
    _lock: Lock,
}

/// What became of a change that a process did not bring to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    /// It held, and is done now.
    Finished,
    /// It did not hold yet: all files are as they were.
    Undone,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    format: u32,
    files: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Relative to the suite's folder, with `/`.
    path: String,
    /// The content that is replaced; none where there was no file.
    before: Option<Hash>,
    /// Whether the file goes.
    removed: bool,
}

impl Commit {
    /// Begins a change of the suite in this folder, after those of other processes. Brings one that
    /// was interrupted to its end first.
    pub fn begin(root: &Path) -> Result<Self, CommitError> {
        Self::begin_within(root, PATIENCE)
    }

    fn begin_within(root: &Path, patience: Duration) -> Result<Self, CommitError> {
        let lock = Lock::take(root, patience)?;
        let recovered = settle(root)?;
        Ok(Self { root: root.to_owned(), files: BTreeMap::new(), recovered, _lock: lock })
    }

    /// What became of a change that was interrupted, where there was one.
    pub fn recovered(&self) -> Option<Recovered> {
        self.recovered
    }

    /// Gives a file this content. The path is relative to the suite's folder, with `/`.
    pub fn write(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), Some(bytes.into()));
    }

    /// Takes a file away, where there is one.
    pub fn remove(&mut self, path: impl Into<String>) {
        self.files.insert(path.into(), None);
    }

    /// Does all of it.
    ///
    /// # Errors
    /// Nothing was done; only for [`CommitError::Unfinished`] the next command does the rest.
    pub fn finish(self) -> Result<(), CommitError> {
        let list = self.list()?;
        if list.files.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.prepare(&list) {
            // What is left behind here is taken away by the next command.
            let _ = list.undo(&self.root);
            return Err(CommitError::NotWritten(error));
        }
        list.apply(&self.root)
    }

    /// The files that get another content than they have.
    fn list(&self) -> Result<List, CommitError> {
        let mut list = List { format: FORMAT, files: Vec::new() };
        let mut known = None;
        for (path, bytes) in &self.files {
            let target = inside(&self.root, path, &mut known)?;
            let old = files::read(&target).map_err(CommitError::NotWritten)?;
            if old != *bytes {
                let before = old.as_deref().map(Hash::of_bytes);
                list.files.push(Entry { path: path.clone(), before, removed: bytes.is_none() });
            }
        }
        Ok(list)
    }

    /// Brings all of it to the disk, and says last that it holds.
    fn prepare(&self, list: &List) -> Result<(), FileError> {
        let (prepared, decided) = (listed(&self.root, PREPARED), listed(&self.root, DECIDED));
        let text = serde_json::to_vec(list)
            .map_err(|error| FileError::new("write", &prepared)(error.into()))?;
        write_new(&prepared, &text)?;
        sync(&prepared)?;
        for entry in list.files.iter().filter(|entry| !entry.removed) {
            let bytes = self.files.get(&entry.path).and_then(Option::as_deref).unwrap_or_default();
            write_new(&entry.draft(&self.root), bytes)?;
        }
        let gone = list.files.iter().filter(|entry| entry.removed);
        for draft in gone.map(|entry| entry.draft(&self.root)).collect::<BTreeSet<_>>() {
            write_new(&draft, &[])?;
        }
        list.sync_drafts(&self.root)?;
        list.sync_folders(&self.root)?;
        fs::rename(&prepared, &decided).map_err(FileError::new("write", &decided))
    }
}

/// Brings a change to its end that a process which is no more left behind. Does nothing while one is
/// at work.
pub(crate) fn recover(root: &Path) -> Result<Option<Recovered>, CommitError> {
    if !listed(root, PREPARED).exists() && !listed(root, DECIDED).exists() {
        return Ok(None);
    }
    // A process that was just started may share the lock until its program runs.
    match Commit::begin_within(root, Duration::from_millis(500)) {
        Ok(commit) => Ok(commit.recovered),
        Err(CommitError::Busy(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The same, with the lock in hand.
fn settle(root: &Path) -> Result<Option<Recovered>, CommitError> {
    let (prepared, decided) = (listed(root, PREPARED), listed(root, DECIDED));
    if let Some(bytes) = files::read(&decided).map_err(CommitError::Unfinished)? {
        let list: List = serde_json::from_slice(&bytes)
            .ok()
            .filter(|list: &List| list.format == FORMAT)
            .ok_or(CommitError::Unreadable)?;
        list.check(root)?;
        list.apply(root)?;
        return Ok(Some(Recovered::Finished));
    }
    let Some(bytes) = files::read(&prepared).map_err(CommitError::NotWritten)? else {
        return Ok(None);
    };
    // A list that is no whole one was not on the disk before the first draft was begun.
    let list = serde_json::from_slice(&bytes);
    let list = list.unwrap_or(List { format: FORMAT, files: Vec::new() });
    for entry in &list.files {
        inside(root, &entry.path, &mut None)?;
    }
    list.undo(root).map_err(CommitError::NotWritten)?;
    Ok(Some(Recovered::Undone))
}

impl List {
    /// That nobody edited what is still to be replaced: such work is not to be lost.
    fn check(&self, root: &Path) -> Result<(), CommitError> {
        for entry in &self.files {
            let target = inside(root, &entry.path, &mut None)?;
            let now = files::read(&target).map_err(CommitError::Unfinished)?;
            let is_before = now.as_deref().map(Hash::of_bytes) == entry.before;
            let is_fit = match (entry.draft(root).exists(), entry.removed) {
                (true, false) => is_before,
                (true, true) => is_before || now.is_none(),
                (false, false) => !is_before,
                (false, true) => true,
            };
            // What is private, people do not edit, and a look at an answer may add to it.
            if !is_fit && !entry.path.starts_with(PRIVATE) {
                return Err(CommitError::Edited(entry.path.clone()));
            }
        }
        Ok(())
    }

    /// Puts the drafts into the places of their files, those that are not there yet.
    fn apply(&self, root: &Path) -> Result<(), CommitError> {
        let applied = || {
            sync_folder(&root.join(PRIVATE))?;
            for entry in &self.files {
                entry.apply(root)?;
            }
            self.tidy(root)?;
            self.sync_folders(root)?;
            files::remove(&listed(root, DECIDED))
        };
        applied().map(|_| ()).map_err(CommitError::Unfinished)
    }

    /// Takes the drafts away again, and then the list.
    fn undo(&self, root: &Path) -> Result<(), FileError> {
        for entry in self.files.iter().filter(|entry| !entry.removed) {
            files::remove(&entry.draft(root))?;
        }
        self.tidy(root)?;
        files::remove(&listed(root, PREPARED))?;
        Ok(())
    }

    /// Leaves no empty folders, and nothing in those that files go from.
    fn tidy(&self, root: &Path) -> Result<(), FileError> {
        for mut folder in self.files.iter().map(Entry::folder).collect::<BTreeSet<_>>() {
            files::remove(&root.join(folder).join(GOING))?;
            while !folder.is_empty() {
                // Fails where the folder is not empty, which is what is wanted.
                let _ = fs::remove_dir(root.join(folder));
                folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
            }
        }
        Ok(())
    }

    /// Waits until the disk has the drafts: for many at once, since it takes along what waits.
    fn sync_drafts(&self, root: &Path) -> Result<(), FileError> {
        let new = self.files.iter().filter(|entry| !entry.removed);
        let drafts: Vec<PathBuf> = new.map(|entry| entry.draft(root)).collect();
        thread::scope(|scope| {
            let some = drafts.chunks(drafts.len().div_ceil(AT_ONCE).max(1));
            let some = some.map(|some| scope.spawn(|| some.iter().try_for_each(|path| sync(path))));
            let at_work: Vec<_> = some.collect();
            at_work
                .into_iter()
                .try_for_each(|one| one.join().unwrap_or_else(|it| resume_unwind(it)))
        })
    }

    /// Waits until the disk knows which files there are.
    fn sync_folders(&self, root: &Path) -> Result<(), FileError> {
        let folders = self.files.iter().map(Entry::folder).chain([PRIVATE]);
        let folders = folders.collect::<BTreeSet<_>>().into_iter().map(|folder| root.join(folder));
        folders.filter(|folder| folder.exists()).try_for_each(|folder| sync_folder(&folder))
    }
}

impl Entry {
    fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The new content until it takes its place. Files that go from one folder share an empty one: it
    /// shows that the folder can be written.
    fn draft(&self, root: &Path) -> PathBuf {
        let name = self.path.rsplit_once('/').map_or(&*self.path, |(_, name)| name);
        let folder = root.join(self.folder());
        if self.removed { folder.join(GOING) } else { folder.join(format!(".{name}~")) }
    }

    fn apply(&self, root: &Path) -> Result<(), FileError> {
        let target = root.join(&self.path);
        if self.removed {
            files::remove(&target)?;
            return Ok(());
        }
        match fs::rename(self.draft(root), &target) {
            // It took its place before.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            done => done.map_err(FileError::new("write", &target)),
        }
    }
}

fn listed(root: &Path, name: &str) -> PathBuf {
    root.join(PRIVATE).join(name)
}

/// Where a path of a list leads: to a file in the suite's folder, with no step out of it. What is
/// `known` is not looked at again: the folder of the path before.
fn inside(root: &Path, path: &str, known: &mut Option<PathBuf>) -> Result<PathBuf, CommitError> {
    let outside = || CommitError::Outside(path.to_owned());
    let is_plain = |part| matches!(part, Component::Normal(_));
    if path.is_empty() || !Path::new(path).components().all(is_plain) {
        return Err(outside());
    }
    let target = root.join(path);
    if known.as_deref() == target.parent() {
        return Ok(target);
    }
    let there = target.ancestors().skip(1).find(|folder| folder.exists());
    let real = there.and_then(|folder| folder.canonicalize().ok()).zip(root.canonicalize().ok());
    match real {
        Some((folder, root)) if folder.starts_with(&root) => {
            *known = target.parent().map(Path::to_owned);
            Ok(target)
        }
        _ => Err(outside()),
    }
}

/// Writes a file anew, and never through a link that bears its name.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let open = || File::options().write(true).create_new(true).open(path);
    let opened = match open() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(folder).map_err(FileError::new("create", folder))?;
            open()
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            files::remove(path)?;
            open()
        }
        opened => opened,
    };
    opened.and_then(|mut file| file.write_all(bytes)).map_err(FileError::new("write", path))
}

fn sync(path: &Path) -> Result<(), FileError> {
    let opened = File::options().read(true).write(cfg!(windows)).open(path);
    opened.and_then(|file| file.sync_all()).map_err(FileError::new("write", path))
}

fn sync_folder(path: &Path) -> Result<(), FileError> {
    if cfg!(windows) { Ok(()) } else { sync(path) }
}

#[cfg(test)]
mod tests;
