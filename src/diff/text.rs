//! What is different between two texts, for people: stretches that are the same, gone, or new.

use serde_json::Value;
use similar::{ChangeTag, DiffableStr, TextDiff};

use crate::domain::{Change, Kind, Pointer, texts};

/// One stretch of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// What became of it.
    pub tag: Tag,
    pub text: String,
}

/// What became of a stretch of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// It stands in both.
    Same,
    /// It stood before.
    Removed,
    /// It stands now.
    Added,
}

/// Longest texts, in bytes together, that are compared word by word.
const BY_WORDS: usize = 16 * 1024;

/// Most lines, together, of texts that are compared line by line.
const BY_LINES: usize = 4_000;

/// The way from one text to the other: short texts by words, longer ones by lines, and huge ones as
/// one stretch between what both begin and end with.
///
/// The segments that are not added make up `before`, those that are not removed make up `after`;
/// neighbours have different tags.
pub(crate) fn inline(before: &str, after: &str) -> Vec<Segment> {
    let lines = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
    let mut segments = Segments::default();
    if before.len() + after.len() <= BY_WORDS {
        segments.extend(&TextDiff::from_unicode_words(before, after));
    } else if lines(before) + lines(after) <= BY_LINES {
        segments.extend(&TextDiff::from_lines(before, after));
    } else {
        segments.push_ends(before, after);
    }
    segments.0
}

#[derive(Default)]
struct Segments(Vec<Segment>);

impl Segments {
    fn extend<'t>(&mut self, diff: &TextDiff<'t, 't, 't, str>) {
        for change in diff.iter_all_changes() {
            let tag = match change.tag() {
                ChangeTag::Equal => Tag::Same,
                ChangeTag::Delete => Tag::Removed,
                ChangeTag::Insert => Tag::Added,
            };
            self.push(tag, change.value().to_string_lossy().as_ref());
        }
    }

    fn push_ends(&mut self, before: &str, after: &str) {
        let alike = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
            pairs.take_while(|(one, two)| one == two).map(|(one, _)| one.len_utf8()).sum()
        };
        let head = alike(&mut before.chars().zip(after.chars()));
        let (start, before) = before.split_at(head);
        let after = after.split_at(head).1;
        let foot = alike(&mut before.chars().rev().zip(after.chars().rev()));
        let (before, end) = before.split_at(before.len() - foot);
        let after = after.split_at(after.len() - foot).0;
        self.push(Tag::Same, start);
        self.push(Tag::Removed, before);
        self.push(Tag::Added, after);
        self.push(Tag::Same, end);
    }

    fn push(&mut self, tag: Tag, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.tag == tag => last.text.push_str(text),
            _ => self.0.push(Segment { tag, text: text.to_owned() }),
        }
    }
}

/// Of a text whose wording may change: the worst that happened to it.
pub(super) fn kind(before: &str, after: &str) -> Kind {
    both(before, after).unwrap_or_else(|| {
        if texts::is_markdown(before) != texts::is_markdown(after) {
            Kind::MarkdownInText
        } else if is_much_longer(before, after) || is_much_longer(after, before) {
            Kind::VerbosityChanged
        } else {
            Kind::TextReworded
        }
    })
}

/// Of a text whose every character counts.
pub(super) fn kind_of_exact(before: &str, after: &str) -> Kind {
    both(before, after).unwrap_or_else(|| {
        let (was, is) = (texts::format_of(before), texts::format_of(after));
        let read = texts::is_read_by_programs;
        if was != is && (read(&was) || read(&is)) { Kind::FormatShift } else { Kind::ValueChanged }
    })
}

/// What is alike for both.
fn both(before: &str, after: &str) -> Option<Kind> {
    if texts::plain(before) == texts::plain(after) {
        return Some(Kind::LayoutChanged);
    }
    if texts::is_placeholder(after) && !texts::is_placeholder(before) {
        return Some(Kind::Placeholder);
    }
    let (was, is) = (texts::script(before), texts::script(after));
    (was != is && was != "none" && is != "none").then_some(Kind::ScriptShift)
}

/// Whether the longer text has more than 1.67 times as many characters.
fn is_much_longer(short: &str, long: &str) -> bool {
    let length = |text: &str| text.chars().count().max(1);
    length(long) * 100 > length(short) * 167
}

/// What is different in the writing of two answers, given as texts. Nothing where one of them is
/// not JSON by itself.
///
/// Keys are compared that both have; the first object whose keys stand in another order is named.
pub(crate) fn layout(before: &str, after: &str) -> Vec<Change> {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    let (Some(was), Some(is)) = (read(before), read(after)) else { return Vec::new() };
    let is_pretty = |text: &str| text.trim().contains('\n');
    let mut changes: Vec<Change> = reordered(&Pointer::root(), &was, &is).into_iter().collect();
    if is_pretty(before) != is_pretty(after) {
        let words =
            if is_pretty(after) { "several lines, one before" } else { "one line, several before" };
        changes.push(Change::new(Kind::LayoutChanged, Pointer::root()).saying(words));
    }
    changes
}

fn reordered(at: &Pointer, before: &Value, after: &Value) -> Option<Change> {
    match (before, after) {
        (Value::Object(was), Value::Object(is)) => {
            let names = |from: &serde_json::Map<String, Value>,
                         other: &serde_json::Map<String, Value>| {
                let both = from.keys().filter(|name| other.contains_key(*name));
                both.cloned().collect::<Vec<String>>()
            };
            let (old, new) = (names(was, is), names(is, was));
            if old != new {
                let change = Change::new(Kind::KeyOrderChanged, at.clone());
                return Some(change.between(Some(Value::from(old)), Some(Value::from(new))));
            }
            old.iter().find_map(|name| reordered(&at.key(name), was.get(name)?, is.get(name)?))
        }
        (Value::Array(was), Value::Array(is)) => {
            let pairs = was.iter().zip(is).enumerate();
            pairs.into_iter().find_map(|(n, (was, is))| reordered(&at.index(n), was, is))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(before: &str, after: &str) -> Vec<String> {
        let changes = layout(before, after);
        changes.iter().map(|change| format!("{} {}", change.kind, change.pointer)).collect()
    }

    #[test]
    fn the_order_of_keys_and_the_lines_are_seen_and_nothing_else() {
        assert_eq!(lines(r#"{"a":1,"b":2}"#, r#"{"a":3, "b":4}"#), [""; 0]);
        assert_eq!(lines(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#), ["key-order-changed "]);
        assert_eq!(lines(r#"{"a":1,"b":2}"#, r#"{"c":0,"a":1}"#), [""; 0]);
        let (one, two) = (r#"{"x":[{"a":1,"b":2}]}"#, "{\n\"x\":[{\"b\":2,\"a\":1}]}");
        assert_eq!(lines(one, two), ["key-order-changed /x/0", "layout-changed "]);
        assert_eq!(lines("plain text", "{}"), [""; 0]);
    }
}
