//! What a run's conclusions rest on.

use serde::{Deserialize, Serialize};

/// What a run remembers, and whether anybody waits for it: it decides what a run can tell.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// Nobody waits for it, and earlier runs are remembered.
    RunsKept,
    /// Nobody waits for it, and nothing of earlier runs is at hand.
    FreshMachine,
    /// Somebody waits for it.
    #[default]
    ByHand,
    /// Nothing can be asked: answers are imported, compared or replayed.
    Closed,
}

/// What the conclusions of a run rest on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Cells that were compared with accepted answers.
    pub decided: usize,
    /// Of how many accepted answers at least; 0 where no cell was compared.
    pub depth: u32,
    /// Cells of which one answer is accepted, and whose new answers agree on another one: more
    /// accepted answers decide, and no further run does.
    pub unsure: usize,
    /// What is remembered, and whether anybody waits.
    pub setting: Setting,
    /// How many earlier runs since acceptance are remembered, of the cell that has most.
    pub runs: usize,
    /// Answers that were asked for again to tell a change from noise, of both versions.
    pub further: u32,
}
