//! Lines of Ollama: each holds what is new, the last one all counts.

use serde_json::{Map, Value};

use super::Folded;
use super::merge::merge;

pub(super) fn fold(events: Vec<Value>) -> Folded {
    let mut body = Map::new();
    for event in events {
        if let Value::Object(event) = event {
            merge(&mut body, event);
        }
    }
    // Who says nothing of an end does not stream.
    let has_end = body.get("done").map_or(!body.is_empty(), |done| *done == true);
    Folded { body: body.into(), has_end }
}
