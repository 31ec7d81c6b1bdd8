//! Cohere's Chat API v2: <https://docs.cohere.com/reference/chat>.

use serde_json::{Value, json};

use super::{Fault, list, offer, text};
use crate::sim::ask::{Ask, Form, text_of};
use crate::sim::reply::{Ending, Reply, Said};

pub(super) fn read(body: &Value) -> Result<Ask, Fault> {
    let mut ask = Ask { model: text(body, "model"), ..Ask::default() };
    for message in list(body, "messages") {
        ask.hear(&text(message, "role"), text_of(message.get("content")));
    }
    ask.max_tokens = body.get("max_tokens").and_then(Value::as_u64);
    let offers: Vec<_> = list(body, "tools")
        .filter_map(|tool| tool.get("function"))
        .map(|tool| offer(tool, "parameters"))
        .collect();
    let format = body.get("response_format").unwrap_or(&Value::Null);
    let is_json = format.get("type").and_then(Value::as_str) == Some("json_object");
    if is_json && !offers.is_empty() {
        return Err(Fault::bad("response_format is not supported with tools"));
    }
    ask.form = match format.get("json_schema") {
        _ if !offers.is_empty() => Form::Call(offers),
        Some(schema) if is_json => Form::Json { schema: Some(schema.clone()), forced: true },
        None if is_json => Form::of_json_mode(&ask.system),
        _ => Form::of_words(&ask.system),
    };
    Ok(ask)
}

pub(super) fn write(reply: &Reply, ask: &Ask, id: &str) -> Value {
    let text =
        |text: &str| json!({"role": "assistant", "content": [{"type": "text", "text": text}]});
    let message = match (&reply.ending, &reply.said) {
        (Ending::Refused(words), _) => text(words),
        (_, Said::Text(said)) => text(said),
        (_, Said::Calls(..)) => {
            let calls = reply.said.calls().map(|(number, call)| {
                json!({
                    "id": format!("{}_{number}{id}", call.name),
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                })
            });
            json!({
                "role": "assistant",
                "tool_plan": "",
                "tool_calls": calls.collect::<Vec<_>>(),
            })
        }
    };
    let finish = match (&reply.ending, &reply.said) {
        (Ending::Cut, _) => "MAX_TOKENS",
        (_, Said::Calls(..)) => "TOOL_CALL",
        _ => "COMPLETE",
    };
    let tokens =
        json!({"input_tokens": ask.input_tokens(), "output_tokens": reply.output_tokens()});
    json!({
        "id": id,
        "finish_reason": finish,
        "message": message,
        "usage": {"billed_units": tokens, "tokens": tokens},
    })
}
