//! Amazon Bedrock's Converse. The model's id stands in the path, a schema is sent as text, and
//! answers do not say which model wrote them unless a router chose it.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::domain::{
    Completion, HttpResponse, Identity, Message, ProviderError, Role, StopReason, ToolCall,
};

use super::anthropic;
use super::body::{Loose, arguments, malformed, read, request_id, string};
use super::call::{Ask, Call, Forced, set};
use super::encode::Payload;
use super::{Provider, usage};

/// The adapter.
pub(super) struct Bedrock;

impl Provider for Bedrock {
    fn encode(&self, call: &Call<'_>) -> Payload {
        let params = &call.request.model.params;
        let mut body = Map::new();
        set(&mut body, "system", system(call));
        body.insert("messages".into(), call.request.messages.iter().map(message).collect());
        let mut output = Map::new();
        match &call.ask {
            Ask::Text | Ask::Json => {}
            Ask::Schema { name, schema } => {
                let schema = json!({"name": name, "schema": schema.document.to_string()});
                let format = json!({"type": "json_schema", "structure": {"jsonSchema": schema}});
                set(&mut output, "textFormat", Some(format));
            }
            Ask::Tools(tools, calls) => {
                let choice = match Forced::of(tools, *calls) {
                    Forced::Named(name) => json!({"tool": {"name": name}}),
                    Forced::Any => json!({"any": {}}),
                    Forced::None => json!({"auto": {}}),
                };
                let tools = tools.iter().map(|tool| {
                    json!({"toolSpec": {"name": tool.name, "description": tool.description,
                        "inputSchema": {"json": tool.parameters}}})
                });
                let tools: Vec<Value> = tools.collect();
                set(&mut body, "toolConfig", Some(json!({"tools": tools, "toolChoice": choice})));
            }
        }
        set(&mut output, "effort", params.reasoning_effort.clone());
        set(&mut body, "outputConfig", Some(output).filter(|output| !output.is_empty()));
        let mut inference = Map::new();
        set(&mut inference, "maxTokens", params.max_output_tokens);
        set(&mut inference, "temperature", params.temperature);
        set(&mut inference, "topP", params.top_p);
        set(&mut inference, "stopSequences", call.stop());
        set(&mut body, "inferenceConfig", Some(inference).filter(|config| !config.is_empty()));
        Payload { body, headers: Vec::new() }
    }

    fn decode(&self, response: &HttpResponse) -> Result<Completion, ProviderError> {
        let answer: Answer<'_> = read(response)?;
        let Some(message) = answer.output.and_then(|output| output.message) else {
            return Err(malformed(response, "the answer has no `output.message`".to_owned()));
        };
        let more = answer.more.0.unwrap_or_default();
        let trace = answer.trace.0.unwrap_or_default();
        let served = trace.pointer("/promptRouter/invokedModelId").and_then(Value::as_str);
        let said = completion(message.content.unwrap_or_default());
        let refused = more.get("stop_reason").is_some_and(|reason| reason == "refusal");
        let refusal = || {
            let words = more.pointer("/stop_details/explanation").and_then(Value::as_str);
            words.or(said.text.as_deref()).unwrap_or("refusal").to_owned()
        };
        Ok(Completion {
            refusal: refused.then(refusal),
            stop: match stop(answer.stop_reason.0.as_deref()) {
                _ if refused => StopReason::Refused,
                stop => stop,
            },
            stop_raw: answer.stop_reason.0,
            usage: answer.usage.0.as_ref().and_then(usage::bedrock),
            identity: Identity {
                served: served.map(str::to_owned),
                request_id: request_id(response, None),
                ..Identity::default()
            },
            ..said
        })
    }
}

fn system(call: &Call<'_>) -> Option<Value> {
    let text = Some(&call.system).filter(|system| !system.is_empty())?;
    let mut blocks = vec![json!({"text": text})];
    if call.request.model.cache_system_prompt {
        blocks.push(json!({"cachePoint": {"type": "default"}}));
    }
    Some(blocks.into())
}

fn message(turn: &Message) -> Value {
    let role = match turn.role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    json!({"role": role, "content": [{"text": turn.text}]})
}

fn completion(blocks: Vec<Block<'_>>) -> Completion {
    let mut texts = Vec::new();
    let mut thoughts = Vec::new();
    let mut tool_calls = Vec::new();
    for block in blocks {
        texts.extend(string(block.text));
        let thought = block.reasoning_content.and_then(|reasoning| reasoning.reasoning_text);
        thoughts.extend(thought.and_then(|thought| string(thought.text)));
        // A tool of the server's own is called and answered there.
        let own = block.tool_use.filter(|call| call.kind.0.as_deref() != Some("server_tool_use"));
        tool_calls.extend(own.map(|call| ToolCall {
            name: call.name.0.unwrap_or_default(),
            arguments: arguments(call.input),
        }));
    }
    Completion {
        text: (!texts.is_empty()).then(|| texts.concat()),
        thought: (!thoughts.is_empty()).then(|| ("reasoningContent", thoughts.concat())),
        tool_calls,
        ..Completion::default()
    }
}

pub(super) fn stop(word: Option<&str>) -> StopReason {
    match word.unwrap_or_default() {
        "guardrail_intervened" | "content_filtered" => StopReason::Filtered,
        "malformed_model_output" | "malformed_tool_use" => StopReason::ProviderFault,
        _ => anthropic::stop(word),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    #[serde(borrow, default)]
    output: Option<Output<'a>>,
    #[serde(default)]
    stop_reason: Loose<String>,
    #[serde(default)]
    usage: Loose<Value>,
    #[serde(default)]
    trace: Loose<Value>,
    #[serde(default, rename = "additionalModelResponseFields")]
    more: Loose<Value>,
}

#[derive(Deserialize)]
struct Output<'a> {
    #[serde(borrow, default)]
    message: Option<Reply<'a>>,
}

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow, default)]
    content: Option<Vec<Block<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Block<'a> {
    #[serde(borrow, default)]
    text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tool_use: Option<ToolUse<'a>>,
    #[serde(borrow, default)]
    reasoning_content: Option<Reasoning<'a>>,
}

#[derive(Deserialize)]
struct ToolUse<'a> {
    #[serde(default, rename = "type")]
    kind: Loose<String>,
    #[serde(default)]
    name: Loose<String>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reasoning<'a> {
    #[serde(borrow, default)]
    reasoning_text: Option<ReasoningText<'a>>,
}

#[derive(Deserialize)]
struct ReasoningText<'a> {
    #[serde(borrow, default)]
    text: Option<&'a RawValue>,
}
