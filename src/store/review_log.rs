//! When somebody looked at an answer that waits for a decision: a note in the private folder, which
//! goes into the ledger with the decision. Says nothing of who it was.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::commit::Commit;
use super::files::{self, FileError, PRIVATE};
use crate::domain::{CellId, Hash, LedgerEvent, LedgerLine, ReviewAction, ReviewEvent};

const LOOKS: &str = "looks.jsonl";
const WHO: &str = "who";

/// What is kept of looks that no decision followed, in bytes.
const MOST: u64 = 256 * 1024;

/// The looks of one checkout.
#[derive(Debug, Clone)]
pub(crate) struct ReviewLog {
    root: PathBuf,
}

impl ReviewLog {
    /// Of the suite in this folder. Touches nothing yet.
    pub(crate) fn open(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Notes a look at cells.
    pub(crate) fn note(
        &self,
        at: Timestamp,
        action: ReviewAction,
        cells: &[CellId],
    ) -> Result<(), FileError> {
        let path = files::private_folder(&self.root)?.join(LOOKS);
        let failed = || FileError::new("write", &path);
        let (session, cells) = (String::new(), cells.to_vec());
        let review = ReviewEvent { session, bump: None, cells, action, who: None };
        let line = LedgerLine::new(at, LedgerEvent::Review(review));
        let line = line.text().map_err(|error| failed()(error.into()))? + "\n";
        if fs::metadata(&path).is_ok_and(|known| known.len() > MOST) {
            files::remove(&path)?;
        }
        let mut file = File::options().append(true).create(true).open(&path).map_err(failed())?;
        file.write_all(line.as_bytes()).map_err(failed())
    }

    /// Takes all of them, in order. They are gone from here with the commit.
    pub(crate) fn take(
        &self,
        commit: &mut Commit,
    ) -> Result<Vec<(Timestamp, ReviewEvent)>, FileError> {
        let path = format!("{PRIVATE}/{LOOKS}");
        let Some(bytes) = files::read(&self.root.join(&path))? else { return Ok(Vec::new()) };
        commit.remove(path);
        let text = String::from_utf8_lossy(&bytes);
        // A line that a killed process left half written is no matter: it was a look.
        let lines = text.lines().filter_map(|line| LedgerLine::read(line).ok().flatten());
        let mut looks: Vec<_> = lines
            .filter_map(|line| match line.event {
                LedgerEvent::Review(review) => Some((line.ts, review)),
                _ => None,
            })
            .collect();
        looks.sort_by_key(|(at, _)| *at);
        Ok(looks)
    }

    /// Eight digits that tell this checkout from another one. They are drawn once, from the moment
    /// and the number of the process, and say nothing of a person.
    pub(crate) fn who(&self, commit: &mut Commit, now: Timestamp) -> Result<String, FileError> {
        let path = format!("{PRIVATE}/{WHO}");
        if let Some(known) = files::read(&self.root.join(&path))? {
            let known = String::from_utf8_lossy(&known).trim().to_owned();
            if known.len() == 8 && known.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Ok(known);
            }
        }
        let drawn = Hash::of_bytes(format!("{now} {}", std::process::id()).as_bytes());
        commit.write(path, format!("{}\n", drawn.short(8)));
        Ok(drawn.short(8).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(looks: &ReviewLog) -> Vec<(Timestamp, ReviewEvent)> {
        let mut commit = Commit::begin(&looks.root).unwrap();
        let taken = looks.take(&mut commit).unwrap();
        commit.finish().unwrap();
        taken
    }

    #[test]
    fn looks_are_kept_until_they_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let looks = ReviewLog::open(folder.path());
        assert_eq!(take(&looks), []);
        let at = |second| Timestamp::from_second(second).unwrap();
        let cells: Vec<CellId> = vec!["a/x@m".parse().unwrap(), "a/y@m".parse().unwrap()];
        looks.note(at(20), ReviewAction::Diff, &cells[..1]).unwrap();
        looks.note(at(10), ReviewAction::Open, &cells).unwrap();
        let taken = take(&looks);
        let told: Vec<_> = taken.iter().map(|(at, look)| (at.as_second(), look.action)).collect();
        assert_eq!(told, [(10, ReviewAction::Open), (20, ReviewAction::Diff)]);
        assert_eq!(taken[0].1.cells, cells);
        assert_eq!(take(&looks), []);
    }

    #[test]
    fn a_checkout_keeps_its_eight_digits() {
        let folder = tempfile::tempdir().unwrap();
        let looks = ReviewLog::open(folder.path());
        let mut commit = Commit::begin(folder.path()).unwrap();
        let who = looks.who(&mut commit, Timestamp::from_second(1).unwrap()).unwrap();
        assert_eq!(who.len(), 8);
        commit.finish().unwrap();
        let mut commit = Commit::begin(folder.path()).unwrap();
        assert_eq!(looks.who(&mut commit, Timestamp::from_second(2).unwrap()).unwrap(), who);
    }
}
