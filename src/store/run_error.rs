//! Why a run cannot be read or kept.

use std::path::{Path, PathBuf};

use super::files::FileError;

/// Why a run cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No run has an id that begins like this.
    #[error("there is no run `{0}`; the runs are in .promptmatrix/runs")]
    Unknown(String),
    /// Several do.
    #[error("several runs begin with `{prefix}`: {}; write more of the id", ids.join(", "))]
    Ambiguous {
        /// As asked for.
        prefix: String,
        /// All that fit, oldest first.
        ids: Vec<String>,
    },
    /// A version that did not exist when this program was built.
    #[error(
        "{} has format {format}, which is newer than this promptmatrix can read: update it",
        file.display()
    )]
    Newer {
        /// Which file.
        file: PathBuf,
        /// Its version.
        format: u32,
    },
    /// The file is not what it should be.
    #[error("{}:{line}: not a record of promptmatrix: {reason}", file.display())]
    Broken {
        /// Which file.
        file: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The id could leave the folder.
    #[error("`{0}` is not the id of a run")]
    BadId(String),
    /// The file system said no.
    #[error(transparent)]
    File(#[from] FileError),
}

impl RunError {
    /// A line of a journal that is not what was written.
    pub(super) fn damaged(journal: &Path, line: usize) -> Self {
        let reason = "its checksum does not fit: take the line away to do without it".to_owned();
        Self::Broken { file: journal.to_owned(), line, reason }
    }
}
