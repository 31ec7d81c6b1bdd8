//! Where in a text the JSON stands. No part of the text is parsed more than a few times: linear time.

use serde_json::Value;

use crate::domain::{How, Kind};

use super::quote;
use super::strict::{self, Parsed, Problem};
use crate::domain::kit::shortened;

/// One JSON value and where it stood.
pub(super) struct Found {
    pub(super) value: Value,
    pub(super) how: How,
    /// A key, in quotes, that stands twice in one object.
    pub(super) duplicate: Option<String>,
    /// One sentence about what stood around it.
    pub(super) detail: String,
    sub: Option<&'static str>,
}

impl Found {
    fn plain(parsed: Parsed) -> Self {
        let Parsed { value, duplicate } = parsed;
        Self { value, how: How::Plain, duplicate, detail: String::new(), sub: None }
    }

    fn around(parsed: Parsed, how: How, sub: &'static str, detail: impl Into<String>) -> Self {
        Self { how, sub: Some(sub), detail: detail.into(), ..Self::plain(parsed) }
    }

    /// Whether it stood in a fence that was closed.
    pub(super) fn is_fence(&self) -> bool {
        self.sub == Some(FENCED)
    }

    /// Which form of the cause it is.
    pub(super) fn sub(&self) -> Option<&'static str> {
        self.sub
    }

    /// Why a strict parser stumbles over what is around the value.
    pub(super) fn cause(&self) -> Option<Kind> {
        match self.how {
            How::Fenced => Some(Kind::Fenced),
            How::ByteOrderMark => Some(Kind::ByteOrderMark),
            How::FirstOfSeveral => Some(Kind::MultipleDocuments),
            How::SurroundingProse => Some(Kind::SurroundingProse),
            _ => None,
        }
    }
}

/// Finds the JSON value in a text, or says why there is none.
pub(super) fn locate(text: &str) -> Result<Found, Problem> {
    let problem = match strict::parse(text) {
        Ok(parsed) => return Ok(Found::plain(parsed)),
        Err(problem) => problem,
    };
    let found = match problem {
        Problem::TooDeep => None,
        _ => fenced(text).or_else(|| marked(text)).or_else(|| several(text)),
    };
    match found {
        Some(found) => Ok(found),
        None => surrounded(text, problem),
    }
}

const FENCED: &str = "fence";

/// A fence of three or more backticks or tildes.
fn fenced(text: &str) -> Option<Found> {
    let text = text.trim();
    let mark = text.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let body = text.trim_start_matches(mark);
    let fence = text.strip_suffix(body).filter(|fence| fence.len() >= 3)?;
    let closed = body.strip_suffix(fence).map(|body| body.trim_end_matches(mark));
    let inner = closed.unwrap_or(body);
    let is_label = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let after_line = inner.split_once('\n').map_or("", |(_, rest)| rest);
    // A label runs into the JSON only where that is a bare word, as in "```true```".
    let readings = [inner.trim_start_matches(is_label), inner, after_line];
    let parsed = readings.into_iter().find_map(|inner| strict::parse(inner).ok())?;
    let (sub, detail) = match closed {
        Some(_) => (FENCED, "a code fence stands around the JSON"),
        None => ("fence-open", "a code fence is opened before the JSON and never closed"),
    };
    Some(Found::around(parsed, How::Fenced, sub, detail))
}

fn marked(text: &str) -> Option<Found> {
    let parsed = strict::parse(text.strip_prefix('\u{feff}')?).ok()?;
    let detail = "U+FEFF stands before the JSON";
    Some(Found::around(parsed, How::ByteOrderMark, "bom", detail))
}

fn several(text: &str) -> Option<Found> {
    let first = strict::first_of_several(text)?;
    let detail = "more than one JSON document; the first is shown";
    Some(Found::around(first, How::FirstOfSeveral, "multi", detail))
}

/// The one object or list among other text, or the first of several. What a model thinks aloud, a
/// list of numbers as in a footnote, and empty brackets do not count beside something better.
fn surrounded(text: &str, mut problem: Problem) -> Result<Found, Problem> {
    let mut found = Vec::new();
    for (start, inner) in stretches(text) {
        match strict::parse(inner) {
            Ok(parsed) => found.push((start, inner, parsed)),
            Err(Problem::TooDeep) => problem = Problem::TooDeep,
            Err(_) => {}
        }
    }
    let thought = text.rfind("</think>");
    prefer(&mut found, |(start, ..)| thought.is_none_or(|end| *start > end));
    prefer(
        &mut found,
        |(.., parsed)| !matches!(&parsed.value, Value::Array(items) if items.iter().all(Value::is_number)),
    );
    prefer(&mut found, |(_, inner, _)| inner.len() > 2);
    let longest = found.iter().max_by_key(|(_, inner, _)| inner.len());
    let is_object = longest.is_some_and(|(.., parsed)| parsed.value.is_object());
    prefer(&mut found, |(.., parsed)| parsed.value.is_object() == is_object);
    let count = found.len();
    let Some((start, inner, parsed)) = found.into_iter().next() else { return Err(problem) };
    if count > 1 {
        let detail = format!("{count} JSON documents among other text; the first is shown");
        return Ok(Found::around(parsed, How::FirstOfSeveral, "multi", detail));
    }
    let before = text.get(..start).unwrap_or_default().trim_matches(BLANKS);
    let after = text.get(start + inner.len()..).unwrap_or_default().trim_matches(BLANKS);
    let (sub, detail) = around(before, after);
    Ok(Found::around(parsed, How::SurroundingProse, sub, detail))
}

/// Keeps what passes, where anything does.
fn prefer<T>(found: &mut Vec<T>, passes: impl Fn(&T) -> bool) {
    if found.iter().any(&passes) {
        found.retain(passes);
    }
}

/// Each list that is never closed is looked for up to the end of the text.
const MOST_UNCLOSED: usize = 8;

/// Everything from a bracket that may open JSON to the one that closes it, one after another. What
/// follows an object that is never closed is a part of it, and no answer.
fn stretches(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut at, mut unclosed) = (0, 0);
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(['{', '['])) {
        let start = at + start;
        let rest = text.get(start..).unwrap_or_default();
        at = start + 1;
        let opens = opens(rest);
        let inner = if opens == Opens::Nothing { None } else { closed(rest) };
        match (opens, inner) {
            (Opens::Nothing, _) => {}
            (Opens::Numbers, None) if unclosed < MOST_UNCLOSED => unclosed += 1,
            (_, None) => break,
            (_, Some(inner)) => {
                found.push((start, inner));
                at = start + inner.len();
            }
        }
    }
    found
}

/// What a bracket seems to open.
#[derive(PartialEq)]
enum Opens {
    Nothing,
    Numbers,
    Json,
}

fn opens(text: &str) -> Opens {
    let mut chars = text.chars();
    let bracket = chars.next();
    let rest = chars.as_str().trim_start();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match (bracket, rest.chars().next()) {
        (Some('{'), Some('"' | '\'' | '}')) | (Some('['), Some('{' | '[' | '"' | ']')) => {
            Opens::Json
        }
        (Some('{'), _) => {
            let after = rest.trim_start_matches(is_name);
            let is_key = after.len() < rest.len() && after.trim_start().starts_with(':');
            if is_key { Opens::Json } else { Opens::Nothing }
        }
        (_, Some(c)) if c == '-' || c.is_ascii_digit() => Opens::Numbers,
        (_, Some(_)) if ["true", "false", "null"].iter().any(|word| rest.starts_with(word)) => {
            Opens::Numbers
        }
        _ => Opens::Nothing,
    }
}

/// From the bracket to the one that closes it, strings left out.
fn closed(text: &str) -> Option<&str> {
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return text.get(..=at);
                }
            }
            _ => {}
        }
    }
    None
}

/// What JSON takes for white space.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// Which form of text stands around a value, and a sentence about it. There is always some: a
/// text with nothing but white space around its JSON is read as it is.
fn around(before: &str, after: &str) -> (&'static str, String) {
    let quote = |text: &str| quote(&shortened(text, 60));
    match (before.is_empty(), after.is_empty()) {
        (_, true) => ("prefix", format!("text before the JSON: {}", quote(before))),
        (true, false) => ("suffix", format!("text after the JSON: {}", quote(after))),
        (false, false) => {
            let (before, after) = (quote(before), quote(after));
            ("both", format!("text before and after the JSON: {before} … {after}"))
        }
    }
}
