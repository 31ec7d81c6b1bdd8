//! The keys, by the name of their environment variable.
//!
//! The only place that holds them. Never printed, never serialised.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;
use regex::bytes::{NoExpand, Regex, RegexBuilder};

use super::Sent;
use crate::domain::{EnvName, HttpResponse, TransportError};

/// A shorter key that is all letters may be a word: `ollama` must not vanish from answers.
const NO_WORD: usize = 16;

/// Shorter values stand in every text by chance.
const LEAST: usize = 4;

/// The keys of a run.
#[derive(Clone, Default)]
pub struct Secrets(Arc<Vec<(EnvName, Secret)>>);

struct Secret {
    #[cfg_attr(not(feature = "http"), expect(dead_code, reason = "only HTTP sends it"))]
    key: String,
    /// The key however it is written; `None` where it is too short.
    spelled: Option<Regex>,
    /// Whether it may be an ordinary word, which is covered in errors alone.
    is_word: bool,
}

impl Secrets {
    /// Takes the keys that are in the environment, without the white space around them that a file or
    /// a shell leaves. An empty one counts as missing.
    pub fn new(keys: impl IntoIterator<Item = (EnvName, String)>) -> Self {
        let keys = keys.into_iter().map(|(name, key)| (name, key.trim().to_owned()));
        let keys = keys.filter(|(_, key)| !key.is_empty()).map(|(name, key)| {
            let secret = Secret {
                spelled: (key.len() >= LEAST).then(|| spelled(&key)),
                is_word: key.len() < NO_WORD && key.chars().all(char::is_alphabetic),
                key,
            };
            (name, secret)
        });
        Self(Arc::new(keys.collect()))
    }

    /// The key behind a name.
    #[cfg(feature = "http")]
    pub(super) fn key(&self, name: &EnvName) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, secret)| secret.key.as_str())
    }

    /// Which key stands in these bytes, however it is written. One that may be a word does not count.
    pub fn found_in(&self, bytes: &[u8]) -> Option<EnvName> {
        let mut keys = self.spelled(Text::Answer);
        keys.find(|(_, key)| key.is_match(bytes)).map(|(name, _)| name.clone())
    }

    /// What came back, with the name of a key wherever the key itself stood.
    pub(super) fn cover(&self, sent: Sent) -> Sent {
        sent.map(|response| self.cover_response(response))
            .map_err(|error| TransportError { message: self.cover_error(error.message), ..error })
    }

    fn cover_response(&self, mut response: HttpResponse) -> HttpResponse {
        let text = if response.status < 400 { Text::Answer } else { Text::Error };
        response.body = self.cover_bytes(response.body, text);
        for (_, value) in &mut response.headers {
            let covered = self.cover_bytes(std::mem::take(value).into_bytes(), Text::Error);
            *value = String::from_utf8_lossy(&covered).into_owned();
        }
        response
    }

    fn cover_error(&self, message: String) -> String {
        let covered = self.cover_bytes(message.into_bytes(), Text::Error);
        String::from_utf8_lossy(&covered).into_owned()
    }

    fn cover_bytes(&self, bytes: Vec<u8>, text: Text) -> Vec<u8> {
        self.spelled(text).fold(bytes, |bytes, (name, key)| {
            let cover = format!("[{name}]");
            key.replace_all(&bytes, NoExpand(cover.as_bytes())).into_owned()
        })
    }

    fn spelled(&self, text: Text) -> impl Iterator<Item = (&EnvName, &Regex)> {
        let keys = self.0.iter().filter(move |(_, key)| text == Text::Error || !key.is_word);
        keys.filter_map(|(name, secret)| Some((name, secret.spelled.as_ref()?)))
    }
}

/// Where a key may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Answer,
    Error,
}

impl fmt::Debug for Secrets {
    /// The names only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// The key however it is written: in other case; escaped as `\/` or `\u002f` of a JSON text (or of one
/// inside another, with more backslashes), as `%2f` of a URL, or as `&#x2f;` of HTML; or in base64,
/// alone or inside something longer.
#[expect(clippy::expect_used, reason = "a sequence of literals of any length")]
fn spelled(key: &str) -> Regex {
    let plain: String = key.chars().map(escaped).collect();
    let is_part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    // What is short may be a part of something else.
    let edge = |c| if key.len() < NO_WORD && is_part_of_word(c) { r"\b" } else { "" };
    let (start, end) = (edge(key.chars().next()), edge(key.chars().next_back()));
    let encoded = [STANDARD, URL_SAFE].iter().flat_map(|alphabet| in_base64(key, alphabet));
    let encoded = encoded.map(|text| format!("{}[A-Za-z0-9+/_-]?=*", regex::escape(&text)));
    let pattern: Vec<String> =
        [format!("(?i:{start}{plain}{end})")].into_iter().chain(encoded).collect();
    let builder =
        RegexBuilder::new(&pattern.join("|")).unicode(false).size_limit(usize::MAX).build();
    builder.expect("literals are a pattern")
}

fn escaped(character: char) -> String {
    let mut buffer = [0; 4];
    let bytes = character.encode_utf8(&mut buffer).as_bytes();
    let hex = |mark: &str| {
        bytes.iter().fold(String::new(), |text, byte| format!("{text}{mark}{byte:02x}"))
    };
    let (plain, in_url, code) = (hex(r"\x"), hex("%"), u32::from(character));
    let named = match character {
        '&' => "|&amp;",
        '<' => "|&lt;",
        '>' => "|&gt;",
        '"' => "|&quot;",
        '\'' => "|&apos;",
        _ => "",
    };
    let in_json = format!(r"\\*{plain}|\\+u{code:04x}");
    format!("(?:{in_json}|{in_url}|&#0*{code};|&#x0*{code:x};{named})")
}

/// The characters of base64 that the key alone decides, at each of the three places where it can begin.
fn in_base64<'a>(key: &'a str, alphabet: &'a Alphabet) -> impl Iterator<Item = String> + 'a {
    (0..3).filter_map(move |before: usize| {
        let bytes = [&vec![0; before], key.as_bytes()].concat();
        let text = GeneralPurpose::new(alphabet, NO_PAD).encode(&bytes);
        let first = (before * 8).div_ceil(6);
        let decided = text.get(first..bytes.len() * 8 / 6)?;
        (decided.len() >= LEAST).then(|| decided.to_owned())
    })
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
    fn a_key_that_a_server_repeats_is_covered_and_a_word_only_in_errors() {
        let response = |status| HttpResponse {
            status,
            headers: vec![("x-echo".into(), format!("Bearer {KEY}"))],
            body: format!("{{\"error\": \"{KEY} and {KEY}, not ollama\"}}").into_bytes(),
            elapsed: Duration::ZERO,
            source: crate::domain::Source::Fresh,
        };
        for (status, word) in [(200, "ollama"), (401, "[SHORT]")] {
            let covered = secrets().cover_response(response(status));
            assert_eq!(covered.header("x-echo"), Some("Bearer [LONG]"));
            let body = String::from_utf8(covered.body).unwrap();
            assert_eq!(body, format!("{{\"error\": \"[LONG] and [LONG], not {word}\"}}"));
        }
        assert_eq!(secrets().cover_error(format!("<{KEY}>")), "<[LONG]>");
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
            assert_eq!(secrets.cover_error(text), "\"\\n[KEY]\\\" [KEY]", "{spelled}");
        }
        for other in ["sku002f0123+456789/ab", "sk/0123+456789/", "sk%2"] {
            assert_eq!(secrets.cover_error(other.to_owned()), other);
        }
        for (key, spelled) in [
            ("sk-Case-01234567890", "SK-cASE-01234567890"),
            ("a&b<c>d'0123456789", "a&amp;b&lt;c&#x3E;d&#39;0123456789"),
            ("sk-inside-0123456789", "c2staW5zaWRlLTAxMjM0NTY3ODk="),
            ("k3y-1", "K3Y-1"),
            ("sk-unicode-0123456", r"sk-\u0075nicode-0123456"),
            ("sk%percent-0123456", "sk%25percent-0123456"),
            (r"sk\slash-012345678", r"sk\u005cslash-012345678"),
        ] {
            let secrets = Secrets::new([(EnvName("KEY".to_owned()), key.to_owned())]);
            assert_eq!(secrets.cover_error(format!("<{spelled}>")), "<[KEY]>");
        }
        let inside = Secrets::new([(EnvName("KEY".to_owned()), "k3y-1\n".to_owned())]);
        assert_eq!(inside.cover_error("xk3y-12 k3y-1".to_owned()), "xk3y-12 [KEY]");
        let in_basic = "Basic YWJzay1pbnNpZGUtMDEyMzQ1Njc4OQ==".to_owned();
        let secrets =
            Secrets::new([(EnvName("KEY".to_owned()), "sk-inside-0123456789".to_owned())]);
        assert_eq!(secrets.cover_error(in_basic), "Basic YWJ[KEY]");
        let many = "\\".repeat(200_000);
        assert_eq!(secrets.cover_error(many.clone()), many);
    }

    proptest! {
        #[test]
        fn a_text_without_the_key_stays_as_it_is(text in "[sk/0-9\\\\u%2fF ]{0,60}") {
            prop_assert_eq!(secrets().cover_error(text.clone()), text);
        }
    }
}
