//! OpenAI Responses: <https://platform.openai.com/docs/api-reference/responses>.

use serde_json::{Value, json};

use super::{CREATED, Fault, cached_by_itself, list, offer, text};
use crate::sim::ask::{Ask, Form, text_of};
use crate::sim::reply::{Ending, Reply, Said};

pub(super) fn read(body: &Value) -> Result<Ask, Fault> {
    let mut ask = Ask { model: text(body, "model"), ..Ask::default() };
    if let Some(instructions) = body.get("instructions").and_then(Value::as_str) {
        ask.hear("system", instructions.to_owned());
    }
    match body.get("input") {
        Some(Value::String(input)) => ask.hear("user", input.clone()),
        Some(Value::Array(items)) if !items.is_empty() => {
            for item in items {
                ask.hear(&text(item, "role"), text_of(item.get("content")));
            }
        }
        _ => return Err(Fault::bad("Missing required parameter: 'input'.")),
    }
    ask.max_tokens = body.get("max_output_tokens").and_then(Value::as_u64);
    ask.form = form(body, &ask);
    Ok(ask)
}

fn form(body: &Value, ask: &Ask) -> Form {
    let choice = body.get("tool_choice");
    let named = choice.and_then(|choice| choice.get("name")?.as_str());
    let offers: Vec<_> = list(body, "tools")
        .filter(|tool| text(tool, "type") == "function")
        .map(|tool| offer(tool, "parameters"))
        .filter(|offer| named.is_none_or(|name| offer.name == name))
        .collect();
    if !offers.is_empty() && choice.is_none_or(|choice| choice != "none") {
        return Form::Call(offers);
    }
    let format = body.pointer("/text/format").unwrap_or(&Value::Null);
    match format.get("type").and_then(Value::as_str) {
        Some("json_schema") => Form::Json { schema: format.get("schema").cloned(), forced: true },
        Some("json_object") => Form::of_json_mode(&ask.system),
        _ => Form::of_words(&ask.system),
    }
}

pub(super) fn write(reply: &Reply, ask: &Ask, id: &str) -> Value {
    let part = match (&reply.ending, &reply.said) {
        (Ending::Refused(words), _) => Some(json!({"type": "refusal", "refusal": words})),
        (_, Said::Text(text)) => {
            Some(json!({"type": "output_text", "text": text, "annotations": []}))
        }
        (_, Said::Calls(..)) => None,
    };
    let (status, reason) = match reply.ending {
        Ending::Cut => ("incomplete", json!({"reason": "max_output_tokens"})),
        Ending::Filtered => ("incomplete", json!({"reason": "content_filter"})),
        Ending::Done | Ending::Refused(_) => ("completed", Value::Null),
    };
    let items: Vec<Value> = match (&reply.said, part) {
        (said @ Said::Calls(..), None) => {
            let calls = said.calls().map(|(number, call)| {
                json!({
                    "type": "function_call", "id": format!("fc_{number}{id}"),
                    "call_id": format!("call_{number}{id}"), "name": call.name,
                    "arguments": call.arguments, "status": status,
                })
            });
            calls.collect()
        }
        (_, part) => vec![json!({
            "type": "message", "id": format!("msg_{id}"), "role": "assistant", "status": status,
            "content": part.into_iter().collect::<Vec<_>>(),
        })],
    };
    let (input, output) = (ask.input_tokens(), reply.output_tokens());
    json!({
        "id": format!("resp_{id}"),
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "error": null,
        "incomplete_details": reason,
        "model": reply.served,
        "service_tier": "default",
        "output": items,
        "usage": {
            "input_tokens": input,
            "input_tokens_details": {"cached_tokens": cached_by_itself(ask)},
            "output_tokens": output,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": input + output,
        },
    })
}
