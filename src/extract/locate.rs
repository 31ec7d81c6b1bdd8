//! Where in a text the JSON stands. A fixed number of parses, whatever the text: linear time.

use std::cmp::Reverse;

use serde_json::Value;

use crate::domain::{How, Kind};

use super::strict::{self, Parsed, Problem};
use super::{quote, shorten};

/// One JSON value and where it stood.
pub(super) struct Found {
    pub(super) value: Value,
    pub(super) how: How,
    /// A key, in quotes, that stands twice in one object.
    pub(super) duplicate: Option<String>,
    /// One sentence about what stood around it.
    pub(super) detail: String,
    open_fence: bool,
}

impl Found {
    fn new(parsed: Parsed, how: How, detail: impl Into<String>) -> Self {
        let Parsed { value, duplicate } = parsed;
        Self { value, how, duplicate, detail: detail.into(), open_fence: false }
    }

    /// Whether it stood in a fence that was closed.
    pub(super) fn is_fence(&self) -> bool {
        self.how == How::Fenced && !self.open_fence
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
pub(super) fn locate(text: &str) -> Result<Found, String> {
    let problem = match strict::parse(text) {
        Ok(parsed) => return Ok(Found::new(parsed, How::Plain, "")),
        Err(problem) => problem,
    };
    let found = match problem {
        Problem::TooDeep => None,
        _ => fenced(text).or_else(|| marked(text)).or_else(|| several(text)),
    };
    match found {
        Some(found) => Ok(found),
        None => surrounded(text, problem).map_err(|problem| problem.to_string()),
    }
}

const FENCE: &str = "```";

fn fenced(text: &str) -> Option<Found> {
    let body = text.trim().strip_prefix(FENCE)?;
    let is_label = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let inner = body.trim_start_matches(is_label);
    let found = |inner: &str, detail| {
        // A label runs into the JSON only where that is a bare word, as in "```true```".
        let parsed = strict::parse(inner).or_else(|_| strict::parse(body_of(body))).ok()?;
        Some(Found::new(parsed, How::Fenced, detail))
    };
    match inner.strip_suffix(FENCE) {
        Some(inner) => found(inner, "a code fence stands around the JSON"),
        None => found(inner, "a code fence is opened before the JSON and never closed")
            .map(|found| Found { open_fence: true, ..found }),
    }
}

fn body_of(body: &str) -> &str {
    body.strip_suffix(FENCE).unwrap_or(body)
}

fn marked(text: &str) -> Option<Found> {
    let parsed = strict::parse(text.strip_prefix('\u{feff}')?).ok()?;
    Some(Found::new(parsed, How::ByteOrderMark, "U+FEFF stands before the JSON"))
}

fn several(text: &str) -> Option<Found> {
    let first = strict::first_of_several(text)?;
    Some(Found::new(first, How::FirstOfSeveral, "more than one JSON document; the first is shown"))
}

/// From the first opening bracket to the last closing one of its kind. The longer stretch is tried
/// first, so that a footnote `[1]` is not taken for the answer.
fn surrounded(text: &str, mut problem: Problem) -> Result<Found, Problem> {
    let stretch = |open, close| {
        let (start, end) = (text.find(open)?, text.rfind(close)?);
        text.get(start..=end).map(|inner| (start, inner))
    };
    let mut stretches: Vec<_> =
        [stretch('{', '}'), stretch('[', ']')].into_iter().flatten().collect();
    stretches.sort_by_key(|(start, inner)| (Reverse(inner.len()), *start));
    for (start, inner) in stretches {
        match strict::parse(inner) {
            Ok(parsed) => {
                let before = text.get(..start).unwrap_or_default().trim();
                let after = text.get(start + inner.len()..).unwrap_or_default().trim();
                return Ok(Found::new(parsed, How::SurroundingProse, around(before, after)));
            }
            Err(Problem::TooDeep) => problem = Problem::TooDeep,
            Err(_) => {}
        }
    }
    Err(problem)
}

fn around(before: &str, after: &str) -> String {
    let quote = |text: &str| quote(&shorten(text, 60));
    match (before.is_empty(), after.is_empty()) {
        (false, true) => format!("text before the JSON: {}", quote(before)),
        (true, false) => format!("text after the JSON: {}", quote(after)),
        (false, false) => {
            format!("text before and after the JSON: {} … {}", quote(before), quote(after))
        }
        (true, true) => "characters around the JSON that are not white space to JSON".to_owned(),
    }
}
