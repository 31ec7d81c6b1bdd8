//! What git knows of the words of a suite: which commits touched its prompts and schemas. Reads the
//! repository, and changes nothing in it.

use std::io;
use std::path::Path;

use jiff::Timestamp;

use super::revision::git;
use crate::domain::{Commit, Hash, Touched};

/// The folders whose files are words that a model reads.
const WORDS: [&str; 2] = ["prompts", "schemas"];

/// Before each commit, and between the parts of its head.
const START: char = '\u{1}';
const PART: char = '\u{1f}';

/// The commits that touched prompts and schemas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CommitHistory {
    /// Newest first; merges are left out.
    pub commits: Vec<Commit>,
    /// Whether older commits are missing here, because only a part of the repository was fetched.
    pub is_cut: bool,
}

impl CommitHistory {
    /// Of the suite in this folder, since a moment. A folder that is in no repository has none.
    pub(crate) fn read(root: &Path, since: Option<Timestamp>) -> io::Result<Self> {
        let Ok(shallow) = git(root, &["rev-parse", "--is-shallow-repository"]) else {
            return Ok(Self::default());
        };
        if git(root, &["rev-parse", "--verify", "--quiet", "HEAD"]).is_err() {
            return Ok(Self::default());
        }
        let format = format!("--format=%x01%H{PART}%ct{PART}%ae");
        let since = since.map(|since| format!("--since={}", since.as_second()));
        let mut arguments =
            vec!["log", "--no-merges", "--no-renames", "--relative", "--numstat", "-z", &format];
        arguments.extend(since.as_deref());
        arguments.push("--");
        arguments.extend(WORDS);
        let log = git(root, &arguments)?;
        let commits = log.split(START).filter_map(commit).collect();
        Ok(Self { commits, is_cut: shallow.trim() == "true" })
    }
}

/// The commit that is checked out, 12 digits; `None` where there is none.
pub(crate) fn head(root: &Path) -> Option<String> {
    let id = git(root, &["rev-parse", "--verify", "--quiet", "--short=12", "HEAD"]).ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

/// `ID PART SECONDS PART EMAIL NUL`, then `ADDED TAB REMOVED TAB PATH NUL` for each file.
fn commit(text: &str) -> Option<Commit> {
    let (head, files) = text.split_once('\0')?;
    let mut parts = head.split(PART);
    let id = parts.next()?.get(..12)?.to_owned();
    let at = Timestamp::from_second(parts.next()?.parse().ok()?).ok()?;
    let author = Hash::of_bytes(parts.next()?.as_bytes()).short(8).to_owned();
    let files = files.trim_start_matches('\n').split('\0').filter_map(|line| {
        let mut cells = line.splitn(3, '\t');
        let (added, removed) = (cells.next()?, cells.next()?);
        let path = cells.next()?.to_owned();
        let lines = |text: &str| text.parse().unwrap_or(0);
        Some(Touched { path, added: lines(added), removed: lines(removed) })
    });
    Some(Commit { id, at, author, files: files.collect() })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn commits_are_read_with_their_lines_and_other_folders_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("suite");
        fs::create_dir_all(root.join("prompts")).unwrap();
        assert_eq!(CommitHistory::read(folder.path(), None).unwrap(), CommitHistory::default());
        let ours = |arguments: &[&str]| {
            let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
            git(folder.path(), &[&identity[..], arguments].concat()).unwrap()
        };
        ours(&["init", "--quiet"]);
        assert_eq!(CommitHistory::read(&root, None).unwrap().commits, [], "there is no commit yet");
        assert_eq!(head(&root), None);
        for (path, text) in
            [("prompts/ü x.md", "a\nb\n"), ("notes.txt", "n\n"), ("prompts/ü x.md", "a\nc\nd\n")]
        {
            fs::write(root.join(path), text).unwrap();
            ours(&["add", "."]);
            ours(&["commit", "--quiet", "-m", "x"]);
        }
        let history = CommitHistory::read(&root, None).unwrap();
        let lines: Vec<_> = history.commits.iter().flat_map(|commit| &commit.files).collect();
        let told = |added, removed| Touched { path: "prompts/ü x.md".into(), added, removed };
        assert_eq!(lines, [&told(2, 1), &told(2, 0)]);
        assert_eq!(history.commits[0].author, history.commits[1].author);
        assert_eq!(head(&root).as_deref(), Some(&*history.commits[0].id));
        let later = Timestamp::from_second(4_000_000_000).unwrap();
        assert_eq!(CommitHistory::read(&root, Some(later)).unwrap().commits, []);
    }
}
