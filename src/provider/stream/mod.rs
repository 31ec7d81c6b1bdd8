//! Answers that come in pieces: how they are asked for, and how the pieces become the body of an answer in
//! one piece, which the adapter then reads.

mod anthropic;
mod cohere;
mod events;
mod gemini;
mod merge;
mod ollama;
mod openai_chat;
mod openai_responses;

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::body::{is_stream, malformed};
use super::dialect::{Dialect, Wire};
use super::lookup::dialect;
use crate::domain::kit::shortened;
use crate::domain::{ErrorClass, HttpResponse, Model, ProviderError};
use events::{Events, join_halves};

/// What the events of a stream add up to.
struct Folded {
    body: Value,
    /// The event came that ends an answer.
    has_end: bool,
}

/// The name of the parameter, as `Dialect::unsupported` has it.
pub(super) const STREAM: &str = "stream";

/// How a wire format streams; `None` where it does not.
fn fold_of(wire: Wire) -> Option<fn(Vec<Value>) -> Folded> {
    Some(match wire {
        Wire::OpenaiChat => openai_chat::fold,
        Wire::OpenaiResponses => openai_responses::fold,
        Wire::Anthropic => anthropic::fold,
        Wire::Gemini => gemini::fold,
        Wire::Ollama => ollama::fold,
        Wire::Cohere => cohere::fold,
        Wire::Bedrock | Wire::Command => return None,
    })
}

/// Whether the slot's answers are asked for in pieces.
pub(super) fn is_asked(model: &Model, dialect: &Dialect) -> bool {
    model.params.stream && dialect.refusal(STREAM).is_none()
}

/// Asks for a stream, with its usage. Gemini is asked by the address.
pub(super) fn ask(body: &mut Map<String, Value>, dialect: &Dialect) {
    if dialect.wire != Wire::Gemini {
        body.insert(STREAM.to_owned(), true.into());
    }
    if dialect.wire == Wire::OpenaiChat && dialect.stream_options {
        body.insert("stream_options".to_owned(), json!({"include_usage": true}));
    }
}

/// The same body, asking for an answer in one piece.
pub(super) fn without(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(members) = body.as_object_mut() {
        members.shift_remove(STREAM);
        members.shift_remove("stream_options");
    }
    body
}

/// The response as if it had been asked for in one piece. A stream that nobody asked for stays what it is.
pub fn whole<'r>(
    model: &Model,
    response: &'r HttpResponse,
) -> Result<Cow<'r, HttpResponse>, ProviderError> {
    let row = dialect(&model.dialect).filter(|row| is_asked(model, row));
    let fold = row.and_then(|row| Some((row.wire, fold_of(row.wire)?)));
    let is_success = (200..300).contains(&response.status);
    let Some((wire, fold)) = fold.filter(|_| is_success) else {
        return Ok(Cow::Borrowed(response));
    };
    let text = String::from_utf8_lossy(&response.body);
    let Events { mut list, is_done, broken, has_halves } = Events::of(&text, wire == Wire::Ollama);
    let is_lines = response.header("content-type").is_some_and(|kind| kind.contains("ndjson"));
    if list.is_empty() && broken.is_none() && !is_stream(response) && !is_lines {
        return Ok(Cow::Borrowed(response));
    }
    let is_error = |data: &Value| data.get("error").is_some_and(|error| !error.is_null());
    let failed = list.iter().position(is_error);
    if let Some(broken) = broken.filter(|_| failed.is_none()) {
        let message = format!("an event of the stream is no JSON: {}", shortened(&broken, 80));
        return Err(malformed(response, message));
    }
    let mut folded = match failed {
        Some(at) => Folded { body: list.swap_remove(at), has_end: true },
        None => fold(list),
    };
    if !folded.has_end && !is_done {
        let message = "the stream ended before the answer did".to_owned();
        return Err(ProviderError {
            class: ErrorClass::Interrupted,
            ..malformed(response, message)
        });
    }
    if has_halves {
        join_halves(&mut folded.body);
    }
    let is_kept = |(name, _): &&(String, String)| name != "content-type";
    Ok(Cow::Owned(HttpResponse {
        status: response.status,
        headers: response.headers.iter().filter(is_kept).cloned().collect(),
        body: folded.body.to_string().into_bytes(),
        elapsed: response.elapsed,
        source: response.source,
    }))
}
