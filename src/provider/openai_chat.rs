//! OpenAI Chat Completions, as spoken by OpenAI and everybody who copies it. What differs between
//! servers stands in the table of dialects.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::domain::{
    Completion, HttpResponse, Identity, Message, ProviderError, Role, StopReason, ToolCall,
};

use super::body::{Loose, arguments, malformed, read, request_id, string};
use super::call::{Ask, Call, Forced, WireTool, set};
use super::dialect::SchemaField;
use super::encode::Payload;
use super::{Provider, error, stop_reason, usage};

/// The adapter.
pub(super) struct OpenaiChat;

impl Provider for OpenaiChat {
    fn encode(&self, call: &Call<'_>) -> Payload {
        let params = &call.request.model.params;
        let mut body = Map::new();
        body.insert("model".into(), call.request.model.id.clone().into());
        body.insert("messages".into(), messages(&call.system, &call.request.messages).into());
        ask(&mut body, call);
        set(&mut body, call.dialect.max_tokens_field, params.max_output_tokens);
        set(&mut body, "temperature", params.temperature);
        set(&mut body, "top_p", params.top_p);
        set(&mut body, call.dialect.seed_field, call.param("seed", params.seed));
        set(&mut body, "stop", call.stop());
        set(&mut body, "reasoning_effort", params.reasoning_effort.clone());
        Payload { body, headers: Vec::new() }
    }

    fn decode(&self, response: &HttpResponse) -> Result<Completion, ProviderError> {
        let answer: Answer<'_> = read(response)?;
        let choice = answer.choices.unwrap_or_default().into_iter().next();
        let failure = answer.error.or(choice.as_ref().and_then(|choice| choice.error));
        if let Some(failure) = failure {
            let failure = serde_json::from_str(failure.get()).unwrap_or(Value::Null);
            return Err(error::from_value(response, &failure));
        }
        let Some(choice) = choice else {
            return Err(malformed(response, "the answer has no `choices`".to_owned()));
        };
        let fingerprint = answer.system_fingerprint.0;
        let identity = Identity {
            served: answer.model.0.filter(|model: &String| !model.is_empty()),
            // Ollama's is the same for all models and versions.
            fingerprint: fingerprint.filter(|print| !print.is_empty() && print != "fp_ollama"),
            request_id: request_id(response, answer.id.0),
        };
        let usage = answer.usage.0.as_ref().and_then(usage::openai);
        Ok(Completion { usage, identity, ..completion(choice) })
    }
}

/// System prompt first; both roles carry plain text.
pub(super) fn messages(system: &str, turns: &[Message]) -> Vec<Value> {
    let system = (!system.is_empty()).then(|| json!({"role": "system", "content": system}));
    let turns = turns.iter().map(|turn| {
        let role = match turn.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        json!({"role": role, "content": turn.text})
    });
    system.into_iter().chain(turns).collect()
}

fn ask(body: &mut Map<String, Value>, call: &Call<'_>) {
    match &call.ask {
        Ask::Text => {}
        Ask::Json => set(body, "response_format", Some(json!({"type": "json_object"}))),
        Ask::Schema { name, schema } => {
            let schema = Value::clone(&schema.document);
            let mut format = Map::new();
            if call.dialect.schema_field == SchemaField::JsonObject {
                set(&mut format, "type", Some("json_object"));
                set(&mut format, "schema", Some(schema));
            } else {
                let mut named = Map::new();
                set(&mut named, "name", Some(name.as_str()));
                set(&mut named, "strict", Some(true));
                set(&mut named, "schema", Some(schema));
                set(&mut format, "type", Some("json_schema"));
                set(&mut format, "json_schema", Some(named));
            }
            set(body, "response_format", Some(format));
        }
        Ask::Tools(tools, calls) => {
            let choice = match Forced::of(tools, *calls) {
                Forced::Named(name) => json!({"type": "function", "function": {"name": name}}),
                Forced::Any => json!("required"),
                Forced::None => json!("auto"),
            };
            let tools: Vec<_> = tools.iter().map(|tool| function(call, tool)).collect();
            set(body, "tools", Some(tools));
            set(body, "tool_choice", Some(choice));
            set(
                body,
                "parallel_tool_calls",
                call.dialect.single_call_field.then_some(calls.parallel),
            );
        }
    }
}

fn function(call: &Call<'_>, tool: &WireTool) -> Value {
    let mut function = Map::new();
    set(&mut function, "name", Some(tool.name.clone()));
    set(&mut function, "description", Some(tool.description.clone()));
    set(&mut function, "parameters", Some(tool.parameters.clone()));
    set(&mut function, "strict", call.dialect.strict_tools.then_some(true));
    json!({"type": "function", "function": function})
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default)]
    id: Loose<String>,
    #[serde(default)]
    model: Loose<String>,
    #[serde(default)]
    system_fingerprint: Loose<String>,
    #[serde(borrow, default)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    usage: Loose<Value>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow, default)]
    message: Option<Reply<'a>>,
    #[serde(default)]
    finish_reason: Loose<String>,
    /// The provider's own word, where a gateway has another.
    #[serde(default)]
    native_finish_reason: Loose<String>,
    #[serde(default)]
    finish_details: Loose<Details>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default, rename = "type")]
    kind: Loose<String>,
}

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reasoning_content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reasoning: Option<&'a RawValue>,
    #[serde(borrow, default)]
    refusal: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<Called<'a>>>,
    #[serde(borrow, default)]
    function_call: Option<Function<'a>>,
}

#[derive(Deserialize)]
struct Called<'a> {
    #[serde(borrow, default)]
    function: Option<Function<'a>>,
    /// A tool that takes free text.
    #[serde(borrow, default)]
    custom: Option<Function<'a>>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(default)]
    name: Loose<String>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(default, rename = "type")]
    kind: Loose<String>,
    #[serde(borrow, default)]
    text: Option<&'a RawValue>,
}

fn completion(choice: Choice<'_>) -> Completion {
    let word = |word: Loose<String>| word.0.filter(|word| !word.is_empty());
    let details = choice.finish_details.0.and_then(|details| word(details.kind));
    let stop_raw = word(choice.finish_reason).or(details);
    // A gateway may say that all is well where the provider said that the answer was cut.
    let native = word(choice.native_finish_reason).filter(|_| !stop(stop_raw.as_deref()).is_bad());
    let stop_raw = native.filter(|word| stop_reason(word).is_bad()).or(stop_raw);
    let Some(message) = choice.message else {
        return Completion {
            stop: own_or_any(stop_raw.as_deref()),
            stop_raw,
            ..Completion::default()
        };
    };
    let is_named =
        |function: &Function<'_>| function.name.0.as_ref().is_some_and(|name| !name.is_empty());
    let calls = message.tool_calls.unwrap_or_default().into_iter();
    let mut functions: Vec<_> =
        calls.filter_map(|call| call.function.or(call.custom)).filter(is_named).collect();
    if functions.is_empty() {
        // The older field: some servers send it empty with every answer, others repeat the call in it.
        functions.extend(message.function_call.filter(is_named));
    }
    let tool_calls: Vec<_> = functions
        .into_iter()
        .map(|function| ToolCall {
            name: function.name.0.unwrap_or_default(),
            arguments: arguments(function.arguments.or(function.input)),
        })
        .collect();
    let refusal = string(message.refusal).filter(|words| !words.is_empty());
    let stop = match own_or_any(stop_raw.as_deref()) {
        _ if refusal.is_some() => StopReason::Refused,
        // After a call by name many servers say `stop`.
        StopReason::Complete | StopReason::Unknown if !tool_calls.is_empty() => {
            StopReason::ToolCall
        }
        stop => stop,
    };
    Completion {
        text: content(message.content),
        tool_calls,
        thought: [
            ("reasoning_content", message.reasoning_content),
            ("reasoning", message.reasoning),
        ]
        .into_iter()
        .find_map(|(field, raw)| Some((field, string(raw)?))),
        refusal,
        stop,
        stop_raw,
        ..Completion::default()
    }
}

/// A string, or a list of chunks of which only the `text` ones are said to the user.
fn content(raw: Option<&RawValue>) -> Option<String> {
    if let Some(text) = string(raw) {
        return Some(text);
    }
    let chunks: Vec<Chunk<'_>> = serde_json::from_str(raw?.get()).ok()?;
    let texts = chunks.into_iter().filter(|chunk| chunk.kind.0.as_deref() == Some("text"));
    let texts: Vec<String> = texts.filter_map(|chunk| string(chunk.text)).collect();
    (!texts.is_empty()).then(|| texts.concat())
}

/// A word of this format, or of the provider behind a gateway.
fn own_or_any(word: Option<&str>) -> StopReason {
    match stop(word) {
        StopReason::Unknown => word.map_or(StopReason::Unknown, stop_reason),
        stop => stop,
    }
}

pub(super) fn stop(word: Option<&str>) -> StopReason {
    match word.unwrap_or_default() {
        "stop" | "eos" => StopReason::Complete,
        "length" => StopReason::Truncated,
        "tool_calls" | "function_call" => StopReason::ToolCall,
        "content_filter" => StopReason::Filtered,
        "model_length" => StopReason::ContextOverflow,
        "error" | "abort" | "insufficient_system_resource" => StopReason::ProviderFault,
        _ => StopReason::Unknown,
    }
}
