//! What the comparison of new answers with accepted ones came to, cell by cell, and what that rests on.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Change, Facet, FacetFamily, Family, Kind, Pointer, PointerPattern, string_enum};

/// One way in which an answer can differ from those that were accepted: written `broken`,
/// `unseen V /label`, `gone S /note`.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Deviation {
    pub kind: DeviationKind,
    pub facet: Facet,
}

macro_rules! deviations {
    ($($kind:ident $word:literal $doc:literal;)*) => {
        /// In which way an answer differs from those that were accepted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DeviationKind {
            $(#[doc = $doc] $kind,)*
        }

        impl DeviationKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its word in data.
            pub fn word(self) -> &'static str {
                match self { $(Self::$kind => $word,)* }
            }
        }
    };
}

deviations! {
    Broken "broken" "There is no valid answer.";
    Lost "lost" "A field is missing that every accepted answer of the cell has.";
    Unseen "unseen" "A value, a type or a number that no accepted answer of the cell has.";
    Gone "gone" "A field is missing that some accepted answers have.";
    Come "come" "A field is there that some accepted answers have.";
    Moved "moved" "The cell varies, and this is not its most frequent accepted value.";
    Up "up" "A number is above the accepted median.";
    Down "down" "A number is below the accepted median.";
}

impl Deviation {
    /// The one of an answer that is not valid.
    pub fn broken() -> Self {
        Self { kind: DeviationKind::Broken, facet: Facet::whole(FacetFamily::Contract) }
    }

    /// Whether the answer keeps no contract: it is not valid, or a field is lost.
    pub fn is_of_contract(&self) -> bool {
        matches!(self.kind, DeviationKind::Broken | DeviationKind::Lost)
    }

    /// Whether a change is how it shows in an answer.
    pub fn shows_as(&self, change: &Change) -> bool {
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

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            DeviationKind::Broken => f.pad(self.kind.word()),
            _ => f.pad(&format!("{} {}", self.kind.word(), self.facet)),
        }
    }
}

/// Why a text names no deviation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no deviation: write it as in `unseen V /label`")]
pub struct DeviationError(String);

impl FromStr for Deviation {
    type Err = DeviationError;

    fn from_str(text: &str) -> Result<Self, DeviationError> {
        if text == DeviationKind::Broken.word() {
            return Ok(Self::broken());
        }
        let bad = || DeviationError(text.to_owned());
        let (word, facet) = text.split_once(' ').ok_or_else(bad)?;
        let kind = DeviationKind::ALL.iter().find(|kind| kind.word() == word).ok_or_else(bad)?;
        Ok(Self { kind: *kind, facet: facet.parse().map_err(|_| bad())? })
    }
}

impl TryFrom<String> for Deviation {
    type Error = DeviationError;
    fn try_from(text: String) -> Result<Self, DeviationError> {
        text.parse()
    }
}

impl From<Deviation> for String {
    fn from(deviation: Deviation) -> Self {
        deviation.to_string()
    }
}

string_enum! {
    /// The cells that are looked at together.
    pub enum Scope {
        /// One cell.
        Cell = "cell",
        /// The cells of a prompt and slot.
        Prompt = "prompt",
        /// The cells of a slot.
        Slot = "slot",
        /// All cells of the run.
        Suite = "suite",
    }
}

string_enum! {
    /// What happens to answers.
    pub enum Break {
        /// Unreadable, refused, fenced where that is not allowed, against the schema, or a field lost.
        Broken = "broken",
        /// Another value, label or shape, or another format of a place that varies.
        Value = "value",
        /// An optional field that was there in half of the answers is gone.
        Optional = "optional",
        /// Numbers are 12 % higher.
        Numbers = "numbers",
    }
}

string_enum! {
    /// What is concluded from a deviation.
    pub enum Conclusion {
        /// An unchanged cell does that.
        Noise = "noise",
        /// It may be a change: it fails if the next run sees it again.
        Suspect = "suspect",
        /// It is a change.
        Change = "change",
    }
}

/// One deviation of a cell from what was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    pub deviation: Deviation,
    pub conclusion: Conclusion,
    /// The cells that it was concluded from.
    pub scope: Scope,
    /// How many of these cells deviate in this run.
    pub cells: u32,
    /// How many cells these are.
    pub of_cells: u32,
    /// How many times better a change explains what was seen than noise does (a likelihood ratio).
    pub evidence: f64,
    /// From which `evidence` on it is a change.
    pub threshold: f64,
    /// What was seen most often in the accepted answers of this cell.
    pub usual: String,
    /// What the new answers of this cell have instead, most often.
    pub seen: String,
    /// How many of the new answers of this cell deviate.
    pub deviating: u32,
    /// How many of the accepted answers of this cell do.
    pub accepted: u32,
}

impl Finding {
    /// Whether it says anything of the cell by itself. That an optional field is there or not, or that a
    /// number lies above its median, is no news unless many cells do it.
    pub fn is_news(&self) -> bool {
        use DeviationKind::{Broken, Lost, Unseen};
        self.conclusion > Conclusion::Noise || matches!(self.deviation.kind, Broken | Lost | Unseen)
    }

    /// Whether it is a change that the cell shares with others.
    pub fn is_shared(&self) -> bool {
        self.scope > Scope::Cell
    }
}

/// What is concluded of one cell.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CellDecision {
    /// How many accepted answers it rests on.
    pub baseline: u32,
    /// How many new answers it rests on.
    pub answers: u32,
    /// Of these, how many were asked for because the first ones left it open.
    #[serde(default)]
    pub further: u32,
    /// What deviates, most certain first; empty where nothing does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

impl CellDecision {
    /// What stands for the cell, where anything deviates.
    pub fn leading(&self) -> Option<&Finding> {
        self.findings.first().filter(|finding| finding.is_news())
    }

    /// Whether one accepted answer does not tell noise from what was found.
    pub fn is_unsure(&self) -> bool {
        let is_broken = |finding: &Finding| finding.deviation == Deviation::broken();
        self.baseline == 1 && !self.leading().is_some_and(is_broken)
    }

    /// What is concluded of the cell.
    pub fn conclusion(&self) -> Conclusion {
        self.leading().map_or(Conclusion::Noise, |finding| finding.conclusion)
    }
}

string_enum! {
    /// How much a breakage can matter, before kind and role are looked at.
    pub enum Weight {
        /// Only how it is written.
        Cosmetic = "cosmetic",
        /// The same shape, another answer.
        Answer = "answer",
        /// Valid, but built otherwise: typed readers fail.
        Form = "form",
        /// No valid answer.
        Contract = "contract",
    }
}

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
    /// What happens.
    pub kind: Break,
    /// Where: one cell, six cells of a prompt and slot, or 24 cells of a slot.
    pub scope: Scope,
    /// In how many of 100 answers.
    pub share: u32,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deviation_is_read_as_it_is_written() {
        for text in ["broken", "unseen V /label", "gone S /note", "up M /items/*/score"] {
            assert_eq!(text.parse::<Deviation>().unwrap().to_string(), text);
        }
        for bad in ["", "unseen", "odd V /label", "unseen Q /label"] {
            assert!(bad.parse::<Deviation>().is_err(), "{bad}");
        }
    }
}
