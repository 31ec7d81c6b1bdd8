//! An answer that somebody else asked for and recorded.

use jiff::Timestamp;
use serde_json::Value;

use super::{CellId, Identity, Usage};

/// One recorded answer, as it was handed in.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// Whose answer it is.
    pub cell: CellId,
    /// Which answer of the cell, from 1.
    pub number: u32,
    /// When it was asked for; absent where nobody says.
    pub at: Option<Timestamp>,
    /// What was answered.
    pub content: Content,
    /// The id that was asked for, where it is not the one that the suite pins.
    pub requested: Option<String>,
    /// Who says that it answered.
    pub identity: Identity,
    /// Why it ended: our own word, or the provider's.
    pub stop: Option<String>,
    /// Tokens, as far as they are known.
    pub usage: Option<Usage>,
    /// From sending to the last byte, in milliseconds; 0 where nobody says.
    pub latency_ms: u64,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// The text as it came.
    Text(String),
    /// A value that was already read from it.
    Value(Value),
}
