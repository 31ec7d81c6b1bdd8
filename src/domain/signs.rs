//! What else speaks for or against a changed model: numbers around answers, flips.

use serde::{Deserialize, Serialize};

use super::Metric;

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
