//! Files and folders: whole files or none, and sorted walks.
//!
//! Never looks into a file.

use std::fs::{self, DirEntry};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The folder for what is not committed.
pub(super) const PRIVATE: &str = ".promptmatrix";

/// The folder for what people accepted, which is committed.
pub(super) const FOLDER: &str = "snapshots";

/// The file system said no.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct FileError {
    pub action: &'static str,
    /// On which file or folder.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl FileError {
    /// Takes the system's word for it.
    pub(super) fn new(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self { action, path: path.to_owned(), source }
    }
}

/// The bytes of a file, or `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FileError::new("read", path)(error)),
    }
}

/// Writes a whole file or nothing: readers see the old bytes or the new ones, never a part.
///
/// Survives the end of this process at any point. It does not wait for the disk; what must
/// survive a power cut is in the journal.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_whole_with(path, |file| file.write_all(bytes))
}

/// The same, for what is written bit by bit.
pub(super) fn write_whole_with(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), FileError> {
    let failed = || FileError::new("write", path);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(FileError::new("create", folder))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tmp-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any other new file: the user's umask takes away from this.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut draft = builder.tempfile_in(folder).map_err(failed())?;
    write(draft.as_file_mut()).map_err(failed())?;
    draft.persist(path).map_err(|error| failed()(error.error))?;
    Ok(())
}

/// Writes a text file that is not there yet; `false` where there is one, which stays as it is.
pub(crate) fn create(path: &Path, text: &str) -> Result<bool, FileError> {
    if path.exists() {
        return Ok(false);
    }
    write_whole(path, text.as_bytes())?;
    Ok(true)
}

/// Adds lines to a text file, those that it does not have yet. Gives the added ones.
pub(crate) fn add_lines<'l>(path: &Path, lines: &[&'l str]) -> Result<Vec<&'l str>, FileError> {
    let (text, missing) = with_lines(path, lines)?;
    if !missing.is_empty() {
        write_whole(path, text.as_bytes())?;
    }
    Ok(missing)
}

/// The text of a file with these lines, and those of them that it does not have yet.
pub(super) fn with_lines<'l>(
    path: &Path,
    lines: &[&'l str],
) -> Result<(String, Vec<&'l str>), FileError> {
    let bytes = read(path)?.unwrap_or_default();
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    let known: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
    let missing: Vec<&str> =
        lines.iter().copied().filter(|line| !known.iter().any(|known| known == line)).collect();
    if !missing.is_empty() && !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for line in &missing {
        text.push_str(line);
        text.push('\n');
    }
    Ok((text, missing))
}

/// Whether a file can be put into a folder, which is made when one is.
pub(super) fn check_writable(folder: &Path) -> Result<(), FileError> {
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
    let draft = tempfile::Builder::new().prefix(".tmp-").tempfile_in(there);
    draft.map(drop).map_err(FileError::new("write into", there))
}

/// Removes a file; `false` where there was none.
pub(super) fn remove(path: &Path) -> Result<bool, FileError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(FileError::new("remove", path)(error)),
    }
}

/// What is in a folder, by name; nothing where there is no folder. Hidden entries are left out.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let listed = match fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(FileError::new("list", folder)(error)),
    };
    let entries: Vec<DirEntry> =
        listed.collect::<io::Result<_>>().map_err(FileError::new("list", folder))?;
    let is_shown = |entry: &DirEntry| !entry.file_name().as_encoded_bytes().starts_with(b".");
    let mut paths: Vec<PathBuf> =
        entries.iter().filter(|e| is_shown(e)).map(DirEntry::path).collect();
    paths.sort();
    Ok(paths)
}

/// The folder for what is not committed, made with an ignore file of its own.
pub(super) fn private_folder(root: &Path) -> Result<PathBuf, FileError> {
    let folder = root.join(PRIVATE);
    fs::create_dir_all(&folder).map_err(FileError::new("create", &folder))?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        write_whole(&ignore, b"*\n")?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_private_folder_ignores_itself() {
        let root = tempfile::tempdir().unwrap();
        let folder = private_folder(root.path()).unwrap();
        assert_eq!(fs::read(folder.join(".gitignore")).unwrap(), b"*\n");
    }

    #[test]
    fn a_written_file_is_whole_and_leaves_nothing_beside_it() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b.txt");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), b"two");
        assert_eq!(fs::read_dir(root.path().join("a")).unwrap().count(), 1);
        assert!(read(&root.path().join("a/none")).unwrap().is_none());
    }
}
