//! Reading a response body: tolerant of bytes around the JSON and of members of a wrong type,
//! never of a body that is not JSON. Object arguments stay text, so that nothing of them is lost.

use std::borrow::Cow;
use std::fmt::Write;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::domain::{ErrorClass, HttpResponse, ProviderError};

use super::text::trimmed;
use crate::domain::kit::shortened;

/// The body as one JSON document of this shape.
pub(super) fn read<'a, T: Deserialize<'a>>(response: &'a HttpResponse) -> Result<T, ProviderError> {
    if let Some(what) = unasked(response) {
        // It was answered and billed: asking again gets the same.
        let error = malformed(response, format!("the server answered with {what}"));
        return Err(ProviderError { should_retry: Some(false), ..error });
    }
    let text = std::str::from_utf8(&response.body)
        .map_err(|_| malformed(response, "the body is not UTF-8".to_owned()))?;
    serde_json::from_str(trimmed(text)).map_err(|error| {
        let start = shortened(trimmed(text), 80);
        malformed(response, format!("the body is not what the API describes ({error}): {start}"))
    })
}

/// A form of answer that was not asked for.
fn unasked(response: &HttpResponse) -> Option<String> {
    let encoding = response.header("content-encoding").unwrap_or("identity").trim();
    if !matches!(encoding, "" | "identity" | "gzip") {
        return Some(format!("the encoding `{encoding}`, which was not offered"));
    }
    is_stream(response)
        .then(|| "an event stream (SSE), where one JSON document was asked for".to_owned())
}

/// Whether it says that it is a stream of events, or begins like one.
pub(super) fn is_stream(response: &HttpResponse) -> bool {
    const STARTS: [&[u8]; 3] = [b"data:", b"event:", b":"];
    let kind = response.header("content-type").unwrap_or_default();
    kind.trim_start().starts_with("text/event-stream")
        || STARTS.iter().any(|start| response.body.starts_with(start))
}

/// An answer that the API does not describe.
pub(super) fn malformed(response: &HttpResponse, message: String) -> ProviderError {
    ProviderError {
        class: ErrorClass::Malformed,
        status: response.status,
        code: None,
        message,
        retry_after: None,
        should_retry: None,
        generation: None,
    }
}

/// The number of the exchange: a header's, or else the body's.
pub(super) fn request_id(response: &HttpResponse, body: Option<String>) -> Option<String> {
    const HEADERS: [&str; 6] = [
        "x-request-id",
        "request-id",
        "apim-request-id",
        "mistral-correlation-id",
        "x-goog-request-id",
        "x-amzn-requestid",
    ];
    HEADERS
        .iter()
        .find_map(|name| response.header(name))
        .map(str::to_owned)
        .or(body)
        .filter(|id| !id.is_empty())
}

/// A member that is read when it has the expected type, and is as good as absent otherwise.
#[derive(Debug)]
pub(super) struct Loose<T>(pub(super) Option<T>);

impl<T> Default for Loose<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Loose<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).ok()))
    }
}

/// The text of a JSON string. A lone surrogate, which no text can hold, stays the escape that it was: it
/// loses no answer, and whoever reads the answer as JSON meets it.
pub(super) fn string(raw: Option<&RawValue>) -> Option<String> {
    #[derive(Deserialize)]
    struct Bytes<'a>(#[serde(borrow, deserialize_with = "bytes")] Cow<'a, [u8]>);

    let raw = raw?.get();
    if let Ok(text) = serde_json::from_str::<String>(raw) {
        return Some(text);
    }
    let Bytes(bytes) = serde_json::from_str(raw).ok()?;
    Some(with_escapes(&bytes))
}

/// Bytes of UTF-8 with surrogates, each of which is three of them, as `serde_json` reads them.
fn with_escapes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest: Vec<u8> = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        rest.extend(chunk.invalid());
        if let [0xed, high, low] = rest[..] {
            let _ = write!(
                text,
                "\\ud{:x}{:02x}",
                (high & 0x3c) >> 2,
                ((high & 3) << 6) | (low & 0x3f)
            );
            rest.clear();
        }
    }
    text
}

fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, [u8]>, D::Error> {
    struct Visitor;
    impl<'de> serde::de::Visitor<'de> for Visitor {
        type Value = Cow<'de, [u8]>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a string")
        }
        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
            Ok(Cow::Owned(bytes.to_vec()))
        }
        fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
            Ok(Cow::Borrowed(bytes))
        }
    }
    deserializer.deserialize_bytes(Visitor)
}

/// Arguments of a tool call as JSON text: what a string holds, or an object as it was written.
pub(super) fn arguments(raw: Option<&RawValue>) -> String {
    match raw {
        Some(raw) if raw.get().starts_with('"') => string(Some(raw)).unwrap_or_default(),
        Some(raw) => raw.get().to_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_surrogate_stays_an_escape_and_loses_no_text() {
        let raw = r#""a\ud800b\udfffc \ud83d\ude00""#;
        let raw: Box<RawValue> = serde_json::from_str(raw).unwrap();
        assert_eq!(string(Some(&raw)).unwrap(), "a\\ud800b\\udfffc \u{1f600}");
    }

    #[test]
    fn object_arguments_keep_their_duplicate_keys() {
        let raw: Box<RawValue> = serde_json::from_str(r#"{"a": 1, "a": 2}"#).unwrap();
        assert_eq!(arguments(Some(&raw)), r#"{"a": 1, "a": 2}"#);
    }
}
