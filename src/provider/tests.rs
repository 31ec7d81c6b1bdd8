//! Every dialect in every mode, and answers as servers give them.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::dialect::ToolChoice;
use super::*;
use crate::domain::{
    Billing, Calls, Channel, EnvName, ErrorClass, Header, HeaderValue, Message, Output, Params,
    ProviderKind, Request, Role, Schema, Slot, StopReason, Structured, Tool,
};

pub(super) fn model(name: &str, structured: Structured) -> Model {
    let row = dialect(name).unwrap();
    Model {
        slot: Slot::new("slot").unwrap(),
        provider: row.provider,
        dialect: name.to_owned(),
        id: "acme-1".to_owned(),
        structured,
        base_url: row.base_url.is_none().then(|| "http://127.0.0.1:9/v1".to_owned()),
        api_key_env: row.key_env.map(|name| EnvName(name.to_owned())),
        headers: Vec::new(),
        params: Params::default(),
        cache_system_prompt: false,
        billing: Billing::default(),
        command: vec!["./answer".to_owned()],
        timeout: Duration::from_secs(9),
        max_concurrency: None,
        limits: crate::domain::ModelLimits::default(),
    }
}

fn schema() -> Arc<Schema> {
    let document = json!({
        "type": "object",
        "properties": {"a": {"type": "string", "minLength": 1}, "b": {"type": "integer"}},
        "required": ["a"]
    });
    Arc::new(Schema::new("schemas/a.json", document))
}

fn request(model: Model) -> Request {
    let output = Output::Json { name: "a".to_owned(), schema: schema(), described: true };
    let messages = vec![Message { role: Role::User, text: "hi".to_owned() }];
    Request { model: Arc::new(model), system: "Be brief.".to_owned(), messages, output }
}

fn with_tools(mut request: Request, names: &[&str]) -> Request {
    let tool = |name: &&str| Tool {
        name: (*name).to_owned(),
        description: format!("Does {name}."),
        parameters: schema(),
    };
    let tools = names.iter().map(tool).collect();
    request.output = Output::Tools { tools, calls: Calls::ONE, schema: schema() };
    request
}

fn encode(request: &Request) -> Result<Encoded, EncodeError> {
    super::encode(request, &Lowerings::default())
}

fn body(name: &str, mode: Structured) -> Value {
    encode(&request(model(name, mode))).unwrap().http.body
}

fn response(status: u16, body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse {
        status,
        headers: Vec::new(),
        body: body.into(),
        elapsed: Duration::ZERO,
        source: crate::domain::Source::Fresh,
    }
}

fn answer(name: &str, body: &Value) -> Completion {
    decode(&model(name, Structured::Prompt), &response(200, body.to_string())).unwrap()
}

fn failure(name: &str, status: u16, body: &str) -> ProviderError {
    decode(&model(name, Structured::Prompt), &response(status, body)).unwrap_err()
}

#[test]
fn the_end_of_an_answer_is_understood_in_every_providers_words_and_in_ours() {
    for (word, wanted) in [
        ("complete", StopReason::Complete),
        ("stop", StopReason::Complete),
        ("STOP", StopReason::Complete),
        ("end_turn", StopReason::Complete),
        ("completed", StopReason::Complete),
        ("length", StopReason::Truncated),
        ("max_tokens", StopReason::Truncated),
        ("MAX_TOKENS", StopReason::Truncated),
        ("max_output_tokens", StopReason::Truncated),
        ("context-overflow", StopReason::ContextOverflow),
        ("content_filter", StopReason::Filtered),
        ("refusal", StopReason::Refused),
        ("whatever", StopReason::Unknown),
    ] {
        assert_eq!(stop_reason(word), wanted, "{word}");
    }
}

mod asking;
mod failing;
mod golden;
mod reading;
mod refusing;
mod streaming;
