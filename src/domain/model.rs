//! A slot of the matrix, resolved.

use std::time::Duration;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Billing, EnvName, HeaderValue, Slot, string_enum};

/// Everything that is known of one slot: whom to ask, how, and with which parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Its name in the matrix.
    pub slot: Slot,
    /// Which adapter speaks to it.
    pub provider: ProviderKind,
    /// Name of a row in the table of dialects (`provider::DIALECTS`): the provider's own, or the
    /// server's for `openai-compatible`, or the wire format that a demo model imitates.
    pub dialect: String,
    /// The model id that is asked for.
    pub id: String,
    /// How JSON is asked for.
    pub structured: Structured,
    /// Where the server is; `None` means the dialect's own address.
    pub base_url: Option<String>,
    /// Environment variable that holds the key; `None` means that no key is sent.
    pub api_key_env: Option<EnvName>,
    /// Further headers of every request.
    pub headers: Vec<(String, HeaderValue)>,
    /// Parameters of the request. Only those that are set are sent.
    pub params: Params,
    /// Ask the provider to cache the system prompt, where it has an explicit switch.
    pub cache_system_prompt: bool,
    /// Program and arguments of a `command` provider.
    pub command: Vec<String>,
    /// How long one call may take.
    pub timeout: Duration,
    /// How many calls of this slot may run at once.
    pub max_concurrency: Option<usize>,
    /// What its account may use in a minute.
    pub limits: ModelLimits,
    /// Which prices hold for it.
    pub billing: Billing,
}

/// What may be used in a minute; `None` where only the provider says so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ModelLimits {
    pub requests: Option<u64>,
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
}

/// Request parameters. `None` means: not sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Params {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Nucleus sampling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Most tokens in the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u64>,
    /// Sampling seed, where the provider has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Texts that end the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// Reasoning effort in the provider's own words (`none`, `low`, `high` …).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<String>,
    /// Whether the answer is asked for as a stream.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stream: bool,
    /// Version of the API, where it is a header of the request (Anthropic).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// Members merged into the request body as they are, after everything else.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extra_body: Map<String, Value>,
}

string_enum! {
    /// Which adapter speaks to a slot.
    pub enum ProviderKind {
        /// OpenAI Chat Completions.
        Openai = "openai",
        /// OpenAI Responses.
        OpenaiResponses = "openai-responses",
        /// Anthropic Messages.
        Anthropic = "anthropic",
        /// Gemini `generateContent`.
        Gemini = "gemini",
        /// Ollama's own API.
        Ollama = "ollama",
        /// Cohere's Chat API v2.
        Cohere = "cohere",
        /// Amazon Bedrock's Converse.
        Bedrock = "bedrock",
        /// Google's Vertex AI: Gemini, and with another dialect Claude.
        Vertex = "vertex",
        /// Any server that speaks OpenAI Chat Completions; `dialect` says which.
        OpenaiCompatible = "openai-compatible",
        /// A local program.
        Command = "command",
        /// Scripted inside promptmatrix: no key, no network, no cost.
        Demo = "demo",
    }
}

string_enum! {
    /// How JSON is asked for. Fixed per cell: never descended silently.
    pub enum Structured {
        /// The provider's own schema-constrained mode.
        Native = "native",
        /// One forced tool call whose parameters are the schema.
        Tool = "tool",
        /// The provider's JSON mode; the schema stands in the system prompt.
        JsonObject = "json-object",
        /// Nothing but words: the schema stands in the system prompt.
        Prompt = "prompt",
    }
}

/// A model of a run that ends within the days of `[gate] retirement-days`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retiring {
    pub slot: Slot,
    /// The id that is asked for.
    pub id: String,
    /// The first day without it, in UTC.
    #[schemars(with = "String")]
    pub shutdown: Date,
    /// Days until then; negative where it is past.
    pub days_left: i32,
    /// The id that answers from then on, where the provider redirects to another model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers_as: Option<String>,
    /// The command that rehearses the move; absent where nothing is known to move to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

impl Retiring {
    /// One sentence: `gpt-x (swift) stops answering on 2027-01-14, in 20 days`.
    pub fn sentence(&self) -> String {
        let days = self.days_left.unsigned_abs();
        let plural = if days == 1 { "" } else { "s" };
        let Self { id, slot, shutdown, .. } = self;
        if let Some(other) = &self.answers_as {
            let id = format!("{id} ({slot})");
            return match self.days_left {
                1.. => {
                    format!("{other} answers for {id} from {shutdown} on, in {days} day{plural}")
                }
                _ => format!("{other} answers for {id} since {shutdown}"),
            };
        }
        match self.days_left {
            1.. => format!("{id} ({slot}) stops answering on {shutdown}, in {days} day{plural}"),
            0 => format!("{id} ({slot}) stops answering today"),
            _ => format!("{id} ({slot}) stopped answering on {shutdown}, {days} day{plural} ago"),
        }
    }
}
