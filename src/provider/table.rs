//! The table of dialects: one row per server that is spoken to. Data only.
//!
//! Sources: the providers' API references and SDKs, read in November 2026.

use crate::domain::{ProviderKind, Structured};

use super::dialect::{Auth, Batching, Dialect, SchemaField, ToolChoice, Wire};
use super::floating::{
    CLAUDE, COHERE, DEEPSEEK, FloatRule, GEMINI, LATEST, OLLAMA, OPENAI, OPENROUTER, XAI,
};

const ALL_MODES: &[Structured] = &Structured::ALL;
const NO_TOOL: &[Structured] = &[Structured::Native, Structured::JsonObject, Structured::Prompt];
const NO_JSON_OBJECT: &[Structured] = &[Structured::Native, Structured::Tool, Structured::Prompt];
const NO_NATIVE: &[Structured] = &[Structured::Tool, Structured::JsonObject, Structured::Prompt];
const NATIVE_OR_PROMPT: &[Structured] = &[Structured::Native, Structured::Prompt];

const NO_VERSION: (&str, &str) = ("api-version", "this API has no version header");
const NO_SEED: (&str, &str) = ("seed", "this API has no seed");
const NO_STOP: (&str, &str) = ("stop", "this API has no stop sequences");

const NEVER_FLOATS: &[FloatRule] = &[];

/// A server that speaks OpenAI Chat Completions and says nothing more of itself.
const CHAT: Dialect = Dialect {
    name: "openai-compatible",
    provider: ProviderKind::OpenaiCompatible,
    wire: Wire::OpenaiChat,
    base_url: None,
    path: "/chat/completions",
    list: Some("/models"),
    batches: None,
    key_env: None,
    auth: Auth::Bearer,
    modes: ALL_MODES,
    schema_field: SchemaField::Standard,
    native_subset: "common",
    tool_subset: "arguments",
    strict_tools: false,
    tool_choice: ToolChoice::AnyOrNamed,
    single_call_field: false,
    stream_options: true,
    max_tokens_field: "max_tokens",
    max_tokens_default: None,
    seed_field: "seed",
    unsupported: &[NO_VERSION],
    body: "{}",
    billed_by: None,
    caches_from: None,
    floating: LATEST,
};

/// OpenAI's own Chat Completions.
const OPENAI_CHAT: Dialect = Dialect {
    name: "openai",
    provider: ProviderKind::Openai,
    base_url: Some("https://api.openai.com/v1"),
    batches: Some(Batching::Files),
    key_env: Some("OPENAI_API_KEY"),
    native_subset: "openai",
    tool_subset: "openai",
    strict_tools: true,
    single_call_field: true,
    max_tokens_field: "max_completion_tokens",
    floating: OPENAI,
    billed_by: Some("openai"),
    caches_from: Some(1024),
    ..CHAT
};

/// Google's Vertex AI, without a model.
const VERTEX: Dialect = Dialect {
    provider: ProviderKind::Vertex,
    wire: Wire::Gemini,
    list: None,
    key_env: Some("GOOGLE_OAUTH_ACCESS_TOKEN"),
    native_subset: "gemini",
    tool_subset: "gemini",
    billed_by: Some("vertex"),
    ..CHAT
};

/// Every dialect: the providers' own first, then the servers of `openai-compatible`.
pub const DIALECTS: &[Dialect] = &[
    OPENAI_CHAT,
    // Answers are kept for 30 days unless `store` is false.
    Dialect {
        name: "openai-responses",
        provider: ProviderKind::OpenaiResponses,
        wire: Wire::OpenaiResponses,
        path: "/responses",
        unsupported: &[NO_VERSION, NO_SEED, NO_STOP],
        body: r#"{"store": false}"#,
        ..OPENAI_CHAT
    },
    Dialect {
        name: "anthropic",
        provider: ProviderKind::Anthropic,
        wire: Wire::Anthropic,
        base_url: Some("https://api.anthropic.com"),
        path: "/v1/messages",
        list: Some(
            "/v1/models?limit=1000&lifecycle[]=active&lifecycle[]=deprecated&lifecycle[]=retired",
        ),
        batches: Some(Batching::Anthropic),
        key_env: Some("ANTHROPIC_API_KEY"),
        auth: Auth::Header("x-api-key"),
        max_tokens_default: Some(4096),
        modes: NO_JSON_OBJECT,
        native_subset: "anthropic",
        tool_subset: "anthropic",
        strict_tools: true,
        unsupported: &[NO_SEED],
        floating: CLAUDE,
        billed_by: Some("anthropic"),
        ..CHAT
    },
    Dialect {
        name: "gemini",
        provider: ProviderKind::Gemini,
        wire: Wire::Gemini,
        base_url: Some("https://generativelanguage.googleapis.com/v1beta"),
        path: "/models/{model}:generateContent",
        list: Some("/models?pageSize=1000"),
        batches: Some(Batching::Gemini),
        key_env: Some("GEMINI_API_KEY"),
        auth: Auth::Header("x-goog-api-key"),
        native_subset: "gemini",
        tool_subset: "gemini",
        floating: GEMINI,
        billed_by: Some("google"),
        ..CHAT
    },
    // Streams unless told not to, and cuts a prompt that is too long unless told not to.
    Dialect {
        name: "ollama",
        provider: ProviderKind::Ollama,
        wire: Wire::Ollama,
        base_url: Some("http://127.0.0.1:11434"),
        path: "/api/chat",
        list: Some("/api/tags"),
        modes: NO_TOOL,
        native_subset: "llama-cpp",
        tool_choice: ToolChoice::Auto,
        body: r#"{"stream": false, "truncate": false, "shift": false}"#,
        floating: OLLAMA,
        ..CHAT
    },
    // No answer says which model gave it.
    Dialect {
        name: "cohere",
        provider: ProviderKind::Cohere,
        wire: Wire::Cohere,
        base_url: Some("https://api.cohere.com"),
        path: "/v2/chat",
        list: Some("/v1/models"),
        key_env: Some("CO_API_KEY"),
        native_subset: "cohere",
        tool_subset: "cohere",
        strict_tools: true,
        unsupported: &[
            NO_VERSION,
            ("reasoning-effort", "this API has no degrees: `thinking` goes through `extra-body`"),
        ],
        body: r#"{"stream": false}"#,
        floating: COHERE,
        billed_by: Some("cohere"),
        ..CHAT
    },
    // Project and region are in the address.
    Dialect { name: "vertex", path: "/models/{model}:generateContent", floating: GEMINI, ..VERTEX },
    // The model is in the address, and the version of the API in the body.
    Dialect {
        name: "vertex-anthropic",
        wire: Wire::Anthropic,
        path: "/models/{model}:rawPredict",
        max_tokens_default: Some(4096),
        modes: NO_JSON_OBJECT,
        native_subset: "anthropic",
        tool_subset: "anthropic",
        strict_tools: true,
        unsupported: &[NO_VERSION, NO_SEED],
        body: r#"{"anthropic_version": "vertex-2023-10-16"}"#,
        floating: CLAUDE,
        ..VERTEX
    },
    // The region is in the address. Claude's own reason to stop is asked for: a refusal is no stop of
    // Converse. Only some models take strict tools; those that enforce a schema do so in native mode.
    Dialect {
        name: "bedrock",
        provider: ProviderKind::Bedrock,
        wire: Wire::Bedrock,
        path: "/model/{model}/converse",
        list: None,
        key_env: Some("AWS_BEARER_TOKEN_BEDROCK"),
        modes: NO_JSON_OBJECT,
        native_subset: "anthropic",
        unsupported: &[NO_VERSION, NO_SEED, ("stream", "its events are binary, and not read")],
        body: r#"{"additionalModelResponseFieldPaths": ["/stop_reason", "/stop_details"]}"#,
        floating: NEVER_FLOATS,
        billed_by: Some("bedrock"),
        ..CHAT
    },
    Dialect {
        name: "command",
        provider: ProviderKind::Command,
        wire: Wire::Command,
        base_url: Some(""),
        path: "",
        list: None,
        modes: NATIVE_OR_PROMPT,
        native_subset: "whole",
        tool_choice: ToolChoice::Never,
        unsupported: &[("stream", "a program answers at once")],
        floating: NEVER_FLOATS,
        ..CHAT
    },
    CHAT,
    // The model id is the name of a deployment; which version it serves is set at Azure.
    Dialect {
        name: "azure",
        provider: ProviderKind::OpenaiCompatible,
        base_url: None,
        list: None,
        batches: None,
        key_env: Some("AZURE_OPENAI_API_KEY"),
        auth: Auth::Header("api-key"),
        native_subset: "azure",
        tool_subset: "azure",
        floating: NEVER_FLOATS,
        billed_by: Some("azure"),
        ..OPENAI_CHAT
    },
    Dialect {
        name: "mistral",
        stream_options: false,
        base_url: Some("https://api.mistral.ai/v1"),
        batches: Some(Batching::Mistral),
        key_env: Some("MISTRAL_API_KEY"),
        native_subset: "common-inline",
        tool_subset: "common-inline",
        seed_field: "random_seed",
        single_call_field: true,
        billed_by: Some("mistral"),
        ..CHAT
    },
    // Without these two, parameters are dropped and providers are swapped silently.
    Dialect {
        name: "openrouter",
        base_url: Some("https://openrouter.ai/api/v1"),
        key_env: Some("OPENROUTER_API_KEY"),
        tool_subset: "common",
        body: r#"{"provider": {"require_parameters": true, "allow_fallbacks": false}}"#,
        floating: OPENROUTER,
        billed_by: Some("openrouter"),
        ..CHAT
    },
    Dialect {
        name: "groq",
        base_url: Some("https://api.groq.com/openai/v1"),
        key_env: Some("GROQ_API_KEY"),
        native_subset: "groq",
        max_tokens_field: "max_completion_tokens",
        single_call_field: true,
        billed_by: Some("groq"),
        ..CHAT
    },
    Dialect {
        name: "together",
        base_url: Some("https://api.together.ai/v1"),
        key_env: Some("TOGETHER_API_KEY"),
        billed_by: Some("together"),
        ..CHAT
    },
    // The default lowers the limit of tokens silently when the prompt is long.
    Dialect {
        name: "fireworks",
        base_url: Some("https://api.fireworks.ai/inference/v1"),
        key_env: Some("FIREWORKS_API_KEY"),
        body: r#"{"context_length_exceeded_behavior": "error"}"#,
        billed_by: Some("fireworks"),
        ..CHAT
    },
    Dialect {
        name: "deepseek",
        base_url: Some("https://api.deepseek.com"),
        key_env: Some("DEEPSEEK_API_KEY"),
        modes: NO_NATIVE,
        tool_subset: "deepseek",
        unsupported: &[NO_VERSION, NO_SEED],
        floating: DEEPSEEK,
        billed_by: Some("deepseek"),
        ..CHAT
    },
    Dialect {
        name: "xai",
        base_url: Some("https://api.x.ai/v1"),
        key_env: Some("XAI_API_KEY"),
        native_subset: "xai",
        tool_subset: "xai",
        max_tokens_field: "max_completion_tokens",
        floating: XAI,
        single_call_field: true,
        billed_by: Some("xai"),
        ..CHAT
    },
    Dialect {
        name: "vllm",
        base_url: Some("http://127.0.0.1:8000/v1"),
        native_subset: "xgrammar",
        tool_subset: "xgrammar",
        single_call_field: true,
        ..CHAT
    },
    Dialect {
        name: "llama-cpp",
        base_url: Some("http://127.0.0.1:8080/v1"),
        native_subset: "llama-cpp",
        tool_subset: "llama-cpp",
        single_call_field: true,
        ..CHAT
    },
    // Does not read `json_schema`: some versions answer 500, some ignore it without a word.
    Dialect {
        name: "llama-cpp-python",
        base_url: Some("http://127.0.0.1:8000/v1"),
        schema_field: SchemaField::JsonObject,
        native_subset: "llama-cpp",
        tool_subset: "llama-cpp",
        tool_choice: ToolChoice::Named,
        ..CHAT
    },
    Dialect {
        name: "sglang",
        base_url: Some("http://127.0.0.1:30000/v1"),
        native_subset: "xgrammar",
        tool_subset: "xgrammar",
        single_call_field: true,
        ..CHAT
    },
    Dialect {
        name: "lm-studio",
        base_url: Some("http://127.0.0.1:1234/v1"),
        modes: NATIVE_OR_PROMPT,
        tool_choice: ToolChoice::Auto,
        ..CHAT
    },
];
