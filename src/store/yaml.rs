//! The little YAML of a snapshot's header: one scalar on a line, as insta writes it.
//!
//! Never nests, never folds lines, knows no anchors.

use std::borrow::Cow;

use serde_json::Value;

/// Starts that would mean something else to a YAML parser.
const LEADING: &[char] = &['&', '*', '?', '|', '-', '<', '>', '=', '!', '%', '@', '.'];

/// Starts of texts that insta writes bare and then reads as numbers. Quoted, they survive it.
const MISREAD: &[&str] = &["+", "0o"];

/// Words of YAML 1.1 that are not text.
const WORDS: &[&str] = &[
    "yes", "Yes", "YES", "no", "No", "NO", "True", "TRUE", "true", "False", "FALSE", "false", "on",
    "On", "ON", "off", "Off", "OFF", "null", "Null", "NULL", "~",
];

/// Text as insta would write it, plain where that is safe and else in double quotes, save for
/// texts that insta's own way would turn into numbers.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if needs_quotes(text) { Cow::Owned(quoted(text)) } else { Cow::Borrowed(text) }
}

/// Reads the scalar after a `key:`; `None` where it is no scalar on one line.
///
/// cargo-insta quotes anew whatever it rewrites, so every spelling of a text is read.
pub(super) fn scalar(written: &str) -> Option<Value> {
    let written = written.trim_matches([' ', '\t', '\r', '\n']);
    if written.starts_with('"') {
        return serde_json::from_str::<String>(written).ok().map(Value::String);
    }
    if let Some(rest) = written.strip_prefix('\'') {
        return Some(Value::String(rest.strip_suffix('\'')?.replace("''", "'")));
    }
    if written.starts_with(LEADING) || written.starts_with(['{', '[', '#']) {
        return None;
    }
    Some(match written {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => match written.parse::<i64>() {
            Ok(number) if !is_misread(written) => Value::from(number),
            _ => Value::from(written),
        },
    })
}

fn needs_quotes(text: &str) -> bool {
    text.is_empty()
        || text.starts_with(' ')
        || text.ends_with(' ')
        || text.starts_with(LEADING)
        || text.starts_with("0x")
        || is_misread(text)
        || text.contains(is_special)
        || WORDS.contains(&text)
        || text.parse::<i64>().is_ok()
        || text.parse::<f64>().is_ok()
}

/// Whether insta itself would not keep the text.
pub(super) fn is_misread(text: &str) -> bool {
    MISREAD.iter().any(|start| text.starts_with(start))
}

fn is_special(character: char) -> bool {
    matches!(
        character,
        ':' | '{' | '}' | '[' | ']' | ',' | '#' | '`' | '"' | '\'' | '\\' | '\t' | '\n' | '\r'
            | '\0'..='\x06'
            | '\x0e'..='\x1a'
            | '\x1c'..='\x1f'
    )
}

/// JSON's way to quote, and the DEL character too, as insta has it.
fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\x7f', "\\u007f")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_of_a_text_is_read() {
        for written in ["gpt-4o", "\"gpt-4o\"", "'gpt-4o'", "  gpt-4o  "] {
            assert_eq!(scalar(written), Some(Value::from("gpt-4o")), "{written}");
        }
        assert_eq!(scalar("'it''s'"), Some(Value::from("it's")));
        assert_eq!(scalar("7"), Some(Value::from(7)));
        assert_eq!(scalar("\"7\""), Some(Value::from("7")));
        assert_eq!(scalar("~"), Some(Value::Null));
        for broken in ["\"open", "'open", "&anchor", "|", "{a: 1}"] {
            assert_eq!(scalar(broken), None, "{broken}");
        }
    }

    proptest! {
        #[test]
        fn a_written_text_is_read_as_the_same_text(value in any::<String>()) {
            prop_assert_eq!(scalar(&text(&value)), Some(Value::from(value)));
        }
    }
}
