//! From status and body to a typed error, by a table of patterns. Providers reword their errors
//! without notice, so whatever no pattern knows falls back on the status.

use std::time::Duration;

use ErrorClass::{
    BadRequest, Forbidden, Malformed, ModelGone, NotFound, Other, QuotaExhausted, RateLimited,
    Unauthorized, Unavailable,
};
use classes::{CODES, REFUSED_AS_FAULT, VAGUE_CODES, WORDS};
use serde_json::Value;

use super::allowance::span;
use super::text::trimmed;
use crate::domain::kit::shortened;
use crate::domain::{ErrorClass, HttpResponse, ProviderError};

mod classes;

/// The error of a response with another status than success.
pub(super) fn error(response: &HttpResponse) -> ProviderError {
    let text = String::from_utf8_lossy(&response.body);
    let text = trimmed(&text);
    let Some(page) = page(text) else {
        let body = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        return from_value(response, &body);
    };
    let error = from_value(response, &Value::String(page));
    // The provider answers in JSON: a page is by something in between, which refused nothing.
    let class = if error.class == BadRequest { Other } else { error.class };
    ProviderError { class, ..error }
}

/// The error that a response of any status carries in its body.
pub(super) fn from_value(response: &HttpResponse, body: &Value) -> ProviderError {
    let body = body.get(0).unwrap_or(body);
    let relayed = relayed(body);
    let body = relayed.as_ref().unwrap_or(body);
    let error = inner(body);
    let mut codes = codes(body, error);
    // AWS names the error in a header, with an address after it.
    let named = response.header("x-amzn-errortype").and_then(|name| name.split(':').next());
    codes.extend(named.filter(|name| !name.is_empty()).map(str::to_owned));
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

fn inner(body: &Value) -> &Value {
    body.get("error").filter(|error| !error.is_null()).unwrap_or(body)
}

/// The error that a router was given by the provider and passes on as text.
fn relayed(body: &Value) -> Option<Value> {
    let error = inner(body);
    let texts = ["/metadata/raw", "/message"].iter().filter_map(|at| error.pointer(at)?.as_str());
    texts.filter_map(|text| serde_json::from_str(text).ok()).find(Value::is_object)
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
fn codes(body: &Value, error: &Value) -> Vec<String> {
    const PLACES: [&str; 7] = [
        "/code",
        "/innererror/code",
        "/details/error_code",
        "/status",
        "/type",
        "/metadata/error_type",
        "/__type",
    ];
    let of = |value: &Value| -> Vec<String> {
        let texts = PLACES.iter().filter_map(|place| value.pointer(place)?.as_str());
        // A namespace may stand before the name.
        let names = texts.map(|code| code.rsplit('#').next().unwrap_or(code).to_owned());
        names.filter(|code| !code.is_empty()).collect()
    };
    let details = error.get("details").and_then(Value::as_array).into_iter().flatten();
    let reasons = details.clone().filter_map(|detail| detail.get("reason")?.as_str());
    let quotas = details
        .filter_map(|detail| detail.get("violations")?.as_array())
        .flatten()
        .filter_map(|violation| violation.get("quotaId")?.as_str());
    let mut codes = of(error);
    codes.extend(reasons.chain(quotas).map(str::to_owned));
    if !std::ptr::eq(body, error) {
        codes.extend(of(body));
    }
    codes
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
    // One request above the limit of a whole minute: no wait helps, a larger plan does.
    if fits("request too large*tokens per min", message) {
        return QuotaExhausted;
    }
    if status == 429 && (fits("per day", message) || fits("daily limit", message)) {
        return QuotaExhausted;
    }
    let as_fault = || REFUSED_AS_FAULT.iter().find(|(words, _)| fits(words, message));
    if let Some((_, class)) = as_fault().filter(|_| status == 500) {
        return *class;
    }
    let codes: Vec<String> = codes.iter().map(|code| code.to_lowercase()).collect();
    let by_code = |table: &[(&str, ErrorClass)]| {
        let row = table.iter().find(|(row, _)| codes.iter().any(|code| is(row, code)));
        row.map(|(_, class)| *class)
    };
    let is_refusal = matches!(status, 400 | 403 | 404 | 410 | 413 | 422);
    let by_words = || WORDS.iter().find(|(words, _)| is_refusal && fits(words, message));
    // `model: claude-x`
    let of_model = || matches!(status, 404 | 410) && message.contains("model");
    let class = by_code(CODES)
        .or_else(|| by_words().map(|(_, class)| *class))
        .or_else(|| of_model().then_some(ModelGone))
        .or_else(|| by_code(VAGUE_CODES))
        .unwrap_or_else(|| by_status(status));
    // What may not be used is there.
    if class == ModelGone && matches!(status, 401 | 403) { Unauthorized } else { class }
}

/// Whether a code is what a row looks for.
fn is(row: &str, code: &str) -> bool {
    let starts = |row: &str| code.starts_with(row.split('*').next().unwrap_or_default());
    let ends = |row: &str| code.ends_with(row.rsplit('*').next().unwrap_or_default());
    row == code || (row.contains('*') && starts(row) && ends(row) && fits(row, code))
}

/// Whether the parts of a row follow each other in one sentence of a text.
fn fits(row: &str, text: &str) -> bool {
    text.split(". ").any(|sentence| {
        let mut rest = Some(sentence);
        for part in row.split('*') {
            rest = rest.and_then(|rest| Some(rest.split_once(part)?.1));
        }
        rest.is_some()
    })
}

/// What a status says by itself. Only three are about the request as such; the others that a
/// client is blamed for are by a proxy, a firewall or the law, or pass.
fn by_status(status: u16) -> ErrorClass {
    match status {
        400 | 413 | 422 => BadRequest,
        402 => QuotaExhausted,
        401 | 403 => Unauthorized,
        300..=399 | 404 | 405 => NotFound,
        410 => ModelGone,
        429 => RateLimited,
        // 498: a flexible tier is full. 499: somebody in between gave up.
        408 | 409 | 424 | 425 | 498 | 499 | 500.. => Unavailable,
        451 => Forbidden,
        400..=499 => Other,
        _ => Malformed,
    }
}

/// The wait that the response asks for, in the order above.
pub(super) fn retry_after(response: &HttpResponse, error: &Value) -> Option<Duration> {
    let ms = response.header("retry-after-ms").and_then(|text| seconds(text, 1000.0));
    let header = || response.header("retry-after").and_then(|text| from_header(response, text));
    // The time until a limit is full again, which is no less than the time until there is room.
    let reset = || {
        let used_up = ["requests", "tokens"]
            .into_iter()
            .find(|what| response.header(&format!("x-ratelimit-remaining-{what}")) == Some("0"))?;
        span(response.header(&format!("x-ratelimit-reset-{used_up}"))?)
    };
    ms.or_else(header).or_else(|| from_body(error)).or_else(reset)
}

/// What `x-should-retry` says.
pub(super) fn should_retry(response: &HttpResponse) -> Option<bool> {
    match response.header("x-should-retry")?.trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn from_header(response: &HttpResponse, text: &str) -> Option<Duration> {
    if let Some(wait) = seconds(text, 1.0).or_else(|| span(text)) {
        return Some(wait);
    }
    let until = httpdate::parse_http_date(text.trim()).ok()?;
    let now = httpdate::parse_http_date(response.header("date")?).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

fn from_body(error: &Value) -> Option<Duration> {
    let details = error.get("details").and_then(Value::as_array).into_iter().flatten();
    if let Some(delay) = details.clone().find_map(|detail| detail.get("retryDelay")) {
        return span(delay.as_str()?);
    }
    // `Please try again in 1m2.5s.`
    let words = message(error).to_lowercase();
    let (_, rest) = words.split_once("try again in ")?;
    span(rest.split_whitespace().next()?.trim_end_matches(['.', ',', ';']))
}

fn seconds(text: &str, per_second: f64) -> Option<Duration> {
    let number: f64 = text.trim().parse().ok()?;
    Duration::try_from_secs_f64(number / per_second).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wait(headers: &[(&str, &str)], error: &Value) -> Option<Duration> {
        let headers = headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let response = HttpResponse {
            status: 429,
            headers,
            body: Vec::new(),
            elapsed: Duration::ZERO,
            source: crate::domain::Source::Fresh,
        };
        retry_after(&response, error)
    }

    #[test]
    fn milliseconds_come_before_seconds_and_both_before_the_body() {
        let body = json!({"details": [{"quotaId": "x"}, {"retryDelay": "46.5s"}]});
        let both = [("retry-after", "7"), ("retry-after-ms", "250")];
        assert_eq!(wait(&both, &body), Some(Duration::from_millis(250)));
        assert_eq!(wait(&both[..1], &body), Some(Duration::from_secs(7)));
        assert_eq!(wait(&[], &body), Some(Duration::from_millis(46_500)));
        let words = json!({"message": "Rate limit reached. Please try again in 1m2.5s. Visit …"});
        assert_eq!(wait(&[], &words), Some(Duration::from_millis(62_500)));
        assert_eq!(wait(&[("retry-after", "1.5")], &words), Some(Duration::from_millis(1500)));
        let reset =
            [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "6m0s")];
        assert_eq!(wait(&reset, &Value::Null), Some(Duration::from_mins(6)));
        assert_eq!(wait(&reset[1..], &Value::Null), None);
    }

    #[test]
    fn a_limit_of_a_day_is_no_reason_to_wait_a_minute() {
        let day = "Rate limit reached for gpt-x on requests per day (RPD): Limit 200, Used 200";
        let codes = ["rate_limit_exceeded".to_owned()];
        assert_eq!(classify(429, &codes, &day.to_lowercase()), QuotaExhausted);
        assert_eq!(classify(429, &codes, "limit of requests per min"), RateLimited);
    }

    #[test]
    fn a_date_counts_from_the_date_of_the_response() {
        let until = ("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT");
        let now = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");
        let late = ("date", "Wed, 21 Oct 2026 07:29:00 GMT");
        assert_eq!(wait(&[until, now], &Value::Null), Some(Duration::from_secs(30)));
        assert_eq!(wait(&[until, late], &Value::Null), Some(Duration::ZERO));
        assert_eq!(wait(&[until], &Value::Null), None);
    }

    #[test]
    fn nonsense_is_no_wait() {
        for text in ["-1", "NaN", "inf", "1e300", "soon", ""] {
            assert_eq!(wait(&[("retry-after", text)], &Value::Null), None, "{text}");
        }
    }
}
