//! Cohere's Chat API v2. A schema hangs on its JSON mode, a tool can be forced but not named, and an
//! answer does not say which model gave it.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::domain::{Completion, HttpResponse, Identity, ProviderError, StopReason, ToolCall};

use super::body::{Loose, arguments, malformed, read, request_id};
use super::call::{Ask, Call, set};
use super::encode::Payload;
use super::openai_chat::messages;
use super::{Provider, error, usage};

/// The adapter.
pub(super) struct Cohere;

impl Provider for Cohere {
    fn encode(&self, call: &Call<'_>) -> Payload {
        let params = &call.request.model.params;
        let mut body = Map::new();
        body.insert("model".into(), call.request.model.id.clone().into());
        body.insert("messages".into(), messages(&call.system, &call.request.messages).into());
        match &call.ask {
            Ask::Text => {}
            Ask::Json => set(&mut body, "response_format", Some(json!({"type": "json_object"}))),
            Ask::Schema { schema, .. } => {
                let format = json!({"type": "json_object", "json_schema": schema.document});
                set(&mut body, "response_format", Some(format));
            }
            Ask::Tools(tools, calls) => {
                let tools: Vec<Value> = tools
                    .iter()
                    .map(|tool| {
                        json!({"type": "function", "function": {
                            "name": tool.name,
                            "description": tool.description,
                            "parameters": tool.parameters,
                        }})
                    })
                    .collect();
                set(&mut body, "tools", Some(tools));
                set(&mut body, "tool_choice", calls.required.then_some("REQUIRED"));
                set(&mut body, "strict_tools", Some(true));
            }
        }
        set(&mut body, "max_tokens", params.max_output_tokens);
        set(&mut body, "temperature", params.temperature);
        set(&mut body, "p", params.top_p);
        set(&mut body, "seed", params.seed);
        set(&mut body, "stop_sequences", call.stop());
        Payload { body, headers: Vec::new() }
    }

    fn decode(&self, response: &HttpResponse) -> Result<Completion, ProviderError> {
        let answer: Answer<'_> = read(response)?;
        let Some(message) = answer.message else {
            return Err(match answer.error.0.filter(Value::is_string) {
                Some(failure) => error::from_value(response, &json!({"message": failure})),
                None => malformed(response, "the answer has no `message`".to_owned()),
            });
        };
        let tool_calls = message.tool_calls.unwrap_or_default().into_iter();
        let tool_calls = tool_calls.filter_map(|call| call.function).map(|function| ToolCall {
            name: function.name.0.unwrap_or_default(),
            arguments: arguments(function.arguments),
        });
        let (mut text, mut thought) = (None, None);
        for block in message.content.unwrap_or_default() {
            for (said, more) in [(&mut text, block.text), (&mut thought, block.thinking)] {
                if let Some(more) = more.0 {
                    said.get_or_insert_with(String::new).push_str(&more);
                }
            }
        }
        Ok(Completion {
            text,
            thought: thought.map(|text| ("thinking", text)),
            tool_calls: tool_calls.collect(),
            refusal: None,
            stop: stop(answer.finish_reason.0.as_deref()),
            stop_raw: answer.finish_reason.0,
            usage: usage::cohere(&answer.usage.0.unwrap_or_default()),
            identity: Identity {
                served: None,
                fingerprint: None,
                request_id: request_id(response, answer.id.0),
            },
        })
    }
}

/// What a finish reason means.
pub(super) fn stop(reason: Option<&str>) -> StopReason {
    match reason {
        Some("COMPLETE" | "STOP_SEQUENCE") => StopReason::Complete,
        Some("MAX_TOKENS") => StopReason::Truncated,
        Some("TOOL_CALL") => StopReason::ToolCall,
        _ => StopReason::Unknown,
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default)]
    id: Loose<String>,
    #[serde(default)]
    finish_reason: Loose<String>,
    #[serde(borrow, default)]
    message: Option<Reply<'a>>,
    #[serde(default)]
    usage: Loose<Value>,
    #[serde(default)]
    error: Loose<Value>,
}

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(default)]
    content: Option<Vec<Block>>,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<Called<'a>>>,
}

#[derive(Deserialize)]
struct Block {
    #[serde(default)]
    text: Loose<String>,
    #[serde(default)]
    thinking: Loose<String>,
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
