//! What one server's way of speaking consists of, as data. The rows are in `table.rs`; no adapter
//! asks for a dialect by its name.

use crate::domain::{ProviderKind, Structured};

use super::floating::FloatRule;

/// One server's way of speaking its wire format.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// As written in the config.
    pub name: &'static str,
    /// Which provider of the config it belongs to.
    pub provider: ProviderKind,
    /// Which format is spoken.
    pub wire: Wire,
    /// Where the server is; `None` means that `base-url` must be set.
    pub base_url: Option<&'static str>,
    /// What follows the base address; `{model}` stands for the model id.
    pub path: &'static str,
    /// What follows the base address for the list of models; `None` where there is none.
    pub list: Option<&'static str>,
    /// How batches are handed in; `None` where there are none.
    pub batches: Option<Batching>,
    /// Environment variable that holds the key by default; `None` means that no key is sent.
    pub key_env: Option<&'static str>,
    /// How the key is shown.
    pub auth: Auth,
    /// Which structured modes the server has, strongest first.
    pub modes: &'static [Structured],
    /// Where the schema stands in native mode.
    pub schema_field: SchemaField,
    /// Which keywords a schema may use in native mode (a row of the table of subsets).
    pub native_subset: &'static str,
    /// Which keywords the parameters of a tool may use (a row of the table of subsets).
    pub tool_subset: &'static str,
    /// Tools are marked `strict`, so that the server enforces their schema.
    pub strict_tools: bool,
    /// How a call of a tool can be forced.
    pub tool_choice: ToolChoice,
    /// Whether `parallel_tool_calls: false` is known there (OpenAI's formats only).
    pub single_call_field: bool,
    /// Whether a stream has its usage only where `stream_options` ask for it (OpenAI Chat only).
    pub stream_options: bool,
    /// What the limit of output tokens is called (OpenAI Chat only).
    pub max_tokens_field: &'static str,
    /// The limit that is sent where the slot sets none, because the server wants one.
    pub max_tokens_default: Option<u64>,
    /// What the seed is called (OpenAI Chat only).
    pub seed_field: &'static str,
    /// Parameters that cannot be sent, and why.
    pub unsupported: &'static [(&'static str, &'static str)],
    /// A JSON object that every request body starts from.
    pub body: &'static str,
    /// Whose prices hold, as price tables name the provider; `None` where the server does not say
    /// who runs it.
    pub billed_by: Option<&'static str>,
    /// Prompts of so many tokens are cached without being asked to be; `None` where that is not known.
    pub caches_from: Option<usize>,
    /// Which model ids can come to mean another version.
    pub floating: &'static [FloatRule],
}

/// The formats that are spoken, one adapter each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wire {
    /// OpenAI Chat Completions.
    OpenaiChat,
    /// OpenAI Responses.
    OpenaiResponses,
    /// Anthropic Messages.
    Anthropic,
    /// Gemini `generateContent`.
    Gemini,
    /// Ollama `/api/chat`.
    Ollama,
    /// Cohere Chat v2.
    Cohere,
    /// Bedrock Converse.
    Bedrock,
    /// JSON on the standard input of a program, its answer on standard output.
    Command,
}

/// How batches are handed in and taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batching {
    /// OpenAI's: a file of requests, and files of answers.
    Files,
    /// Anthropic's message batches.
    Anthropic,
    /// Gemini's `batchGenerateContent`, with the requests in it.
    Gemini,
    /// Mistral's jobs, with the requests in them.
    Mistral,
}

impl Batching {
    /// Most requests of a batch, and most bytes.
    pub fn limits(self) -> (usize, usize) {
        match self {
            Self::Files => (50_000, 200_000_000),
            Self::Anthropic => (100_000, 256_000_000),
            Self::Gemini => (usize::MAX, 20_000_000),
            Self::Mistral => (10_000, 200_000_000),
        }
    }
}

/// How the key is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// `authorization: Bearer KEY`.
    Bearer,
    /// The key alone, in this header.
    Header(&'static str),
}

/// Where the schema stands in native mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaField {
    /// Where the wire format has its one place for it; for OpenAI Chat that is
    /// `response_format: {type: json_schema, json_schema: {name, schema, strict}}`.
    Standard,
    /// `response_format: {type: json_object, schema}`.
    JsonObject,
}

/// How a call of a tool can be forced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolChoice {
    /// Any of several tools, or one by name.
    AnyOrNamed,
    /// Only one by name.
    Named,
    /// Not at all: tools are offered, and the model may call them.
    Auto,
    /// There are no tools.
    Never,
}

impl Dialect {
    /// Whether the server has this structured mode.
    pub fn has(&self, mode: Structured) -> bool {
        self.modes.contains(&mode)
    }

    /// Why the parameter of this name cannot be sent; `None` means that it can.
    pub fn refusal(&self, param: &str) -> Option<&'static str> {
        self.unsupported.iter().find(|(name, _)| *name == param).map(|(_, why)| *why)
    }
}
