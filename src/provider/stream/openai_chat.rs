//! Chunks of OpenAI Chat Completions: a `delta` in place of the `message`.

use serde_json::{Map, Value, json};

use super::Folded;
use super::merge::merge;

pub(super) fn fold(events: Vec<Value>) -> Folded {
    let mut body = Map::new();
    let mut choice = Map::new();
    let mut has_choice = false;
    for event in events {
        let Value::Object(mut event) = event else { continue };
        let choices = event.remove("choices");
        merge(&mut body, event);
        for piece in choices.as_ref().and_then(Value::as_array).into_iter().flatten() {
            if piece.get("index").and_then(Value::as_u64).unwrap_or_default() != 0 {
                continue;
            }
            let Value::Object(mut piece) = piece.clone() else { continue };
            if let Some(delta) = piece.remove("delta") {
                piece.insert("message".to_owned(), delta);
            }
            has_choice = true;
            merge(&mut choice, piece);
        }
    }
    let has_end = choice.get("finish_reason").is_some_and(Value::is_string);
    if has_choice {
        body.insert("choices".to_owned(), json!([choice]));
    }
    // Groq, where nobody asked it for usage.
    if let Some(usage) = body.get("x_groq").and_then(|groq| groq.get("usage")).cloned() {
        body.entry("usage").or_insert(usage);
    }
    Folded { body: body.into(), has_end }
}
