//! Secrets that somebody wrote into the config: found before anything else looks at the text, and
//! covered, so that no message and no caret line can show them.

use std::ops::Range;

/// Keys whose value nobody should write down.
const SECRET_KEYS: [&str; 12] = [
    "api-key",
    "api_key",
    "apikey",
    "key",
    "token",
    "secret",
    "password",
    "authorization",
    "x-api-key",
    "x-goog-api-key",
    "proxy-authorization",
    "cookie",
];

/// Keys whose value is the name of a variable, where some write the secret itself.
const NAME_KEYS: [&str; 2] = ["api-key-env", "env"];

/// The last word of a header or of a parameter in an address whose value is a secret.
const SECRET_WORDS: [&str; 12] = [
    "apikey",
    "auth",
    "authorization",
    "cookie",
    "credential",
    "credentials",
    "key",
    "password",
    "secret",
    "sig",
    "signature",
    "token",
];

/// Headers that sound as if they held a secret, and do not.
const HARMLESS_HEADERS: [&str; 2] = ["idempotency-key", "x-idempotency-key"];

/// How keys of known services begin.
const SECRET_PREFIXES: [&str; 10] =
    ["sk-", "sk_", "AIza", "gsk_", "xai-", "hf_", "ghp_", "github_pat_", "Bearer ", "csk-"];

/// Shortest run of characters after a prefix that is taken for a key.
const SECRET_LENGTH: usize = 16;

/// The text with every secret covered by as many `*` as it has bytes, and where they were.
pub(super) fn cover(text: &str) -> (String, Vec<Range<usize>>) {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    let mut is_of_headers = false;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('[') {
            is_of_headers = line.trim_end().trim_end_matches(']').ends_with("headers");
        }
        let secrets = secrets_of_line(line, is_of_headers);
        spans.extend(secrets.into_iter().map(|s| s.start + start..s.end + start));
        start += line.len();
    }
    let mut covered = text.to_owned();
    for span in &spans {
        covered.replace_range(span.clone(), &"*".repeat(span.len()));
    }
    (covered, spans)
}

/// Whether this is one of the secrets that `cover` has covered.
pub(super) fn is_covered(key: &str, value: &str) -> bool {
    is_secret_key(key) && !value.is_empty() && value.chars().all(|c| c == '*')
}

fn is_secret_key(key: &str) -> bool {
    SECRET_KEYS.contains(&key.to_ascii_lowercase().as_str())
}

/// Whether the name of a header or of a parameter says that its value is a secret.
fn sounds_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let last = name.rsplit(['-', '_']).next().unwrap_or_default();
    SECRET_WORDS.contains(&last) && !HARMLESS_HEADERS.contains(&name.as_str())
}

fn secrets_of_line(line: &str, is_of_headers: bool) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let headers = if is_of_headers { Some(0) } else { line.find("headers") };
    let is_header = |at: usize| headers.is_some_and(|start| start < at);
    let found = line.match_indices('=').filter_map(|(at, _)| secret_after(line, at, is_header(at)));
    let found = found.chain(SECRET_PREFIXES.iter().flat_map(|prefix| prefixed(line, prefix)));
    for span in found.chain(passwords(line)).chain(parameters(line)) {
        if !span.is_empty() && !spans.iter().any(|s| s.start < span.end && span.start < s.end) {
            spans.push(span);
        }
    }
    spans
}

/// The value that follows `KEY =`, if the key is one of those above.
fn secret_after(line: &str, equals: usize, is_header: bool) -> Option<Range<usize>> {
    let key = line.get(..equals)?.trim_end().trim_end_matches(['"', '\'']);
    let key = key.rsplit(|c: char| c.is_whitespace() || "\"'{,.".contains(c)).next()?;
    let value = value_at(line, equals + 1)?;
    let is_misplaced = NAME_KEYS.contains(&key) && !names_a_variable(line.get(value.clone())?);
    let is_secret = is_secret_key(key) || (is_header && sounds_secret(key));
    (is_secret || is_misplaced).then_some(value)
}

/// The value that begins here, without its quotes.
fn value_at(line: &str, start: usize) -> Option<Range<usize>> {
    let rest = line.get(start..)?;
    let value = rest.trim_start();
    let start = start + (rest.len() - value.len());
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => {
            let is_triple = value.starts_with(&quote.to_string().repeat(3));
            let start = start + if is_triple { 3 } else { 1 };
            let body = line.get(start..)?;
            let len = body.find(quote).unwrap_or(body.trim_end().len());
            Some(start..start + len)
        }
        // `{ env = "NAME" }` names a secret and is none; a bare word is one, badly quoted.
        None if value.starts_with(['{', '[']) => None,
        None => {
            let word = value.split([',', '}', '#']).next()?.trim_end();
            let is_harmless = word.parse::<f64>().is_ok() || word == "true" || word == "false";
            (!is_harmless).then_some(start..start + word.len())
        }
    }
}

/// Whether a text can be meant as the name of a variable, and not as a secret in its place.
fn names_a_variable(text: &str) -> bool {
    let is_word = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !text.starts_with(|c: char| c.is_ascii_digit());
    let has = |class: fn(&char) -> bool| text.chars().any(|c| class(&c));
    let is_random = has(char::is_ascii_lowercase) && has(char::is_ascii_digit);
    is_word && !(is_random && text.len() >= SECRET_LENGTH)
}

/// Runs of characters that begin as keys of known services do.
fn prefixed<'a>(line: &'a str, prefix: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    line.match_indices(prefix).filter_map(move |(start, _)| {
        let before = line.get(..start)?.chars().next_back();
        if before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            return None;
        }
        let rest = line.get(start + prefix.len()..)?;
        let len = rest.find(|c: char| !is_key_char(c)).unwrap_or(rest.len());
        (len >= SECRET_LENGTH).then(|| start..start + prefix.len() + len)
    })
}

fn is_key_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// `user:password` in addresses.
fn passwords(line: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    line.match_indices("://").filter_map(|(at, _)| {
        let rest = line.get(at + 3..)?;
        let authority = rest.get(..rest.find(['/', '"', '\'', ' ']).unwrap_or(rest.len()))?;
        let user = authority.get(..authority.rfind('@')?)?;
        user.contains(':').then(|| at + 3..at + 3 + user.len())
    })
}

/// `?token=…` and `&key=…` in addresses.
fn parameters(line: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '&' | '#' | '"' | '\'');
    line.match_indices(['?', '&']).filter_map(move |(at, _)| {
        let (name, value) = line.get(at + 1..)?.split_once('=')?;
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        let start = at + 1 + name.len() + 1;
        let length = value.find(is_end).unwrap_or(value.len());
        (is_name && sounds_secret(name) && length > 0).then_some(start..start + length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(text: &str) -> String {
        let (covered, _) = cover(text);
        assert_eq!(covered.len(), text.len());
        covered
    }

    #[test]
    fn a_secret_is_covered_and_everything_else_stays() {
        assert_eq!(
            covered("api-key = \"abc\" # mine\nid = \"x\""),
            "api-key = \"***\" # mine\nid = \"x\""
        );
        assert_eq!(covered("\"X-Api-Key\" = 'abc'"), "\"X-Api-Key\" = '***'");
        assert_eq!(covered("api-key = sk-abc\n"), "api-key = ******\n");
        assert_eq!(
            covered("api-key-env = \"sk-proj-0123456789abcdef\""),
            format!("api-key-env = \"{}\"", "*".repeat(24))
        );
        assert_eq!(covered("token = \"\"\"abc\"\"\""), "token = \"\"\"***\"\"\"");
        assert_eq!(covered("env = \"0a1b2c\""), "env = \"******\"");
        assert_eq!(
            covered("api-key-env = \"a1b2c3d4e5f6a7b8\""),
            format!("api-key-env = \"{}\"", "*".repeat(16))
        );
        assert_eq!(
            covered("base-url = \"https://host/v1?x=1&access_token=abc&y=2\" # ?"),
            "base-url = \"https://host/v1?x=1&access_token=***&y=2\" # ?"
        );
        assert_eq!(
            covered("headers = { \"X-Auth-Token\" = \"abc\", version = \"2\" }"),
            "headers = { \"X-Auth-Token\" = \"***\", version = \"2\" }"
        );
        assert_eq!(
            covered("[models.x.headers]\nX-Session-Key = 'abc'\n[run]\nx-session-key = 'abc'"),
            "[models.x.headers]\nX-Session-Key = '***'\n[run]\nx-session-key = 'abc'"
        );
        assert_eq!(covered("u = \"https://me:pass@host/v1\""), "u = \"https://*******@host/v1\"");
    }

    #[test]
    fn names_of_secrets_and_ordinary_words_are_left_alone() {
        for plain in [
            "api-key-env = \"OPENAI_API_KEY\"",
            "headers = { Authorization = { env = \"TOKEN\" } }",
            "id = \"task-0123456789abcdefghij\"",
            "api-key-env = \"\"",
            "X = { env = \"my_key_2\" }",
            "headers = { X-Auth-Token = { env = \"TOKEN\" }, Idempotency-Key = \"a\" }",
            "base-url = \"http://host/v1?api-version=2026-01-01&tokens=5\"",
            "max-output-tokens = 5",
            "tolerance = { \"/token\" = 0.05, key = 3, secret = true }",
            "levels.key = \"\"",
            "base-url = \"http://127.0.0.1:11434/v1\"",
        ] {
            assert_eq!(covered(plain), plain);
        }
    }

    #[test]
    fn a_key_without_its_closing_quote_is_covered_to_the_end_of_the_line() {
        assert_eq!(covered("api-key = \"abc\nid = 1"), "api-key = \"***\nid = 1");
    }
}
