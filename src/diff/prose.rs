//! What became of a text: of one that people read, and of one that programs read.

use crate::domain::Kind;
use crate::domain::texts;

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
