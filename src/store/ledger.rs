//! The ledger `snapshots/ledger.jsonl`: only ever grows, and is committed with the snapshots.
//!
//! Lines of two branches are joined by git itself (`merge=union`), so they stand in any order and
//! more than once; what is read is in order of time, each event once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::commit::Commit;
use super::files::{self, FileError};
use crate::domain::{Diagnostic, LedgerLine, Place};

/// Beside the ledger: how git joins two of them.
const ATTRIBUTES: &str = "snapshots/.gitattributes";
const UNION: &str = "ledger.jsonl merge=union";

/// What git writes where it could not join two sides.
const MARKS: [&str; 4] = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];

/// Why the ledger cannot be read or added to.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A line is no event: people have to fix it. Codes are `ledger::conflict` and `ledger::line`.
    #[error("{0}")]
    Unreadable(Box<Diagnostic>),
    /// An event cannot be written as JSON.
    #[error("an event cannot be written: {0}")]
    Event(#[from] serde_json::Error),
    /// The file system said no.
    #[error(transparent)]
    File(#[from] FileError),
}

/// What stands in the ledger.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct LedgerRead {
    /// Every event once, in order of time.
    pub lines: Vec<LedgerLine>,
    /// How many lines are of a later version of promptmatrix. They stay where they are.
    pub unknown: usize,
}

/// The ledger of a suite.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    root: PathBuf,
}

impl Ledger {
    /// Where it lies, relative to the suite's folder.
    pub(crate) const FILE: &str = "snapshots/ledger.jsonl";

    /// The ledger of the suite in this folder. Touches nothing yet.
    pub(crate) fn open(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Everything that stands in it; nothing where there is no file.
    pub(crate) fn read(&self) -> Result<LedgerRead, LedgerError> {
        let path = self.root.join(Self::FILE);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(LedgerRead::default()),
            Err(error) => return Err(FileError::new("read", &path)(error).into()),
        };
        let mut read = LedgerRead::default();
        let mut known = BTreeSet::new();
        for (index, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(FileError::new("read", &path))?;
            if line.trim().is_empty() {
                continue;
            }
            match LedgerLine::read(&line) {
                Ok(None) => read.unknown += 1,
                Ok(Some(event)) => {
                    if known.insert(event.id.clone()) {
                        read.lines.push(event);
                    }
                }
                Err(error) => return Err(self.broken(&line, index + 1, &error)),
            }
        }
        read.lines.sort_by(|one, other| (one.ts, &one.id).cmp(&(other.ts, &other.id)));
        Ok(read)
    }

    /// Adds the events that it does not have yet, and gives their number; a run that went on since gets
    /// its line anew. Once in a commit.
    pub(crate) fn append(
        &self,
        commit: &mut Commit,
        lines: &[LedgerLine],
    ) -> Result<usize, LedgerError> {
        if lines.is_empty() {
            return Ok(0);
        }
        let mut known: BTreeMap<String, LedgerLine> =
            self.read()?.lines.into_iter().map(|line| (line.id.clone(), line)).collect();
        let path = self.root.join(Self::FILE);
        let old = files::read(&path)?;
        let is_first = old.is_none();
        let mut bytes = old.unwrap_or_default();
        if bytes.last().is_some_and(|last| *last != b'\n') {
            bytes.push(b'\n');
        }
        let mut added = 0;
        for line in lines {
            match known.insert(line.id.clone(), line.clone()) {
                Some(old) if !line.goes_on_from(&old) => continue,
                Some(_) => bytes = without(&bytes, &line.id),
                None => {}
            }
            bytes.extend_from_slice(line.text()?.as_bytes());
            bytes.push(b'\n');
            added += 1;
        }
        if added > 0 {
            commit.write(Self::FILE, bytes);
        }
        if is_first {
            commit.write(ATTRIBUTES, files::with_lines(&self.root.join(ATTRIBUTES), &[UNION])?.0);
        }
        Ok(added)
    }

    fn broken(&self, line: &str, number: usize, error: &serde_json::Error) -> LedgerError {
        let problem = if MARKS.iter().any(|mark| line.starts_with(mark)) {
            Diagnostic::error("ledger::conflict", "the ledger has unresolved merge conflicts").help(
                format!("remove the marker lines and keep both sides; `{UNION}` in {ATTRIBUTES} makes git do so"),
            )
        } else {
            let title = format!("a line of the ledger is no event: {error}");
            Diagnostic::error("ledger::line", title)
                .help("restore the line from version control, or delete it and what it counted")
        };
        let text: Arc<str> = std::fs::read(self.root.join(Self::FILE))
            .map(|bytes| String::from_utf8_lossy(&bytes).into())
            .unwrap_or_default();
        let start: usize = text.split_inclusive('\n').take(number - 1).map(str::len).sum();
        let place = Place::new(Self::FILE, text, start..start + line.len());
        LedgerError::Unreadable(Box::new(problem.at(place, "here")))
    }
}

/// The lines of a ledger but those of one event.
fn without(bytes: &[u8], id: &str) -> Vec<u8> {
    let is_it = |line: &[u8]| {
        let read = str::from_utf8(line).ok().and_then(|line| LedgerLine::read(line).ok().flatten());
        read.is_some_and(|line| line.id == id)
    };
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    lines.filter(|line| !is_it(line)).flatten().copied().collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{LedgerEvent, NoteEvent};

    fn note(second: i64) -> LedgerLine {
        let note = NoteEvent { bump: None, model: None, minutes: 1.5, why: "ü\n".into() };
        LedgerLine::new(Timestamp::from_second(second).unwrap(), LedgerEvent::Note(note))
    }

    fn ledger(text: &str) -> (tempfile::TempDir, Ledger) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("snapshots")).unwrap();
        fs::write(folder.path().join(Ledger::FILE), text).unwrap();
        let ledger = Ledger::open(folder.path());
        (folder, ledger)
    }

    fn append(ledger: &Ledger, lines: &[LedgerLine]) -> Result<usize, LedgerError> {
        let mut commit = Commit::begin(&ledger.root).unwrap();
        let added = ledger.append(&mut commit, lines)?;
        commit.finish().unwrap();
        Ok(added)
    }

    #[test]
    fn what_is_appended_twice_stands_there_once() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path());
        assert_eq!(ledger.read().unwrap(), LedgerRead::default());
        assert_eq!(append(&ledger, &[note(2), note(1), note(2)]).unwrap(), 2);
        assert_eq!(append(&ledger, &[note(1), note(3)]).unwrap(), 1);
        assert_eq!(append(&ledger, &[note(1)]).unwrap(), 0);
        assert_eq!(ledger.read().unwrap().lines, [note(1), note(2), note(3)]);
        let attributes = fs::read_to_string(folder.path().join(ATTRIBUTES)).unwrap();
        assert_eq!(attributes, "ledger.jsonl merge=union\n");
        let text = fs::read_to_string(folder.path().join(Ledger::FILE)).unwrap();
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn lines_of_a_later_version_stay_and_are_counted() {
        let later = r#"{"v":1,"t":"audit","what":1}"#;
        let (folder, ledger) = ledger(&format!("{later}\n{}", note(1).text().unwrap()));
        assert_eq!(append(&ledger, &[note(2)]).unwrap(), 1);
        let read = ledger.read().unwrap();
        assert_eq!((read.lines.len(), read.unknown), (2, 1));
        let text = fs::read_to_string(folder.path().join(Ledger::FILE)).unwrap();
        assert!(text.starts_with(later), "{text}");
        assert_eq!(text.lines().count(), 3, "a line without its end is ended first");
    }

    #[test]
    fn conflict_markers_and_broken_lines_are_named_and_nothing_is_written() {
        let one = note(1).text().unwrap();
        for (text, line, code) in [
            (format!("{one}\n<<<<<<< HEAD\n{one}\n"), 2, "ledger::conflict"),
            (format!("{one}\n\n{{\"v\":1,\n"), 3, "ledger::line"),
            ("{\"v\":1,\"t\":\"note\"}\n".to_owned(), 1, "ledger::line"),
        ] {
            let (folder, ledger) = ledger(&text);
            for error in [ledger.read().unwrap_err(), append(&ledger, &[note(9)]).unwrap_err()] {
                let LedgerError::Unreadable(problem) = error else { panic!("{error}") };
                let place = problem.place.unwrap();
                assert_eq!(
                    (problem.code, place.line, place.file.as_str()),
                    (code, line, Ledger::FILE)
                );
            }
            assert_eq!(fs::read_to_string(folder.path().join(Ledger::FILE)).unwrap(), text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_union_of_two_branches_counts_every_event_once(
            base in prop::collection::vec(0_i64..20, 0..6),
            ours in prop::collection::vec(0_i64..20, 0..6),
            theirs in prop::collection::vec(0_i64..20, 0..6),
        ) {
            let all: BTreeSet<i64> = [&base, &ours, &theirs].into_iter().flatten().copied().collect();
            let lines = |seconds: &[i64]| seconds.iter().map(|at| note(*at)).collect::<Vec<_>>();
            let text = |lines: &[LedgerLine]| {
                lines.iter().map(|line| line.text().unwrap() + "\n").collect::<String>()
            };
            let union = [&ours, &base, &theirs].map(|part| text(&lines(part))).concat();
            let (_folder, ledger) = ledger(&union);
            let sorted: Vec<i64> = all.iter().copied().collect();
            prop_assert_eq!(ledger.read().unwrap().lines, lines(&sorted));
            prop_assert_eq!(append(&ledger, &lines(&sorted)).unwrap(), 0);
        }
    }
}
