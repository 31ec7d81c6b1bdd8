//! Snapshots as they were at a git revision. Reads the repository, and changes nothing in it.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::files::{FileError, create};
use super::snapshots::Snapshots;

/// Why the snapshots of a revision cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RevisionError {
    /// No commit has this name.
    #[error("`{0}` is no revision of this repository")]
    Unknown(String),
    /// Git is not there, or not this folder's.
    #[error("git cannot be asked: {0}")]
    Git(#[from] io::Error),
    /// The snapshots cannot be laid out for reading.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The snapshots of one revision, laid out in a folder of their own while this lives.
#[derive(Debug)]
pub(crate) struct Revision {
    folder: TempDir,
}

impl Revision {
    /// Takes the snapshots of the suite in this folder out of the revision.
    pub(crate) fn extract(root: &Path, revision: &str) -> Result<Self, RevisionError> {
        let commit = commit(root, revision)?;
        let list = ["ls-tree", "-r", "--name-only", "-z", &commit, "--", "snapshots"];
        let paths = git(root, &list)?;
        let is_snapshot = |path: &&str| Path::new(path).extension().is_some_and(|e| e == "snap");
        let paths: Vec<&str> = paths.split('\0').filter(is_snapshot).collect();
        let folder = tempfile::tempdir()?;
        for (path, text) in paths.iter().zip(texts(root, &commit, &paths)?) {
            create(&folder.path().join(PathBuf::from(path)), &text)?;
        }
        Ok(Self { folder })
    }

    /// The snapshots, to be read as those of a suite.
    pub(crate) fn snapshots(&self) -> Snapshots {
        Snapshots::open(self.folder.path())
    }
}

fn commit(root: &Path, revision: &str) -> Result<String, RevisionError> {
    let name = format!("{revision}^{{commit}}");
    let answer = git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &name]);
    let unknown = || RevisionError::Unknown(revision.to_owned());
    let answer = answer.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => RevisionError::Git(error),
        _ => unknown(),
    })?;
    let commit = answer.trim();
    if commit.is_empty() { Err(unknown()) } else { Ok(commit.to_owned()) }
}

/// What git prints; an error where it fails.
pub(super) fn git(root: &Path, arguments: &[&str]) -> io::Result<String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The texts of files at a commit, by one process for all of them.
fn texts(root: &Path, commit: &str, paths: &[&str]) -> io::Result<Vec<String>> {
    let mut child = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
        return Err(io::Error::other("no pipe to git"));
    };
    let names = paths.iter().fold(String::new(), |all, path| all + commit + ":./" + path + "\n");
    // Written from the side: git answers while it is asked, and a full pipe would stop both.
    let asking = std::thread::spawn(move || stdin.write_all(names.as_bytes()));
    let mut answers = BufReader::new(stdout);
    let texts = paths.iter().map(|_| text(&mut answers)).collect();
    asking.join().map_err(|_| io::Error::other("git was not asked to the end"))??;
    child.wait()?;
    texts
}

/// `<object> blob <size>`, a line feed, so many bytes, a line feed.
fn text(answers: &mut impl BufRead) -> io::Result<String> {
    let mut head = String::new();
    answers.read_line(&mut head)?;
    let size = head.trim().rsplit(' ').next().and_then(|size| size.parse::<usize>().ok());
    let size = size.ok_or_else(|| io::Error::other(format!("git says: {}", head.trim())))?;
    let mut bytes = vec![0; size + 1];
    answers.read_exact(&mut bytes)?;
    bytes.pop();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_revision_is_read_as_it_was_and_an_option_is_no_revision() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let snap = root.join("snapshots/a/b@c.snap");
        fs::create_dir_all(snap.parent().unwrap()).unwrap();
        let ours = |arguments: &[&str]| {
            let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
            git(root, &[&identity[..], arguments].concat()).unwrap()
        };
        ours(&["init", "--quiet"]);
        for text in ["one\n", "two: ü\n"] {
            fs::write(&snap, text).unwrap();
            ours(&["add", "."]);
            ours(&["commit", "--quiet", "-m", "x"]);
        }
        let then = Revision::extract(root, "HEAD~1").unwrap();
        let read = |revision: &Revision| {
            fs::read_to_string(revision.folder.path().join("snapshots/a/b@c.snap")).unwrap()
        };
        assert_eq!(read(&then), "one\n");
        assert_eq!(read(&Revision::extract(root, "HEAD").unwrap()), "two: ü\n");
        for bad in ["no-such", "--help", "-n", "HEAD~9"] {
            assert!(
                matches!(Revision::extract(root, bad), Err(RevisionError::Unknown(_))),
                "{bad}"
            );
        }
    }
}
