//! The keys, by the name of their environment variable.
//!
//! The only place that holds them. Never printed, never serialised.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use regex::bytes::{NoExpand, Regex, RegexBuilder};

use crate::domain::{EnvName, HttpResponse};

/// Shorter values are covered nowhere: `ollama` as a key must not vanish from answers.
const COVERED_FROM: usize = 16;

/// The keys of a run.
#[derive(Clone, Default)]
pub struct Secrets(Arc<BTreeMap<EnvName, Secret>>);

struct Secret {
    #[cfg_attr(not(feature = "http"), expect(dead_code, reason = "only HTTP sends it"))]
    key: String,
    /// The key however it is escaped; `None` where it is covered nowhere.
    spelled: Option<Regex>,
}

impl Secrets {
    /// Takes the keys that are in the environment. An empty one counts as missing.
    pub fn new(keys: impl IntoIterator<Item = (EnvName, String)>) -> Self {
        let keys = keys.into_iter().filter(|(_, key)| !key.is_empty()).map(|(name, key)| {
            let long = Some(key.trim()).filter(|key| key.len() >= COVERED_FROM);
            let spelled = long.map(spelled);
            (name, Secret { key, spelled })
        });
        Self(Arc::new(keys.collect()))
    }

    /// The key behind a name.
    #[cfg(feature = "http")]
    pub(super) fn key(&self, name: &EnvName) -> Option<&str> {
        self.0.get(name).map(|secret| secret.key.as_str())
    }

    /// Which key stands in these bytes, however it is escaped. Only keys that would be covered count.
    pub fn found_in(&self, bytes: &[u8]) -> Option<EnvName> {
        let mut keys = self.spelled();
        keys.find(|(_, key)| key.is_match(bytes)).map(|(name, _)| name.clone())
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

    fn cover(&self, bytes: Vec<u8>) -> Vec<u8> {
        self.spelled().fold(bytes, |bytes, (name, key)| {
            let cover = format!("[{name}]");
            key.replace_all(&bytes, NoExpand(cover.as_bytes())).into_owned()
        })
    }

    fn spelled(&self) -> impl Iterator<Item = (&EnvName, &Regex)> {
        self.0.iter().filter_map(|(name, secret)| Some((name, secret.spelled.as_ref()?)))
    }
}

impl fmt::Debug for Secrets {
    /// The names only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The key however its characters were escaped on the way: as `\/` or `\u002f` of a JSON text (or of
/// one inside another, with more backslashes), or as `%2f` of a URL.
#[expect(clippy::expect_used, reason = "a sequence of literals of any length")]
fn spelled(key: &str) -> Regex {
    let of = |character: char| {
        let mut buffer = [0; 4];
        let bytes = character.encode_utf8(&mut buffer).as_bytes();
        let hex = |mark: &str| {
            bytes.iter().fold(String::new(), |text, byte| format!("{text}{mark}{byte:02x}"))
        };
        let (plain, in_url) = (hex(r"\x"), hex("%"));
        format!(r"(?:\\*{plain}|(?i:\\+u{:04x}|{in_url}))", u32::from(character))
    };
    let pattern: String = key.chars().map(of).collect();
    let builder = RegexBuilder::new(&pattern).unicode(false).size_limit(usize::MAX).build();
    builder.expect("literals are a pattern")
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
        for (key, spelled) in [
            ("sk-unicode-0123456", r"sk-\u0075nicode-0123456"),
            ("sk%percent-0123456", "sk%25percent-0123456"),
            (r"sk\slash-012345678", r"sk\u005cslash-012345678"),
        ] {
            let secrets = Secrets::new([(EnvName("KEY".to_owned()), key.to_owned())]);
            assert_eq!(secrets.cover_text(format!("<{spelled}>")), "<[KEY]>");
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
