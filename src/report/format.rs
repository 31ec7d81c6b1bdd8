//! The table of formats that a run can be written in. `--output`, `--format`, their errors and the
//! reference page are generated from it.

use super::{Look, json, junit, markdown, terminal};
use crate::domain::RunRecord;

/// A format of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The record itself.
    Json,
    /// For the test views of CI services.
    Junit,
    /// For a comment or a job summary.
    Markdown,
    /// As in the terminal.
    Text,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct FormatInfo {
    pub format: Format,
    /// Its name, for `--format`.
    pub name: &'static str,
    /// The ending of its files, without the dot.
    pub ending: &'static str,
    /// What it is, and for whom.
    pub what: &'static str,
}

/// All formats.
pub const FORMATS: &[FormatInfo] = &[
    row(Format::Json, "json", "json", "the whole record; `promptmatrix schema run` describes it"),
    row(Format::Junit, "junit", "xml", "JUnit XML, for the test views of CI services"),
    row(Format::Markdown, "md", "md", "Markdown below 60 kB, for a comment or a job summary"),
    row(Format::Text, "text", "txt", "what the terminal shows, without colours"),
];

const fn row(
    format: Format,
    name: &'static str,
    ending: &'static str,
    what: &'static str,
) -> FormatInfo {
    FormatInfo { format, name, ending, what }
}

/// Why a run cannot be written in a format.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// JSON.
    #[error("cannot write the run as JSON")]
    Json(#[from] serde_json::Error),
    /// XML.
    #[error("cannot write the run as JUnit XML")]
    Junit(#[from] quick_junit::SerializeError),
}

impl Format {
    /// The format whose files end like this, without the dot.
    pub fn of_ending(ending: &str) -> Option<Self> {
        FORMATS.iter().find(|row| row.ending.eq_ignore_ascii_case(ending)).map(|row| row.format)
    }

    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        FORMATS.iter().find(|row| row.name == name).map(|row| row.format)
    }

    /// The run in this format. Only text has a look, and carries styles.
    pub fn render(self, record: &RunRecord, look: Look) -> Result<String, FormatError> {
        Ok(match self {
            Self::Json => json::render(record)?,
            Self::Junit => junit::render(record)?,
            Self::Markdown => markdown::render(record, markdown::COMMENT),
            Self::Text => terminal::render(record, look),
        })
    }
}

/// `.json, .xml, .md, .txt`.
pub(crate) fn endings() -> String {
    let endings: Vec<String> = FORMATS.iter().map(|row| format!(".{}", row.ending)).collect();
    endings.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_and_by_its_ending() {
        for row in FORMATS {
            assert_eq!(Format::named(row.name), Some(row.format));
            assert_eq!(Format::of_ending(row.ending), Some(row.format));
            assert_eq!(Format::of_ending(&row.ending.to_uppercase()), Some(row.format));
        }
        assert_eq!(Format::of_ending("pdf"), None);
    }
}
