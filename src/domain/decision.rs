//! What the comparison of new answers with accepted ones came to, cell by cell and over the whole.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    CellId, Change, Drifted, Facet, FacetFamily, Family, Kind, Pointer, PointerPattern, PromptName,
    Slot,
};

/// What is decided, over all cells that were looked at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Every cell, in order.
    pub cells: Vec<CellDecision>,
    /// Changes that many cells share, most certain first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<Incident>,
    /// The share of the confirmed cells that is expected to be a false alarm; absent when nothing
    /// is confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_share: Option<f64>,
    /// Numbers inside the answers that moved on the whole, although single ones vary.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<Drifted>,
    /// What would have been seen, by slot.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub detectable: BTreeMap<Slot, Detectable>,
    /// Answers that were looked at.
    pub calls: u32,
    /// Of these, asked for again because the first ones left it open; of both sides.
    pub extra_calls: u32,
}

/// The smallest share of broken answers that would be noticed four times out of five, from 0 to 1;
/// absent where no share would.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detectable {
    /// Answers without a valid value, over all cells of the slot.
    pub slot: Option<f64>,
    /// The same, over the cells of one prompt (the one with the median number of cells).
    pub prompt: Option<f64>,
    /// The same, in a single cell.
    pub cell: Option<f64>,
    /// Answers with a value that was never seen at one place, over the cells of one prompt.
    pub value: Option<f64>,
}

/// What is decided of one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CellDecision {
    /// Which cell.
    pub cell: CellId,
    /// What holds.
    pub ruling: Ruling,
    /// How many accepted answers it rests on.
    pub baseline: u32,
    /// How many new answers it rests on.
    pub answers: u32,
    /// Of these, how many were asked for because the first ones left it open.
    #[serde(default)]
    pub further: u32,
    /// Of these, how many are no valid answer.
    pub invalid: u32,
    /// What speaks for it, weightiest first; empty where nothing deviates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

impl CellDecision {
    /// Whether the cell is said to be worse than what was accepted, and nothing holds that back.
    pub fn is_alarm(&self) -> bool {
        let counts = |finding: &Finding| finding.confirmed && finding.hold.is_none();
        let matters = |finding: &&Finding| finding.weight > Weight::Cosmetic;
        self.ruling.is_alarm() && self.findings.iter().filter(matters).any(counts)
    }
}

/// What holds of a cell, judged by many answers.
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
#[serde(rename_all = "kebab-case")]
pub enum Ruling {
    /// As accepted.
    Pass,
    /// An answer deviated, and more answers cleared it: it varies like that by itself.
    Noisy,
    /// Better: there was no valid answer as a rule, and now there is.
    Improved,
    /// Nothing was accepted that one could compare with.
    NoBaseline,
    /// Nobody answered.
    NoEvidence,
    /// The accepted answers were already broken now and then, and the new ones are no worse.
    Flaky,
    /// It may have changed, but the answers at hand do not decide it.
    Suspect,
    /// It has changed.
    Regression,
    /// Too many of the new answers are no valid answer.
    Unreliable,
}

impl Ruling {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Pass,
        Self::Noisy,
        Self::Improved,
        Self::NoBaseline,
        Self::NoEvidence,
        Self::Flaky,
        Self::Suspect,
        Self::Regression,
        Self::Unreliable,
    ];

    /// Whether the cell is said to be worse than what was accepted.
    pub fn is_alarm(self) -> bool {
        matches!(self, Self::Regression | Self::Unreliable)
    }

    /// Its name in reports and data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Noisy => "noisy",
            Self::Improved => "improved",
            Self::NoBaseline => "no-baseline",
            Self::NoEvidence => "no-evidence",
            Self::Flaky => "flaky",
            Self::Suspect => "suspect",
            Self::Regression => "regression",
            Self::Unreliable => "unreliable",
        }
    }
}

impl fmt::Display for Ruling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How much a deviation of a facet can matter, before its kind and role are looked at.
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
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Only how it is written.
    Cosmetic,
    /// The same shape, another answer.
    Answer,
    /// Valid, but built otherwise: typed readers fail.
    Form,
    /// No valid answer.
    Contract,
}

/// One facet of a cell that deviates from what was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What deviates.
    pub facet: Facet,
    /// How much that can matter.
    pub weight: Weight,
    /// What was seen most often in the accepted answers.
    pub usual: String,
    /// What the new answers have instead, most often.
    pub seen: String,
    /// How many of the new answers deviate.
    pub deviating: u32,
    /// How many of the new answers have the facet.
    pub answers: u32,
    /// Probability that this cell changed here, from 0 to 1.
    pub posterior: f64,
    /// How much better the answers are explained by a change than by noise (an e-value).
    pub e_value: f64,
    /// Whether it is certain enough to be told as a fact.
    pub confirmed: bool,
    /// Whether other cells of the same prompt and slot share it (see [`Decision::incidents`]).
    pub shared: bool,
    /// Why it does not count as an alarm yet, although it is confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
}

impl Finding {
    /// Whether a change is how it shows in an answer.
    pub fn speaks_of(&self, change: &Change) -> bool {
        let family = change.kind.info().family;
        match self.facet.family {
            FacetFamily::Contract => family == Family::Cause,
            FacetFamily::Undeclared => change.kind == Kind::FieldAdded,
            _ => family == Family::Change && lie_together(&self.facet.place, &change.pointer),
        }
    }
}

/// Whether one place is the other, or lies in it.
fn lie_together(place: &PointerPattern, pointer: &Pointer) -> bool {
    place.steps().zip(pointer.steps()).all(|(want, step)| want == "*" || want == step)
}

/// Why something that is confirmed does not fail the gate yet.
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
#[serde(rename_all = "kebab-case")]
pub enum Hold {
    /// A single cell has to show it again in the next run.
    NextRun,
    /// The accepted answers come from fewer than three days.
    FewDays,
}

/// A change that several cells share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// In which slot.
    pub slot: Slot,
    /// Of which prompt; absent for a change that is spread over the whole slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<PromptName>,
    /// What deviates. Over a whole slot only the family counts, and the place is where it shows most.
    pub facet: Facet,
    /// How much that can matter.
    pub weight: Weight,
    /// What the deviating answers have, most often.
    pub seen: String,
    /// Probability that a common change hit these cells, from 0 to 1.
    pub posterior: f64,
    /// Which share of the answers is expected to show it, from 0 to 1.
    pub share: f64,
    /// How many cells were looked at.
    pub members: u32,
    /// The cells that deviate, in order.
    pub deviating: Vec<CellId>,
    /// Why it does not count as an alarm yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
}
