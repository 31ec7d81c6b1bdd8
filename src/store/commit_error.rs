//! Why a change of a suite's files is not done, and what to do about it.

use std::io::ErrorKind;

use super::files::FileError;
use super::lock::Holder;
use crate::domain::Diagnostic;

/// Why a change is not done.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Another process is at work, for longer than one waits.
    #[error("{0}")]
    Busy(Holder),
    /// The file system said no. Every file is as it was.
    #[error("{0}; nothing was changed")]
    NotWritten(FileError),
    /// The file system said no when the change held already.
    #[error("{0}; the change is not complete")]
    Unfinished(FileError),
    /// A file is not one of the suite.
    #[error("`{0}` leads out of the suite's folder; nothing was changed")]
    Outside(String),
    /// A file is another one than when a change of it was interrupted.
    #[error("`{0}` was edited after a change to it was interrupted")]
    Edited(String),
    /// The list of an interrupted change is not what was written.
    #[error("`.promptmatrix/commit` cannot be read: it lists the rest of an interrupted change")]
    Unreadable,
}

impl CommitError {
    /// The problem with the way out.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, help) = match self {
            Self::Busy(_) => (
                "commit::busy",
                "repeat the command when it is done; if it hangs, end it: the next command finishes \
                 or undoes its change"
                    .to_owned(),
            ),
            Self::NotWritten(error) => {
                ("commit::not-written", format!("{}, then repeat the command", fix(error)))
            }
            Self::Unfinished(error) => {
                ("commit::unfinished", format!("{}; then any command completes it", fix(error)))
            }
            Self::Outside(_) => (
                "commit::outside",
                "put the file itself, and no link to another folder, into the suite".to_owned(),
            ),
            Self::Edited(path) => (
                "commit::edited",
                format!(
                    "put `{path}` back as it was, and any command completes the change; or delete \
                     `.promptmatrix/commit` to keep every file as it is now"
                ),
            ),
            Self::Unreadable => (
                "commit::unreadable",
                "restore the suite's files from version control, then delete it".to_owned(),
            ),
        };
        Diagnostic::error(code, self.to_string()).help(help)
    }
}

fn fix(error: &FileError) -> String {
    let shown = error.path.display();
    match error.source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free space on the disk".to_owned(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            format!("make {shown} and its folder writable")
        }
        _ => format!("check {shown}"),
    }
}
