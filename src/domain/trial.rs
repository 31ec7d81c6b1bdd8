//! One answer of a cell and what was made of it, as a run's record keeps it.

use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{CellId, Identity, Kind, Pico, Pointer, Rule, StopReason, Usage};

/// One answer of a cell, with everything that was made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Which answer of the cell, from 1.
    pub number: u32,
    /// When it was asked for, or looked up.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Whether it was asked for now, or is a recording.
    #[serde(default)]
    pub source: Source,
    /// From sending to the last byte of the attempt that counted, in milliseconds.
    pub latency_ms: u64,
    /// Every request that was sent for it.
    #[serde(deserialize_with = "tight")]
    pub attempts: Vec<Attempt>,
    /// Why there is no valid answer; absent when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Kind>,
    /// Which form of the cause: `fence-open`, the HTTP status, or `keyword@place` of the worst
    /// violation, with `*` for each item of an array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Whether the payload itself is valid under the cause, so that a more tolerant reader would
    /// have had its answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recoverable: bool,
    /// One sentence about the cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How the JSON was found; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<How>,
    /// Whether a strict parser would have read the answer.
    pub strict: bool,
    /// The normalised value: of the answer, or, under a cause, of what a tolerant parser recovers.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::change::present"
    )]
    #[schemars(with = "Option<Value>")]
    pub value: Option<Arc<Value>>,
    /// Every violation of the schema, worst first, then of the case's own rules (`expect`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// The answer as text: what the model wrote, or the arguments of its tool call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why the answer ended.
    pub stop: StopReason,
    /// The provider's own word for `stop`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_raw: Option<String>,
    /// Tokens, as far as they were reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Who says that it answered.
    pub identity: Identity,
    /// What it cost when it was asked for; null where that is not known. A recording cost it when it
    /// was made, and costs nothing now.
    #[serde(default)]
    pub usd_pico: Option<Pico>,
    /// It is billed by the price of its model's family, because no price table has this version.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub priced_by_family: bool,
}

impl Trial {
    /// How the answer keeps the contract, as one word: `ok`, or the cause with its form, as in
    /// `fenced/fence-open`.
    pub fn contract(&self) -> String {
        match (self.cause, &self.sub) {
            (None, _) => "ok".to_owned(),
            (Some(cause), None) => cause.id().to_owned(),
            (Some(cause), Some(sub)) => format!("{cause}/{sub}"),
        }
    }
}

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// A request was sent for it.
    #[default]
    Fresh,
    /// It is the recording of an earlier exchange; nothing was sent.
    Replayed {
        /// When the exchange took place.
        #[schemars(with = "String")]
        recorded_at: Timestamp,
    },
    /// It was asked for in a batch, for the price of that.
    Batch,
    /// It was handed in: somebody else asked for it.
    Imported,
}

impl Source {
    /// Whether somebody was asked for it, now.
    pub fn is_asked(self) -> bool {
        matches!(self, Self::Fresh | Self::Batch)
    }

    /// Whether it is an answer of today, whoever asked.
    pub fn is_new(self) -> bool {
        !matches!(self, Self::Replayed { .. })
    }

    /// When the recording was made, if it is one.
    pub fn recorded_at(self) -> Option<Timestamp> {
        match self {
            Self::Fresh | Self::Batch | Self::Imported => None,
            Self::Replayed { recorded_at } => Some(recorded_at),
        }
    }
}

/// One request that was sent for a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// HTTP status; absent when there was no response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why it did not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// From sending to the last byte, in milliseconds.
    pub latency_ms: u64,
    /// Wait before the next attempt, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited_ms: Option<u64>,
}

/// How the JSON of an answer was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// The whole text, in the provider's own structured mode.
    Native,
    /// The arguments of a tool call.
    ToolCall,
    /// The whole text, without such a mode.
    Plain,
    /// Inside a Markdown code fence.
    Fenced,
    /// Between other words.
    SurroundingProse,
    /// After a byte order mark.
    ByteOrderMark,
    /// The first of several documents.
    FirstOfSeveral,
    /// After replacing what JSON does not have.
    Repaired,
    /// Free text was asked for: no JSON to find.
    Text,
}

/// One violation of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Violation {
    /// Where in the answer.
    pub pointer: Pointer,
    /// Where in the schema; empty for a rule of the case.
    pub schema_path: String,
    /// Which keyword is violated; [`Violation::EXPECT`] for a rule of the case, and
    /// [`Violation::ENVELOPE`] where the whole answer stands too deep.
    pub keyword: String,
    /// Which sort of rule that is; absent for a rule of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// Whether the value is one of the closed list, but for case, spaces, dashes and underscores.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub case_only: bool,
    /// One sentence for people.
    pub message: String,
}

impl Violation {
    /// Stands for the keyword where the case's own rule (`expect`) is broken, not the schema.
    pub const EXPECT: &str = "expect";

    /// Stands for the keyword where a valid answer is the only member of an object.
    pub const ENVELOPE: &str = "envelope";

    /// Whether it is the case's own rule that is broken.
    pub fn is_expectation(&self) -> bool {
        self.keyword == Self::EXPECT
    }
}

/// One recorded answer, as it was handed in.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedAnswer {
    /// Whose answer it is.
    pub cell: CellId,
    /// Which answer of the cell, from 1.
    pub number: u32,
    /// When it was asked for; absent where nobody says.
    pub at: Option<Timestamp>,
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

/// Reads a list into no more room than it takes: a hundred thousand of one member each count.
pub(super) fn tight<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let mut list = Vec::deserialize(deserializer)?;
    list.shrink_to_fit();
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_was_kept_before_there_were_forms_of_causes_is_still_read() {
        let old = r#"{"number": 1, "at": "2026-01-02T03:04:05Z", "latency_ms": 1, "attempts": [],
            "cause": "schema-violation", "strict": true, "violations": [{"pointer": "/a",
            "schema_path": "/required", "keyword": "required", "message": "missing"}],
            "stop": "complete", "identity": {}}"#;
        let trial: Trial = serde_json::from_str(old).unwrap();
        assert_eq!(trial.contract(), "schema-violation");
        assert!(!trial.recoverable && trial.violations.iter().all(|v| v.rule.is_none()));
    }
}
