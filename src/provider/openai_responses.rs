//! OpenAI Responses: flat tools, `text.format`, and failures inside a status of 200.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::domain::{Completion, HttpResponse, Identity, ProviderError, StopReason, ToolCall};

use super::body::{Loose, arguments, malformed, read, request_id, string};
use super::call::{Ask, Call, Forced, set};
use super::encode::Payload;
use super::openai_chat::messages;
use super::{Provider, error, usage};

/// The adapter.
pub(super) struct OpenaiResponses;

impl Provider for OpenaiResponses {
    fn encode(&self, call: &Call<'_>) -> Payload {
        let params = &call.request.model.params;
        let mut body = Map::new();
        body.insert("model".into(), call.request.model.id.clone().into());
        let system = Some(call.system.clone()).filter(|system| !system.is_empty());
        set(&mut body, "instructions", system);
        body.insert("input".into(), messages("", &call.request.messages).into());
        ask(&mut body, call);
        set(&mut body, "max_output_tokens", params.max_output_tokens);
        set(&mut body, "temperature", params.temperature);
        set(&mut body, "top_p", params.top_p);
        let effort = params.reasoning_effort.as_ref();
        set(&mut body, "reasoning", effort.map(|effort| json!({"effort": effort})));
        Payload { body, headers: Vec::new() }
    }

    fn decode(&self, response: &HttpResponse) -> Result<Completion, ProviderError> {
        let answer: Answer<'_> = read(response)?;
        let failure = answer.error.0.filter(|error| !error.is_null());
        let status = answer.status.0;
        if let Some(failure) = failure {
            return Err(error::from_value(response, &failure));
        }
        if matches!(status.as_deref(), Some("failed" | "cancelled" | "queued" | "in_progress")) {
            let status = status.unwrap_or_default();
            return Err(malformed(response, format!("the answer is not finished: {status}")));
        }
        let Some(output) = answer.output else {
            return Err(malformed(response, "the answer has no `output`".to_owned()));
        };
        let reason = answer.incomplete_details.0.and_then(|details| details.reason.0);
        let identity = Identity {
            served: answer.model.0.filter(|model: &String| !model.is_empty()),
            fingerprint: None,
            request_id: request_id(response, answer.id.0),
        };
        let usage = answer.usage.0.as_ref().and_then(usage::openai);
        Ok(Completion { usage, identity, ..completion(output, status, reason) })
    }
}

fn ask(body: &mut Map<String, Value>, call: &Call<'_>) {
    match &call.ask {
        Ask::Text => {}
        Ask::Json => set(body, "text", Some(json!({"format": {"type": "json_object"}}))),
        Ask::Schema { name, schema } => {
            let format = json!({"type": "json_schema", "name": name, "strict": true, "schema": schema.document});
            set(body, "text", Some(json!({"format": format})));
        }
        Ask::Tools(tools, calls) => {
            let choice = match Forced::of(tools, *calls) {
                Forced::Named(name) => json!({"type": "function", "name": name}),
                Forced::Any => json!("required"),
                Forced::None => json!("auto"),
            };
            let strict = call.dialect.strict_tools;
            let tools = tools.iter().map(|tool| {
                json!({
                    "type": "function", "name": tool.name, "description": tool.description,
                    "parameters": tool.parameters, "strict": strict
                })
            });
            set(body, "tools", Some(tools.collect::<Vec<_>>()));
            set(body, "tool_choice", Some(choice));
            set(body, "parallel_tool_calls", Some(calls.parallel));
        }
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default)]
    id: Loose<String>,
    #[serde(default)]
    model: Loose<String>,
    #[serde(default)]
    status: Loose<String>,
    #[serde(default)]
    error: Loose<Value>,
    #[serde(default)]
    incomplete_details: Loose<Incomplete>,
    #[serde(borrow, default)]
    output: Option<Vec<Item<'a>>>,
    #[serde(default)]
    usage: Loose<Value>,
}

#[derive(Deserialize)]
struct Incomplete {
    #[serde(default)]
    reason: Loose<String>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(default, rename = "type")]
    kind: Loose<String>,
    #[serde(default)]
    phase: Loose<String>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    summary: Option<&'a RawValue>,
    #[serde(default)]
    name: Loose<String>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(default, rename = "type")]
    kind: Loose<String>,
    #[serde(borrow, default)]
    text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    refusal: Option<&'a RawValue>,
}

fn completion(output: Vec<Item<'_>>, status: Option<String>, reason: Option<String>) -> Completion {
    let is_final = |item: &Item<'_>| item.phase.0.as_deref() == Some("final_answer");
    let has_final = output.iter().any(is_final);
    let mut texts = Vec::new();
    let mut refusals = Vec::new();
    let mut thoughts = Vec::new();
    let mut tool_calls = Vec::new();
    for item in output {
        match item.kind.0.as_deref() {
            Some("function_call") => tool_calls.push(ToolCall {
                name: item.name.0.unwrap_or_default(),
                arguments: arguments(item.arguments),
            }),
            Some("reasoning") => {
                let said = parts(item.content).into_iter().chain(parts(item.summary));
                thoughts.extend(said.filter_map(|part| string(part.text)));
            }
            // What the model says on the way is not its answer.
            Some("message") if !has_final || is_final(&item) => {
                for part in parts(item.content) {
                    match part.kind.0.as_deref() {
                        Some("output_text") => texts.extend(string(part.text)),
                        Some("refusal") => refusals.extend(string(part.refusal)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    let stop = match (status.as_deref(), reason.as_deref()) {
        _ if !refusals.is_empty() => StopReason::Refused,
        // Where nothing says why, what is there is still not all.
        (Some("incomplete"), Some("max_output_tokens") | None) => StopReason::Truncated,
        (Some("incomplete"), Some("content_filter")) => StopReason::Filtered,
        (Some("incomplete"), _) => StopReason::Unknown,
        _ if !tool_calls.is_empty() => StopReason::ToolCall,
        // DeepSeek leaves the last letter out.
        (Some("completed" | "complete"), _) => StopReason::Complete,
        _ => StopReason::Unknown,
    };
    Completion {
        text: (!texts.is_empty()).then(|| texts.concat()),
        thought: (!thoughts.is_empty()).then(|| ("reasoning", thoughts.concat())),
        tool_calls,
        refusal: (!refusals.is_empty()).then(|| refusals.concat()),
        stop,
        stop_raw: reason.or(status),
        ..Completion::default()
    }
}

fn parts(raw: Option<&RawValue>) -> Vec<Part<'_>> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}
