//! What is different between two texts, for people: stretches that are the same, gone, or new.

use similar::{ChangeTag, DiffableStr, TextDiff};

/// One stretch of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// What became of it.
    pub tag: Tag,
    /// The text itself.
    pub text: String,
}

/// What became of a stretch of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
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
pub fn inline(before: &str, after: &str) -> Vec<Segment> {
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
    fn extend(&mut self, diff: &TextDiff<'_, '_, str>) {
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
