//! Locks of a suite: the right to change its files, which one process has at a time. Reading needs
//! none.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::files::{self, FileError};

const STEP: Duration = Duration::from_millis(20);

/// A lock in the private folder; given back on drop, and by the system when the process ends in any
/// way.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Why there is no lock.
pub(super) enum NoLock {
    /// Another process has it.
    Held(Holder),
    /// The file system said no.
    File(FileError),
}

/// The process that changes the suite, or asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// `changing` or `running`.
    what: &'static str,
    /// Its id and for how long it has been at it, as far as it could write them down.
    known: Option<(u32, Duration)>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.what;
        match self.known {
            Some((id, since)) => {
                write!(f, "process {id} has been {what} this suite for {} s", since.as_secs())
            }
            None => write!(f, "another process is {what} this suite"),
        }
    }
}

impl Holder {
    /// The holder writes its id when it takes the lock: the file is as old as its turn.
    pub(super) fn read(path: &Path, what: &'static str) -> Self {
        let known = || {
            let id = fs::read_to_string(path).ok()?.trim().parse().ok()?;
            Some((id, fs::metadata(path).ok()?.modified().ok()?.elapsed().unwrap_or_default()))
        };
        Self { what, known: known() }
    }
}

impl Lock {
    /// That for changing files, `.promptmatrix/lock`. Waits at most `patience` for the process that
    /// holds it.
    pub(super) fn take(root: &Path, patience: Duration) -> Result<Self, NoLock> {
        Self::named(root, ("lock", "changing"), patience)
    }

    pub(super) fn named(
        root: &Path,
        (name, what): (&str, &'static str),
        patience: Duration,
    ) -> Result<Self, NoLock> {
        let path = files::private_folder(root).map_err(NoLock::File)?.join(name);
        let opened = File::options().create(true).write(true).truncate(false).open(&path);
        let mut file =
            opened.map_err(|error| NoLock::File(FileError::new("open", &path)(error)))?;
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                // A file system without locks: that a change is done whole or not has to do.
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => break,
                Err(TryLockError::Error(error)) => {
                    return Err(NoLock::File(FileError::new("lock", &path)(error)));
                }
                Err(TryLockError::WouldBlock) if waited >= patience => {
                    return Err(NoLock::Held(Holder::read(&path, what)));
                }
                Err(TryLockError::WouldBlock) => thread::sleep(STEP),
            }
            waited = waited.saturating_add(STEP);
        }
        // Only said to those who wait: a full disk is no reason to stop here.
        let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_waits_and_then_learns_who_is_at_work() {
        let root = tempfile::tempdir().unwrap();
        let take = |millis| Lock::take(root.path(), Duration::from_millis(millis));
        let held = take(0).ok().unwrap();
        let Err(NoLock::Held(holder)) = take(1) else { panic!("taken twice") };
        let said = format!("process {} has been changing this suite for 0 s", std::process::id());
        assert_eq!(holder.to_string(), said);
        drop(held);
        assert!(take(0).is_ok());
    }
}
