//! A line of a run's journal, as far as its cost depends on it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{CellId, Pico, Slot, Upgrade, Usage};

/// One answer of a journal.
#[expect(clippy::struct_excessive_bools, reason = "facts that do not exclude each other")]
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedCall<'l> {
    /// Whose answer.
    pub cell: CellId,
    /// Which answer of the cell, from 1.
    pub number: u32,
    /// When it was asked for.
    pub at: Timestamp,
    /// Whether it is a recording: it was paid for when that was made.
    pub replayed: bool,
    /// How long it took, in milliseconds.
    pub latency_ms: u64,
    /// Whether anybody answered.
    pub answered: bool,
    /// Requests for it that failed.
    pub failed: u64,
    /// Whether the answer is valid.
    pub valid: bool,
    /// Its value, as JSON.
    pub value: Option<&'l str>,
    /// Tokens, as far as they were reported.
    pub usage: Option<Usage>,
    /// The id that answered.
    pub served: Option<String>,
    /// What it cost when it was asked for, where that was known.
    pub cost: Option<Pico>,
    /// Whether that is the price of the model's family.
    pub by_family: bool,
}

/// What is said of a run before its answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunHead {
    /// Names the run.
    pub id: String,
    /// The upgrade that it rehearsed.
    pub upgrade: Option<Upgrade>,
    /// The id that was asked for in each column.
    pub requested: BTreeMap<Slot, String>,
}
