//! The keys, by the name of their environment variable.
//!
//! The only place that holds them. Never printed, never serialised.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::domain::{EnvName, HttpResponse};

/// Shorter values are covered nowhere: `ollama` as a key must not vanish from answers.
const COVERED_FROM: usize = 16;

/// The keys of a run.
#[derive(Clone, Default)]
pub struct Secrets(Arc<BTreeMap<EnvName, String>>);

impl Secrets {
    /// Takes the keys that are in the environment. An empty one counts as missing.
    pub fn new(keys: impl IntoIterator<Item = (EnvName, String)>) -> Self {
        Self(Arc::new(keys.into_iter().filter(|(_, key)| !key.is_empty()).collect()))
    }

    /// The key behind a name.
    #[cfg(feature = "http")]
    pub(super) fn key(&self, name: &EnvName) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The response with the name of a key wherever the key itself stood.
    pub(super) fn cover_response(&self, mut response: HttpResponse) -> HttpResponse {
        response.body = self.cover(response.body);
        for (_, value) in &mut response.headers {
            *value = self.cover_text(std::mem::take(value));
        }
        response
    }

    /// The text with the name of a key wherever the key itself stood.
    pub(super) fn cover_text(&self, mut text: String) -> String {
        for (name, key) in self.long() {
            if text.contains(key) {
                text = text.replace(key, &format!("[{name}]"));
            }
        }
        text
    }

    fn cover(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for (name, key) in self.long() {
            let cover = format!("[{name}]");
            let mut rest = bytes.as_slice();
            let mut covered = Vec::new();
            while let Some(at) = find(rest, key.as_bytes()) {
                let (before, after) = rest.split_at(at);
                covered.extend_from_slice(before);
                covered.extend_from_slice(cover.as_bytes());
                rest = after.get(key.len()..).unwrap_or_default();
            }
            if !covered.is_empty() {
                covered.extend_from_slice(rest);
                bytes = covered;
            }
        }
        bytes
    }

    fn long(&self) -> impl Iterator<Item = (&EnvName, &str)> {
        self.0.iter().map(|(name, key)| (name, key.trim())).filter(|(_, k)| k.len() >= COVERED_FROM)
    }
}

impl fmt::Debug for Secrets {
    /// The names only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const KEY: &str = "sk-marker-0123456789";

    fn secrets() -> Secrets {
        let name = |text: &str| EnvName(text.to_owned());
        Secrets::new([
            (name("LONG"), KEY.to_owned()),
            (name("SHORT"), "ollama".to_owned()),
            (name("EMPTY"), String::new()),
        ])
    }

    #[test]
    fn debug_shows_names_and_no_keys() {
        let shown = format!("{:?}", secrets());
        assert_eq!(shown, r#"{EnvName("LONG"), EnvName("SHORT")}"#);
    }

    #[test]
    fn a_key_that_a_server_repeats_is_covered() {
        let response = HttpResponse {
            status: 401,
            headers: vec![("x-echo".into(), format!("Bearer {KEY}"))],
            body: format!("{{\"error\": \"{KEY} and {KEY}, not ollama\"}}").into_bytes(),
            elapsed: Duration::ZERO,
        };
        let covered = secrets().cover_response(response);
        assert_eq!(covered.header("x-echo"), Some("Bearer [LONG]"));
        let body = String::from_utf8(covered.body).unwrap();
        assert_eq!(body, "{\"error\": \"[LONG] and [LONG], not ollama\"}");
        assert_eq!(secrets().cover_text(format!("<{KEY}>")), "<[LONG]>");
    }
}
