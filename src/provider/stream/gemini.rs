//! Pieces of Gemini's answers: each is written like a whole one, and holds what is new.

use serde_json::{Map, Value, json};

use super::Folded;
use super::merge::merge;

pub(super) fn fold(events: Vec<Value>) -> Folded {
    let mut body = Map::new();
    let mut candidate = Map::new();
    for event in events {
        let Value::Object(mut event) = event else { continue };
        let candidates = event.remove("candidates");
        merge(&mut body, event);
        let first = candidates.and_then(|list| list.get(0).cloned());
        if let Some(Value::Object(piece)) = first {
            merge(&mut candidate, piece);
        }
    }
    let is_text = |value: Option<&Value>| value.is_some_and(Value::is_string);
    let blocked = body.get("promptFeedback").and_then(|feedback| feedback.get("blockReason"));
    let has_end = is_text(candidate.get("finishReason")) || is_text(blocked);
    if !candidate.is_empty() {
        body.insert("candidates".to_owned(), json!([candidate]));
    }
    Folded { body: body.into(), has_end }
}
