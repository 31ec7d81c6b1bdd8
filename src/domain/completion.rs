//! What a provider answered, in no provider's words.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Pico, string_enum};

/// One answer of a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Completion {
    /// All text blocks joined, thinking left out; `None` when there was no text block.
    pub text: Option<String>,
    /// Calls of tools, in order.
    pub tool_calls: Vec<ToolCall>,
    /// What the model thought aloud, and the field in which that stands.
    pub thought: Option<(&'static str, String)>,
    /// What the provider marked as a refusal, in its words.
    pub refusal: Option<String>,
    /// Why the answer ended.
    pub stop: StopReason,
    /// The provider's own word for `stop`.
    pub stop_raw: Option<String>,
    /// Tokens, as far as they were reported.
    pub usage: Option<Usage>,
    /// Who says that it answered.
    pub identity: Identity,
}

impl Completion {
    /// Weighs the answer against what was asked for: one of all output tokens is cut, whatever word
    /// stands there, and tokens that cannot be, or of a tier with prices of its own, cannot be billed.
    pub fn doubt(&mut self, limit: Option<u64>, tier: Option<&str>) {
        let output = self.usage.and_then(|usage| usage.output);
        if !self.stop.is_bad() && limit.is_some_and(|limit| output.is_some_and(|n| n >= limit)) {
            self.stop = StopReason::Truncated;
        }
        let says = self.text.as_deref().is_some_and(|text| !text.is_empty());
        let says = says || !self.tool_calls.is_empty();
        if let Some(usage) = &mut self.usage {
            let is_nothing = usage.input == Some(0) && usage.output == Some(0);
            usage.inconsistent |= (says && is_nothing) || tier.is_some();
        }
    }
}

/// One call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    pub name: String,
    /// The arguments as JSON text, exactly as received (duplicate keys and all).
    pub arguments: String,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// The model was done.
    Complete,
    /// It ran into the limit of output tokens.
    Truncated,
    /// It called a tool.
    ToolCall,
    /// The model, or its provider for it, declined.
    Refused,
    /// A content filter cut in.
    Filtered,
    /// The context window was full.
    ContextOverflow,
    /// The provider paused a long turn.
    Paused,
    /// The provider reports a malformed or aborted generation.
    ProviderFault,
    /// Not said, or a word that is not known.
    #[default]
    Unknown,
}

impl StopReason {
    /// Whether the answer is not what the model would have said in full.
    pub fn is_bad(self) -> bool {
        !matches!(self, Self::Complete | Self::ToolCall | Self::Unknown)
    }
}

/// Tokens of one answer. `None` means: not reported, which is not zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// All input tokens, cached ones included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<u64>,
    /// Of these, read from the provider's cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_read: Option<u64>,
    /// Of these, written to a cache that lives five minutes (or of unstated life).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_5m: Option<u64>,
    /// Of these, written to a cache that lives one hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<u64>,
    /// All output tokens, reasoning included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<u64>,
    /// Of these, reasoning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<u64>,
    /// The report contradicts itself, so that nothing can be billed by it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inconsistent: bool,
    /// What the provider itself says that the answer cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_cost: Option<Pico>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Usage {
    /// Adds the tokens of another answer. What was not reported adds nothing.
    pub fn add(&mut self, other: Self) {
        if *self == Self::default() {
            *self = other;
            return;
        }
        // A sum that lacks a part is no cost.
        let costs = self.reported_cost.zip(other.reported_cost);
        self.reported_cost = costs.map(|(one, two)| one + two);
        self.inconsistent |= other.inconsistent;
        let pairs = [
            (&mut self.input, other.input),
            (&mut self.cached_read, other.cached_read),
            (&mut self.cache_write_5m, other.cache_write_5m),
            (&mut self.cache_write_1h, other.cache_write_1h),
            (&mut self.output, other.output),
            (&mut self.reasoning, other.reasoning),
        ];
        for (sum, part) in pairs {
            if let Some(part) = part {
                *sum = Some(sum.unwrap_or(0).saturating_add(part));
            }
        }
    }
}

/// Who says that it answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The model id that the answer names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<String>,
    /// The provider's fingerprint of its backend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The provider's number for this exchange, for its support desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// The provider answered, but not with a completion.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ProviderError {
    /// What kind of error it is.
    pub class: ErrorClass,
    pub status: u16,
    /// The provider's own code or type.
    pub code: Option<String>,
    /// The provider's own words, shortened.
    pub message: String,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
    /// The provider says outright whether asking again can help (`x-should-retry`).
    pub should_retry: Option<bool>,
    /// Text that the model produced and the provider rejected (`json_validate_failed`).
    pub generation: Option<String>,
}

string_enum! {
    /// Kinds of errors that providers report.
    pub enum ErrorClass {
        /// Too many requests for now.
        RateLimited = "rate-limited",
        /// The account is out of quota or credit.
        QuotaExhausted = "quota-exhausted",
        /// The server is overloaded or down for now.
        Unavailable = "unavailable",
        /// The key is missing, wrong, or not allowed to do this.
        Unauthorized = "unauthorized",
        /// The account, its plan or its region may not do this.
        Forbidden = "forbidden",
        /// There is no such model (any more).
        ModelGone = "model-gone",
        /// There is no such address: most often a wrong `base-url`.
        NotFound = "not-found",
        /// The provider does not accept the schema.
        SchemaRejected = "schema-rejected",
        /// The provider does not accept a parameter.
        ParamRejected = "param-rejected",
        /// The provider does not accept the choice of tool.
        ToolChoiceRejected = "tool-choice-rejected",
        /// The input is longer than the model's context.
        ContextOverflow = "context-overflow",
        /// A content filter rejected the input.
        Filtered = "filtered",
        /// The model's own output was rejected by the provider.
        OutputInvalid = "output-invalid",
        /// Any other refusal of the request.
        BadRequest = "bad-request",
        /// A status that is about neither the request nor the model: mostly of something in between.
        Other = "other",
        /// The answer is not what the provider's own interface describes.
        Malformed = "malformed",
        /// A stream ended before the answer did.
        Interrupted = "interrupted",
    }
}

impl ErrorClass {
    /// Whether asking again can help, when the provider does not say so itself.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unavailable | Self::Malformed | Self::Interrupted)
    }
}
