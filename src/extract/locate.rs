//! Where in a text the JSON stands. A fixed number of parses, whatever the text: linear time.

use std::cmp::Reverse;

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

    fn around(parsed: Parsed, (how, sub): (How, &'static str), detail: impl Into<String>) -> Self {
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

const FENCE: &str = "```";
const FENCED: &str = "fence";

fn fenced(text: &str) -> Option<Found> {
    let body = text.trim().strip_prefix(FENCE)?;
    let is_label = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let inner = body.trim_start_matches(is_label);
    let found = |inner: &str, sub, detail| {
        // A label runs into the JSON only where that is a bare word, as in "```true```".
        let parsed = strict::parse(inner).or_else(|_| strict::parse(body_of(body))).ok()?;
        Some(Found::around(parsed, (How::Fenced, sub), detail))
    };
    if let Some(inner) = inner.strip_suffix(FENCE) {
        return found(inner, FENCED, "a code fence stands around the JSON");
    }
    found(inner, "fence-open", "a code fence is opened before the JSON and never closed")
}

fn body_of(body: &str) -> &str {
    body.strip_suffix(FENCE).unwrap_or(body)
}

fn marked(text: &str) -> Option<Found> {
    let parsed = strict::parse(text.strip_prefix('\u{feff}')?).ok()?;
    let detail = "U+FEFF stands before the JSON";
    Some(Found::around(parsed, (How::ByteOrderMark, "bom"), detail))
}

fn several(text: &str) -> Option<Found> {
    let first = strict::first_of_several(text)?;
    let detail = "more than one JSON document; the first is shown";
    Some(Found::around(first, (How::FirstOfSeveral, "multi"), detail))
}

/// From the first opening bracket to the last closing one of its kind. The longer stretch is tried
/// first, so that a footnote `[1]` is not taken for the answer. A list within an object that is
/// broken or never closed is a part of the answer and not the answer.
fn surrounded(text: &str, mut problem: Problem) -> Result<Found, Problem> {
    let stretch = |open, close| {
        let (start, end) = (text.find(open)?, text.rfind(close)?);
        text.get(start..=end).map(|inner| (start, inner))
    };
    let is_part = |(start, _): &(usize, &str)| {
        let before = text.get(..*start).unwrap_or_default();
        before.matches('{').count() > before.matches('}').count()
    };
    let object = stretch('{', '}');
    let list = stretch('[', ']').filter(|list| !is_part(list));
    let mut stretches: Vec<_> = [object, list].into_iter().flatten().collect();
    stretches.sort_by_key(|(start, inner)| (Reverse(inner.len()), *start));
    for (start, inner) in stretches {
        match strict::parse(inner) {
            Ok(parsed) => {
                let before = text.get(..start).unwrap_or_default().trim_matches(BLANKS);
                let after =
                    text.get(start + inner.len()..).unwrap_or_default().trim_matches(BLANKS);
                let (sub, detail) = around(before, after);
                return Ok(Found::around(parsed, (How::SurroundingProse, sub), detail));
            }
            Err(Problem::TooDeep) => problem = Problem::TooDeep,
            Err(_) => {}
        }
    }
    Err(problem)
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
