//! The journal of a run: what it asks, and every answer, one line each, on disk before it counts.
//!
//! Only ever grows. Each line begins with a checksum over the rest of it, and is JSON all the same.
//! Never looks at what an answer says.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use flate2::Crc;
use serde::{Deserialize, Serialize};

use super::files::FileError;
use super::run_error::RunError;
use crate::domain::{JournalEntry, RunHead, Sink};

/// Takes the answers of one run.
#[derive(Debug)]
pub struct Journal {
    head: RunHead,
    path: PathBuf,
    file: File,
    /// Bytes that are known to be whole lines.
    length: u64,
}

/// What a journal holds.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Content {
    /// None where not even that was written.
    pub(super) head: Option<RunHead>,
    /// In the order in which they came.
    pub(super) entries: Vec<JournalEntry>,
    /// Lines that are not what was written, each with its bytes.
    damaged: Vec<(usize, Range<u64>)>,
    /// Where the last whole line ends.
    length: u64,
}

/// A journal that goes on.
#[derive(Debug)]
pub struct Reopened {
    pub journal: Journal,
    /// The answers that it has.
    pub entries: Vec<JournalEntry>,
    /// Lines whose answers are lost, since they are not what was written.
    pub damaged: Vec<usize>,
}

impl Journal {
    pub fn head(&self) -> &RunHead {
        &self.head
    }

    /// Begins a journal.
    pub(super) fn create(head: RunHead, path: &Path) -> Result<Self, FileError> {
        let file = File::options().append(true).create_new(true).open(path);
        let file = file.map_err(FileError::new("create", path))?;
        let mut journal = Self { head, path: path.to_owned(), file, length: 0 };
        let written = seal(&journal.head).and_then(|line| journal.append(&line));
        written.map_err(FileError::new("write", path))?;
        Ok(journal)
    }

    /// Goes on with a journal: a torn last line is cut off, damaged ones are blanked.
    pub(super) fn reopen(path: &Path) -> Result<Reopened, RunError> {
        let Content { head, entries, damaged, length } = read(path)?;
        let head = head.ok_or_else(|| RunError::damaged(path, 1))?;
        let repair = || {
            let mut file = File::options().write(true).open(path)?;
            for (_, Range { start, end }) in &damaged {
                file.seek(SeekFrom::Start(*start))?;
                io::copy(&mut io::Read::take(io::repeat(b' '), end - start), &mut file)?;
            }
            file.set_len(length)?;
            file.sync_data()?;
            File::options().append(true).open(path)
        };
        let file = repair().map_err(FileError::new("repair", path))?;
        let damaged = damaged.into_iter().map(|(line, _)| line).collect();
        let journal = Self { head, path: path.to_owned(), file, length };
        Ok(Reopened { journal, entries, damaged })
    }

    /// One write and one sync. When it fails, nothing of it counts.
    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        let appended = self.file.write_all(lines).and_then(|()| self.file.sync_data());
        if appended.is_err() {
            // A line torn by a full disk must not stand in the way of the next one.
            let _ = self.file.set_len(self.length);
        } else {
            self.length += lines.len() as u64;
        }
        appended
    }
}

impl Sink for Journal {
    fn answers(&mut self, entries: &[JournalEntry]) -> io::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for entry in entries {
            lines.append(&mut seal(entry)?);
        }
        self.append(&lines).map_err(|error| {
            io::Error::new(error.kind(), FileError::new("write", &self.path)(error))
        })
    }
}

/// What stands before the checksum, and between it and the rest.
const SEAL: (&[u8], &[u8]) = (br#"{"crc":""#, b"\"");

/// How many digits it has.
const DIGITS: usize = 8;

/// A line: the members of an object behind a checksum over their text.
pub(super) fn seal(content: &impl Serialize) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(content)?;
    let members = json.get(1..).unwrap_or_default();
    let mut line = Vec::with_capacity(json.len() + SEAL.0.len() + DIGITS + 3);
    line.extend_from_slice(SEAL.0);
    line.extend_from_slice(format!("{:0DIGITS$x}", sum(members)).as_bytes());
    line.extend_from_slice(SEAL.1);
    line.push(b',');
    line.extend_from_slice(members);
    line.push(b'\n');
    Ok(line)
}

/// The object that was sealed; `None` where the line is not what was written.
fn unseal(line: &mut [u8]) -> Option<&[u8]> {
    let (seal, json) = line.split_at_mut_checked(SEAL.0.len() + DIGITS + SEAL.1.len())?;
    let digits = seal.strip_prefix(SEAL.0)?.strip_suffix(SEAL.1)?;
    let wanted = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    let (comma, members) = json.split_first_mut()?;
    if *comma != b',' || sum(members) != wanted {
        return None;
    }
    *comma = b'{';
    Some(json)
}

fn sum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// A line of a journal and where it stands.
pub(super) struct Line<'l> {
    /// From 1.
    pub(super) number: usize,
    bytes: Range<u64>,
    /// The object in it; `None` where it is not what was written.
    pub(super) json: Option<&'l [u8]>,
}

/// Gives each whole line, until the caller has enough; nothing where there is no file.
///
/// A last line without its end was being written when the process was killed: it did not count yet,
/// and is left out. So are blank ones.
pub(super) fn each_line(
    path: &Path,
    mut take: impl FnMut(Line<'_>) -> Result<bool, RunError>,
) -> Result<(), RunError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(FileError::new("read", path)(error).into()),
    };
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let (mut line, mut number, mut start) = (Vec::new(), 0, 0);
    loop {
        line.clear();
        number += 1;
        let length = reader.read_until(b'\n', &mut line).map_err(FileError::new("read", path))?;
        if line.pop() != Some(b'\n') {
            return Ok(());
        }
        let end = start + length as u64;
        if !line.iter().all(|byte| *byte == b' ')
            && !take(Line { number, bytes: start..end - 1, json: unseal(&mut line) })?
        {
            return Ok(());
        }
        start = end;
    }
}

/// All that is in a journal.
pub(super) fn read(path: &Path) -> Result<Content, RunError> {
    let mut content = Content::default();
    each_line(path, |line| {
        content.length = line.bytes.end + 1;
        match line.json {
            None => content.damaged.push((line.number, line.bytes)),
            Some(json) if line.number == 1 => content.head = Some(head_of(path, json)?),
            Some(json) => content.entries.push(parsed(path, line.number, json)?),
        }
        Ok(true)
    })?;
    Ok(content)
}

/// What a run asks; `None` where that was never written, or is damaged.
pub(super) fn head(path: &Path) -> Result<Option<RunHead>, RunError> {
    let mut head = None;
    each_line(path, |line| {
        head = line.json.map(|json| head_of(path, json)).transpose()?;
        Ok(false)
    })?;
    Ok(head)
}

/// The head in the first line.
pub(super) fn head_of(path: &Path, json: &[u8]) -> Result<RunHead, RunError> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    let Version { format } = parsed(path, 1, json)?;
    if format > RunHead::FORMAT {
        return Err(RunError::Newer { file: path.to_owned(), format });
    }
    parsed(path, 1, json)
}

/// What stands in a line.
pub(super) fn parsed<'l, T: Deserialize<'l>>(
    path: &Path,
    line: usize,
    json: &'l [u8],
) -> Result<T, RunError> {
    serde_json::from_slice(json).map_err(|error| RunError::Broken {
        file: path.to_owned(),
        line,
        reason: error.to_string(),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    pub(crate) fn head(id: &str) -> RunHead {
        RunHead { format: RunHead::FORMAT, id: id.to_owned(), ..RunHead::default() }
    }

    pub(crate) fn entry(case: &str) -> JournalEntry {
        let entry = json!({
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

    fn cases(entries: &[JournalEntry]) -> String {
        entries.iter().map(|entry| entry.cell.case.as_str()).collect()
    }

    /// A journal of three answers, and its path.
    fn journal(folder: &Path) -> PathBuf {
        let path = folder.join("cells.jsonl");
        let mut journal = Journal::create(head("r"), &path).unwrap();
        journal.answers(&[entry("a"), entry("b")]).unwrap();
        journal.answers(&[]).unwrap();
        journal.answers(&[entry("c")]).unwrap();
        path
    }

    #[test]
    fn what_was_acknowledged_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = journal(folder.path());
        let Content { head: known, entries, damaged, length } = read(&path).unwrap();
        assert_eq!(known, Some(head("r")));
        assert_eq!(entries, [entry("a"), entry("b"), entry("c")]);
        assert_eq!((damaged, length), (vec![], fs::metadata(&path).unwrap().len()));
    }

    #[test]
    fn the_bytes_of_a_line_are_these() {
        let folder = tempfile::tempdir().unwrap();
        let text = fs::read_to_string(journal(folder.path())).unwrap();
        let line = concat!(
            r#"{"crc":"bfebf8a7","cell":"triage/a@flagship","request":"ab12","trial":{"number":1,"#,
            r#""at":"2026-11-23T20:46:35Z","source":"fresh","latency_ms":12,"attempts":[],"strict":true,"#,
            r#""value":{"category":"billing"},"stop":"complete","identity":{},"usd_pico":null}}"#,
        );
        assert_eq!(text.lines().nth(1), Some(line));
    }

    #[test]
    fn a_journal_cut_at_any_byte_keeps_its_whole_lines_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = journal(folder.path());
        let bytes = fs::read(&path).unwrap();
        for cut in 0..=bytes.len() {
            fs::write(&path, &bytes[..cut]).unwrap();
            let whole = String::from_utf8_lossy(&bytes[..cut]).matches('\n').count();
            let content = read(&path).unwrap();
            assert_eq!(content.head.is_some(), whole > 0, "cut at {cut}");
            assert_eq!(content.entries.len(), whole.saturating_sub(1), "cut at {cut}");
            if cut % 37 == 0 && whole > 0 {
                let Reopened { mut journal, entries, .. } = Journal::reopen(&path).unwrap();
                assert_eq!(entries.len(), whole - 1);
                journal.answers(&[entry("z")]).unwrap();
                assert_eq!(read(&path).unwrap().entries.last(), Some(&entry("z")));
            }
        }
    }

    #[test]
    fn a_flipped_bit_costs_one_answer_and_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = journal(folder.path());
        let bytes = fs::read(&path).unwrap();
        let first = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let second = first + bytes[first..].iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for at in second..second + (second - first) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            fs::write(&path, &flipped).unwrap();
            let Reopened { mut journal, entries, damaged } = Journal::reopen(&path).unwrap();
            // Without its line end, a line takes the next one with it.
            let left = if bytes[at] == b'\n' { "a" } else { "ac" };
            assert_eq!((cases(&entries).as_str(), damaged), (left, vec![3]), "byte {at}");
            journal.answers(&[entry("d")]).unwrap();
            let content = read(&path).unwrap();
            assert_eq!(cases(&content.entries), format!("{left}d"));
            assert_eq!(content.damaged, []);
        }
    }

    #[test]
    fn a_newer_journal_is_not_guessed_at() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.jsonl");
        fs::write(&path, seal(&json!({"format": 9, "answers": []})).unwrap()).unwrap();
        assert!(matches!(read(&path), Err(RunError::Newer { format: 9, .. })));
    }
}
