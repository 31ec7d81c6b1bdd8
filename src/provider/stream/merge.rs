//! How pieces of an answer become one: texts are joined, lists filled by their `index`.

use serde_json::{Map, Value, json};

/// Members whose pieces are joined; of any other text the last one holds.
const TEXTS: [&str; 9] = [
    "arguments",
    "content",
    "input",
    "reasoning",
    "reasoning_content",
    "refusal",
    "text",
    "thinking",
    "tool_plan",
];

/// Members to which pieces without an `index` are added; any other list replaces the one before.
const LISTS: [&str; 3] = ["content", "parts", "tool_calls"];

/// Adds a piece to what there is. A null says nothing.
pub(super) fn merge(whole: &mut Map<String, Value>, piece: Map<String, Value>) {
    for (name, piece) in piece {
        match (whole.get_mut(&name), piece) {
            (_, Value::Null) => {}
            (Some(Value::String(text)), Value::String(more)) if TEXTS.contains(&&*name) => {
                text.push_str(&more)
            }
            (Some(Value::String(_)), Value::String(more)) if more.is_empty() => {}
            (Some(Value::Object(members)), Value::Object(more)) => merge(members, more),
            (Some(Value::Array(list)), Value::String(text)) if name == "content" => {
                list.push(chunk(&text))
            }
            (Some(whole @ Value::String(_)), Value::Array(more)) if name == "content" => {
                let mut list = vec![chunk(whole.as_str().unwrap_or_default())];
                extend(&mut list, more);
                *whole = list.into();
            }
            (Some(Value::Array(list)), Value::Array(more)) if LISTS.contains(&&*name) => {
                extend(list, more)
            }
            (_, Value::Array(more)) if LISTS.contains(&&*name) => {
                let mut list = Vec::new();
                extend(&mut list, more);
                whole.insert(name, list.into());
            }
            (_, piece) => drop(whole.insert(name, piece)),
        }
    }
}

/// Takes an object out of another; an empty one where there is none.
pub(super) fn object(from: &mut Value, name: &str) -> Map<String, Value> {
    match from.get_mut(name).map(Value::take) {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn extend(list: &mut Vec<Value>, more: Vec<Value>) {
    for piece in more {
        match (list.iter_mut().rev().find(|item| is_part_of(item, &piece)), piece) {
            (Some(Value::Object(item)), Value::Object(piece)) => merge(item, piece),
            (_, piece) => list.push(piece),
        }
    }
}

/// Some servers give each of several calls the same index, others each piece of one call an id of its own.
fn is_part_of(item: &Value, piece: &Value) -> bool {
    let text = |value: &Value, at| {
        let text = value.pointer(at).and_then(Value::as_str);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let is_same_index = item.get("index").is_some() && item.get("index") == piece.get("index");
    let has_other_id = text(piece, "/id").is_some_and(|id| text(item, "/id") != Some(id));
    is_same_index && !(has_other_id && text(piece, "/function/name").is_some())
}

/// A text as one of several chunks.
fn chunk(text: &str) -> Value {
    json!({"type": "text", "text": text})
}
