//! Files and folders: whole files or none, sorted walks, one writer at a time.
//!
//! Never looks into a file.

use std::fs::{self, DirEntry, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// The folder for what is not committed.
pub(super) const PRIVATE: &str = ".promptmatrix";

/// The folder for what people accepted, which is committed.
pub(super) const FOLDER: &str = "snapshots";

/// How long a writer waits for another process before it gives up.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

const LOCK_STEP: Duration = Duration::from_millis(20);

/// The file system said no.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct FileError {
    /// What was tried.
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
    draft.write_all(bytes).map_err(failed())?;
    draft.persist(path).map_err(|error| failed()(error.error))?;
    Ok(())
}

/// Writes a whole file unless it has these bytes already; says whether it wrote.
pub(super) fn write_changed(path: &Path, bytes: &[u8]) -> Result<bool, FileError> {
    if read(path)?.is_some_and(|old| old == bytes) {
        return Ok(false);
    }
    write_whole(path, bytes)?;
    Ok(true)
}

/// Writes a text file that is not there yet; `false` where there is one, which stays as it is.
pub fn create(path: &Path, text: &str) -> Result<bool, FileError> {
    if path.exists() {
        return Ok(false);
    }
    write_whole(path, text.as_bytes())?;
    Ok(true)
}

/// Puts another text in place of a file's, whole or not at all.
pub fn replace(path: &Path, text: &str) -> Result<(), FileError> {
    write_whole(path, text.as_bytes())
}

/// Adds lines to a text file, those that it does not have yet. Gives the added ones.
pub fn add_lines<'l>(path: &Path, lines: &[&'l str]) -> Result<Vec<&'l str>, FileError> {
    let bytes = read(path)?.unwrap_or_default();
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    let known: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
    let missing: Vec<&str> =
        lines.iter().copied().filter(|line| !known.iter().any(|known| known == line)).collect();
    if missing.is_empty() {
        return Ok(missing);
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for line in &missing {
        text.push_str(line);
        text.push('\n');
    }
    write_whole(path, text.as_bytes())?;
    Ok(missing)
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

/// The right to change snapshots, held by one process at a time; given back on drop.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits at most `patience` for the process that holds it.
    pub(super) fn take(root: &Path, patience: Duration) -> Result<Self, FileError> {
        let path = private_folder(root)?.join("lock");
        let open = File::options().create(true).append(true).open(&path);
        let file = open.map_err(FileError::new("open", &path))?;
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                // A file system without locks: writing whole files has to do.
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
                    return Ok(Self { _file: file });
                }
                Err(TryLockError::Error(error)) => {
                    return Err(FileError::new("lock", &path)(error));
                }
                Err(TryLockError::WouldBlock) if waited >= patience => {
                    let busy = io::Error::new(
                        ErrorKind::ResourceBusy,
                        "another process is changing snapshots here; try again when it is done",
                    );
                    return Err(FileError::new("lock", &path)(busy));
                }
                Err(TryLockError::WouldBlock) => thread::sleep(LOCK_STEP),
            }
            waited += LOCK_STEP;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_waits_and_then_gives_up_with_a_reason() {
        let root = tempfile::tempdir().unwrap();
        let held = Lock::take(root.path(), Duration::ZERO).unwrap();
        let error = Lock::take(root.path(), Duration::from_millis(1)).unwrap_err();
        assert!(error.to_string().contains("another process"), "{error}");
        drop(held);
        Lock::take(root.path(), Duration::ZERO).unwrap();
    }

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
