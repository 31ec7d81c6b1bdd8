//! How long a provider asks to wait: `retry-after-ms`, `retry-after` (seconds or a date), and
//! `google.rpc.RetryInfo` in the body. "Now" is the response's own `date`; no clock is read.

use std::time::Duration;

use serde_json::Value;

use crate::domain::HttpResponse;

/// The wait that the response asks for, in the order above.
pub(super) fn retry_after(response: &HttpResponse, error: &Value) -> Option<Duration> {
    let ms = response.header("retry-after-ms").and_then(|text| seconds(text, 1000.0));
    let header = || response.header("retry-after").and_then(|text| from_header(response, text));
    ms.or_else(header).or_else(|| from_body(error))
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
    if let Some(wait) = seconds(text, 1.0) {
        return Some(wait);
    }
    let until = httpdate::parse_http_date(text.trim()).ok()?;
    let now = httpdate::parse_http_date(response.header("date")?).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

fn from_body(error: &Value) -> Option<Duration> {
    let details = error.get("details")?.as_array()?;
    let delay = details.iter().find_map(|detail| detail.get("retryDelay"))?.as_str()?;
    seconds(delay.strip_suffix('s')?, 1.0)
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
