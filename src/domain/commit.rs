//! A commit, as far as upkeep is read from it.

use jiff::Timestamp;

/// One commit and the files that it touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id, 12 digits.
    pub id: String,
    /// When it was committed.
    pub at: Timestamp,
    /// Tells authors apart: 8 digits of a hash, never written anywhere.
    pub author: String,
    /// The files, as git lists them.
    pub files: Vec<Touched>,
}

/// One file that a commit touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Relative to the suite's folder, with `/`.
    pub path: String,
    /// Lines added; none of a binary file.
    pub added: usize,
    /// Lines removed; none of a binary file.
    pub removed: usize,
}
