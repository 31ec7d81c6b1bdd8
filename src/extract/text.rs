//! What a text is, when it is not plain JSON. Every rule looks at the text a bounded number of
//! times, so that a large answer costs no more than its length.

use serde_json::Value;

use super::Extracted;
use super::parse::{documents, strict};
use crate::domain::{How, Kind};

/// Longest text that is taken for a refusal in words, in characters.
const REFUSAL: usize = 600;

/// How refusals begin, in lower case and with a plain apostrophe.
const REFUSALS: [&str; 11] = [
    "i'm sorry",
    "im sorry",
    "i am sorry",
    "sorry",
    "i can't",
    "i cant",
    "i cannot",
    "i'm unable",
    "i am unable",
    "as an ai",
    "i won't",
];

/// Reads a text that should be JSON. `how` says how it came, if it is.
pub(super) fn read(text: String, how: How) -> Extracted {
    let mut extracted = match strict(&text) {
        Ok((value, None)) => found(value, how),
        Ok((value, Some(key))) => Extracted {
            cause: Some(Kind::DuplicateKey),
            detail: Some(format!("`{key}` is there twice; most parsers keep the last")),
            ..found(value, how)
        },
        Err(error) => wrapped(&text).unwrap_or_else(|| unreadable(&text, &error)),
    };
    extracted.text = Some(text);
    extracted
}

fn found(value: Value, how: How) -> Extracted {
    Extracted { value: Some(value), how: Some(how), ..Extracted::default() }
}

fn under(cause: Kind, detail: &str, value: Value, how: How) -> Extracted {
    Extracted { cause: Some(cause), detail: Some(detail.to_owned()), ..found(value, how) }
}

fn value(text: &str) -> Option<Value> {
    strict(text).ok().map(|(value, _)| value)
}

/// JSON with something around it.
fn wrapped(text: &str) -> Option<Extracted> {
    if let Some((inner, closed)) = fence(text)
        && let Some(value) = value(inner)
    {
        let detail =
            if closed { "inside a code fence" } else { "after a code fence that never ends" };
        return Some(under(Kind::Fenced, detail, value, How::Fenced));
    }
    if let Some(value) = text.strip_prefix('\u{feff}').and_then(value) {
        let detail = "after a byte order mark";
        return Some(under(Kind::ByteOrderMark, detail, value, How::ByteOrderMark));
    }
    if let (2, Some(value)) = documents(text) {
        let detail = "several JSON documents in a row";
        return Some(under(Kind::MultipleDocuments, detail, value, How::FirstOfSeveral));
    }
    prose(text)
}

/// The inside of a fence around the whole text, and whether the fence ends.
fn fence(text: &str) -> Option<(&str, bool)> {
    let rest = text.trim().strip_prefix("```")?;
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let inner = rest.trim_start_matches(word);
    match inner.trim_end().strip_suffix("```") {
        Some(inner) => Some((inner, true)),
        None if !inner.contains("```") => Some((inner, false)),
        None => None,
    }
}

/// From the first opening bracket to the last closing one of the same kind: braces or square
/// brackets, whichever opens first, then the other.
fn prose(text: &str) -> Option<Extracted> {
    let span = |open: char, close: char| Some((text.find(open)?, text.rfind(close)?));
    let mut spans: Vec<(usize, usize)> =
        [span('{', '}'), span('[', ']')].into_iter().flatten().collect();
    spans.sort_unstable();
    spans.into_iter().find_map(|(start, end)| {
        let value = text.get(start..=end).and_then(value)?;
        let before = !text.get(..start)?.trim().is_empty();
        let after = !text.get(end + 1..)?.trim().is_empty();
        let detail = match (before, after) {
            (true, true) => "text before and after the JSON",
            (true, false) => "text before the JSON",
            _ => "text after the JSON",
        };
        Some(under(Kind::SurroundingProse, detail, value, How::SurroundingProse))
    })
}

fn unreadable(text: &str, error: &serde_json::Error) -> Extracted {
    if is_refusal(text) {
        return Extracted::failed(Kind::Refused, "refused in words");
    }
    if let Some((standard, what)) = standardise(text)
        && let Some(value) = value(&standard)
    {
        return under(Kind::NonstandardJson, what, value, How::Repaired);
    }
    let reason = error.to_string();
    let detail = if reason.contains("recursion limit") {
        "nested deeper than 128 levels".to_owned()
    } else if error.is_eof() {
        format!("it ends in the middle: {reason}")
    } else {
        reason
    };
    Extracted::failed(Kind::NotJson, detail)
}

fn is_refusal(text: &str) -> bool {
    if text.chars().take(REFUSAL + 1).count() > REFUSAL {
        return false;
    }
    let text = text.to_lowercase().replace('’', "'");
    let start = text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
    REFUSALS.iter().any(|refusal| start.starts_with(refusal))
}

/// The text with what JSON does not have replaced, and what that was: NaN and infinities, numbers
/// beyond a 64-bit float, halves of surrogate pairs. `None` when there is nothing of the kind.
fn standardise(text: &str) -> Option<(String, &'static str)> {
    let mut out = String::with_capacity(text.len());
    let mut what = None;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => string_length(rest),
            _ if c.is_alphanumeric() || matches!(c, '-' | '+' | '.') => word_length(rest),
            other => other.len_utf8(),
        };
        let (token, tail) = rest.split_at(length);
        rest = tail;
        match token {
            "NaN" | "Infinity" | "-Infinity" => {
                what = Some("NaN or Infinity, which JSON does not have");
                out.push_str("null");
            }
            token if c == '"' => match surrogates_replaced(token) {
                Some(token) => {
                    what = Some("half of a surrogate pair in a text");
                    out.push_str(&token);
                }
                None => out.push_str(token),
            },
            token if token.parse().is_ok_and(f64::is_infinite) && token.ends_with(digit) => {
                what = Some("a number beyond what a 64-bit float holds");
                out.push_str("null");
            }
            token => out.push_str(token),
        }
    }
    what.map(|what| (out, what))
}

fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn word_length(text: &str) -> usize {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '+' | '.');
    text.find(|c| !word(c)).unwrap_or(text.len())
}

/// Bytes up to and with the closing quote, or all of them.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The string with every half surrogate pair replaced; `None` when there is none.
fn surrogates_replaced(token: &str) -> Option<String> {
    let mut out = String::with_capacity(token.len());
    let mut replaced = false;
    let mut rest = token;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        out.push_str(plain);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                replaced = true;
                out.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (Some(_), _) => 6,
            (None, _) => escape.char_indices().nth(2).map_or(escape.len(), |(at, _)| at),
        };
        out.push_str(escape.get(..length).unwrap_or(escape));
        rest = escape.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    replaced.then_some(out)
}

/// The UTF-16 unit of an escape `\uXXXX` at the start of the text.
fn unit(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}
