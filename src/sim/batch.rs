//! Batches as the providers have them: requests are handed in, and answered at the second look.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::World;
use super::wire::{path_of, plain};
use crate::domain::{Channel, Hash, HttpRequest, HttpResponse};

/// What was handed in.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    files: BTreeMap<String, String>,
    batches: BTreeMap<String, Batch>,
}

#[derive(Debug)]
struct Batch {
    provider: Provider,
    /// The id of each request, and the request.
    items: Vec<(String, HttpRequest)>,
    looks: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Provider {
    Openai,
    Anthropic,
    Gemini,
    Mistral,
}

impl Batches {
    /// Answers what is about batches; `None` for anything else. A GET has no body.
    pub(crate) fn answer(&mut self, world: &World, request: &HttpRequest) -> Option<HttpResponse> {
        let path = path_of(&request.url);
        let body = &request.body;
        if body.is_null() {
            return self.read(world, path);
        }
        if path.ends_with("/files") {
            return Some(self.file(body.as_str().unwrap_or_default()));
        }
        let (provider, items) = if path.ends_with("/messages/batches") {
            let item = |item: &Value| {
                (text(item, "custom_id"), "/v1/messages".into(), member(item, "params"))
            };
            (Provider::Anthropic, each(body.get("requests"), item))
        } else if let Some(model) = path.strip_suffix(":batchGenerateContent") {
            let item = |item: &Value| {
                let id = text(item.get("metadata").unwrap_or(&Value::Null), "key");
                (id, format!("{model}:generateContent"), member(item, "request"))
            };
            (Provider::Gemini, each(body.pointer("/batch/input_config/requests/requests"), item))
        } else if path.ends_with("/batch/jobs") {
            let item = |item: &Value| {
                let mut asked = member(item, "body");
                if let Some(asked) = asked.as_object_mut() {
                    asked.insert("model".to_owned(), member(body, "model"));
                }
                (text(item, "custom_id"), text(body, "endpoint"), asked)
            };
            (Provider::Mistral, each(body.get("requests"), item))
        } else if path.ends_with("/batches") {
            let lines = self.files.get(&text(body, "input_file_id")).cloned().unwrap_or_default();
            let lines = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
            let item =
                |item: &Value| (text(item, "custom_id"), text(item, "url"), member(item, "body"));
            (Provider::Openai, each(Some(&Value::Array(lines)), item))
        } else {
            return None;
        };
        let id = format!("batch_{}", Hash::of_json(&json!([path, body])).short(16));
        self.batches.insert(id.clone(), Batch { provider, items, looks: 0 });
        self.state(&id)
    }

    /// Takes the file out of a form.
    fn file(&mut self, form: &str) -> HttpResponse {
        let file = form.split("name=\"file\"").nth(1).and_then(|part| part.split_once("\r\n\r\n"));
        let lines = file.and_then(|(_, lines)| lines.split("\r\n--").next()).unwrap_or_default();
        let id = format!("file-{}", Hash::of_bytes(lines.as_bytes()).short(16));
        self.files.insert(id.clone(), lines.to_owned());
        plain(200, &json!({"id": id, "object": "file", "purpose": "batch", "bytes": lines.len()}))
    }

    fn read(&mut self, world: &World, path: &str) -> Option<HttpResponse> {
        let mut steps = path.rsplit('/');
        let last = steps.next()?;
        if matches!(last, "content" | "results") {
            let batch = self.batches.get(steps.next()?.trim_start_matches("answers-"))?;
            let answered = |item| batch.answered(world, item).to_string();
            let lines = batch.items.iter().map(answered).collect::<Vec<_>>().join("\n");
            return Some(HttpResponse { body: lines.into_bytes(), ..plain(200, &Value::Null) });
        }
        self.batches.get_mut(last)?.looks += 1;
        let response = self.state(last)?;
        let batch = self.batches.get(last)?;
        if batch.provider != Provider::Gemini || batch.looks < 2 {
            return Some(response);
        }
        let answers: Vec<Value> =
            batch.items.iter().map(|item| batch.answered(world, item)).collect();
        let state = json!({"state": "BATCH_STATE_SUCCEEDED"});
        Some(plain(
            200,
            &json!({
                "name": format!("batches/{last}"), "metadata": state, "done": true,
                "response": {"inlinedResponses": {"inlinedResponses": answers}},
            }),
        ))
    }

    fn state(&self, id: &str) -> Option<HttpResponse> {
        let batch = self.batches.get(id)?;
        let (done, answers) = (batch.looks > 1, format!("answers-{id}"));
        let answers = done.then_some(answers);
        let of =
            |pending: &str, ended: &str| if done { ended.to_owned() } else { pending.to_owned() };
        Some(plain(
            200,
            &match batch.provider {
                Provider::Openai => json!({"id": id, "object": "batch",
                "status": of("in_progress", "completed"), "output_file_id": answers}),
                Provider::Anthropic => json!({"id": id, "type": "message_batch",
                "processing_status": of("in_progress", "ended")}),
                Provider::Gemini => json!({"name": format!("batches/{id}"),
                "metadata": {"state": "BATCH_STATE_RUNNING"}}),
                Provider::Mistral => json!({"id": id, "object": "batch",
                "status": of("RUNNING", "SUCCESS"), "output_file": answers}),
            },
        ))
    }
}

impl Batch {
    /// One answer, as its provider writes it.
    fn answered(&self, world: &World, (id, request): &(String, HttpRequest)) -> Value {
        let number: u64 = id.rsplit('-').next().and_then(|end| end.parse().ok()).unwrap_or(1);
        let response = world.answer(request, number.saturating_sub(1));
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let status = response.status;
        match self.provider {
            Provider::Openai | Provider::Mistral => json!({"id": "r", "custom_id": id,
                "response": {"status_code": status, "body": body}, "error": null}),
            Provider::Anthropic if status == 200 => {
                json!({"custom_id": id, "result": {"type": "succeeded", "message": body}})
            }
            Provider::Anthropic => {
                json!({"custom_id": id, "result": {"type": "errored", "error": body}})
            }
            Provider::Gemini if status == 200 => json!({"metadata": {"key": id}, "response": body}),
            Provider::Gemini => json!({"metadata": {"key": id}, "error": body.get("error")}),
        }
    }
}

fn each(
    items: Option<&Value>,
    item: impl Fn(&Value) -> (String, String, Value),
) -> Vec<(String, HttpRequest)> {
    let items = items.and_then(Value::as_array).into_iter().flatten();
    let asked = items.map(item).map(|(id, url, body)| {
        (id, HttpRequest { channel: Channel::Http, url, headers: Vec::new(), body })
    });
    asked.collect()
}

fn member(value: &Value, name: &str) -> Value {
    value.get(name).cloned().unwrap_or_default()
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
