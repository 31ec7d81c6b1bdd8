//! The journal of a run: every answer, one line each, on disk before it counts.
//!
//! Only ever grows. Never looks at what an answer says.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::Deserialize;

use super::files::{self, FileError};
use super::run_error::RunError;
use crate::domain::{JournalEntry, Sink};

/// Newest version of the format that can be read.
const FORMAT: u32 = 1;

/// Takes the answers of one run.
#[derive(Debug)]
pub struct Journal {
    id: String,
    file: File,
    /// Bytes that are known to be whole lines.
    length: u64,
}

impl Journal {
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Begins an empty journal.
    pub(super) fn create(id: String, path: &Path) -> Result<Self, FileError> {
        let file = File::options().append(true).create_new(true).open(path);
        Ok(Self { id, file: file.map_err(FileError::new("create", path))?, length: 0 })
    }

    /// Goes on with a journal: a torn last line is cut off, and what stands before it is given.
    pub(super) fn reopen(id: String, path: &Path) -> Result<(Self, Vec<JournalEntry>), RunError> {
        let entries = read(path)?;
        let bytes = files::read(path)?.unwrap_or_default();
        let length = whole_lines(&bytes).len() as u64;
        let open = File::options().append(true).create(true).open(path);
        let file = open.map_err(FileError::new("open", path))?;
        file.set_len(length).map_err(FileError::new("repair", path))?;
        Ok((Self { id, file, length }, entries))
    }

    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        self.file.write_all(lines)?;
        self.file.sync_data()
    }
}

impl Sink for Journal {
    /// One write and one sync for all of them. When it fails, none of them counts.
    fn answers(&mut self, entries: &[JournalEntry]) -> io::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut lines, entry)?;
            lines.push(b'\n');
        }
        let appended = self.append(&lines);
        if appended.is_err() {
            // A line torn by a full disk must not stand in the way of the next one.
            let _ = self.file.set_len(self.length);
        } else {
            self.length += lines.len() as u64;
        }
        appended
    }
}

/// The answers of a journal, in order; none where there is no file.
///
/// A last line without its end was being written when the process was killed: it did not count
/// yet, and is left out.
pub(super) fn read(path: &Path) -> Result<Vec<JournalEntry>, RunError> {
    let bytes = files::read(path)?.unwrap_or_default();
    let lines = whole_lines(&bytes).split(|byte| *byte == b'\n');
    let numbered = lines.enumerate().filter(|(_, line)| !line.is_empty());
    numbered.map(|(index, line)| read_line(path, index + 1, line)).collect()
}

fn read_line(path: &Path, number: usize, line: &[u8]) -> Result<JournalEntry, RunError> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    let broken = |error: serde_json::Error| RunError::Broken {
        file: path.to_owned(),
        line: number,
        reason: error.to_string(),
    };
    let Version { format } = serde_json::from_slice(line).map_err(broken)?;
    if format > FORMAT {
        return Err(RunError::Newer { file: path.to_owned(), format });
    }
    serde_json::from_slice(line).map_err(broken)
}

/// All but a last line that has no end.
fn whole_lines(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    bytes.get(..end).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    pub(crate) fn entry(case: &str) -> JournalEntry {
        let entry = json!({
            "format": 1,
            "cell": format!("triage/{case}@flagship"),
            "request": "ab12",
            "trial": {
                "number": 1, "at": "2026-11-23T20:46:35Z", "latency_ms": 12, "attempts": [],
                "strict": true, "value": {"category": "billing"}, "stop": "complete",
                "identity": {}
            }
        });
        serde_json::from_value(entry).unwrap()
    }

    #[test]
    fn what_was_acknowledged_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.jsonl");
        let mut journal = Journal::create("r".into(), &path).unwrap();
        journal.answers(&[entry("a"), entry("b")]).unwrap();
        journal.answers(&[]).unwrap();
        journal.answers(&[entry("c")]).unwrap();
        assert_eq!(read(&path).unwrap(), [entry("a"), entry("b"), entry("c")]);
    }

    #[test]
    fn the_bytes_of_a_line_are_these() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.jsonl");
        let mut journal = Journal::create("r".into(), &path).unwrap();
        journal.answers(&[entry("a")]).unwrap();
        let line = concat!(
            r#"{"format":1,"cell":"triage/a@flagship","request":"ab12","trial":{"number":1,"#,
            r#""at":"2026-11-23T20:46:35Z","source":"fresh","latency_ms":12,"attempts":[],"strict":true,"#,
            r#""value":{"category":"billing"},"stop":"complete","identity":{},"usd_pico":null}}"#,
            "\n"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), line);
    }

    #[test]
    fn a_journal_cut_at_any_byte_keeps_its_whole_lines_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.jsonl");
        let mut journal = Journal::create("r".into(), &path).unwrap();
        journal.answers(&[entry("a"), entry("b")]).unwrap();
        let bytes = fs::read(&path).unwrap();
        for cut in 0..=bytes.len() {
            fs::write(&path, &bytes[..cut]).unwrap();
            let whole = String::from_utf8_lossy(&bytes[..cut]).matches('\n').count();
            assert_eq!(read(&path).unwrap().len(), whole, "cut at {cut}");
            if cut % 37 == 0 {
                let (mut journal, known) = Journal::reopen("r".into(), &path).unwrap();
                assert_eq!(known.len(), whole);
                journal.answers(&[entry("z")]).unwrap();
                assert_eq!(read(&path).unwrap().last(), Some(&entry("z")));
            }
        }
    }

    #[test]
    fn a_broken_line_in_the_middle_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.jsonl");
        let line = serde_json::to_string(&entry("a")).unwrap();
        fs::write(&path, format!("{line}\n{{\"format\": 1, oops\n{line}\n")).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("cells.jsonl:2"), "{error}");
    }

    #[test]
    fn a_newer_journal_is_not_guessed_at() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.jsonl");
        fs::write(&path, "{\"format\": 9, \"answers\": []}\n").unwrap();
        assert!(matches!(read(&path), Err(RunError::Newer { format: 9, .. })));
    }
}
