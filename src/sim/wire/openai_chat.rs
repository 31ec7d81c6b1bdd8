//! OpenAI Chat Completions: <https://platform.openai.com/docs/api-reference/chat>.

use serde_json::{Value, json};

use super::{CREATED, Fault, cached_by_itself, list, offer, text};
use crate::domain::Hash;
use crate::sim::ask::{Ask, Form, text_of};
use crate::sim::reply::{Ending, Reply, Said};

pub(super) fn read(body: &Value) -> Result<Ask, Fault> {
    let mut ask = Ask { model: text(body, "model"), ..Ask::default() };
    if body.get("messages").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        return Err(Fault::bad("Missing required parameter: 'messages'."));
    }
    for message in list(body, "messages") {
        ask.hear(&text(message, "role"), text_of(message.get("content")));
    }
    let most = body.get("max_completion_tokens").or_else(|| body.get("max_tokens"));
    ask.max_tokens = most.and_then(Value::as_u64);
    ask.form = form(body, &ask)?;
    Ok(ask)
}

fn form(body: &Value, ask: &Ask) -> Result<Form, Fault> {
    let choice = body.get("tool_choice");
    let named = choice.and_then(|choice| choice.pointer("/function/name")?.as_str());
    let offers: Vec<_> = list(body, "tools")
        .filter_map(|tool| tool.get("function"))
        .map(|tool| offer(tool, "parameters"))
        .filter(|offer| named.is_none_or(|name| offer.name == name))
        .collect();
    if !offers.is_empty() && choice.is_none_or(|choice| choice != "none") {
        return Ok(Form::Call(offers));
    }
    let format = body.get("response_format").unwrap_or(&Value::Null);
    match format.get("type").and_then(Value::as_str) {
        Some("json_schema") => {
            let wrapped = format.pointer("/json_schema/schema");
            // Some servers take the schema itself in place of the wrapper around it.
            let schema = wrapped.or_else(|| format.get("json_schema")).cloned();
            Ok(Form::Json { schema, forced: true })
        }
        Some("json_object") if !mentions_json(body) => Err(Fault::bad(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
        )),
        Some("json_object") => Ok(Form::of_json_mode(&ask.system)),
        _ => Ok(Form::of_words(&ask.system)),
    }
}

fn mentions_json(body: &Value) -> bool {
    list(body, "messages")
        .any(|message| text_of(message.get("content")).to_lowercase().contains("json"))
}

pub(super) fn write(reply: &Reply, ask: &Ask, id: &str) -> Value {
    let mut message = json!({"role": "assistant", "content": null, "refusal": null});
    match (&reply.ending, &reply.said) {
        (Ending::Refused(words), _) => set(&mut message, "refusal", json!(words)),
        (_, Said::Text(text)) => set(&mut message, "content", json!(text)),
        (_, said) => {
            let calls = said.calls().map(|(number, call)| {
                let function = json!({"name": call.name, "arguments": call.arguments});
                json!({"id": format!("call_{number}{id}"), "type": "function", "function": function})
            });
            set(&mut message, "tool_calls", calls.collect());
        }
    }
    let finish = match (&reply.ending, &reply.said) {
        (Ending::Cut, _) => "length",
        (Ending::Filtered, _) => "content_filter",
        (Ending::Done, Said::Calls(..)) => "tool_calls",
        (Ending::Done | Ending::Refused(_), _) => "stop",
    };
    let (input, output) = (ask.input_tokens(), reply.output_tokens());
    json!({
        "id": format!("chatcmpl-{id}"),
        "object": "chat.completion",
        "created": CREATED,
        "model": reply.served,
        "service_tier": "default",
        "system_fingerprint": format!("fp_{}", Hash::of_bytes(reply.served.as_bytes()).short(10)),
        "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": input,
            "completion_tokens": output,
            "total_tokens": input + output,
            "prompt_tokens_details": {"cached_tokens": cached_by_itself(ask), "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
    })
}

fn set(message: &mut Value, name: &str, value: Value) {
    if let Some(members) = message.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
