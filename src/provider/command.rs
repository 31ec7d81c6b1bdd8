//! A local program as a model: one JSON object on its standard input, its answer as text on
//! standard output.
//!
//! ```json
//! {"format": 1, "model": "…", "system": "…", "messages": [{"role": "user", "text": "…"}],
//!  "schema": {}, "tools": [{"name": "…", "description": "…", "parameters": {}}],
//!  "parameters": {"temperature": 0}}
//! ```
//!
//! `schema` describes the answer, unless that is free text; in `prompt` mode it is part of `system`
//! as well. `tools` is there where one is to be chosen: the answer is then
//! `{"tool": "NAME", "arguments": {}}`.

use serde_json::{Map, Value, json};

use crate::domain::{Completion, HttpResponse, Output, Params, ProviderError, StopReason};

use super::Provider;
use super::body::malformed;
use super::call::{Call, set};
use super::encode::Payload;

/// The adapter.
pub(super) struct Command;

impl Provider for Command {
    fn encode(&self, call: &Call<'_>) -> Payload {
        let params = Params { extra_body: Map::new(), ..call.request.model.params.clone() };
        let mut body = Map::new();
        body.insert("format".into(), 1.into());
        body.insert("model".into(), call.request.model.id.clone().into());
        body.insert("system".into(), call.system.clone().into());
        body.insert("messages".into(), json!(call.request.messages));
        let output = &call.request.output;
        set(&mut body, "schema", output.schema().map(|schema| schema.document.clone()));
        set(&mut body, "tools", tools(output));
        let params = Some(json!(params)).filter(|params| *params != Value::Object(Map::new()));
        set(&mut body, "parameters", params);
        Payload { body, headers: Vec::new() }
    }

    fn decode(&self, response: &HttpResponse) -> Result<Completion, ProviderError> {
        let text = std::str::from_utf8(&response.body)
            .map_err(|_| malformed(response, "the program's output is not UTF-8".to_owned()))?;
        // What `println!` adds is not part of the answer.
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        Ok(Completion {
            text: Some(text.to_owned()),
            stop: StopReason::Complete,
            ..Completion::default()
        })
    }
}

fn tools(output: &Output) -> Option<Value> {
    let Output::Tools { tools, .. } = output else { return None };
    let tools = tools.iter().map(|tool| {
        json!({
            "name": tool.name, "description": tool.description,
            "parameters": tool.parameters.document
        })
    });
    Some(tools.collect())
}
