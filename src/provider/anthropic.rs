//! Anthropic Messages. The version of the API is a header and changes what is accepted: the newer
//! one takes no sampling parameters, so the older one is asked for where such a parameter is set.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::domain::{
    Completion, Header, HttpResponse, Identity, Params, ProviderError, StopReason, ToolCall,
};

use super::body::{Loose, arguments, malformed, read, request_id, string};
use super::call::{Ask, Call, Forced, set};
use super::encode::Payload;
use super::openai_chat::messages;
use super::{Provider, error, usage};

/// The adapter.
pub(super) struct Anthropic;

const VERSION: &str = "2026-10-21";
const VERSION_WITH_SAMPLING: &str = "2023-06-01";

impl Provider for Anthropic {
    fn encode(&self, call: &Call<'_>) -> Payload {
        let params = &call.request.model.params;
        let mut body = Map::new();
        let is_in_path = call.dialect.path.contains("{model}");
        let id = Some(call.request.model.id.clone()).filter(|_| !is_in_path);
        set(&mut body, "model", id);
        let limit = params.max_output_tokens.or(call.dialect.max_tokens_default);
        set(&mut body, "max_tokens", limit);
        set(&mut body, "system", system(call));
        body.insert("messages".into(), messages("", &call.request.messages).into());
        ask(&mut body, call);
        set(&mut body, "temperature", params.temperature);
        set(&mut body, "top_p", params.top_p);
        set(&mut body, "stop_sequences", call.stop());
        let version = Some(version_header(params)).filter(|_| !is_in_path);
        Payload { body, headers: version.into_iter().collect() }
    }

    fn decode(&self, response: &HttpResponse) -> Result<Completion, ProviderError> {
        let answer: Answer<'_> = read(response)?;
        if let Some(failure) = answer.error.0.filter(|error| !error.is_null()) {
            return Err(error::from_value(response, &failure));
        }
        let Some(blocks) = answer.content else {
            return Err(malformed(response, "the answer has no `content`".to_owned()));
        };
        let identity = Identity {
            served: answer.model.0.filter(|model: &String| !model.is_empty()),
            fingerprint: None,
            request_id: request_id(response, answer.id.0),
        };
        let usage = answer.usage.0.as_ref().and_then(usage::anthropic);
        let details = answer.stop_details.0.unwrap_or(Value::Null);
        Ok(Completion { usage, identity, ..completion(blocks, answer.stop_reason.0, &details) })
    }
}

/// The version of the API, as every request names it.
pub(super) fn version_header(params: &Params) -> Header {
    Header::plain("anthropic-version", version(params))
}

fn version(params: &Params) -> String {
    let samples = params.temperature.is_some() || params.top_p.is_some();
    let default = if samples { VERSION_WITH_SAMPLING } else { VERSION };
    params.api_version.clone().unwrap_or_else(|| default.to_owned())
}

fn system(call: &Call<'_>) -> Option<Value> {
    let text = Some(&call.system).filter(|system| !system.is_empty())?;
    if !call.request.model.cache_system_prompt {
        return Some(text.clone().into());
    }
    Some(json!([{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]))
}

fn ask(body: &mut Map<String, Value>, call: &Call<'_>) {
    let mut config = Map::new();
    match &call.ask {
        Ask::Text | Ask::Json => {}
        Ask::Schema { schema, .. } => {
            set(
                &mut config,
                "format",
                Some(json!({"type": "json_schema", "schema": schema.document})),
            );
        }
        Ask::Tools(tools, calls) => {
            let mut choice = match Forced::of(tools, *calls) {
                Forced::Named(name) => json!({"type": "tool", "name": name}),
                Forced::Any => json!({"type": "any"}),
                Forced::None => json!({"type": "auto"}),
            };
            choice["disable_parallel_tool_use"] = (!calls.parallel).into();
            let strict = call.dialect.strict_tools;
            let tools = tools.iter().map(|tool| {
                json!({
                    "name": tool.name, "description": tool.description,
                    "input_schema": tool.parameters, "strict": strict
                })
            });
            set(body, "tools", Some(tools.collect::<Vec<_>>()));
            set(body, "tool_choice", Some(choice));
        }
    }
    set(&mut config, "effort", call.request.model.params.reasoning_effort.clone());
    set(body, "output_config", Some(config).filter(|config| !config.is_empty()));
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default)]
    id: Loose<String>,
    #[serde(default)]
    model: Loose<String>,
    #[serde(borrow, default)]
    content: Option<Vec<Block<'a>>>,
    #[serde(default)]
    stop_reason: Loose<String>,
    #[serde(default)]
    stop_details: Loose<Value>,
    #[serde(default)]
    usage: Loose<Value>,
    #[serde(default)]
    error: Loose<Value>,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(default, rename = "type")]
    kind: Loose<String>,
    #[serde(borrow, default)]
    text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    thinking: Option<&'a RawValue>,
    #[serde(default)]
    name: Loose<String>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
}

fn completion(blocks: Vec<Block<'_>>, word: Option<String>, details: &Value) -> Completion {
    let mut texts = Vec::new();
    let mut thoughts = Vec::new();
    let mut tool_calls = Vec::new();
    for block in blocks {
        match block.kind.0.as_deref() {
            Some("thinking") => thoughts.extend(string(block.thinking)),
            Some("text") => texts.extend(string(block.text)),
            Some("tool_use") => tool_calls.push(ToolCall {
                name: block.name.0.unwrap_or_default(),
                arguments: arguments(block.input),
            }),
            _ => {}
        }
    }
    let text = (!texts.is_empty()).then(|| texts.concat());
    let stop = stop(word.as_deref());
    let refusal = (stop == StopReason::Refused).then(|| {
        let said = ["explanation", "category"].iter().find_map(|name| details.get(name)?.as_str());
        said.map(str::to_owned).or_else(|| text.clone()).unwrap_or_default()
    });
    let thought = (!thoughts.is_empty()).then(|| ("thinking", thoughts.concat()));
    Completion { text, thought, tool_calls, refusal, stop, stop_raw: word, ..Completion::default() }
}

pub(super) fn stop(word: Option<&str>) -> StopReason {
    match word.unwrap_or_default() {
        "end_turn" | "stop_sequence" => StopReason::Complete,
        "max_tokens" => StopReason::Truncated,
        "tool_use" => StopReason::ToolCall,
        "refusal" => StopReason::Refused,
        "pause_turn" | "compaction" => StopReason::Paused,
        "model_context_window_exceeded" => StopReason::ContextOverflow,
        _ => StopReason::Unknown,
    }
}
