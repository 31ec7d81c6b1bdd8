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
use super::journal::{self, Journal};
use super::run_error::RunError;
use crate::domain::{Hash, JournalEntry, RecordedCall, RunHead, RunRecord};

const RECORD: &str = "run.json";
const JOURNAL: &str = "cells.jsonl";

/// How often a free id is looked for, while other processes start runs as well.
const TRIES: u32 = 1000;

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

    /// Begins a run: its folder, and a journal that knows its id.
    ///
    /// The id sorts after those of all earlier runs. `salt` keeps runs of different suites apart.
    pub fn start(&self, now: Timestamp, salt: &str) -> Result<Journal, RunError> {
        files::private_folder(&self.root)?;
        let runs = self.folder();
        fs::create_dir_all(&runs).map_err(FileError::new("create", &runs))?;
        for attempt in 0..TRIES {
            let last = self.ids()?.pop().unwrap_or_default();
            let id = after(&last, run_id(now, &format!("{salt}{attempt}")));
            let folder = runs.join(&id);
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Journal::create(id, &folder.join(JOURNAL))?),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(FileError::new("create", &folder)(error).into()),
            }
        }
        Err(RunError::BadId(salt.to_owned()))
    }

    /// Goes on with a run that was cut short, and gives the answers that are safe.
    pub fn reopen(&self, prefix: &str) -> Result<(Journal, Vec<JournalEntry>), RunError> {
        let id = find(self.ids()?, prefix)?;
        let path = self.folder().join(&id).join(JOURNAL);
        Journal::reopen(id, &path)
    }

    /// The answers of a run, in the order in which they came.
    pub fn answers(&self, prefix: &str) -> Result<Vec<JournalEntry>, RunError> {
        let id = find(self.ids()?, prefix)?;
        journal::read(&self.folder().join(id).join(JOURNAL))
    }

    /// Gives every answer of every run, oldest run first, one at a time. Runs that were cut short have
    /// answers too.
    pub fn each_call(
        &self,
        mut take: impl FnMut(&RunHead, &RecordedCall<'_>),
    ) -> Result<(), RunError> {
        for id in self.ids()? {
            let folder = self.folder().join(&id);
            let head = calls::head(&id, &folder.join(RECORD))?;
            calls::each(&folder.join(JOURNAL), |call| take(&head, call))?;
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

    /// Removes all but the newest `keep` runs, and gives the ids of the removed.
    pub fn prune(&self, keep: usize) -> Result<Vec<String>, RunError> {
        let mut ids = self.ids()?;
        ids.truncate(ids.len().saturating_sub(keep));
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
pub fn run_id(now: Timestamp, salt: &str) -> String {
    let hash = Hash::of_bytes(format!("{now} {salt}").as_bytes());
    format!("{}-{}", now.strftime("%Y%m%d-%H%M%S"), hash.short(4))
}

/// The id, or the next one after `last` where both are of one second: the later run sorts later.
fn after(last: &str, id: String) -> String {
    let (Some(second), Some(digits)) = (last.get(..15), last.get(16..)) else { return id };
    if !id.starts_with(second) || id.as_str() > last {
        return id;
    }
    match u16::from_str_radix(digits, 16).ok().and_then(|number| number.checked_add(1)) {
        Some(next) => format!("{second}-{next:04x}"),
        // A second with 65,536 runs behind it: any free id will do.
        None => id,
    }
}

/// Reads the record of a run from any file.
pub fn read_record(path: &Path) -> Result<RunRecord, RunError> {
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
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{Sink, Totals};
    use crate::store::journal::tests::entry;

    fn now() -> Timestamp {
        "2026-11-23T20:46:35.123Z".parse().unwrap()
    }

    fn record(id: &str) -> RunRecord {
        RunRecord {
            format: RunRecord::FORMAT,
            id: id.to_owned(),
            tool: "0.1.0".to_owned(),
            started: now(),
            finished: now(),
            suite: Hash::of_bytes(b"suite"),
            profile: None,
            selection: Vec::new(),
            upgrade: None,
            interrupted: false,
            over_budget: false,
            ci: false,
            evidence: None,
            exit_code: 0,
            retiring: Vec::new(),
            prices: None,
            totals: Totals::default(),
            models: BTreeMap::new(),
            routes: BTreeMap::new(),
            cells: Vec::new(),
            groups: Vec::new(),
            columns: Vec::new(),
        }
    }

    #[test]
    fn a_run_is_kept_and_found_by_the_beginning_of_its_id() {
        let root = tempfile::tempdir().unwrap();
        let runs = Runs::open(root.path());
        assert!(runs.latest().unwrap().is_none());
        let mut journal = runs.start(now(), "suite").unwrap();
        journal.answers(&[entry("a")]).unwrap();
        let id = journal.id().to_owned();
        assert!(id.starts_with("20261123-204635-"), "{id}");
        assert!(runs.latest().unwrap().is_none(), "a run without a record is not finished");
        assert_eq!(runs.answers(&id).unwrap(), [entry("a")]);
        let path = runs.save(&record(&id)).unwrap();
        assert_eq!(runs.latest().unwrap(), Some(record(&id)));
        assert_eq!(runs.load("2026").unwrap(), record(&id));
        assert_eq!(read_record(&path).unwrap(), record(&id));
        let ignored = root.path().join(".promptmatrix/.gitignore");
        assert_eq!(fs::read_to_string(ignored).unwrap(), "*\n");
    }

    #[test]
    fn runs_of_one_second_sort_as_they_came() {
        let root = tempfile::tempdir().unwrap();
        let runs = Runs::open(root.path());
        let ids: Vec<String> =
            (0..6).map(|_| runs.start(now(), "suite").unwrap().id().to_owned()).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(
            matches!(runs.answers("2026"), Err(RunError::Ambiguous { ids, .. }) if ids.len() == 6)
        );
        assert!(matches!(runs.load("1999"), Err(RunError::Unknown(_))));
        assert_eq!(runs.prune(2).unwrap(), ids[..4]);
        assert_eq!(runs.ids().unwrap(), ids[4..]);
    }

    #[test]
    fn equal_input_gives_an_equal_id() {
        assert_eq!(run_id(now(), "a"), run_id(now(), "a"));
        assert_ne!(run_id(now(), "a"), run_id(now(), "b"));
    }

    #[test]
    fn a_record_of_a_newer_version_asks_for_an_update() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("run.json");
        fs::write(&path, "{\"format\": 2, \"unheard\": of}").unwrap();
        assert!(matches!(read_record(&path), Err(RunError::Broken { line: 1, .. })));
        fs::write(&path, "{\"format\": 2, \"unheard\": 1}").unwrap();
        let error = read_record(&path).unwrap_err().to_string();
        assert!(error.contains("newer") && error.contains("update"), "{error}");
    }

    #[test]
    fn an_id_cannot_lead_out_of_the_folder() {
        let root = tempfile::tempdir().unwrap();
        let error = Runs::open(root.path()).save(&record("../../etc")).unwrap_err();
        assert!(matches!(error, RunError::BadId(_)));
    }

    #[test]
    fn a_later_run_of_the_same_second_always_sorts_later() {
        let folder = tempfile::tempdir().unwrap();
        let runs = Runs::open(folder.path());
        let now: Timestamp = "2026-11-23T20:46:35Z".parse().unwrap();
        let ids: Vec<String> =
            (0..300).map(|_| runs.start(now, "salt").unwrap().id().to_owned()).collect();
        assert!(ids.is_sorted_by(|one, two| one < two));
        assert_eq!(
            after("20261123-204635-fffe", "20261123-204635-0000".into()),
            "20261123-204635-ffff"
        );
        assert_eq!(
            after("20261123-204635-ffff", "20261123-204635-0000".into()),
            "20261123-204635-0000"
        );
        assert_eq!(
            after("20261123-204634-ffff", "20261123-204635-0000".into()),
            "20261123-204635-0000"
        );
    }
}
