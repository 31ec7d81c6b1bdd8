//! Events of Cohere's Chat API v2: every list of the message comes item by item, under its `index`.

use serde_json::{Map, Value, json};

use super::Folded;
use super::merge::{merge, object};

pub(super) fn fold(events: Vec<Value>) -> Folded {
    let mut body = Map::new();
    let mut message = Map::new();
    let mut has_end = false;
    for mut event in events {
        let index = event.get("index").cloned().unwrap_or_default();
        let kind = event.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut delta = object(&mut event, "delta");
        match kind.as_str() {
            "message-start" => {
                merge(&mut body, Map::from_iter([("id".to_owned(), event["id"].take())]))
            }
            "message-end" => {
                has_end = true;
                merge(&mut body, delta);
                continue;
            }
            _ => {}
        }
        let mut piece =
            delta.remove("message").map(|piece| json!({"message": piece})).unwrap_or_default();
        let mut piece = object(&mut piece, "message");
        for name in ["content", "tool_calls"] {
            match piece.get_mut(name) {
                Some(Value::Object(item)) => {
                    item.insert("index".to_owned(), index.clone());
                    let item = piece.remove(name);
                    piece.insert(name.to_owned(), json!([item]));
                }
                // The message begins with empty lists.
                _ => drop(piece.remove(name)),
            }
        }
        merge(&mut message, piece);
    }
    if !body.contains_key("error") {
        body.insert("message".to_owned(), message.into());
    }
    Folded { body: body.into(), has_end }
}
