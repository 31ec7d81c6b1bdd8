//! A local program as a model: one JSON object on its standard input, its answer as text on
//! standard output.
//!
//! ```json
//! {"format": 1, "model": "…", "system": "…", "messages": [{"role": "user", "text": "…"}],
//!  "schema": {}, "parameters": {"temperature": 0}}
//! ```
//!
//! `schema` stands there in native mode; in `prompt` mode it is part of `system`.

use serde_json::{Map, Value, json};

use crate::domain::{Completion, HttpResponse, Params, ProviderError, StopReason};

use super::Provider;
use super::body::malformed;
use super::call::{Ask, Call, set};
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
        let schema = match &call.ask {
            Ask::Schema { schema, .. } => Some(schema.clone()),
            Ask::Text | Ask::Json | Ask::Tools(_) => None,
        };
        set(&mut body, "schema", schema);
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
