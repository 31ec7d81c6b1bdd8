//! Anthropic Messages: <https://docs.claude.com/en/api/messages>.

use serde_json::{Value, json};

use super::{Fault, list, object, offer, text};
use crate::sim::ask::{Ask, Form, text_of};
use crate::sim::reply::{Ending, Reply, Said};

pub(super) fn read(body: &Value) -> Result<Ask, Fault> {
    let mut ask = Ask { model: text(body, "model"), ..Ask::default() };
    let Some(most) = body.get("max_tokens").and_then(Value::as_u64) else {
        return Err(Fault::bad("max_tokens: Field required"));
    };
    ask.max_tokens = Some(most);
    if body.get("messages").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        return Err(Fault::bad("messages: at least one message is required"));
    }
    if body.get("system").is_some() {
        ask.hear("system", text_of(body.get("system")));
    }
    for message in list(body, "messages") {
        ask.hear(&text(message, "role"), text_of(message.get("content")));
    }
    ask.marks_cache = list(body, "system").any(|block| block.get("cache_control").is_some())
        || body.get("cache_control").is_some();
    ask.form = form(body, &ask);
    Ok(ask)
}

fn form(body: &Value, ask: &Ask) -> Form {
    let choice = body.get("tool_choice").unwrap_or(&Value::Null);
    let named = choice.get("name").and_then(Value::as_str);
    let offers: Vec<_> = list(body, "tools")
        .map(|tool| offer(tool, "input_schema"))
        .filter(|offer| named.is_none_or(|name| offer.name == name))
        .collect();
    if !offers.is_empty() && text(choice, "type") != "none" {
        return Form::Call(offers);
    }
    match body.pointer("/output_config/format/schema") {
        Some(schema) => Form::Json { schema: Some(schema.clone()), forced: true },
        None => Form::of_words(&ask.system),
    }
}

pub(super) fn write(reply: &Reply, ask: &Ask, id: &str) -> Value {
    let mut content: Vec<Value> = Vec::new();
    if let Said::Text(text) = &reply.said
        && !text.is_empty()
    {
        content.push(json!({"type": "text", "text": text}));
    }
    content.extend(reply.said.calls().map(|(number, call)| {
        json!({
            "type": "tool_use", "id": format!("toolu_{number}{id}"), "name": call.name,
            "input": object(&call.arguments),
        })
    }));
    let (stop, details) = match (&reply.ending, &reply.said) {
        (Ending::Refused(words), _) => ("refusal", refusal("general_harms", words)),
        (Ending::Filtered, _) => ("refusal", refusal("cyber", "Blocked by a content filter.")),
        (Ending::Cut, _) => ("max_tokens", Value::Null),
        (Ending::Done, Said::Calls(..)) => ("tool_use", Value::Null),
        (Ending::Done, Said::Text(_)) => ("end_turn", Value::Null),
    };
    // A marked system prompt is answered as if an earlier call had warmed the cache.
    let read = if ask.marks_cache { ask.system_tokens() } else { 0 };
    json!({
        "id": format!("msg_{id}"),
        "type": "message",
        "role": "assistant",
        "model": reply.served,
        "content": content,
        "stop_reason": stop,
        "stop_details": details,
        "stop_sequence": null,
        "usage": {
            "input_tokens": ask.input_tokens() - read,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": read,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            "output_tokens": reply.output_tokens(),
            "service_tier": "standard",
        },
    })
}

fn refusal(category: &str, words: &str) -> Value {
    json!({"type": "refusal", "category": category, "explanation": words})
}
