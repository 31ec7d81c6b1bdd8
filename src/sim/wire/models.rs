//! The lists of models, as each provider writes them.

use serde_json::{Value, json};

use super::{CREATED, CREATED_AT, Wire};
use crate::domain::Hash;

/// The list that stands at this path, if one does: of Gemini at `/v1beta/models`, of Ollama at
/// `/api/tags`, of OpenAI and Anthropic at `/v1/models`.
pub(super) fn list(wire: Wire, path: &str, ids: &[&str]) -> Option<Value> {
    let is_gemini = path.ends_with("/v1beta/models");
    let each = |row: fn(&str) -> Value| ids.iter().map(|id| row(id)).collect::<Vec<Value>>();
    match wire {
        _ if path.ends_with("/api/tags") => Some(json!({"models": each(ollama)})),
        _ if is_gemini => Some(json!({"models": each(gemini)})),
        _ if !path.ends_with("/models") => None,
        Wire::Anthropic => Some(json!({
            "data": each(anthropic), "has_more": false,
            "first_id": ids.first(), "last_id": ids.last(),
        })),
        _ => Some(json!({"object": "list", "data": each(openai)})),
    }
}

fn openai(id: &str) -> Value {
    json!({"id": id, "object": "model", "created": CREATED, "owned_by": "promptmatrix"})
}

fn anthropic(id: &str) -> Value {
    json!({"type": "model", "id": id, "display_name": id, "created_at": CREATED_AT})
}

fn gemini(id: &str) -> Value {
    json!({
        "name": format!("models/{id}"), "displayName": id, "version": "001",
        "inputTokenLimit": 128_000, "outputTokenLimit": 8192,
        "supportedGenerationMethods": ["generateContent"],
    })
}

fn ollama(id: &str) -> Value {
    json!({
        "name": id, "model": id, "modified_at": CREATED_AT, "size": 0,
        "digest": Hash::of_bytes(id.as_bytes()),
        "details": {"format": "gguf", "family": "demo", "families": ["demo"],
            "parameter_size": "", "quantization_level": ""},
    })
}
