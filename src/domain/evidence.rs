//! What a run's conclusions rest on.

use schemars::JsonSchema;
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
    JsonSchema,
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

/// One kind of break, and how surely a run like this finds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sight {
    /// Kind, scope and percentage of the answers: `broken group 40`.
    pub what: String,
    /// The probability that it is red by this run, by the next one, and by the one after that.
    pub red: [f64; 3],
}

/// What the conclusions of a run rest on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// What it could have seen, as measured for runs like it; nothing with fewer than three accepted
    /// answers, or where nothing could be asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sees: Vec<Sight>,
}
