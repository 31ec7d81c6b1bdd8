//! Replaces what JSON does not have, only to see whether the rest would have been readable.
//!
//! One pass over the text. The result is never taken for the answer itself: it stands under the
//! cause `nonstandard-json`.

use std::collections::BTreeSet;

/// The text with everything replaced that JSON does not have, and what that was, in words.
pub(super) fn repair(text: &str) -> (String, Vec<&'static str>) {
    let mut pass =
        Pass { rest: text, out: String::with_capacity(text.len()), what: BTreeSet::new() };
    while !pass.rest.is_empty() {
        pass.outside();
        pass.inside();
    }
    (pass.out, pass.what.into_iter().collect())
}

struct Pass<'a> {
    rest: &'a str,
    out: String,
    what: BTreeSet<&'static str>,
}

/// Words that other languages write for numbers; the longer one first.
const WORDS: [(&str, &str); 3] =
    [("-Infinity", "Infinity"), ("Infinity", "Infinity"), ("NaN", "NaN")];

impl Pass<'_> {
    /// Up to and with the quote that opens a string.
    fn outside(&mut self) {
        while let Some(next) = self.rest.chars().next() {
            if next == '"' {
                self.copy(1);
                return;
            } else if let Some((word, name)) = self.word() {
                self.replace(word.len(), "null", name);
            } else if next == '-' || next.is_ascii_alphanumeric() {
                let end = self.rest.find(|c: char| !is_token(c)).unwrap_or(self.rest.len());
                self.token(end);
            } else {
                self.copy(next.len_utf8());
            }
        }
    }

    fn word(&self) -> Option<(&'static str, &'static str)> {
        WORDS.into_iter().find(|(word, _)| self.rest.starts_with(word))
    }

    /// A number or a bare word, whole.
    fn token(&mut self, end: usize) {
        let token = self.rest.get(..end).unwrap_or_default();
        let is_number = token.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        if is_number && token.parse::<f64>().is_ok_and(f64::is_infinite) {
            self.replace(end, "null", "a number beyond the range of a double");
        } else {
            self.copy(end);
        }
    }

    /// Up to and with the quote that closes the string.
    fn inside(&mut self) {
        while let Some(at) = self.rest.find(['"', '\\']) {
            self.copy(at);
            if self.rest.starts_with('"') {
                self.copy(1);
                return;
            }
            self.escape();
        }
        self.copy(self.rest.len());
    }

    fn escape(&mut self) {
        match self.unit(0) {
            Some(0xD800..=0xDBFF) if matches!(self.unit(6), Some(0xDC00..=0xDFFF)) => self.copy(12),
            Some(0xD800..=0xDFFF) => self.replace(6, "\\ufffd", "a lone surrogate"),
            _ => {
                let escaped = self.rest.chars().nth(1).map_or(0, char::len_utf8);
                self.copy(1 + escaped);
            }
        }
    }

    /// The code unit of an escape `\uXXXX` that begins here.
    fn unit(&self, at: usize) -> Option<u16> {
        let digits = self.rest.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    }

    fn copy(&mut self, bytes: usize) {
        let (head, rest) = self.rest.split_at(bytes);
        self.out.push_str(head);
        self.rest = rest;
    }

    fn replace(&mut self, bytes: usize, by: &str, what: &'static str) {
        self.out.push_str(by);
        self.rest = self.rest.split_at(bytes).1;
        self.what.insert(what);
    }
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '.')
}
