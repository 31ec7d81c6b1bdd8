//! Why a command ends early, and with which exit code.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::cost::price::TableError;
use crate::domain::{Diagnostic, Diagnostics, Exit};
use crate::plan::NoMatch;
use crate::report::{FormatError, Look, diagnostic, paint};
use crate::sim::WorldError;
use crate::store::{
    CommitError, FileError, LedgerError, LockError, PriceFileError, ProfileError, RecordingError,
    RunError, SnapshotError,
};

/// Why a command ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something in the suite that the user can mend.
    Suite(Diagnostics),
    /// What was asked for is not done, and nothing is proven by that.
    Refused(Diagnostics),
    /// Nothing is what was named.
    NoMatch(Box<Diagnostic>),
    /// Anything else: a disk that is full, a file that cannot be read.
    Other(anyhow::Error),
}

impl Failure {
    /// One problem that the user can mend.
    pub(crate) fn usage(
        code: &'static str,
        title: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self::Suite(Diagnostic::error(code, title).help(help).into())
    }

    /// What was named is nothing of what there is.
    pub(crate) fn nothing(
        code: &'static str,
        title: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self::NoMatch(Box::new(Diagnostic::error(code, title).help(help)))
    }

    /// The exit code. What is neither wrong use nor a bug proves nothing of the prompts.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Suite(_) => Exit::Usage,
            Self::NoMatch(_) => Exit::NoMatch,
            Self::Refused(_) | Self::Other(_) => Exit::Inconclusive,
        }
    }

    /// The failure as data.
    pub(crate) fn data(&self) -> Value {
        let problems = match self {
            Self::Suite(problems) | Self::Refused(problems) => diagnostic::data(&problems.0),
            Self::NoMatch(none) => diagnostic::data(std::slice::from_ref(none)),
            Self::Other(error) => json!([{"title": format!("{error:#}")}]),
        };
        json!({"format": 1, "exit_code": self.exit().code(), "problems": problems})
    }

    /// The failure as people read it.
    pub(crate) fn render(&self, look: Look) -> String {
        match self {
            Self::Suite(problems) | Self::Refused(problems) => {
                diagnostic::render(&problems.0, look)
            }
            Self::NoMatch(none) => diagnostic::render(std::slice::from_ref(none), look),
            Self::Other(error) => {
                let mut text = format!("{}: {error}\n", paint::paint(paint::BAD, "error"));
                for cause in error.chain().skip(1).map(ToString::to_string) {
                    // Many errors end with the words of their cause.
                    if !text.trim_end().ends_with(&cause) {
                        let _ = writeln!(text, "  cause: {cause}");
                    }
                }
                text
            }
        }
    }
}

impl From<RunError> for Failure {
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

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        Self::usage(
            "prices::table",
            format!("this is no price table: {error}"),
            "`promptmatrix schema prices` says what one looks like",
        )
    }
}

impl From<PriceFileError> for Failure {
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

impl From<Diagnostics> for Failure {
    fn from(problems: Diagnostics) -> Self {
        Self::Suite(problems)
    }
}

impl From<NoMatch> for Failure {
    fn from(none: NoMatch) -> Self {
        let problem = Diagnostic::error("select::no-match", none.to_string()).help(none.help());
        Self::NoMatch(Box::new(problem))
    }
}

impl From<SnapshotError> for Failure {
    fn from(error: SnapshotError) -> Self {
        match error.diagnostic() {
            Some(problem) => Self::Suite(problem.clone().into()),
            None => Self::Other(error.into()),
        }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Unreadable(problem) => Self::Suite((*problem).into()),
            error => Self::Other(error.into()),
        }
    }
}

impl From<CommitError> for Failure {
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

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Unreadable(problem) => Self::Suite((*problem).into()),
            LockError::File(error) => Self::Other(error.into()),
        }
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        match error.diagnostic() {
            Some(problem) => Self::Suite(problem.clone().into()),
            None => Self::Other(error.into()),
        }
    }
}

macro_rules! others {
    ($($error:ty),*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::Other(error.into())
            }
        })*
    };
}

others!(
    FileError,
    FormatError,
    RecordingError,
    WorldError,
    anyhow::Error,
    serde_json::Error,
    std::io::Error
);
