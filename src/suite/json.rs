//! JSON as a tree in which every value knows its place.
//!
//! `serde_json` decides what is JSON and what a text or number means; this file only finds where
//! each value begins and ends.

use std::ops::Range;

use serde_json::Value;

use super::tree::{Entry, Fault, Node, Tree};

const HELP: &str = "write JSON: texts in double quotes, no comma behind the last member";

/// Reads JSON that begins `offset` bytes into its file.
pub(super) fn read_json(text: &str, offset: usize) -> Result<Node, Fault> {
    // Refuses nesting that is too deep, so that the walk below is bounded too.
    if let Err(error) = serde_json::from_str::<Value>(text) {
        let at = offset_of(text, error.line(), error.column());
        let span = offset + at..offset + at + text.get(at..).map_or(0, first_char);
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        return Err(Fault { message, help: HELP, span });
    }
    let mut scanner = Scanner { text, at: 0, offset };
    Ok(scanner.value())
}

fn first_char(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// The byte at a line and column, both from 1.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Walks over text that is known to be JSON.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
    offset: usize,
}

impl Scanner<'_> {
    fn value(&mut self) -> Node {
        self.blanks();
        let start = self.at;
        let tree = match self.byte() {
            Some(b'{') => self.table(),
            Some(b'[') => self.list(),
            Some(b'"') => Tree::Text(self.string()),
            _ => self.word(),
        };
        Node::new(self.span(start), tree)
    }

    fn table(&mut self) -> Tree {
        let mut entries = Vec::new();
        self.at += 1;
        loop {
            self.blanks();
            match self.byte() {
                Some(b'"') => {
                    let start = self.at;
                    let key = self.string();
                    let key_span = self.span(start);
                    self.blanks();
                    self.at += 1;
                    entries.push(Entry { key, key_span, node: self.value() });
                }
                Some(b',') => self.at += 1,
                _ => break,
            }
        }
        self.at += 1;
        Tree::Table(entries)
    }

    fn list(&mut self) -> Tree {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            self.blanks();
            match self.byte() {
                Some(b']') | None => break,
                Some(b',') => self.at += 1,
                Some(_) => items.push(self.value()),
            }
        }
        self.at += 1;
        Tree::List(items)
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.byte() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        serde_json::from_str(self.text.get(start..self.at).unwrap_or_default()).unwrap_or_default()
    }

    fn word(&mut self) -> Tree {
        let start = self.at;
        while self
            .byte()
            .is_some_and(|b| !matches!(b, b',' | b']' | b'}') && !b.is_ascii_whitespace())
        {
            self.at += 1;
        }
        match serde_json::from_str(self.text.get(start..self.at).unwrap_or_default()) {
            Ok(Value::Bool(flag)) => Tree::Flag(flag),
            Ok(Value::Number(number)) => Tree::Number(number),
            _ => Tree::Null,
        }
    }

    fn blanks(&mut self) {
        while self.byte().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn span(&self, start: usize) -> Range<usize> {
        self.offset + start..self.offset + self.at.min(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pointer_finds_the_text_of_its_value() {
        let text = r#"{"a": {"b/c": [1, "x\"y", null]}, "d": -1.5e3 }"#;
        let node = read_json(text, 0).unwrap();
        let at = |pointer: &str| &text[node.pointer(pointer).unwrap().span.clone()];
        assert_eq!(at("/a/b~1c/1"), r#""x\"y""#);
        assert_eq!(at("/a/b~1c/2"), "null");
        assert_eq!(at("/d"), "-1.5e3");
        assert!(node.pointer("/a/nope").is_none());
    }

    #[test]
    fn an_error_of_syntax_has_a_place() {
        let fault = read_json("{\n  \"a\": 1,\n}", 10).unwrap_err();
        assert_eq!(fault.span, 10 + 12..10 + 13);
        assert_eq!(fault.message, "trailing comma");
    }

    proptest! {
        #[test]
        fn the_tree_holds_what_serde_json_reads(text in "[\\[\\]{}\",:0-9a-z\\\\ é]{0,40}") {
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                prop_assert_eq!(read_json(&text, 0).unwrap().to_json(), value);
            } else {
                let fault = read_json(&text, 0).unwrap_err();
                prop_assert!(text.get(fault.span).is_some());
            }
        }
    }
}
