//! Events of OpenAI Responses: the last one has the whole response.

use serde_json::{Map, Value};

use super::Folded;
use super::merge::object;

const ENDS: [&str; 4] =
    ["response.completed", "response.incomplete", "response.failed", "response.cancelled"];

pub(super) fn fold(events: Vec<Value>) -> Folded {
    let mut body = Map::new();
    let mut items: Vec<Value> = Vec::new();
    let mut has_end = false;
    for mut event in events {
        let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
        if ENDS.contains(&kind) {
            has_end = true;
            body = object(&mut event, "response");
        } else if kind == "response.output_item.done" {
            items.extend(event.get_mut("item").map(Value::take));
        }
    }
    // Some servers leave out of the response what they sent before.
    let is_left_out = body.get("output").and_then(Value::as_array).is_none_or(Vec::is_empty);
    if has_end && is_left_out && !items.is_empty() {
        body.insert("output".to_owned(), items.into());
    }
    Folded { body: body.into(), has_end }
}
