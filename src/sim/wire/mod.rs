//! The wire formats: which one a request is in, and how it is read and answered. One file each.

mod anthropic;
mod bedrock;
mod cohere;
mod fault;
mod gemini;
mod models;
mod ollama;
mod openai_chat;
mod openai_responses;
mod stream;

use std::time::Duration;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::ask::{Ask, Offer};
use super::model::WorldModel;
use super::reply::Reply;
use crate::domain::{Hash, HttpRequest, HttpResponse, Source};
pub(super) use fault::Fault;

/// When the demo provider says that it answered: it has no clock.
const CREATED: u64 = 1_780_000_000;
/// The same moment, as RFC 3339.
const CREATED_AT: &str = "2026-05-28T20:26:40Z";

/// One wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// OpenAI Chat Completions, and every server that speaks it.
    OpenaiChat,
    /// OpenAI Responses.
    OpenaiResponses,
    /// Anthropic Messages.
    Anthropic,
    /// Gemini `generateContent`.
    Gemini,
    /// Ollama's own chat.
    Ollama,
    /// Cohere's Chat API v2.
    Cohere,
    /// Bedrock Converse.
    Bedrock,
}

/// How the path of each format ends.
const PATHS: &[(&str, Wire)] = &[
    ("/chat/completions", Wire::OpenaiChat),
    ("/responses", Wire::OpenaiResponses),
    ("/v1/messages", Wire::Anthropic),
    (":generateContent", Wire::Gemini),
    (":streamGenerateContent", Wire::Gemini),
    ("/api/chat", Wire::Ollama),
    ("/v2/chat", Wire::Cohere),
    ("/converse", Wire::Bedrock),
];

impl Wire {
    /// The format that an address speaks.
    pub(super) fn of(url: &str) -> Option<Self> {
        let path = path_of(url);
        PATHS.iter().find(|(ending, _)| path.ends_with(ending)).map(|(_, wire)| *wire)
    }

    /// The format whose client most likely sends this, wherever it sends it.
    pub(super) fn likely(request: &HttpRequest) -> Self {
        let path = path_of(&request.url);
        let has = |name: &str| request.headers.iter().any(|header| header.name == name);
        match Self::of(&request.url) {
            Some(wire) => wire,
            None if path.contains("/v1beta/") || has("x-goog-api-key") => Self::Gemini,
            None if has("anthropic-version") || has("x-api-key") => Self::Anthropic,
            None if path.contains("/api/") => Self::Ollama,
            None => Self::OpenaiChat,
        }
    }

    /// The list of models, where this address has one.
    pub(super) fn list(
        request: &HttpRequest,
        models: &[WorldModel],
        today: Date,
    ) -> Option<HttpResponse> {
        let wire = Self::likely(request);
        let body = models::list(wire, path_of(&request.url), (models, today))?;
        let id = Hash::of_json(&body).short(24).to_owned();
        Some(wire.response(200, &body, &id, Duration::ZERO))
    }

    /// Whether the format has a flag for refusals.
    pub(super) fn has_refusals(self) -> bool {
        !matches!(self, Self::Ollama | Self::Cohere)
    }

    /// Whether the arguments of a tool call travel as an object, not as text.
    pub(super) fn has_object_arguments(self) -> bool {
        matches!(self, Self::Anthropic | Self::Gemini | Self::Ollama | Self::Bedrock)
    }

    /// Understands a request, or says why the provider would not.
    pub(super) fn read(self, request: &HttpRequest) -> Result<Ask, Fault> {
        let ask = match self {
            Self::OpenaiChat => openai_chat::read(&request.body),
            Self::OpenaiResponses => openai_responses::read(&request.body),
            Self::Anthropic => anthropic::read(&request.body),
            Self::Gemini => gemini::read(path_of(&request.url), &request.body),
            Self::Ollama => ollama::read(&request.body),
            Self::Cohere => cohere::read(&request.body),
            Self::Bedrock => bedrock::read(path_of(&request.url), &request.body),
        }?;
        if ask.model.is_empty() {
            return Err(Fault::bad("you must provide a model parameter"));
        }
        Ok(ask)
    }

    /// Whether the answer is wanted in pieces. Ollama's always is, unless the request says no.
    fn wants_stream(self, request: &HttpRequest) -> bool {
        match (self, request.body.get("stream")) {
            (Self::Gemini, _) => path_of(&request.url).ends_with(":streamGenerateContent"),
            (Self::Bedrock, _) => false,
            (Self::Ollama, None) => true,
            (_, stream) => stream == Some(&Value::Bool(true)),
        }
    }

    /// What a request asks, the same whether the answer is wanted in pieces or not.
    pub(super) fn question(self, body: &Value) -> Hash {
        if body.get("stream") != Some(&Value::Bool(true)) {
            return Hash::of_json(body);
        }
        let mut body = body.clone();
        if let Some(members) = body.as_object_mut() {
            members.remove("stream_options");
            members.remove("stream");
            if matches!(self, Self::Ollama | Self::Cohere) {
                members.insert("stream".to_owned(), false.into());
            }
        }
        Hash::of_json(&body)
    }

    /// Writes an answer to a request. `id` is the number of the exchange.
    pub(super) fn write(
        self,
        reply: &Reply,
        (request, ask): (&HttpRequest, &Ask),
        id: &str,
    ) -> HttpResponse {
        let body = match self {
            Self::OpenaiChat => openai_chat::write(reply, ask, id),
            Self::OpenaiResponses => openai_responses::write(reply, ask, id),
            Self::Anthropic => anthropic::write(reply, ask, id),
            Self::Gemini => gemini::write(reply, ask, id),
            Self::Ollama => ollama::write(reply, ask),
            Self::Cohere => cohere::write(reply, ask, id),
            Self::Bedrock => bedrock::write(reply, ask, id),
        };
        let mut response = self.response(200, &body, id, reply.elapsed);
        if self.wants_stream(request) {
            let (text, kind) = stream::body(self, &body, &request.body);
            response.body = text.into_bytes();
            let mut headers = response.headers.iter_mut();
            if let Some((_, value)) = headers.find(|(name, _)| name == "content-type") {
                kind.clone_into(value);
            }
        }
        response
    }

    pub(super) fn refuse(self, fault: &Fault, id: &str) -> HttpResponse {
        let body = fault.body(self, id);
        let mut response = self.response(fault.status, &body, id, Duration::from_millis(40));
        if fault.status == 429 && self != Self::Gemini {
            let seconds = fault.wait.as_secs().to_string();
            response.headers.push(("retry-after".to_owned(), seconds));
        }
        response
    }

    fn response(self, status: u16, body: &Value, id: &str, elapsed: Duration) -> HttpResponse {
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        match self {
            Self::OpenaiChat | Self::OpenaiResponses => {
                headers.push(("x-request-id".to_owned(), format!("req_{id}")));
            }
            Self::Anthropic => headers.push(("request-id".to_owned(), format!("req_{id}"))),
            Self::Bedrock => headers.push(("x-amzn-requestid".to_owned(), format!("req_{id}"))),
            Self::Gemini | Self::Ollama | Self::Cohere => {}
        }
        headers.extend(fault::headers(self, status));
        let body = body.to_string().into_bytes();
        HttpResponse { status, headers, body, elapsed, source: Source::Fresh }
    }
}

/// An answer that is in no format of answers.
pub(super) fn plain(status: u16, body: &Value) -> HttpResponse {
    Wire::Gemini.response(status, body, "", Duration::from_millis(40))
}

/// An address without its query.
pub(super) fn path_of(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/')
}

fn text(body: &Value, name: &str) -> String {
    body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'a>(body: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    body.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// A tool, from the object that names it and the member that holds its schema.
fn offer(tool: &Value, parameters: &str) -> Offer {
    let parameters = tool.get(parameters).cloned().unwrap_or_else(|| json!({"type": "object"}));
    Offer { name: text(tool, "name"), parameters }
}

/// Arguments as an object. What was cut in the middle, the provider's own parser gives up.
fn object(arguments: &str) -> Value {
    serde_json::from_str(arguments).unwrap_or_else(|_| json!({}))
}

/// Tokens read from a cache that works by itself: whole blocks of 128, from 1024 on.
fn cached_by_itself(ask: &Ask) -> u64 {
    if ask.input_tokens() < 1024 { 0 } else { ask.system_tokens() / 128 * 128 }
}
