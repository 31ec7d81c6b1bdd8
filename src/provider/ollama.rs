//! Ollama's own `/api/chat`. It has no forced choice of tool, and it cuts a prompt that is longer
//! than its context unless told not to; `num_ctx` goes through `extra-body` under `options`.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::domain::{Completion, HttpResponse, Identity, ProviderError, StopReason, ToolCall};

use super::body::{Loose, arguments, malformed, read, request_id, string};
use super::call::{Ask, Call, set};
use super::encode::Payload;
use super::openai_chat::messages;
use super::{Provider, error, usage};

/// The adapter.
pub(super) struct Ollama;

impl Provider for Ollama {
    fn encode(&self, call: &Call<'_>) -> Payload {
        let params = &call.request.model.params;
        let mut body = Map::new();
        body.insert("model".into(), call.request.model.id.clone().into());
        body.insert("messages".into(), messages(&call.system, &call.request.messages).into());
        match &call.ask {
            Ask::Json => set(&mut body, "format", Some("json")),
            Ask::Schema { schema, .. } => set(&mut body, "format", Some(schema.document.clone())),
            Ask::Tools(tools, _) => {
                let tools = tools.iter().map(|tool| {
                    json!({"type": "function", "function": {
                        "name": tool.name, "description": tool.description,
                        "parameters": tool.parameters
                    }})
                });
                set(&mut body, "tools", Some(tools.collect::<Vec<_>>()));
            }
            Ask::Text => {}
        }
        let mut options = Map::new();
        set(&mut options, "num_predict", params.max_output_tokens);
        set(&mut options, "temperature", params.temperature);
        set(&mut options, "top_p", params.top_p);
        set(&mut options, "seed", call.param("seed", params.seed));
        set(&mut options, "stop", call.stop());
        set(&mut body, "options", Some(options).filter(|options| !options.is_empty()));
        set(&mut body, "think", params.reasoning_effort.as_deref().map(think));
        Payload { body, headers: Vec::new() }
    }

    fn decode(&self, response: &HttpResponse) -> Result<Completion, ProviderError> {
        let answer: Answer<'_> = read(response)?;
        if let Some(failure) = answer.error.0.filter(|error| !error.is_null()) {
            return Err(error::from_value(response, &json!({"error": failure})));
        }
        let Some(message) = answer.message else {
            return Err(malformed(response, "the answer has no `message`".to_owned()));
        };
        let calls = message.tool_calls.unwrap_or_default().into_iter();
        let tool_calls: Vec<_> = calls
            .filter_map(|call| call.function)
            .map(|function| ToolCall {
                name: function.name.0.unwrap_or_default(),
                arguments: arguments(function.arguments),
            })
            .collect();
        let stop = match answer.done_reason.0.as_deref().unwrap_or_default() {
            "length" => StopReason::Truncated,
            _ if !tool_calls.is_empty() => StopReason::ToolCall,
            "stop" => StopReason::Complete,
            _ => StopReason::Unknown,
        };
        Ok(Completion {
            text: string(message.content),
            thought: string(message.thinking).map(|text| ("thinking", text)),
            tool_calls,
            refusal: None,
            stop,
            stop_raw: answer.done_reason.0,
            usage: usage::ollama(answer.prompt_eval_count.0, answer.eval_count.0),
            identity: Identity {
                served: answer.model.0.filter(|model: &String| !model.is_empty()),
                fingerprint: None,
                request_id: request_id(response, None),
            },
        })
    }
}

/// A switch, or how hard where the model has degrees.
fn think(effort: &str) -> Value {
    match effort {
        "none" | "false" => false.into(),
        "true" => true.into(),
        degree => degree.into(),
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default)]
    model: Loose<String>,
    #[serde(borrow, default)]
    message: Option<Reply<'a>>,
    #[serde(default)]
    done_reason: Loose<String>,
    #[serde(default)]
    prompt_eval_count: Loose<u64>,
    #[serde(default)]
    eval_count: Loose<u64>,
    #[serde(default)]
    error: Loose<Value>,
}

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    thinking: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<Called<'a>>>,
}

#[derive(Deserialize)]
struct Called<'a> {
    #[serde(borrow, default)]
    function: Option<Function<'a>>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(default)]
    name: Loose<String>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}
