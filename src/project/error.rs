//! Why a use case ends early.

use std::fmt;

use crate::cost::price::TableError;
use crate::domain::{Diagnostic, Diagnostics};
use crate::plan::NoMatch;
use crate::sim::WorldError;
use crate::store::{
    CommitError, FileError, LedgerError, LockError, PriceFileError, ProfileError, RecordingError,
    RunError, SnapshotError,
};

/// What a use case gives back.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any other error, as it was met.
pub(super) type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a use case ends early.
#[derive(Debug)]
pub enum Error {
    /// Something in the suite that the user can fix.
    Suite(Diagnostics),
    /// What was asked for is not done, and nothing is proven by that.
    Refused(Diagnostics),
    /// Nothing is what was named.
    NoMatch(Box<Diagnostic>),
    /// Anything else: a disk that is full, a file that cannot be read.
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// One problem that the user can fix.
    pub fn usage(code: &'static str, title: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Suite(Diagnostic::error(code, title).help(help).into())
    }

    /// What was named is nothing of what there is.
    pub fn nothing(code: &'static str, title: impl Into<String>, help: impl Into<String>) -> Self {
        Self::NoMatch(Box::new(Diagnostic::error(code, title).help(help)))
    }

    /// Something failed, and what was being done then.
    pub fn while_doing(
        what: impl Into<String>,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Other(Box::new(While { what: what.into(), cause: cause.into() }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Suite(problems) | Self::Refused(problems) => problems.fmt(f),
            Self::NoMatch(problem) => problem.fmt(f),
            Self::Other(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Other(error) => error.source(),
            _ => None,
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{what}")]
struct While {
    what: String,
    #[source]
    cause: Source,
}

impl From<RunError> for Error {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Unknown(_) => {
                Self::usage("report::no-run", error.to_string(), "promptmatrix run")
            }
            RunError::Ambiguous { .. } => {
                Self::usage("report::no-run", error.to_string(), "name the one that is meant")
            }
            error => Self::Other(error.into()),
        }
    }
}

impl From<TableError> for Error {
    fn from(error: TableError) -> Self {
        Self::usage(
            "prices::table",
            format!("this is no price table: {error}"),
            "`promptmatrix schema prices` says what one looks like",
        )
    }
}

impl From<PriceFileError> for Error {
    fn from(error: PriceFileError) -> Self {
        match error {
            PriceFileError::File(error) => error.into(),
            PriceFileError::Table { .. } => Self::usage(
                "prices::table",
                error.to_string(),
                "fix the file, or take it away: `promptmatrix prices update` writes it anew",
            ),
        }
    }
}

impl From<Diagnostics> for Error {
    fn from(problems: Diagnostics) -> Self {
        Self::Suite(problems)
    }
}

impl From<NoMatch> for Error {
    fn from(none: NoMatch) -> Self {
        let problem = Diagnostic::error("select::no-match", none.to_string()).help(none.help());
        Self::NoMatch(Box::new(problem))
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        let problem = error.diagnostic().into();
        match error {
            CommitError::Outside(_) | CommitError::Edited(_) | CommitError::Unreadable => {
                Self::Suite(problem)
            }
            CommitError::Busy(_) | CommitError::NotWritten(_) | CommitError::Unfinished(_) => {
                Self::Refused(problem)
            }
        }
    }
}

/// Files that a person can fix, and any other trouble with them.
macro_rules! files {
    ($($error:ident),*) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                match error {
                    $error::Unreadable(problem) => Self::Suite((*problem).into()),
                    error => Self::Other(error.into()),
                }
            }
        })*
    };
}

files!(LedgerError, LockError, ProfileError, SnapshotError);

macro_rules! others {
    ($($error:ty),*) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::Other(error.into())
            }
        })*
    };
}

others!(FileError, RecordingError, WorldError, serde_json::Error, std::io::Error, Source);
