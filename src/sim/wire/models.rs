//! The lists of models, as each provider writes them.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{CREATED, CREATED_AT, Wire};
use crate::domain::Hash;
use crate::sim::model::WorldModel;

/// The list that stands at this path, if one does: of Gemini at `/v1beta/models`, of Ollama at
/// `/api/tags`, of OpenAI and Anthropic at `/v1/models`. Only the last two say when a model ends.
pub(super) fn list(
    wire: Wire,
    path: &str,
    (models, today): (&[WorldModel], Date),
) -> Option<Value> {
    let is_gemini = path.ends_with("/v1beta/models");
    let each = |row: fn(&str) -> Value| models.iter().map(|m| row(&m.id)).collect::<Vec<Value>>();
    match wire {
        _ if path.ends_with("/api/tags") => Some(json!({"models": each(ollama)})),
        _ if is_gemini => Some(json!({"models": each(gemini)})),
        _ if !path.ends_with("/models") => None,
        Wire::Anthropic => Some(json!({
            "data": models.iter().map(|model| anthropic(model, today)).collect::<Vec<Value>>(),
            "has_more": false,
            "first_id": models.first().map(|model| &model.id),
            "last_id": models.last().map(|model| &model.id),
        })),
        _ => Some(
            json!({"object": "list", "data": models.iter().map(openai).collect::<Vec<Value>>()}),
        ),
    }
}

fn openai(model: &WorldModel) -> Value {
    json!({
        "id": model.id, "object": "model", "created": CREATED, "owned_by": "promptmatrix",
        "shutdown_date": model.shutdown,
    })
}

fn anthropic(model: &WorldModel, today: Date) -> Value {
    let lifecycle = match model.shutdown {
        None => "active",
        Some(day) if day <= today => "retired",
        Some(_) => "deprecated",
    };
    json!({
        "type": "model", "id": model.id, "display_name": model.id, "created_at": CREATED_AT,
        "lifecycle": lifecycle,
        "retires_at": model.shutdown.map(|day| format!("{day}T00:00:00Z")),
    })
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
