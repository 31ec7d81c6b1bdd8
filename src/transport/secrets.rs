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

    /// Which key stands in these bytes, however it is escaped. Only keys that would be covered count.
    pub fn found_in(&self, bytes: &[u8]) -> Option<EnvName> {
        let mut keys = self.long();
        keys.find(|(_, key)| split(bytes, key.as_bytes()).is_some()).map(|(name, _)| name.clone())
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
    pub(super) fn cover_text(&self, text: String) -> String {
        String::from_utf8_lossy(&self.cover(text.into_bytes())).into_owned()
    }

    fn cover(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for (name, key) in self.long() {
            let cover = format!("[{name}]");
            let mut rest = bytes.as_slice();
            let mut covered = Vec::new();
            while let Some((before, after)) = split(rest, key.as_bytes()) {
                covered.extend_from_slice(before);
                covered.extend_from_slice(cover.as_bytes());
                rest = after;
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

/// What stands before a key and after it, however its characters were escaped on the way.
fn split<'b>(bytes: &'b [u8], key: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    (0..bytes.len()).find_map(|at| {
        let (before, from) = bytes.split_at(at);
        let after = key.iter().try_fold(from, |rest, character| after(rest, *character))?;
        Some((before, after))
    })
}

/// What follows on a character: on itself, on `\/` or `\u002f` of a JSON text (or of one inside
/// another, with more backslashes), or on `%2f` of a URL.
fn after(text: &[u8], character: u8) -> Option<&[u8]> {
    const DEEPEST: usize = 15;
    let is_it = |digits: &[u8]| {
        let digits = std::str::from_utf8(digits).ok();
        digits.and_then(|text| u32::from_str_radix(text, 16).ok()) == Some(character.into())
    };
    if let [first, rest @ ..] = text
        && *first == character
    {
        return Some(rest);
    }
    let backslashes = text.iter().take(DEEPEST).take_while(|byte| **byte == b'\\').count();
    match text.split_at(backslashes).1 {
        [b'%', a, b, rest @ ..] if is_it(&[*a, *b]) => Some(rest),
        [first, rest @ ..] if *first == character => Some(rest),
        [b'u', a, b, c, d, rest @ ..] if backslashes > 0 && is_it(&[*a, *b, *c, *d]) => Some(rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

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
            source: crate::domain::Source::Fresh,
        };
        let covered = secrets().cover_response(response);
        assert_eq!(covered.header("x-echo"), Some("Bearer [LONG]"));
        let body = String::from_utf8(covered.body).unwrap();
        assert_eq!(body, "{\"error\": \"[LONG] and [LONG], not ollama\"}");
        assert_eq!(secrets().cover_text(format!("<{KEY}>")), "<[LONG]>");
    }

    #[test]
    fn a_key_in_some_bytes_is_found_by_name() {
        let found = |text: &str| secrets().found_in(text.as_bytes());
        assert_eq!(found(&format!("<{KEY}>")), Some(EnvName("LONG".to_owned())));
        assert_eq!(found("ollama"), None);
    }

    #[test]
    fn a_key_is_covered_however_it_is_escaped() {
        let secrets = Secrets::new([(EnvName("KEY".to_owned()), "sk/0123+456789/ab".to_owned())]);
        for spelled in [
            "sk/0123+456789/ab",
            "sk\\/0123+456789\\/ab",
            "sk\\u002f0123\\u002B456789\\u002Fab",
            "sk\\\\\\/0123+456789\\\\\\/ab",
            "sk%2F0123%2b456789%2Fab",
        ] {
            let text = format!("\"\\n{spelled}\\\" {spelled}");
            assert_eq!(secrets.cover_text(text), "\"\\n[KEY]\\\" [KEY]", "{spelled}");
        }
        for other in ["sk/0123+456789/aB", "sku002f0123+456789/ab", "sk/0123+456789/", "sk%2"] {
            assert_eq!(secrets.cover_text(other.to_owned()), other);
        }
        let many = "\\".repeat(200_000);
        assert_eq!(secrets.cover_text(many.clone()), many);
    }

    proptest! {
        #[test]
        fn a_text_without_the_key_stays_as_it_is(text in "[sk/0-9\\\\u%2fF ]{0,60}") {
            prop_assert_eq!(secrets().cover_text(text.clone()), text);
        }
    }
}
