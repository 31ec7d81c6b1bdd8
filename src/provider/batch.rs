//! Batch endpoints: many requests are handed in at once, answered within a day, and cost half.
//!
//! Each answer carries the id of its request; they come in any order. What was not answered is an
//! answer as well: it says why.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::body::malformed;
use super::dialect::{Batching, Dialect, Wire};
use super::encode::{channel, headers};
use super::encode_error::EncodeError;
use super::lookup::dialect;
use super::url::list_url;
use super::{anthropic, body, error, stream};
use crate::domain::{Hash, Header, HttpRequest, HttpResponse, Model, ProviderError, Source};

/// The words for a batch that will not change any more.
const ENDED: [&str; 9] = [
    "completed",
    "failed",
    "expired",
    "cancelled",
    "ended",
    "succeeded",
    "success",
    "timeout_exceeded",
    "canceled",
];

/// One request of a batch.
#[derive(Debug, Clone)]
pub(crate) struct BatchItem {
    /// At most 64 letters, digits and hyphens.
    pub id: String,
    pub request: HttpRequest,
}

/// What follows the answer to a request that hands a batch in.
#[derive(Debug)]
pub(crate) enum Submission {
    /// The requests lie there; this makes a batch of them.
    Next(Box<HttpRequest>),
    /// The batch has this id.
    Taken(String),
}

/// How far a batch is.
#[derive(Debug)]
pub(crate) enum BatchState {
    Pending,
    /// What was answered, and where the rest of the answers is.
    Ended {
        answers: Vec<BatchAnswer>,
        files: Vec<HttpRequest>,
        why: String,
    },
}

/// The id of a request, and its answer.
pub(crate) type BatchAnswer = (String, HttpResponse);

/// The answers of a run's batches, by request and number of the trial.
pub(crate) type BatchAnswers = BTreeMap<String, HttpResponse>;

/// Names a trial of a request in a batch.
pub(crate) fn item_id(request: &Hash, trial: u32) -> String {
    format!("{}-{trial}", request.short(48))
}

/// Whether a model is asked in batches.
pub(crate) fn has_batches(model: &Model) -> bool {
    dialect(&model.dialect).is_some_and(|dialect| dialect.batches.is_some())
}

/// The parts in which requests are handed in, so that each is as large as it may be.
pub(crate) fn parts(model: &Model, items: Vec<BatchItem>) -> Vec<Vec<BatchItem>> {
    let batches = dialect(&model.dialect).and_then(|dialect| dialect.batches);
    let (most, most_bytes) = batches.map_or((1, 0), Batching::limits);
    let mut parts: Vec<Vec<BatchItem>> = Vec::new();
    let mut bytes = 0;
    for item in items {
        let own = item.request.body.to_string().len() + item.id.len() + 200;
        bytes += own;
        let open = parts.last_mut().filter(|part| part.len() < most && bytes <= most_bytes);
        if let Some(part) = open {
            part.push(item);
        } else {
            bytes = own;
            parts.push(vec![item]);
        }
    }
    parts
}

/// The request that hands in these.
pub(crate) fn submit(model: &Model, items: &[BatchItem]) -> Result<HttpRequest, EncodeError> {
    let way = Way::of(model)?;
    let each = |write: &dyn Fn(&str, &Value) -> Value| -> Vec<Value> {
        items.iter().map(|item| write(&item.id, &stream::without(&item.request.body))).collect()
    };
    match way.batching {
        Batching::Files => {
            let path = way.endpoint();
            let lines = each(
                &|id, body| json!({"custom_id": id, "method": "POST", "url": path, "body": body}),
            );
            way.upload(&lines)
        }
        Batching::Anthropic => {
            let requests = each(&|id, params| json!({"custom_id": id, "params": params}));
            way.post("/v1/messages/batches", json!({"requests": requests}))
        }
        Batching::Gemini => {
            let requests = each(&|id, body| json!({"request": body, "metadata": {"key": id}}));
            let input = json!({"requests": {"requests": requests}});
            let path = way.dialect.path.replace("{model}", &model.id);
            let path = path.replace(":generateContent", ":batchGenerateContent");
            let batch = json!({"display_name": "promptmatrix", "input_config": input});
            way.post(&path, json!({"batch": batch}))
        }
        Batching::Mistral => {
            let requests = each(&|id, body| {
                let mut body = body.as_object().cloned().unwrap_or_default();
                body.shift_remove("model");
                json!({"custom_id": id, "body": body})
            });
            let job = json!({
                "endpoint": "/v1/chat/completions",
                "model": model.id,
                "requests": requests,
                "timeout_hours": 24,
            });
            way.post("/batch/jobs", job)
        }
    }
}

/// Reads what was said to it.
pub(crate) fn submission(
    model: &Model,
    response: &HttpResponse,
) -> Result<Submission, ProviderError> {
    let value = document(response)?;
    let way = Way::of(model).map_err(|error| malformed(response, error.to_string()))?;
    let id = |name| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let id = id("id").or_else(|| id("name"));
    let id = id.ok_or_else(|| malformed(response, "the batch has no id".to_owned()))?;
    let is_file = value.get("object").is_some_and(|object| object == "file");
    if way.batching != Batching::Files || !is_file {
        return Ok(Submission::Taken(id));
    }
    let batch =
        json!({"input_file_id": id, "endpoint": way.endpoint(), "completion_window": "24h"});
    let next = way.post("/batches", batch);
    next.map(|next| Submission::Next(Box::new(next)))
        .map_err(|error| malformed(response, error.to_string()))
}

/// The request that asks how far a batch is.
pub(crate) fn look(model: &Model, id: &str) -> Result<HttpRequest, EncodeError> {
    let way = Way::of(model)?;
    way.get(&match way.batching {
        Batching::Files => format!("/batches/{id}"),
        Batching::Anthropic => format!("/v1/messages/batches/{id}"),
        Batching::Gemini => format!("/{id}"),
        Batching::Mistral => format!("/batch/jobs/{id}"),
    })
}

/// Reads how far it is.
pub(crate) fn state(
    model: &Model,
    id: &str,
    response: &HttpResponse,
) -> Result<BatchState, ProviderError> {
    let value = document(response)?;
    let way = Way::of(model).map_err(|error| malformed(response, error.to_string()))?;
    let text = |pointer| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let word = match way.batching {
        Batching::Files | Batching::Mistral => text("/status"),
        Batching::Anthropic => text("/processing_status"),
        Batching::Gemini => text("/metadata/state"),
    };
    let word = word.rsplit("STATE_").next().unwrap_or_default().to_lowercase();
    if !ENDED.contains(&word.as_str()) {
        return Ok(BatchState::Pending);
    }
    let places: Vec<String> = match way.batching {
        Batching::Files => vec![text("/output_file_id"), text("/error_file_id")],
        Batching::Mistral => vec![text("/output_file"), text("/error_file")],
        Batching::Anthropic | Batching::Gemini => Vec::new(),
    }
    .into_iter()
    .filter(|file| !file.is_empty())
    .map(|file| format!("/files/{file}/content"))
    .chain(
        (way.batching == Batching::Anthropic).then(|| format!("/v1/messages/batches/{id}/results")),
    )
    .collect();
    let files: Result<Vec<HttpRequest>, EncodeError> =
        places.iter().map(|place| way.get(place)).collect();
    let inline = value.pointer("/response/inlinedResponses");
    let inline = inline.map(|inline| inline.get("inlinedResponses").unwrap_or(inline));
    let inline = inline.and_then(Value::as_array).into_iter().flatten();
    Ok(BatchState::Ended {
        answers: inline.filter_map(answer).collect(),
        files: files.map_err(|error| malformed(response, error.to_string()))?,
        why: word,
    })
}

/// Reads a file of answers, one a line.
pub(crate) fn answers(response: &HttpResponse) -> Result<Vec<BatchAnswer>, ProviderError> {
    if !(200..300).contains(&response.status) {
        return Err(error::error(response));
    }
    let text = String::from_utf8_lossy(&response.body);
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    Ok(lines.filter_map(|line| answer(&line)).collect())
}

/// What stands for the answer to a request that has none.
pub(crate) fn unanswered(why: &str) -> HttpResponse {
    let message = format!("the batch ended without an answer to this request: {why}");
    response(503, &json!({"error": {"message": message}}))
}

/// One answer, in any of the formats.
fn answer(line: &Value) -> Option<BatchAnswer> {
    let id = line.get("custom_id").or_else(|| line.pointer("/metadata/key"))?.as_str()?.to_owned();
    let said = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
    // OpenAI and Mistral: a response as HTTP has it.
    if let Some(status) = line.pointer("/response/status_code").and_then(Value::as_u64) {
        let body = said(line.pointer("/response/body")).unwrap_or_default();
        return Some((id, response(u16::try_from(status).unwrap_or(500), &body)));
    }
    if let Some(result) = line.get("result") {
        return Some((id, message(result)));
    }
    // Gemini.
    if let Some(body) = said(line.get("response")) {
        return Some((id, response(200, &body)));
    }
    let error = said(line.get("error")).unwrap_or_default();
    let why = error.get("message").and_then(Value::as_str).unwrap_or("expired").to_owned();
    Some((id, unanswered(&why)))
}

/// What Anthropic says of a request.
fn message(result: &Value) -> HttpResponse {
    const STATUS: [(&str, u16); 6] = [
        ("authentication_error", 401),
        ("invalid_request_error", 400),
        ("not_found_error", 404),
        ("permission_error", 403),
        ("rate_limit_error", 429),
        ("request_too_large", 413),
    ];
    let text = |value: &Value, name| value.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(message) = result.get("message") {
        return response(200, message);
    }
    let Some(error) = result.get("error") else {
        return unanswered(&text(result, "type").unwrap_or_default());
    };
    // Either the error itself, or the body of a response that has it.
    let error = error.get("error").unwrap_or(error);
    let kind = text(error, "type").unwrap_or_default();
    let status = STATUS.iter().find(|(name, _)| *name == kind).map_or(503, |(_, status)| *status);
    response(status, &json!({"type": "error", "error": error}))
}

/// An answer as if it had come alone. It is not asked for again: that would be at another price.
fn response(status: u16, body: &Value) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("x-should-retry".to_owned(), "false".to_owned()),
        ],
        body: body.to_string().into_bytes(),
        elapsed: std::time::Duration::ZERO,
        source: Source::Batch,
    }
}

fn document(response: &HttpResponse) -> Result<Value, ProviderError> {
    if !(200..300).contains(&response.status) {
        return Err(error::error(response));
    }
    body::read(response)
}

/// How batches of a model are spoken of.
struct Way<'m> {
    model: &'m Model,
    dialect: &'static Dialect,
    batching: Batching,
}

impl<'m> Way<'m> {
    fn of(model: &'m Model) -> Result<Self, EncodeError> {
        let dialect = dialect(&model.dialect);
        let way = dialect.and_then(|dialect| Some((dialect, dialect.batches?)));
        let (dialect, batching) =
            way.ok_or_else(|| EncodeError::NoBatches { slot: model.slot.to_string() })?;
        Ok(Self { model, dialect, batching })
    }

    /// The address of single requests, as it is named in a batch.
    fn endpoint(&self) -> String {
        format!("/v1{}", self.dialect.path)
    }

    fn get(&self, path: &str) -> Result<HttpRequest, EncodeError> {
        self.post(path, Value::Null)
    }

    fn post(&self, path: &str, body: Value) -> Result<HttpRequest, EncodeError> {
        let own = match self.dialect.wire {
            Wire::Anthropic => vec![anthropic::version_header(&self.model.params)],
            _ => Vec::new(),
        };
        Ok(HttpRequest {
            channel: channel(self.model),
            url: list_url(self.model, self.dialect, path)?,
            headers: headers(self.model, self.dialect, own),
            body,
        })
    }

    /// A file of these lines, as a form has it.
    fn upload(&self, lines: &[Value]) -> Result<HttpRequest, EncodeError> {
        let mut text = String::new();
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
        let mark = format!("promptmatrix-{}", Hash::of_bytes(text.as_bytes()).short(32));
        let form = format!(
            "--{mark}\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n\
             --{mark}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"batch.jsonl\"\r\n\
             content-type: application/jsonl\r\n\r\n{text}\r\n--{mark}--\r\n"
        );
        let mut request = self.post("/files", Value::String(form))?;
        request.headers.retain(|header| header.name != "content-type");
        let kind = format!("multipart/form-data; boundary={mark}");
        request.headers.push(Header::plain("content-type", kind));
        Ok(request)
    }
}

#[cfg(test)]
mod tests;
