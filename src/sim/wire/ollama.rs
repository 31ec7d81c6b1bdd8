//! Ollama's own chat: <https://docs.ollama.com/api/chat>.

use serde_json::{Value, json};

use super::{CREATED_AT, list, object, offer, text};
use crate::sim::ask::{Ask, Form, text_of};
use crate::sim::reply::{Ending, Reply, Said};

pub(super) fn read(body: &Value) -> Ask {
    let mut ask = Ask { model: text(body, "model"), ..Ask::default() };
    for message in list(body, "messages") {
        ask.hear(&text(message, "role"), text_of(message.get("content")));
    }
    ask.max_tokens = body.pointer("/options/num_predict").and_then(Value::as_u64);
    let offers: Vec<_> = list(body, "tools")
        .filter_map(|tool| tool.get("function"))
        .map(|tool| offer(tool, "parameters"))
        .collect();
    ask.form = match body.get("format") {
        _ if !offers.is_empty() => Form::Call(offers),
        Some(schema @ Value::Object(_)) => {
            Form::Json { schema: Some(schema.clone()), forced: true }
        }
        Some(Value::String(word)) if word == "json" => Form::of_json_mode(&ask.system),
        _ => Form::of_words(&ask.system),
    };
    ask
}

/// Writes an answer. Durations are in nanoseconds.
pub(super) fn write(reply: &Reply, ask: &Ask) -> Value {
    let message = match &reply.said {
        Said::Text(text) => json!({"role": "assistant", "content": text}),
        said => {
            let calls = said.calls().map(|(_, call)| {
                json!({"function": {"name": call.name, "arguments": object(&call.arguments)}})
            });
            json!({"role": "assistant", "content": "", "tool_calls": calls.collect::<Vec<_>>()})
        }
    };
    let total = u64::try_from(reply.elapsed.as_nanos()).unwrap_or(u64::MAX);
    json!({
        "model": reply.served,
        "created_at": CREATED_AT,
        "message": message,
        "done": true,
        "done_reason": if reply.ending == Ending::Cut { "length" } else { "stop" },
        "total_duration": total,
        "load_duration": 0,
        "prompt_eval_count": ask.input_tokens(),
        "prompt_eval_duration": total / 4,
        "eval_count": reply.output_tokens(),
        "eval_duration": total / 4 * 3,
    })
}
