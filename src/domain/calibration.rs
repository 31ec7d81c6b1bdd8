//! What a gate is worth on a suite: how often it cries wolf, and what it lets slip.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CellId, Level, PointerPattern, PromptName, Scope, Slot, Weight};

/// What the gate is worth on a suite.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Version of this format.
    pub format: u32,
    pub seed: u64,
    /// How many cells were looked at.
    pub cells: usize,
    /// How often the gate fails on unchanged models; absent where it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarms: Option<FalseAlarms>,
    /// What slips through; absent where it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Drill>,
}

impl Calibration {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;
}

/// How often the gate fails where nothing changed: answers of stored runs are dealt out again and again,
/// some as what was accepted, the others as the answers of a new run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FalseAlarms {
    /// How often answers were dealt out.
    pub splits: u32,
    /// Cells with enough answers to take part.
    pub cells: usize,
    pub answers: usize,
    /// Stored runs that gave answers.
    pub runs: usize,
    /// By how many answers the cells were judged, the fewest.
    pub depth: u32,
    /// Alarms in a run; absent where no cell has enough answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<AlarmRate>,
    /// Alarms by the worst level of their changes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<Level, u32>,
    /// The cells that raised them, and how often.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alarming: BTreeMap<CellId, u32>,
    /// Alarms in cells that failed when they were asked last: if something did change there, they are no
    /// false ones.
    #[serde(default)]
    pub suspected: u32,
    /// How often a cell could not be asked again, for want of answers: the gate may then have failed.
    #[serde(default)]
    pub exhausted: u32,
    /// Cells with too few answers, and how many more each needs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lacking: BTreeMap<CellId, u32>,
    /// Cells that another version than the accepted one answers by now: no more of its answers can be had.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub moved: BTreeSet<CellId>,
}

/// How often something unchanged fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlarmRate {
    pub alarms: u32,
    /// Cells that were judged.
    pub judged: u32,
    /// Of 1,000 unchanged cells, how many fail.
    pub per_thousand: f64,
    /// At least so many, in 95 of 100 suites like this. An answer counts once, however often it was
    /// dealt out.
    pub low: f64,
    /// At most so many.
    pub high: f64,
}

/// Breakages inflicted on accepted answers, and which of them the gate catches.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    /// Every breakage at every place of every prompt and slot that it can hit, in the order of the
    /// table of breakages.
    pub shots: Vec<Shot>,
    /// Breakages that find nothing to break, by prompt.
    pub not_applicable: BTreeMap<PromptName, BTreeSet<String>>,
    /// Cells that cannot be drilled, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<CellId, LeftOut>,
}

/// One breakage at one place, on the cells of one prompt and slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shot {
    pub prompt: PromptName,
    pub slot: Slot,
    /// Name of the breakage.
    pub breakage: String,
    /// How much it matters; what is only cosmetic is not meant to fail the gate.
    pub weight: Weight,
    /// Where in the answer; empty for the whole.
    #[schemars(with = "String")]
    pub place: PointerPattern,
    /// Whether all cells had it that can, or one of them.
    pub scope: Scope,
    /// Which share of their answers had it, from 0 to 1.
    pub rate: f64,
    /// The cells that had it, in order.
    pub cells: Vec<CellId>,
    /// How often it was tried: once where every answer has it, since chance then plays no part.
    pub tries: u32,
    /// How often the gate failed for it, by what gave it away.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub caught: BTreeMap<Catch, u32>,
    /// How often the gate saw it, and took it for what may be noise.
    #[serde(default)]
    pub doubted: u32,
    /// What would catch it, where it slips through; and where only the comparison with accepted answers
    /// catches it, the rule of a schema that would make it a violation, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Shot {
    /// How often it slipped through.
    pub fn slipped(&self) -> u32 {
        self.tries.saturating_sub(self.caught.values().sum())
    }

    /// Whether the gate is meant to fail for it.
    pub fn matters(&self) -> bool {
        self.weight > Weight::Cosmetic
    }
}

/// What gives a breakage away.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Catch {
    /// There is no valid answer: no JSON, against the schema, or against the case's `expect`.
    Contract,
    /// A cell by itself is not as accepted, in its shape or in a value.
    Comparison,
    /// Cells share a change that is not certain in any of them alone.
    Shared,
}

/// Why a cell cannot be drilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// No answer is accepted.
    NothingAccepted,
    /// The accepted answer, sent through today's suite, is no valid one: it is stale, or lacks what
    /// the suite ignores and the schema requires, and no stored run has it whole.
    NotWhole,
    /// The gate fails for it as it is.
    Fails,
}
