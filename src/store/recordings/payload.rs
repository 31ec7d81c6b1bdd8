//! The bytes of a body as they stand in a file: readable where they can be, small where they are
//! long, and always the very same when they are read again.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longer bodies are packed.
const LONG: usize = 8 * 1024;

/// Most bytes that a packed body may have.
const MOST: u64 = 256 * 1024 * 1024;

/// Some bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Payload {
    /// JSON whose shortest spelling has these bytes.
    Json(Value),
    /// Other text.
    Text(String),
    /// Anything, in base64.
    Base64(String),
    /// Anything long, gzipped, in base64.
    Gzip(String),
}

impl Payload {
    /// The bytes as they are, for a file that is packed as a whole.
    pub(super) fn plain(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Base64(STANDARD.encode(bytes)),
        }
    }

    /// The bytes in the form that is best to read.
    pub(super) fn readable(bytes: &[u8]) -> Self {
        if bytes.len() > LONG
            && let Some(packed) = packed(bytes)
        {
            return Self::Gzip(packed);
        }
        let plain = Self::plain(bytes);
        let Self::Text(text) = &plain else { return plain };
        match serde_json::from_str::<Value>(text) {
            Ok(value) if value.to_string().as_bytes() == bytes && is_flat(text) => {
                Self::Json(value)
            }
            _ => plain,
        }
    }

    /// The bytes again, or why that cannot be.
    pub(super) fn bytes(self) -> Result<Vec<u8>, String> {
        let decoded = |text: String| {
            STANDARD.decode(text).map_err(|error| format!("its body is not base64: {error}"))
        };
        match self {
            Self::Json(value) => Ok(value.to_string().into_bytes()),
            Self::Text(text) => Ok(text.into_bytes()),
            Self::Base64(text) => decoded(text),
            Self::Gzip(text) => unpacked(&decoded(text)?),
        }
    }
}

/// Whether JSON can still be read where it stands some levels deeper: readers have a limit.
fn is_flat(text: &str) -> bool {
    serde_json::from_str::<Value>(&format!("[[[[{text}]]]]")).is_ok()
}

fn packed(bytes: &[u8]) -> Option<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    Some(STANDARD.encode(encoder.finish().ok()?))
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = GzDecoder::new(packed).take(MOST + 1).read_to_end(&mut bytes);
    read.map_err(|error| format!("its body cannot be unpacked: {error}"))?;
    if bytes.len() as u64 > MOST {
        return Err(format!("its body has more than {MOST} bytes"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn json_is_readable_only_where_its_bytes_come_back() {
        let kind = |text: &str| match Payload::readable(text.as_bytes()) {
            Payload::Json(_) => "json",
            Payload::Text(_) => "text",
            Payload::Base64(_) | Payload::Gzip(_) => "packed",
        };
        assert_eq!(kind(r#"{"b":1,"a":[2.5,null]}"#), "json");
        for other in ["{\"a\": 1}", r#"{"a":1,"a":2}"#, "[1 ]", "not", "", "\u{feff}{}"] {
            assert_eq!(kind(other), "text", "{other}");
        }
    }

    #[test]
    fn deep_json_can_be_read_inside_a_file() {
        for depth in 100..140 {
            let body = "[".repeat(depth) + &"]".repeat(depth);
            let file =
                serde_json::json!({"exchange": {"body": Payload::readable(body.as_bytes())}});
            let read: Value = serde_json::from_str(&file.to_string()).unwrap();
            let read: Payload = serde_json::from_value(read["exchange"]["body"].clone()).unwrap();
            assert_eq!(read.bytes().unwrap(), body.as_bytes(), "{depth}");
        }
    }

    #[test]
    fn a_long_body_is_small_and_a_bad_one_says_why() {
        let long = "word ".repeat(10_000);
        let Payload::Gzip(packed) = Payload::readable(long.as_bytes()) else {
            panic!("not packed")
        };
        assert!(packed.len() < 1000, "{}", packed.len());
        let torn = packed[..packed.len() / 2].to_owned();
        for bad in [Payload::Base64("!".into()), Payload::Gzip("AAAA".into()), Payload::Gzip(torn)]
        {
            assert!(bad.bytes().unwrap_err().starts_with("its body"), "not refused");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..200), times in 1usize..100) {
            let bytes = bytes.repeat(times);
            let written = serde_json::to_string_pretty(&Payload::readable(&bytes)).unwrap();
            let read: Payload = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(read.bytes().unwrap(), bytes);
        }

        #[test]
        fn any_json_comes_back(text in r#"[\[\]{}",:0-9.eE+\-a-z\\u ]{0,30}"#, number in any::<f64>()) {
            for body in [text, format!("[{number:?}]"), format!("{{\"a\":{number:e}}}")] {
                let written = serde_json::to_string(&Payload::readable(body.as_bytes())).unwrap();
                let read: Payload = serde_json::from_str(&written).unwrap();
                prop_assert_eq!(read.bytes().unwrap(), body.into_bytes());
            }
        }
    }
}
