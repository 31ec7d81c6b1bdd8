//! What a case wants of its answers, whatever was accepted.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Number, Value};

use super::Pico;

/// One rule for the value at a place. Rules of texts read any other value as its JSON, without
/// blanks between its parts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expectation {
    /// This value; numbers by what they are worth, so `12` is `12.0`.
    Equals(Value),
    /// One of these values.
    OneOf(Vec<Value>),
    /// A text with this in it.
    Contains(String),
    /// A text without this in it; a place that is missing has nothing in it.
    NotContains(String),
    /// A text that this regular expression finds something in, in the dialect of schemas.
    Matches(String),
    /// A text that it finds nothing in.
    NotMatches(String),
    /// A number that is not less.
    AtLeast(Number),
    /// A number that is not more.
    AtMost(Number),
}

impl Expectation {
    /// Whether a value must not be so.
    pub(crate) fn forbids(&self) -> bool {
        matches!(self, Self::NotContains(_) | Self::NotMatches(_))
    }

    /// Whether it reads a value as text.
    pub(crate) fn is_of_text(&self) -> bool {
        matches!(
            self,
            Self::Contains(_) | Self::NotContains(_) | Self::Matches(_) | Self::NotMatches(_)
        )
    }
}

/// What an answer may take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AnswerLimits {
    /// Where its price is not known, nothing is said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd: Option<Pico>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Duration>,
}
