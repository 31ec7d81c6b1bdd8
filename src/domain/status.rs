//! The table of statuses a cell can have.

use super::string_enum;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the gate says of one cell.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Equal to the snapshot after normalising.
    Same,
    /// It differs as an unchanged cell does, or in what the suite calls harmless.
    Varies,
    /// It may have changed.
    Suspect,
    /// Valid, but something that is compared is different.
    Changed,
    /// No valid answer, or a breaking change.
    Broken,
    /// There is no snapshot yet.
    New,
    /// Nobody answered: says nothing about the prompt.
    Error,
    /// Not asked: no key, or not since the prompt changed.
    Skipped,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct StatusInfo {
    pub status: Status,
    pub word: &'static str,
    /// Its sign in tables.
    pub glyph: char,
    /// One sentence: what it is.
    pub meaning: &'static str,
    /// What it does to the gate.
    pub gate: &'static str,
}

/// All statuses, in the order of totals.
pub const STATUSES: &[StatusInfo] = &[
    row(Status::Same, "same", '✓', "equal to the snapshot after normalising", "passes"),
    row(
        Status::Varies,
        "varies",
        '·',
        "differs as an unchanged cell does, or only in what the suite calls harmless, such as wording",
        "passes",
    ),
    row(
        Status::Suspect,
        "suspect",
        '?',
        "may have changed: more answers did not decide it",
        "passes; fails when it is seen again and the evidence suffices",
    ),
    row(
        Status::Changed,
        "changed",
        '~',
        "valid, but something that is compared is different",
        "fails",
    ),
    row(
        Status::Broken,
        "broken",
        '✗',
        "no valid answer (refused, cut off, not JSON, against the schema), or a breaking change",
        "fails",
    ),
    row(Status::New, "new", '+', "there is no snapshot yet", "fails in CI; pending elsewhere"),
    row(
        Status::Error,
        "error",
        '!',
        "provider or network problem: says nothing about the prompt",
        "inconclusive (exit 3)",
    ),
    row(
        Status::Skipped,
        "skipped",
        '-',
        "not asked: the key is not in the environment, or the prompt changed since acceptance",
        "inconclusive (exit 3)",
    ),
];

const fn row(
    status: Status,
    word: &'static str,
    glyph: char,
    meaning: &'static str,
    gate: &'static str,
) -> StatusInfo {
    StatusInfo { status, word, glyph, meaning, gate }
}

impl Status {
    /// Its row in the table.
    #[expect(clippy::indexing_slicing, reason = "a row per variant, in order; the test below")]
    pub fn info(self) -> &'static StatusInfo {
        &STATUSES[self as usize]
    }

    pub fn word(self) -> &'static str {
        self.info().word
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

string_enum! {
    /// What no longer fits the header of a snapshot.
    pub enum StaleReason {
        /// The rendered prompt or the case.
        Prompt = "prompt",
        /// The author's schema.
        Schema = "schema",
        /// A request parameter, or the structured mode.
        Parameters = "parameters",
        /// The schema as it is sent.
        Lowering = "lowering",
        /// The model id that is asked for.
        Model = "model",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_row_and_a_glyph_of_its_own() {
        let all = [
            Status::Same,
            Status::Varies,
            Status::Suspect,
            Status::Changed,
            Status::Broken,
            Status::New,
            Status::Error,
            Status::Skipped,
        ];
        assert_eq!(STATUSES.len(), all.len());
        let mut glyphs = Vec::new();
        for status in all {
            assert_eq!(status.info().status, status);
            assert!(!glyphs.contains(&status.info().glyph));
            glyphs.push(status.info().glyph);
        }
    }
}
