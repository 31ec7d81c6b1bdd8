//! The folder `.promptmatrix/runs/`: a journal and a record for each run.
//!
//! Never committed: the folder ignores itself. Never judges a run.

use std::fs;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;

use super::calls;
use super::files::{self, FileError};
use super::journal::{self, Journal, Reopened, StoredJournal};
use super::run_error::RunError;
use super::run_lock::RunLock;
use crate::domain::{Batch, Hash, JournalEntry, RecordedCall, RunHead, RunRecord};

pub(super) const RECORD: &str = "run.json";
pub(super) const JOURNAL: &str = "cells.jsonl";
const BATCHES: &str = "batches.json";

/// How often a free id is looked for, while other processes start runs as well.
const TRIES: u32 = 1000;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    Whole,
    /// It was killed or stopped, or is still going on.
    Interrupted,
    /// A further call did not fit its budget.
    OverBudget,
}

/// The runs of a suite.
#[derive(Debug, Clone)]
pub struct Runs {
    root: PathBuf,
}

impl Runs {
    /// The runs of the suite in this folder. Touches nothing yet.
    pub fn open(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Whether a run can be kept, and what the next one is to know of it.
    pub fn check_writable(&self) -> Result<(), FileError> {
        let folders = [self.root.join(files::PRIVATE), self.folder()];
        folders.iter().try_for_each(|folder| files::check_writable(folder))
    }

    /// Begins a run: its folder, and a journal that says what it asks, under a new id.
    ///
    /// The id sorts after those of all earlier runs, whatever the clock says. `salt` keeps runs of
    /// different suites apart.
    pub fn start(&self, mut head: RunHead, salt: &str) -> Result<Journal, RunError> {
        files::private_folder(&self.root)?;
        let runs = self.folder();
        fs::create_dir_all(&runs).map_err(FileError::new("create", &runs))?;
        for attempt in 0..TRIES {
            let last = self.ids()?.pop().unwrap_or_default();
            head.id = after(&last, run_id(head.started, &format!("{salt}{attempt}")));
            let folder = runs.join(&head.id);
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Journal::create(head, &folder.join(JOURNAL))?),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(FileError::new("create", &folder)(error).into()),
            }
        }
        Err(RunError::BadId(salt.to_owned()))
    }

    /// Goes on with a run that was cut short.
    pub fn reopen(&self, id: &str) -> Result<Reopened, RunError> {
        let folder = self.folder().join(id);
        let reopened = Journal::reopen(&folder.join(JOURNAL))?;
        // What was found when it was stopped holds no more.
        files::remove(&folder.join(RECORD))?;
        Ok(reopened)
    }

    /// The newest run that asks this, among those that began at `since` or later, and how it ended.
    pub fn newest_of(
        &self,
        question: &Hash,
        since: Timestamp,
    ) -> Result<Option<(RunHead, RunEnd)>, RunError> {
        for id in self.ids()?.iter().rev() {
            let Some(head) = self.head(id)? else { continue };
            if head.started < since {
                break;
            }
            if head.question.as_ref() == Some(question) {
                return Ok(Some((head, self.end(id)?)));
            }
        }
        Ok(None)
    }

    /// What a run asks, and how it ended; none where it left no journal.
    pub fn begun(&self, prefix: &str) -> Result<Option<(RunHead, RunEnd)>, RunError> {
        let id = find(self.ids()?, prefix)?;
        self.head(&id)?.map(|head| self.end(&id).map(|end| (head, end))).transpose()
    }

    /// The newest run, where it can go on.
    pub fn interrupted(&self) -> Result<Option<RunHead>, RunError> {
        let Some(id) = self.ids()?.pop() else { return Ok(None) };
        let head = self.head(&id)?.filter(|head| head.question.is_some() && head.part.is_none());
        Ok(if self.end(&id)? == RunEnd::Whole { None } else { head })
    }

    /// The journals that a file or a folder holds, or the one of the run whose id begins like this.
    pub fn journals(&self, name: &str) -> Result<Vec<StoredJournal>, RunError> {
        let path = Path::new(name);
        let mut files = Vec::new();
        if path.exists() {
            below(path, &mut files)?;
        } else {
            let id = find(self.ids()?, name)?;
            files.push(self.folder().join(id).join(JOURNAL));
        }
        files.iter().map(|file| StoredJournal::read(file)).collect()
    }

    /// Keeps which batches of a run were handed in.
    pub fn keep_batches(&self, id: &str, batches: &[Batch]) -> Result<(), RunError> {
        let path = self.folder().join(id).join(BATCHES);
        let text = serde_json::to_vec(batches)
            .map_err(|error| FileError::new("write", &path)(error.into()))?;
        Ok(files::write_whole(&path, &text)?)
    }

    /// Those; none where the run asks without.
    pub fn batches(&self, id: &str) -> Result<Option<Vec<Batch>>, RunError> {
        let path = self.folder().join(id).join(BATCHES);
        files::read(&path)?.map(|bytes| journal::parsed(&path, 1, &bytes)).transpose()
    }

    /// Runs whose batches are not collected, with these, oldest first.
    pub fn uncollected(&self) -> Result<Vec<(String, Vec<Batch>)>, RunError> {
        let ids = self.ids()?.into_iter();
        let open = ids.filter(|id| !self.folder().join(id).join(RECORD).exists());
        let batches = open.map(|id| Ok(self.batches(&id)?.map(|batches| (id, batches))));
        batches.filter_map(Result::transpose).collect()
    }

    /// The answers of a run that are safe.
    pub fn answers(&self, id: &str) -> Result<Vec<JournalEntry>, RunError> {
        Ok(journal::read(&self.folder().join(id).join(JOURNAL))?.entries)
    }

    /// How many there are.
    pub fn answered(&self, id: &str) -> Result<usize, RunError> {
        let mut lines = 0_usize;
        journal::each_line(&self.folder().join(id).join(JOURNAL), |line| {
            lines += usize::from(line.json.is_some());
            Ok(true)
        })?;
        Ok(lines.saturating_sub(1))
    }

    fn head(&self, id: &str) -> Result<Option<RunHead>, RunError> {
        journal::head(&self.folder().join(id).join(JOURNAL))
    }

    fn end(&self, id: &str) -> Result<RunEnd, RunError> {
        #[derive(Deserialize)]
        struct End {
            interrupted: bool,
            #[serde(default)]
            over_budget: bool,
        }
        let path = self.folder().join(id).join(RECORD);
        let Some(bytes) = files::read(&path)? else { return Ok(RunEnd::Interrupted) };
        let end: End = journal::parsed(&path, 1, &bytes)?;
        Ok(match end {
            End { over_budget: true, .. } => RunEnd::OverBudget,
            End { interrupted: true, .. } => RunEnd::Interrupted,
            End { .. } => RunEnd::Whole,
        })
    }

    /// Gives every answer of every run, oldest run first, one at a time. Runs that were cut short have
    /// answers too.
    pub fn each_call(
        &self,
        mut take: impl FnMut(&RunHead, &RecordedCall<'_>),
    ) -> Result<(), RunError> {
        for id in self.ids()? {
            calls::each(&self.folder().join(&id).join(JOURNAL), &mut take)?;
        }
        Ok(())
    }

    /// Keeps the record of a run, and gives its file.
    pub fn save(&self, record: &RunRecord) -> Result<PathBuf, RunError> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if record.id.is_empty() || !record.id.chars().all(is_plain) {
            return Err(RunError::BadId(record.id.clone()));
        }
        files::private_folder(&self.root)?;
        let path = self.folder().join(&record.id).join(RECORD);
        files::write_whole_with(&path, |file| {
            let mut file = BufWriter::new(file);
            serde_json::to_writer(&mut file, record)?;
            file.write_all(b"\n")?;
            file.flush()
        })?;
        Ok(path)
    }

    /// Keeps the record of a run that took place elsewhere. `false`: another one has its id here.
    pub fn import(&self, record: &RunRecord) -> Result<bool, RunError> {
        if self.ids()?.contains(&record.id) {
            return Ok(self.record(&record.id).is_ok_and(|known| known == *record));
        }
        self.save(record)?;
        Ok(true)
    }

    /// The last run of the suite as it is. Rehearsed upgrades are left out: they say nothing of the
    /// models that are pinned.
    pub fn latest(&self) -> Result<Option<RunRecord>, RunError> {
        for id in self.list()?.iter().rev() {
            let record = self.record(id)?;
            if record.upgrade.is_none() {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// The newest runs, newest first, at most so many. One that cannot be read says nothing.
    pub fn newest(&self, most: usize) -> Result<Vec<RunRecord>, RunError> {
        Ok(self.backwards()?.take(most).collect())
    }

    /// All runs, newest first, each read when its turn comes. One that cannot be read says nothing.
    pub fn backwards(&self) -> Result<impl Iterator<Item = RunRecord> + '_, RunError> {
        let ids = self.list()?;
        Ok(ids.into_iter().rev().filter_map(|id| self.record(&id).ok()))
    }

    /// The run whose id begins like this.
    pub fn load(&self, prefix: &str) -> Result<RunRecord, RunError> {
        self.record(&find(self.list()?, prefix)?)
    }

    /// Ids of all runs that have a record, oldest first.
    pub fn list(&self) -> Result<Vec<String>, RunError> {
        let mut ids = self.ids()?;
        ids.retain(|id| self.folder().join(id).join(RECORD).is_file());
        Ok(ids)
    }

    /// Removes all but the newest `keep` runs, and gives the ids of the removed. A run that another
    /// process may be writing stays.
    pub fn prune(&self, keep: usize) -> Result<Vec<String>, RunError> {
        let mut ids = self.ids()?;
        ids.truncate(ids.len().saturating_sub(keep));
        if RunLock::holder(&self.root).is_some() {
            ids.retain(|id| self.folder().join(id).join(RECORD).is_file());
        }
        for id in &ids {
            let folder = self.folder().join(id);
            fs::remove_dir_all(&folder).map_err(FileError::new("remove", &folder))?;
        }
        Ok(ids)
    }

    fn folder(&self) -> PathBuf {
        self.root.join(files::PRIVATE).join("runs")
    }

    /// Ids of all runs, finished or not, oldest first.
    fn ids(&self) -> Result<Vec<String>, FileError> {
        let folders = files::entries(&self.folder())?.into_iter().filter(|path| path.is_dir());
        let name = |path: PathBuf| Some(path.file_name()?.to_str()?.to_owned());
        Ok(folders.filter_map(name).collect())
    }

    fn record(&self, id: &str) -> Result<RunRecord, RunError> {
        read_record(&self.folder().join(id).join(RECORD))
    }
}

/// The id of a run that begins now: `20261123-204635-3f9a`, in UTC, with four digits of a hash
/// over time and salt.
fn run_id(now: Timestamp, salt: &str) -> String {
    let hash = Hash::of_bytes(format!("{now} {salt}").as_bytes());
    format!("{}-{}", now.strftime("%Y%m%d-%H%M%S"), hash.short(4))
}

/// The id, or the next one after `last` where that does not sort before it: both are of one second,
/// or the clock went back.
fn after(last: &str, id: String) -> String {
    if id.as_str() > last {
        return id;
    }
    let next = last.rsplit_once('-').and_then(|(before, digits)| {
        let number = u16::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 4)?;
        Some(format!("{before}-{:04x}", number.checked_add(1)?))
    });
    next.unwrap_or_else(|| format!("{last}-0000"))
}

/// Reads the record of a run from any file.
pub(crate) fn read_record(path: &Path) -> Result<RunRecord, RunError> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    let broken = |error: serde_json::Error| RunError::Broken {
        file: path.to_owned(),
        line: error.line().max(1),
        reason: error.to_string(),
    };
    let bytes = fs::read(path).map_err(FileError::new("read", path))?;
    let Version { format } = serde_json::from_slice(&bytes).map_err(broken)?;
    if format > RunRecord::FORMAT {
        return Err(RunError::Newer { file: path.to_owned(), format });
    }
    serde_json::from_slice(&bytes).map_err(broken)
}

/// The file itself, or all journals in a folder and below it. Links are not followed.
fn below(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), FileError> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in files::entries(path)? {
        if entry.is_dir() && !entry.is_symlink() {
            below(&entry, files)?;
        } else if entry.file_name().is_some_and(|name| name == JOURNAL) {
            files.push(entry);
        }
    }
    Ok(())
}

fn find(ids: Vec<String>, prefix: &str) -> Result<String, RunError> {
    let mut fitting: Vec<String> = ids.into_iter().filter(|id| id.starts_with(prefix)).collect();
    match fitting.pop() {
        None => Err(RunError::Unknown(prefix.to_owned())),
        Some(id) if fitting.is_empty() || id == prefix => Ok(id),
        Some(id) => {
            fitting.push(id);
            Err(RunError::Ambiguous { prefix: prefix.to_owned(), ids: fitting })
        }
    }
}

#[cfg(test)]
mod tests;
