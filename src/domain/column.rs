//! What changed of a whole column, or of one prompt in it, rather than of single cells.

use serde::{Deserialize, Serialize};

use super::{Because, Kind, Level, PromptName, Slot};

/// One change of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnChange {
    /// What kind.
    pub kind: Kind,
    /// Of which column.
    pub slot: Slot,
    /// Of which prompt in it; absent where it is about the whole column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<PromptName>,
    /// How much it weighs here.
    pub level: Level,
    /// Whether it fails the gate.
    pub fails: bool,
    /// One sentence for people, with the numbers.
    pub detail: String,
    /// In how many cells it was looked for.
    pub cells: usize,
    /// By how much the middle cell moved: `0.2` is a fifth more, and of `confidence-shift` it is in the
    /// number's own unit. Absent where it is no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<f64>,
    /// What it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Because>,
}

impl ColumnChange {
    /// What it is about: `triage@swift`, or `@swift`.
    pub fn name(&self) -> String {
        let prompt = self.prompt.as_ref().map(PromptName::as_str).unwrap_or_default();
        format!("{prompt}@{}", self.slot)
    }
}
