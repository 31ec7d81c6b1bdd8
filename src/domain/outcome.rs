//! What a rehearsed upgrade came to: whether it is safe, for each prompt, and what it changes around
//! the answers.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Metric, PromptName};

/// Whether a new version can be taken.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Safety {
    /// Nothing that weighs is different.
    Safe,
    /// The answers at hand do not decide it.
    Inconclusive,
    /// Something breaks, or a person has to look at it first.
    NotSafe,
}

impl Safety {
    /// As it is printed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Safe => "SAFE",
            Self::Inconclusive => "INCONCLUSIVE",
            Self::NotSafe => "NOT SAFE",
        }
    }
}

impl fmt::Display for Safety {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a rehearsed upgrade came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The whole of it.
    pub safety: Safety,
    /// Cells by what they came to.
    pub tally: OutcomeCounts,
    /// Prompt by prompt, in order.
    pub prompts: Vec<PromptOutcome>,
    /// What was found, breaking first, then the largest.
    pub findings: Vec<UpgradeFinding>,
    /// What changes around the answers.
    pub measures: Vec<Measure>,
    /// How many cells with a known right answer got worse or better; absent where no case says what
    /// is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flips: Option<Flips>,
    /// What fixing all of it is estimated to take a person, in minutes.
    pub minutes: f64,
}

/// Cells by what a rehearsal came to for them. Each is counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeCounts {
    pub breaking: usize,
    /// Something is different that a person should look at.
    pub review: usize,
    /// Something may be different: the answers at hand do not decide it.
    pub open: usize,
    /// Nobody answered, or nothing is accepted to compare with.
    pub unknown: usize,
    /// Something was different in an answer, and was found to be noise.
    pub noise: usize,
    /// Nothing that weighs is different.
    pub same: usize,
}

impl OutcomeCounts {
    /// What follows for the whole. What fails goes before what is not known.
    pub fn safety(self) -> Safety {
        match self {
            Self { breaking: 0, review: 0, open: 0, unknown: 0, .. } => Safety::Safe,
            Self { breaking: 0, review: 0, .. } => Safety::Inconclusive,
            _ => Safety::NotSafe,
        }
    }
}

/// What a rehearsal came to for one prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptOutcome {
    pub prompt: PromptName,
    /// Whether it holds under the new version.
    pub safety: Safety,
    pub tally: OutcomeCounts,
    /// Why it does not hold, in the words of the findings; empty where it does.
    pub reasons: Vec<String>,
}

/// One thing to fix or to decide on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpgradeFinding {
    /// Id of its group of alike changes.
    pub group: String,
    /// Where the repair is usually made: `prompt`, `schema`, `client-parse`, `params` or `pin`.
    pub fix: String,
    /// What it is estimated to take a person, in minutes.
    pub minutes: f64,
}

/// A number around the answers, under the version in place and under the new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    pub metric: Metric,
    /// Its median over the cells, under the version in place.
    pub before: f64,
    /// The same under the new one.
    pub after: f64,
    /// The median change of a cell: `0.1` is a tenth more.
    pub change: f64,
    /// Between which changes the true one lies, 19 times out of 20; absent where too few cells
    /// answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<(f64, f64)>,
    /// How many cells were compared.
    pub cells: usize,
}

/// How a number around the answers moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shift {
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
