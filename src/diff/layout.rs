//! How two answers are written, where they say the same: the order of keys, and white space.

use serde_json::Value;

use crate::domain::{Change, Kind, Pointer};

/// What is different in the writing of two answers, given as texts. Nothing where one of them is
/// not JSON by itself.
///
/// Keys are compared that both have; the first object whose keys stand in another order is named.
pub fn layout(before: &str, after: &str) -> Vec<Change> {
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
