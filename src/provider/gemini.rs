//! Gemini `generateContent`. The model's id stands in the path, roles are `user` and `model`, and a
//! blocked prompt is a success without candidates.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::domain::{
    Completion, HttpResponse, Identity, ProviderError, Role, StopReason, ToolCall,
};

use super::body::{Loose, arguments, malformed, read, request_id, string};
use super::call::{Ask, Call, Forced, set};
use super::encode::Payload;
use super::{Provider, error, usage};

/// The adapter.
pub(super) struct Gemini;

impl Provider for Gemini {
    fn encode(&self, call: &Call<'_>) -> Payload {
        let mut body = Map::new();
        if !call.system.is_empty() {
            body.insert("systemInstruction".into(), json!({"parts": [{"text": call.system}]}));
        }
        let contents = call.request.messages.iter().map(|turn| {
            let role = match turn.role {
                Role::User => "user",
                Role::Assistant => "model",
            };
            json!({"role": role, "parts": [{"text": turn.text}]})
        });
        body.insert("contents".into(), contents.collect());
        let mut config = Map::new();
        ask(&mut body, &mut config, call);
        params(&mut config, call);
        set(&mut body, "generationConfig", Some(config).filter(|config| !config.is_empty()));
        Payload { body, headers: Vec::new() }
    }

    fn decode(&self, response: &HttpResponse) -> Result<Completion, ProviderError> {
        let answer: Answer<'_> = read(response)?;
        if let Some(failure) = answer.error.0.filter(|error| !error.is_null()) {
            return Err(error::from_value(response, &failure));
        }
        let candidate = answer.candidates.unwrap_or_default().into_iter().next();
        let feedback = answer.prompt_feedback.0.unwrap_or_default();
        let said = match (candidate, feedback.block_reason.0) {
            (Some(candidate), _) => completion(candidate),
            (None, Some(reason)) => Completion {
                refusal: feedback.block_reason_message.0.or_else(|| Some(reason.clone())),
                stop: StopReason::Filtered,
                stop_raw: Some(reason),
                ..Completion::default()
            },
            (None, None) => {
                return Err(malformed(response, "the answer has no `candidates`".to_owned()));
            }
        };
        let identity = Identity {
            served: answer.model_version.0.filter(|model: &String| !model.is_empty()),
            fingerprint: None,
            request_id: request_id(response, answer.response_id.0),
        };
        let usage = answer.usage_metadata.0.as_ref().and_then(usage::gemini);
        Ok(Completion { usage, identity, ..said })
    }
}

fn ask(body: &mut Map<String, Value>, config: &mut Map<String, Value>, call: &Call<'_>) {
    let json_text = || Some("application/json");
    match &call.ask {
        Ask::Text => {}
        Ask::Json => set(config, "responseMimeType", json_text()),
        Ask::Schema { schema, .. } => {
            set(config, "responseMimeType", json_text());
            set(config, "responseJsonSchema", Some(schema.document.clone()));
        }
        Ask::Tools(tools, calls) => {
            let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
            let choice = match Forced::of(tools, *calls) {
                Forced::None => json!({"mode": "AUTO"}),
                _ => json!({"mode": "ANY", "allowedFunctionNames": names}),
            };
            let choice = json!({ "functionCallingConfig": choice });
            let declarations: Vec<_> = tools
                .iter()
                .map(|tool| {
                    json!({
                        "name": tool.name, "description": tool.description,
                        "parametersJsonSchema": tool.parameters
                    })
                })
                .collect();
            body.insert("tools".into(), json!([{"functionDeclarations": declarations}]));
            body.insert("toolConfig".into(), choice);
        }
    }
}

fn params(config: &mut Map<String, Value>, call: &Call<'_>) {
    let params = &call.request.model.params;
    set(config, "maxOutputTokens", params.max_output_tokens);
    set(config, "temperature", params.temperature);
    set(config, "topP", params.top_p);
    set(config, "seed", call.param("seed", params.seed));
    set(config, "stopSequences", call.stop());
    let level = params.reasoning_effort.as_ref().map(|effort| effort.to_uppercase());
    set(config, "thinkingConfig", level.map(|level| json!({"thinkingLevel": level})));
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    #[serde(borrow, default)]
    candidates: Option<Vec<Candidate<'a>>>,
    #[serde(default)]
    prompt_feedback: Loose<Feedback>,
    #[serde(default)]
    model_version: Loose<String>,
    #[serde(default)]
    response_id: Loose<String>,
    #[serde(default)]
    usage_metadata: Loose<Value>,
    #[serde(default)]
    error: Loose<Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    #[serde(default)]
    block_reason: Loose<String>,
    #[serde(default)]
    block_reason_message: Loose<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate<'a> {
    #[serde(borrow, default)]
    content: Option<Content<'a>>,
    #[serde(default)]
    finish_reason: Loose<String>,
    #[serde(default)]
    finish_message: Loose<String>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow, default)]
    parts: Option<Vec<Part<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part<'a> {
    #[serde(default)]
    thought: Loose<bool>,
    #[serde(borrow, default)]
    text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    function_call: Option<FunctionCall<'a>>,
}

#[derive(Deserialize)]
struct FunctionCall<'a> {
    #[serde(default)]
    name: Loose<String>,
    #[serde(borrow, default)]
    args: Option<&'a RawValue>,
}

fn completion(candidate: Candidate<'_>) -> Completion {
    let mut texts = Vec::new();
    let mut tool_calls = Vec::new();
    let parts = candidate.content.and_then(|content| content.parts).unwrap_or_default();
    let mut thoughts = Vec::new();
    for part in parts {
        if part.thought.0 == Some(true) {
            thoughts.extend(string(part.text));
            continue;
        }
        texts.extend(string(part.text));
        tool_calls.extend(part.function_call.map(|call| ToolCall {
            name: call.name.0.unwrap_or_default(),
            // A call without arguments is written without `args`.
            arguments: call.args.map_or_else(|| "{}".to_owned(), |args| arguments(Some(args))),
        }));
    }
    let stop = match stop(candidate.finish_reason.0.as_deref()) {
        StopReason::Complete if !tool_calls.is_empty() => StopReason::ToolCall,
        stop => stop,
    };
    let filtered = stop == StopReason::Filtered;
    let reason = || candidate.finish_message.0.or_else(|| candidate.finish_reason.0.clone());
    Completion {
        text: (!texts.is_empty()).then(|| texts.concat()),
        thought: (!thoughts.is_empty()).then(|| ("thought", thoughts.concat())),
        tool_calls,
        refusal: if filtered { reason() } else { None },
        stop,
        stop_raw: candidate.finish_reason.0.clone(),
        ..Completion::default()
    }
}

pub(super) fn stop(word: Option<&str>) -> StopReason {
    match word.unwrap_or_default() {
        "STOP" => StopReason::Complete,
        "MAX_TOKENS" => StopReason::Truncated,
        "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "MODEL_ARMOR"
        | "ESCALATION" => StopReason::Filtered,
        word if word.starts_with("IMAGE_") => StopReason::Filtered,
        "MALFORMED_FUNCTION_CALL"
        | "UNEXPECTED_TOOL_CALL"
        | "TOO_MANY_TOOL_CALLS"
        | "MISSING_THOUGHT_SIGNATURE"
        | "MALFORMED_RESPONSE" => StopReason::ProviderFault,
        _ => StopReason::Unknown,
    }
}
