//! From status and body to a typed error, by a table of patterns. Providers reword their errors
//! without notice, so whatever no pattern knows falls back on the status.

use serde_json::Value;

use crate::domain::{ErrorClass, HttpResponse, ProviderError};

use super::retry_after::{retry_after, should_retry};
use super::text::{shortened, trimmed};

use ErrorClass::{
    BadRequest, ContextOverflow, Filtered, Malformed, ModelGone, NotFound, OutputInvalid,
    ParamRejected, QuotaExhausted, RateLimited, SchemaRejected, ToolChoiceRejected, Unauthorized,
    Unavailable,
};

/// Codes and types that say it all. The first that the error names counts.
const CODES: &[(&str, ErrorClass)] = &[
    ("content_filter", Filtered),
    ("content_policy_violation", Filtered),
    ("responsibleaipolicyviolation", Filtered),
    ("bio_policy", Filtered),
    ("cyber_policy", Filtered),
    ("misalignment_policy_violation", Filtered),
    ("invalid_prompt", Filtered),
    ("json_validate_failed", OutputInvalid),
    ("tool_use_failed", OutputInvalid),
    ("insufficient_quota", QuotaExhausted),
    ("credit_balance_exhausted", QuotaExhausted),
    ("enforced_spend_limit_reached", QuotaExhausted),
    ("billing_error", QuotaExhausted),
    ("billing_hard_limit_reached", QuotaExhausted),
    ("context_length_exceeded", ContextOverflow),
    ("exceed_context_size_error", ContextOverflow),
    ("request_too_large", ContextOverflow),
    ("model_not_found", ModelGone),
    ("model_decommissioned", ModelGone),
    ("invalid_model", ModelGone),
    ("unsupported_parameter", ParamRejected),
    ("unsupported_value", ParamRejected),
    ("decimal_above_max_value", ParamRejected),
    ("decimal_below_min_value", ParamRejected),
    ("integer_above_max_value", ParamRejected),
    ("integer_below_min_value", ParamRejected),
    ("invalid_api_key", Unauthorized),
    ("authentication_error", Unauthorized),
    ("permission_error", Unauthorized),
    ("rate_limit_exceeded", RateLimited),
    ("rate_limit_error", RateLimited),
    ("slow_down", RateLimited),
    ("server_error", Unavailable),
    ("api_error", Unavailable),
    ("overloaded_error", Unavailable),
    ("server_is_overloaded", Unavailable),
    ("service_unavailable_error", Unavailable),
    ("timeout_error", Unavailable),
];

/// Words of a refused request (status 400, 404, 410, 413 or 422), in lower case. The first hit
/// counts.
const WORDS: &[(&str, ErrorClass)] = &[
    // One request above the limit of a whole minute: no wait helps, and no context is full.
    ("tokens per minute", BadRequest),
    ("prompt is too long", ContextOverflow),
    ("exceeds the maximum number of tokens", ContextOverflow),
    ("too many tokens", ContextOverflow),
    ("too large for model", ContextOverflow),
    ("exceeds the available context size", ContextOverflow),
    ("maximum context length", ContextOverflow),
    ("exceeds the model's maximum context", ContextOverflow),
    ("exceed context window", ContextOverflow),
    ("input is too long", ContextOverflow),
    ("credit balance is too low", QuotaExhausted),
    ("is not found for api version", ModelGone),
    ("reached the end of its life", ModelGone),
    ("has been decommissioned", ModelGone),
    ("has been retired", ModelGone),
    ("model not exist", ModelGone),
    ("is not a valid model id", ModelGone),
    ("api key not valid", Unauthorized),
    ("invalid schema", SchemaRejected),
    ("output_config.format", SchemaRejected),
    ("too many optional parameters", SchemaRejected),
    ("union types", SchemaRejected),
    ("additionalproperties' must be", SchemaRejected),
    ("type, property '", SchemaRejected),
    ("circular reference", SchemaRejected),
    ("grammar is too large", SchemaRejected),
    ("too complex for compilation", SchemaRejected),
    ("too many states", SchemaRejected),
    ("response_schema", SchemaRejected),
    ("response_json_schema", SchemaRejected),
    ("responsejsonschema", SchemaRejected),
    ("response_format", SchemaRejected),
    ("tool_choice", ToolChoiceRejected),
    ("is deprecated for this model", ParamRejected),
    ("`temperature`", ParamRejected),
    ("extra inputs are not permitted", ParamRejected),
    ("does not support effort", ParamRejected),
    ("not supported with this model", ParamRejected),
    ("unsupported parameter", ParamRejected),
];

/// The error of a response with another status than success.
pub(super) fn error(response: &HttpResponse) -> ProviderError {
    let text = String::from_utf8_lossy(&response.body);
    let said = || Value::String(page(trimmed(&text)).unwrap_or_else(|| text.clone().into_owned()));
    let body = serde_json::from_str(trimmed(&text)).unwrap_or_else(|_| said());
    from_value(response, &body)
}

/// The error that a response of any status carries in its body.
pub(super) fn from_value(response: &HttpResponse, body: &Value) -> ProviderError {
    let body = body.get(0).unwrap_or(body);
    let error = body.get("error").filter(|error| !error.is_null()).unwrap_or(body);
    let codes = codes(error);
    let message = message(error);
    let status = effective_status(response.status, error);
    ProviderError {
        class: classify(status, &codes, &message.to_lowercase()),
        status: response.status,
        code: codes.first().cloned(),
        message: if message.is_empty() {
            format!("status {} without a message", response.status)
        } else {
            shortened(&message, 600)
        },
        retry_after: retry_after(response, error),
        should_retry: should_retry(response),
        generation: ["failed_generation"]
            .iter()
            .find_map(|name| error.get(name)?.as_str())
            .map(str::to_owned),
    }
}

/// A page of a proxy or a web server, by its title.
fn page(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let is_page = lower.starts_with("<!doctype html") || lower.starts_with("<html");
    let title = || {
        let start = lower.find("<title>")? + "<title>".len();
        let end = start + lower.get(start..)?.find("</title>")?;
        text.get(start..end)
    };
    is_page
        .then(|| format!("an HTML page instead of JSON: {}", title().unwrap_or("no title").trim()))
}

/// Some routers answer 200 and put the true status into the error.
fn effective_status(status: u16, error: &Value) -> u16 {
    let inside = || error.get("code")?.as_u64().and_then(|code| u16::try_from(code).ok());
    if status < 300 { inside().unwrap_or(status) } else { status }
}

/// Everything that serves as a code, the most telling first.
fn codes(error: &Value) -> Vec<String> {
    const PLACES: [&str; 6] = [
        "/code",
        "/innererror/code",
        "/details/error_code",
        "/status",
        "/type",
        "/metadata/error_type",
    ];
    let said = PLACES.iter().filter_map(|place| match error.pointer(place)? {
        Value::String(code) if !code.is_empty() => Some(code.clone()),
        _ => None,
    });
    let quotas = error.get("details").and_then(Value::as_array).into_iter().flatten();
    let quotas = quotas
        .filter_map(|detail| detail.get("violations")?.as_array())
        .flatten()
        .filter_map(|violation| violation.get("quotaId")?.as_str().map(str::to_owned));
    said.chain(quotas).collect()
}

/// The provider's words, wherever it puts them.
fn message(error: &Value) -> String {
    const PLACES: [&str; 6] =
        ["/metadata/raw", "/message/detail", "/message", "/detail", "/error_message", ""];
    let said = PLACES.iter().find_map(|place| match error.pointer(place)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Array(list) if !list.is_empty() => Some(Value::from(list.clone()).to_string()),
        _ => None,
    });
    match error {
        Value::Null => String::new(),
        other => said.unwrap_or_else(|| other.to_string()),
    }
}

fn classify(status: u16, codes: &[String], message: &str) -> ErrorClass {
    let codes: Vec<String> = codes.iter().map(|code| code.to_lowercase()).collect();
    if codes.iter().any(|code| code.contains("perday")) {
        return QuotaExhausted;
    }
    let by_code = CODES.iter().find(|(code, _)| codes.iter().any(|said| said == code));
    if let Some((_, class)) = by_code {
        return *class;
    }
    let is_refusal = matches!(status, 400 | 404 | 410 | 413 | 422);
    let by_words = WORDS.iter().find(|(words, _)| message.contains(words));
    if let Some((_, class)) = by_words.filter(|_| is_refusal) {
        return *class;
    }
    // `model: claude-x`, `The model x does not exist`, `model "x" not found, try pulling it first`.
    if matches!(status, 404 | 410) && message.contains("model") {
        return ModelGone;
    }
    by_status(status)
}

fn by_status(status: u16) -> ErrorClass {
    match status {
        402 => QuotaExhausted,
        401 | 403 => Unauthorized,
        300..=399 | 404 | 405 => NotFound,
        410 => ModelGone,
        429 => RateLimited,
        // 498: a flexible tier is full.
        408 | 409 | 425 | 498 | 500.. => Unavailable,
        400..=499 => BadRequest,
        _ => Malformed,
    }
}
