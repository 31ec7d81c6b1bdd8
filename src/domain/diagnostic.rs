//! Something a user can fix: what is wrong, where, and how to put it right.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Works as it is; good to know.
    Note,
    /// Works, but look at it.
    Warning,
    /// Does not work.
    Error,
}

/// A place in a file of the suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, relative to the suite's folder.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Byte range in the file's text.
    pub span: Range<usize>,
    /// The file's text, for showing the line.
    pub text: Arc<str>,
}

impl Place {
    /// The place of a byte range in a file.
    pub fn new(file: impl Into<String>, text: Arc<str>, span: Range<usize>) -> Self {
        let end = span.start.min(text.len());
        let line = text.as_bytes().iter().take(end).filter(|byte| **byte == b'\n').count() + 1;
        Self { file: file.into(), line, span, text }
    }
}

/// One problem of a suite, with its fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable code, `area::what`; works in `promptmatrix explain`.
    pub code: &'static str,
    /// One sentence, lower case, no final period.
    pub title: String,
    pub place: Option<Place>,
    /// What stands at the marked place.
    pub label: String,
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(code: &'static str, title: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            title: title.into(),
            place: None,
            label: String::new(),
            help: None,
        }
    }

    /// A warning without a place yet.
    pub fn warning(code: &'static str, title: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, title) }
    }

    /// A note without a place yet.
    pub fn note(code: &'static str, title: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, title) }
    }

    /// The same, marked at a place.
    #[must_use]
    pub fn at(mut self, place: Place, label: impl Into<String>) -> Self {
        self.place = Some(place);
        self.label = label.into();
        self
    }

    /// The same, with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    /// One line, for logs and `cargo test`; `report::diagnostic` draws the source as well.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{}:{}: ", place.file, place.line)?;
        }
        write!(f, "{} [{}]", self.title, self.code)?;
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

/// All problems found in one go.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.0 {
            writeln!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}
