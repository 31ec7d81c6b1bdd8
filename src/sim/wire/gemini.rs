//! Gemini `generateContent`: <https://ai.google.dev/api/generate-content>.

use serde_json::{Value, json};

use super::{Fault, list, object, text};
use crate::sim::ask::{Ask, Form, Offer, text_of};
use crate::sim::reply::{Ending, Reply, Said};

/// Understands a request; the model stands in the path.
pub(super) fn read(path: &str, body: &Value) -> Result<Ask, Fault> {
    let model = path.rsplit('/').next().unwrap_or_default();
    let model = model.rsplit_once(':').map_or(model, |(model, _)| model).to_owned();
    let mut ask = Ask { model, ..Ask::default() };
    if body.get("contents").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        return Err(Fault::bad("* GenerateContentRequest.contents: contents is not specified"));
    }
    if let Some(parts) = body.pointer("/systemInstruction/parts") {
        ask.hear("system", text_of(Some(parts)));
    }
    for content in list(body, "contents") {
        let role = if text(content, "role") == "model" { "assistant" } else { "user" };
        ask.hear(role, text_of(content.get("parts")));
    }
    let most = body.pointer("/generationConfig/maxOutputTokens");
    ask.max_tokens = most.and_then(Value::as_u64);
    ask.form = form(body, &ask);
    Ok(ask)
}

fn form(body: &Value, ask: &Ask) -> Form {
    let calling = body.pointer("/toolConfig/functionCallingConfig").unwrap_or(&Value::Null);
    let allowed: Vec<&Value> = list(calling, "allowedFunctionNames").collect();
    let offers: Vec<Offer> = list(body, "tools")
        .flat_map(|tool| list(tool, "functionDeclarations"))
        .map(|tool| {
            let schema = tool.get("parametersJsonSchema").or_else(|| tool.get("parameters"));
            let parameters = schema.cloned().unwrap_or_else(|| json!({"type": "object"}));
            Offer { name: text(tool, "name"), parameters }
        })
        .filter(|offer| allowed.is_empty() || allowed.iter().any(|name| **name == *offer.name))
        .collect();
    if !offers.is_empty() && text(calling, "mode") != "NONE" {
        return Form::Call(offers);
    }
    let config = body.get("generationConfig").unwrap_or(&Value::Null);
    let schema = ["responseJsonSchema", "responseSchema"].iter().find_map(|name| config.get(name));
    match schema {
        Some(schema) => Form::Json { schema: Some(schema.clone()), forced: true },
        None if text(config, "responseMimeType") == "application/json" => {
            Form::of_json_mode(&ask.system)
        }
        None => Form::of_words(&ask.system),
    }
}

/// Writes an answer. A blocked input has no candidates; a refusal is a candidate without content.
pub(super) fn write(reply: &Reply, ask: &Ask, id: &str) -> Value {
    let parts: Vec<Value> = match &reply.said {
        Said::Text(text) => vec![json!({"text": text})],
        said => {
            let calls = said.calls().map(|(_, call)| {
                json!({"functionCall": {"name": call.name, "args": object(&call.arguments)}})
            });
            calls.collect()
        }
    };
    let content = json!({"role": "model", "parts": parts});
    let (input, output) = (ask.input_tokens(), reply.output_tokens());
    let usage = json!({
        "promptTokenCount": input,
        "candidatesTokenCount": output,
        "totalTokenCount": input + output,
    });
    let mut body = json!({
        "usageMetadata": usage,
        "modelVersion": reply.served,
        "responseId": id,
    });
    let (name, value) = match &reply.ending {
        Ending::Filtered => ("promptFeedback", json!({"blockReason": "SAFETY"})),
        Ending::Refused(words) => (
            "candidates",
            json!([{"index": 0, "finishReason": "PROHIBITED_CONTENT", "finishMessage": words}]),
        ),
        Ending::Done => {
            ("candidates", json!([{"index": 0, "finishReason": "STOP", "content": content}]))
        }
        Ending::Cut => {
            ("candidates", json!([{"index": 0, "finishReason": "MAX_TOKENS", "content": content}]))
        }
    };
    if let Some(members) = body.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
    body
}
