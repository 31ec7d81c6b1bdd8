//! Moves of versions that git knows of: which headers of snapshots came to name another id, and when
//! that was committed. Reads the repository, and changes nothing in it.

use std::io;
use std::path::Path;

use jiff::Timestamp;

use super::revision::git;
use super::snapshots::cell_of;
use super::yaml;
use crate::domain::CellId;

const START: char = '\u{1}';
const PART: char = '\u{1f}';

/// One snapshot whose header came to name other ids in one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeaderMove {
    /// The commit, 12 digits.
    pub commit: String,
    /// When it was committed.
    pub at: Timestamp,
    pub cell: CellId,
    /// The ids that were asked for, before and after; the same where that did not change.
    pub requested: Option<(String, String)>,
    /// The ids that answered, before and after.
    pub served: Option<(String, String)>,
}

/// The moves of the suite in this folder since a moment, newest first. None where there is no git.
pub(crate) fn header_moves(root: &Path, since: Timestamp) -> io::Result<Vec<HeaderMove>> {
    if git(root, &["rev-parse", "--verify", "--quiet", "HEAD"]).is_err() {
        return Ok(Vec::new());
    }
    let format = format!("--format=%x01%H{PART}%ct{PART}");
    // With `@` it is a moment whatever its size; a small number alone is taken for a time of today.
    let since = format!("--since=@{} +0000", since.as_second());
    let log = git(
        root,
        &[
            "-c",
            "core.quotePath=false",
            "log",
            "--no-merges",
            "--no-renames",
            "--relative",
            "--diff-filter=M",
            "--no-color",
            "--no-ext-diff",
            "-p",
            "-U1",
            "-G^  (requested|served): ",
            &format,
            &since,
            "--",
            "snapshots",
        ],
    )?;
    Ok(log.split(START).flat_map(of_commit).collect())
}

fn of_commit(text: &str) -> Vec<HeaderMove> {
    let mut parts = text.splitn(3, PART);
    let head = (|| {
        let commit = parts.next()?.get(..12)?.to_owned();
        let at = Timestamp::from_second(parts.next()?.parse().ok()?).ok()?;
        Some((commit, at, parts.next()?))
    })();
    let Some((commit, at, patches)) = head else { return Vec::new() };
    let patches = patches.split("\ndiff --git ").skip(1);
    patches.filter_map(|patch| of_file(patch, &commit, at)).collect()
}

fn of_file(patch: &str, commit: &str, at: Timestamp) -> Option<HeaderMove> {
    let file = patch.lines().find_map(|line| line.strip_prefix("+++ b/"))?;
    let (cell, _) = cell_of(file.trim_end_matches('\t'))?;
    // Only the first hunk can hold the header; an answer may have lines that look like it.
    let hunk = patch.split("\n@@ ").nth(1)?;
    let value = |sign: char, key: &str| {
        let line = hunk.lines().find_map(|line| {
            let line = line.strip_prefix([sign, ' '])?;
            line.strip_prefix("  ")?.strip_prefix(key)?.strip_prefix(": ")
        })?;
        yaml::scalar(line)?.as_str().map(str::to_owned)
    };
    let pair = |key: &str| value('-', key).zip(value('+', key));
    let (requested, served) = (pair("requested"), pair("served"));
    let differs = |pair: &Option<(String, String)>| pair.as_ref().is_some_and(|(a, b)| a != b);
    let moved = differs(&requested) || differs(&served);
    moved.then(|| HeaderMove { commit: commit.to_owned(), at, cell, requested, served })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_header_that_names_another_id_is_a_move_and_other_changes_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let since = Timestamp::UNIX_EPOCH;
        assert_eq!(header_moves(root, since).unwrap(), []);
        let ours = |arguments: &[&str]| {
            let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
            git(root, &[&identity[..], arguments].concat()).unwrap()
        };
        ours(&["init", "--quiet"]);
        let snap = |requested: &str, served: &str, body: &str| {
            format!(
                "---\nsource: prompts/a.md\ndescription: a/x@m\ninfo:\n  requested: {requested}\n  \
                 served: {served}\n  structured: native\n  trials: 1\ninput_file: prompts/a.md\n---\n{body}\n"
            )
        };
        for (file, text) in [
            ("a/x@m.snap", snap("m", "m-1", "1")),
            ("a/x@m.snap", snap("m", "m-2", "2")),
            ("a/x@m.snap", snap("m", "m-2", "3\n  served: m-9")),
            ("a/y@n.snap", snap("\"1\"", "\"1\"", "1")),
            ("a/y@n.snap", snap("n-2", "n-2", "1")),
        ] {
            let path = root.join("snapshots").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
            ours(&["add", "."]);
            ours(&["commit", "--quiet", "-m", "x"]);
        }
        let moves = header_moves(root, since).unwrap();
        let pair = |one: &str, other: &str| Some((one.to_owned(), other.to_owned()));
        let told: Vec<_> = moves
            .iter()
            .map(|one| (one.cell.to_string(), one.requested.clone(), one.served.clone()))
            .collect();
        assert_eq!(
            told,
            [
                ("a/y@n".to_owned(), pair("1", "n-2"), pair("1", "n-2")),
                ("a/x@m".to_owned(), pair("m", "m"), pair("m-1", "m-2")),
            ]
        );
        let later = Timestamp::from_second(4_000_000_000).unwrap();
        assert_eq!(header_moves(root, later).unwrap(), []);
    }
}
