//! Bedrock's Converse: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>.

use serde_json::{Value, json};

use super::{Fault, list, object, text};
use crate::sim::ask::{Ask, Form, Offer, text_of};
use crate::sim::reply::{Ending, Reply, Said};

pub(super) fn read(path: &str, body: &Value) -> Result<Ask, Fault> {
    let id = path.strip_suffix("/converse").and_then(|path| path.rsplit('/').next());
    let model = id.unwrap_or_default().replace("%3A", ":");
    let mut ask = Ask { model, ..Ask::default() };
    ask.hear("system", text_of(body.get("system")));
    ask.marks_cache = list(body, "system").any(|block| block.get("cachePoint").is_some());
    for message in list(body, "messages") {
        ask.hear(&text(message, "role"), text_of(message.get("content")));
    }
    ask.max_tokens = body.pointer("/inferenceConfig/maxTokens").and_then(Value::as_u64);
    let tools = body.pointer("/toolConfig/tools").and_then(Value::as_array).into_iter().flatten();
    let offers: Vec<_> = tools
        .filter_map(|tool| tool.get("toolSpec"))
        .map(|tool| Offer {
            name: text(tool, "name"),
            parameters: tool.pointer("/inputSchema/json").cloned().unwrap_or_default(),
        })
        .collect();
    let schema = body.pointer("/outputConfig/textFormat/structure/jsonSchema/schema");
    ask.form = match schema {
        _ if !offers.is_empty() => Form::Call(offers),
        Some(schema) => {
            let schema = schema.as_str().and_then(|schema| serde_json::from_str(schema).ok());
            let schema = schema.ok_or_else(|| Fault::bad("The JSON schema is not valid JSON."))?;
            Form::Json { schema: Some(schema), forced: true }
        }
        None => Form::of_words(&ask.system),
    };
    Ok(ask)
}

/// Writes an answer. It does not name its model.
pub(super) fn write(reply: &Reply, ask: &Ask, id: &str) -> Value {
    let content = match &reply.said {
        Said::Text(text) => json!([{"text": text}]),
        said => {
            let calls = said.calls().map(|(number, call)| {
                json!({"toolUse": {
                    "toolUseId": format!("tooluse_{number}{id}"), "name": call.name,
                    "input": object(&call.arguments),
                }})
            });
            calls.collect()
        }
    };
    let stop = match (&reply.ending, &reply.said) {
        (Ending::Cut, _) => "max_tokens",
        (Ending::Filtered, _) => "content_filtered",
        (Ending::Done, Said::Calls(..)) => "tool_use",
        (Ending::Done | Ending::Refused(_), _) => "end_turn",
    };
    let (input, output) = (ask.input_tokens(), reply.output_tokens());
    // A marked system prompt is answered as if an earlier call had warmed the cache.
    let read = if ask.marks_cache { ask.system_tokens() } else { 0 };
    let mut answer = json!({
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": stop,
        "usage": {
            "inputTokens": input - read, "cacheReadInputTokens": read, "cacheWriteInputTokens": 0,
            "outputTokens": output, "totalTokens": input + output,
        },
        "metrics": {"latencyMs": u64::try_from(reply.elapsed.as_millis()).unwrap_or(u64::MAX)},
    });
    if let (Ending::Refused(words), Some(members)) = (&reply.ending, answer.as_object_mut()) {
        let more = json!({"stop_reason": "refusal", "stop_details": {"explanation": words}});
        members.insert("additionalModelResponseFields".to_owned(), more);
    }
    answer
}
