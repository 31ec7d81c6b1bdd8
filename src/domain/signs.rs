//! What else speaks for or against a changed model: ranks of answers, numbers around them, flips.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Facet, Metric, PromptName, Slot};

/// How unlike the accepted answers the new ones of a slot are, over all its cells.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Swap {
    /// In standard deviations of what an unchanged model would show.
    pub z: f64,
    /// The same, measured by what earlier runs showed; absent with fewer than seven of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against_history: Option<f64>,
    /// Whether another model must be answering.
    pub alarm: bool,
    /// How many cells were compared.
    pub cells: u32,
    /// `z` of each prompt alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prompts: BTreeMap<PromptName, f64>,
}

/// How a number around the answers moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Which number.
    pub metric: Metric,
    /// How many cells were compared.
    pub cells: u32,
    /// By how much the middle cell moved: `0.2` is a fifth more.
    pub by: f64,
    /// Between which bounds that lies with 95 % confidence; absent with fewer than six cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<(f64, f64)>,
    /// How one-sided the cells moved, in standard deviations (Wilcoxon's signed ranks).
    pub z: f64,
    /// Whether it is more than chance, and large enough to matter.
    pub alarm: bool,
}

/// How a number inside the answers moved over the cells of a prompt and slot, although it varies by
/// itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drifted {
    /// Of which prompt.
    pub prompt: PromptName,
    /// In which slot.
    pub slot: Slot,
    /// Which number.
    pub facet: Facet,
    /// How many cells were compared.
    pub cells: u32,
    /// By how much the middle cell moved, in the number's own unit.
    pub by: f64,
    /// How one-sided the cells moved, in standard deviations.
    pub z: f64,
}

/// How many cells with a known right answer got worse, and how many better.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flips {
    /// Cells that were compared.
    pub cells: u32,
    /// Right before, wrong now.
    pub worse: u32,
    /// Wrong before, right now.
    pub better: u32,
    /// `worse` as a share of the cells.
    pub negative_rate: f64,
    /// `better` as a share of the cells.
    pub positive_rate: f64,
    /// The negative rate that the accepted version would show against itself; absent where no cell
    /// has two accepted answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<f64>,
    /// The negative rate without that noise; absent where the noise is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net: Option<f64>,
    /// Chance of flips as lopsided as these if neither side were better (`McNemar`).
    pub p: f64,
}
