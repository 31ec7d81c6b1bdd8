//! A bump: a slot moved from one version to another; and the commits that followed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{PromptName, Slot, string_enum};

/// A slot's move from one version to another, and what it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BumpEvent {
    pub slot: Slot,
    /// The dialect that the slot speaks: whose model it is.
    pub provider: String,
    pub class: BumpClass,
    /// What it was: an id, a fingerprint, or prices of input and output per million tokens.
    pub from: String,
    pub to: String,
    /// Cells that were compared.
    pub cells: usize,
    /// Cells whose answer is valid and differs beyond tolerance, so that a person has to look (level
    /// `review`). No cell is counted twice: this and the next two are apart.
    pub changed: usize,
    /// Cells without a valid answer: an error, or against the schema. A program notices.
    pub broken_loud: usize,
    /// Cells whose answer is valid by the schema and breaks all the same: a change of level
    /// `breaking`, or against the case's own rule. No program notices.
    pub broken_silent: usize,
    /// Share of cells that differ when nothing moved, where it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise_floor: Option<f64>,
    /// Prompts with a changed or broken cell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<PromptName>,
    /// The runs that showed it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<String>,
}

string_enum! {
    /// What moved in a bump.
    pub enum BumpClass {
        /// The id in the config, because somebody wanted to.
        Config = "config",
        /// The id in the config, because the old model is retired.
        Forced = "forced",
        /// The same floating id is answered by another version.
        AliasMove = "alias-move",
        /// The same pinned id is answered by another model.
        Redirect = "redirect",
        /// The same version reports another fingerprint of its backend.
        Fingerprint = "fingerprint",
        /// Nothing that is announced: the answers moved beyond the noise.
        Drift = "drift",
        /// The same id at another price.
        Price = "price",
    }
}

impl BumpClass {
    /// Whether answers may be others by it. Where they are not, nobody has to do a thing.
    pub fn moves_answers(self) -> bool {
        !matches!(self, Self::Fingerprint | Self::Price)
    }
}

/// One commit and the files that it touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commit {
    /// Its id, 12 digits.
    pub id: String,
    /// When it was committed.
    pub at: Timestamp,
    /// Tells authors apart: 8 digits of a hash, never written anywhere.
    pub author: String,
    /// The files, as git lists them.
    pub files: Vec<Touched>,
}

/// One file that a commit touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Touched {
    /// Relative to the suite's folder, with `/`.
    pub path: String,
    /// Lines added; none of a binary file.
    pub added: usize,
    /// Lines removed; none of a binary file.
    pub removed: usize,
}
