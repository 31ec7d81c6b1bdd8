//! The table of statuses a cell can have.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the gate says of one cell.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Equal to the snapshot after normalising.
    Same,
    /// Only changes of level info.
    Drifted,
    /// Valid, but something that is compared is different.
    Changed,
    /// No valid answer, or a breaking change.
    Broken,
    /// Samples disagree.
    Flaky,
    /// There is no snapshot yet.
    New,
    /// Prompt, schema or parameters changed since acceptance, and the cell was not asked again.
    Stale,
    /// Nobody answered: says nothing about the prompt.
    Error,
    /// Not asked: no key.
    Skipped,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct StatusInfo {
    /// The status itself.
    pub status: Status,
    /// Its word.
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
        Status::Drifted,
        "drifted",
        '·',
        "only changes of level info: reworded prose, numbers within tolerance",
        "passes, unless `fail-on = \"info\"`",
    ),
    row(
        Status::Changed,
        "changed",
        '~',
        "valid, but something that is compared is different",
        "fails, unless `fail-on = \"breaking\"`",
    ),
    row(
        Status::Broken,
        "broken",
        '✗',
        "no valid answer (refused, cut off, not JSON, against the schema), or a breaking change",
        "fails",
    ),
    row(
        Status::Flaky,
        "flaky",
        '?',
        "samples of the same request disagree, or what was found is not told from noise yet",
        "fails, unless `flaky = \"pass\"`; what is not told from noise yet fails nothing",
    ),
    row(Status::New, "new", '+', "there is no snapshot yet", "fails in CI; pending elsewhere"),
    row(
        Status::Stale,
        "stale",
        '○',
        "prompt, schema, parameters or model id changed since acceptance, and the cell was not asked again",
        "not part of a run; `status` and `check` show it",
    ),
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
        "not asked, because the key is not in the environment",
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

    /// Its word.
    pub fn word(self) -> &'static str {
        self.info().word
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What no longer fits the header of a snapshot.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum StaleReason {
    /// The rendered prompt or the case.
    Prompt,
    /// The author's schema.
    Schema,
    /// A request parameter, or the structured mode.
    Parameters,
    /// The schema as it is sent.
    Lowering,
    /// The model id that is asked for.
    Model,
}

impl fmt::Display for StaleReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Prompt => "prompt",
            Self::Schema => "schema",
            Self::Parameters => "parameters",
            Self::Lowering => "lowering",
            Self::Model => "model",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_row_and_a_glyph_of_its_own() {
        let all = [
            Status::Same,
            Status::Drifted,
            Status::Changed,
            Status::Broken,
            Status::Flaky,
            Status::New,
            Status::Stale,
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
