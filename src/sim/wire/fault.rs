//! Errors in each provider's own words. One table; nothing here decides that there is an error.

use std::time::Duration;

use serde_json::{Value, json};

use super::{CREATED_AT, Wire};

/// Why a request gets no answer.
#[derive(Debug, Clone)]
pub(in crate::sim) struct Fault {
    pub(in crate::sim) status: u16,
    message: String,
    /// How long to wait before the next attempt, where the status is about that.
    pub(super) wait: Duration,
}

/// The usual wait after a rate limit.
const WAIT: Duration = Duration::from_secs(1);

struct Row {
    status: u16,
    openai_type: &'static str,
    openai_code: Option<&'static str>,
    anthropic: &'static str,
    gemini: &'static str,
    message: &'static str,
}

const fn row(
    status: u16,
    openai: (&'static str, Option<&'static str>),
    anthropic_gemini: (&'static str, &'static str),
    message: &'static str,
) -> Row {
    let (openai_type, openai_code) = openai;
    let (anthropic, gemini) = anthropic_gemini;
    Row { status, openai_type, openai_code, anthropic, gemini, message }
}

/// What each status is called. A status that is missing here is called as the last row before it.
const ROWS: &[Row] = &[
    row(
        400,
        ("invalid_request_error", None),
        ("invalid_request_error", "INVALID_ARGUMENT"),
        "the request is not valid",
    ),
    row(
        401,
        ("invalid_request_error", Some("invalid_api_key")),
        ("authentication_error", "UNAUTHENTICATED"),
        "the API key is not valid",
    ),
    row(
        402,
        ("insufficient_quota", Some("credit_balance_exhausted")),
        ("billing_error", "FAILED_PRECONDITION"),
        "the credit balance is too low",
    ),
    row(
        403,
        ("invalid_request_error", Some("permission_denied")),
        ("permission_error", "PERMISSION_DENIED"),
        "the API key may not use this model",
    ),
    row(
        404,
        ("invalid_request_error", Some("model_not_found")),
        ("not_found_error", "NOT_FOUND"),
        "there is no such model",
    ),
    row(
        405,
        ("invalid_request_error", None),
        ("invalid_request_error", "INVALID_ARGUMENT"),
        "the request cannot be processed",
    ),
    row(
        413,
        ("invalid_request_error", Some("request_too_large")),
        ("request_too_large", "INVALID_ARGUMENT"),
        "the request is too large",
    ),
    row(
        414,
        ("invalid_request_error", None),
        ("invalid_request_error", "INVALID_ARGUMENT"),
        "the request cannot be processed",
    ),
    row(
        429,
        ("requests", Some("rate_limit_exceeded")),
        ("rate_limit_error", "RESOURCE_EXHAUSTED"),
        "rate limit reached; please try again later",
    ),
    row(
        500,
        ("server_error", Some("server_error")),
        ("api_error", "INTERNAL"),
        "the server had an error while processing the request",
    ),
    row(
        503,
        ("service_unavailable_error", Some("server_is_overloaded")),
        ("overloaded_error", "UNAVAILABLE"),
        "the server is overloaded",
    ),
    row(
        504,
        ("server_error", Some("timeout")),
        ("timeout_error", "DEADLINE_EXCEEDED"),
        "the request took too long",
    ),
    row(
        529,
        ("service_unavailable_error", Some("server_is_overloaded")),
        ("overloaded_error", "UNAVAILABLE"),
        "the server is overloaded",
    ),
];

impl Fault {
    /// The request itself is wrong.
    pub(in crate::sim) fn bad(message: impl Into<String>) -> Self {
        Self::saying(400, message)
    }

    /// The usual error of a status.
    pub(in crate::sim) fn of_status(status: u16) -> Self {
        let message = name(status).map(|row| row.message).unwrap_or_default();
        Self::saying(status, message)
    }

    /// The same, with another wait.
    pub(in crate::sim) fn after(self, wait: Duration) -> Self {
        Self { wait, ..self }
    }

    /// An error of this status, in these words.
    pub(in crate::sim) fn saying(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), wait: WAIT }
    }

    /// There is no such model, or no longer.
    pub(in crate::sim) fn no_model(wire: Wire, id: &str) -> Self {
        let message = match wire {
            Wire::OpenaiChat | Wire::OpenaiResponses => {
                format!("The model `{id}` does not exist or you do not have access to it.")
            }
            Wire::Anthropic => format!("model: {id}"),
            Wire::Gemini => format!(
                "models/{id} is not found for API version v1beta, or is not supported for generateContent."
            ),
            Wire::Ollama | Wire::Cohere => format!("model '{id}' not found"),
            Wire::Bedrock => "The provided model identifier is invalid.".to_owned(),
        };
        Self::saying(if wire == Wire::Bedrock { 400 } else { 404 }, message)
    }

    /// The error as the provider writes it.
    pub(super) fn body(&self, wire: Wire, id: &str) -> Value {
        let Some(row) = name(self.status) else { return Value::Null };
        let message = &self.message;
        match wire {
            Wire::OpenaiChat | Wire::OpenaiResponses => json!({"error": {
                "message": message, "type": row.openai_type, "param": null, "code": row.openai_code,
            }}),
            Wire::Anthropic => json!({
                "type": "error",
                "error": {"type": row.anthropic, "message": message},
                "request_id": format!("req_{id}"),
            }),
            Wire::Gemini => json!({"error": {
                "code": self.status, "message": message, "status": row.gemini,
                "details": gemini_details(self),
            }}),
            Wire::Ollama => json!({"error": message}),
            Wire::Cohere => json!({"id": id, "message": message}),
            Wire::Bedrock => json!({"message": message}),
        }
    }
}

fn name(status: u16) -> Option<&'static Row> {
    ROWS.iter().rev().find(|row| row.status <= status)
}

fn gemini_details(fault: &Fault) -> Value {
    if fault.status != 429 {
        return json!([]);
    }
    json!([
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure",
         "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel"}]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{}s", fault.wait.as_secs_f64())},
    ])
}

/// What is limited, and to how much a minute.
const LIMITS: &[(&str, u32)] = &[("requests", 10_000), ("tokens", 2_000_000)];

/// OpenAI: <https://platform.openai.com/docs/guides/rate-limits>. Anthropic:
/// <https://docs.claude.com/en/api/rate-limits>. The others send none.
pub(super) fn headers(wire: Wire, status: u16) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for (what, limit) in LIMITS {
        let left = if status == 429 { 0 } else { limit - 1 };
        let mut say = |name: String, value: String| headers.push((name, value));
        match wire {
            Wire::OpenaiChat | Wire::OpenaiResponses => {
                say(format!("x-ratelimit-limit-{what}"), limit.to_string());
                say(format!("x-ratelimit-remaining-{what}"), left.to_string());
                say(format!("x-ratelimit-reset-{what}"), "6ms".to_owned());
            }
            Wire::Anthropic => {
                say(format!("anthropic-ratelimit-{what}-limit"), limit.to_string());
                say(format!("anthropic-ratelimit-{what}-remaining"), left.to_string());
                say(format!("anthropic-ratelimit-{what}-reset"), CREATED_AT.to_owned());
            }
            Wire::Gemini | Wire::Ollama | Wire::Cohere | Wire::Bedrock => {}
        }
    }
    headers
}
