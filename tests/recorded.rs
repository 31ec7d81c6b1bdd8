//! What real providers answered, read where it lies: every answer decodes, every error has a class.
//!
//! The folder is named by `PROMPTMATRIX_RECORDED`; nothing of it is copied into this repository.

#![expect(clippy::unwrap_used, reason = "a recording that cannot be read fails the test")]
#![expect(clippy::indexing_slicing, reason = "a member that is missing reads as null")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use promptmatrix::cost::price::Buckets;
use promptmatrix::domain::{
    Billing, Completion, ErrorClass, HttpResponse, Model, Params, Slot, StopReason, Structured,
};
use promptmatrix::provider::{Dialect, Wire, decode, dialect, lower, subset, whole};
use serde_json::Value;

const FILES: [&str; 6] = [
    "openai.chat",
    "openai.responses",
    "anthropic.messages",
    "gemini.generateContent",
    "cohere.v2.chat",
    "bedrock.converse",
];

/// Says it even where the test passes: the runner holds back only what `println!` writes.
fn say(text: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{text}\n").as_bytes());
}

#[test]
fn every_recorded_answer_decodes_and_every_error_has_a_class() {
    let Some(folder) = folder() else {
        say("skipped: PROMPTMATRIX_RECORDED names no folder of recorded answers");
        return;
    };
    let mut tally = Tally::default();
    for file in FILES {
        for row in rows(&folder.join(format!("{file}.jsonl"))) {
            tally.row(file, &row);
        }
    }
    say(&tally.table());
    assert!(tally.answers > 1000, "only {} answers were read", tally.answers);
    assert!(tally.streams > 400, "only {} streams were read", tally.streams);
    assert!(tally.billable > 1000, "only {} answers can be billed", tally.billable);
    assert_eq!(tally.faults, Vec::<String>::new(), "answers that differ without a known reason");
}

#[expect(clippy::disallowed_methods, reason = "the one way to say where the recordings are")]
fn folder() -> Option<PathBuf> {
    std::env::var_os("PROMPTMATRIX_RECORDED").map(PathBuf::from).filter(|path| path.is_dir())
}

fn rows(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[derive(Default)]
struct Tally {
    answers: usize,
    streams: usize,
    billable: usize,
    counts: BTreeMap<String, usize>,
    faults: Vec<String>,
}

impl Tally {
    fn row(&mut self, file: &str, row: &Value) {
        if let Some(reason) = skipped(row) {
            return self.count(format!("{file}: skipped, {reason}"));
        }
        let id = text(row, "id");
        let response = response(row);
        match decode(&model(file, row), &response) {
            Ok(answer) if response.status == 200 => {
                self.answers += 1;
                self.streams += usize::from(row["streaming"] == true);
                self.count(format!("{file}: answered, {:?}", answer.stop));
                self.usage(file, row, &answer);
                for difference in differences(row, &answer) {
                    match known(file, row, &answer, &difference) {
                        Some(reason) => self.count(format!("{file}: differs, {reason}")),
                        None => self.faults.push(format!("{file} {id}: {difference}")),
                    }
                }
            }
            Err(error) if response.status != 200 => {
                self.count(format!("{file}: error {}, {}", error.status, error.class));
                if matches!(error.class, ErrorClass::Malformed | ErrorClass::NotFound) {
                    self.faults.push(format!("{file} {id}: {error}"));
                }
            }
            Err(error) if row["streaming"] == true && is_of_provider(error.class) => {
                self.count(format!("{file}: error inside a stream, {}", error.class));
            }
            other => self.faults.push(format!("{file} {id}: {other:?}")),
        }
    }

    /// Tokens add up to the total that the provider reports, or the report is flagged.
    fn usage(&mut self, file: &str, row: &Value, answer: &Completion) {
        let Some(usage) = answer.usage else {
            return self.count(format!("{file}: usage, none"));
        };
        let body = body(file, row);
        let totals =
            ["/usage/total_tokens", "/usage/totalTokens", "/usageMetadata/totalTokenCount"];
        let total = totals.iter().find_map(|at| body.pointer(at)?.as_u64());
        let parts = usage.input.zip(usage.output).map(|(input, output)| input + output);
        let who = format!("{} {}", text(row, "provider"), text(row, "model_returned"));
        match Buckets::of(&usage) {
            Ok(tokens) => {
                if total.is_some() && total != parts {
                    self.faults.push(format!("{file} {}: {parts:?} of {total:?}", text(row, "id")));
                }
                assert_eq!(Some(tokens.input()), usage.input, "{}", text(row, "id"));
                let how = if total.is_some() { "adds up" } else { "has no total to add up to" };
                self.count(format!("{file}: usage, {how}"));
            }
            Err(why) => self.count(format!("{file}: usage of {who}, {why}")),
        }
        self.billable += usize::from(Buckets::of(&usage).is_ok());
        if usage.reported_cost.is_some() {
            self.count(format!("{file}: usage, the cost is named by {}", text(row, "provider")));
        }
    }

    fn count(&mut self, what: String) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn table(&self) -> String {
        self.counts.iter().fold(String::new(), |mut table, (what, count)| {
            let _ = writeln!(table, "{count:>5}  {what}");
            table
        })
    }
}

fn is_of_provider(class: ErrorClass) -> bool {
    !matches!(class, ErrorClass::Malformed | ErrorClass::Interrupted)
}

/// The answer in one piece.
fn body(file: &str, row: &Value) -> Value {
    let response = response(row);
    serde_json::from_slice(&whole(&model(file, row), &response).unwrap().body).unwrap()
}

/// Why a row is not an answer to a plain chat request.
fn skipped(row: &Value) -> Option<&'static str> {
    let body = text(row, "response_body");
    let is_stream = row["streaming"] == true;
    let checks = [
        ("not a chat call", text(row, "path").ends_with("/compact")),
        ("not a provider", text(row, "provider").contains("demo-endpoints")),
        ("queued in the background", !is_stream && body.contains(r#""status":"queued""#)),
        ("no body as text", row["response_body"].is_null()),
    ];
    checks.into_iter().find(|(_, holds)| *holds).map(|(reason, _)| reason)
}

fn model(file: &str, row: &Value) -> Model {
    let name = match (file, text(row, "provider").as_str()) {
        ("openai.responses", _) => "openai-responses".to_owned(),
        ("anthropic.messages", _) => "anthropic".to_owned(),
        ("gemini.generateContent", _) => "gemini".to_owned(),
        ("cohere.v2.chat", _) => "cohere".to_owned(),
        ("bedrock.converse", _) => "bedrock".to_owned(),
        (_, "azure-openai") => "azure".to_owned(),
        (_, "llamacpp") => "llama-cpp".to_owned(),
        (_, provider) if provider != "gemini" && dialect(provider).is_some_and(is_chat) => {
            provider.to_owned()
        }
        _ => "openai-compatible".to_owned(),
    };
    Model {
        slot: Slot::new("recorded").unwrap(),
        provider: dialect(&name).unwrap().provider,
        dialect: name,
        id: "recorded".to_owned(),
        structured: Structured::Prompt,
        base_url: None,
        api_key_env: None,
        headers: Vec::new(),
        params: Params { stream: row["streaming"] == true, ..Params::default() },
        cache_system_prompt: false,
        billing: Billing::default(),
        command: Vec::new(),
        timeout: Duration::from_secs(1),
        max_concurrency: None,
        limits: promptmatrix::domain::ModelLimits::default(),
    }
}

fn is_chat(dialect: &Dialect) -> bool {
    dialect.wire == Wire::OpenaiChat
}

fn response(row: &Value) -> HttpResponse {
    let headers = row["response_headers"].as_object().into_iter().flatten();
    let headers = headers.flat_map(|(name, values)| {
        let values = values.as_array().into_iter().flatten().filter_map(Value::as_str);
        values.map(|value| (name.to_lowercase(), value.to_owned())).collect::<Vec<_>>()
    });
    HttpResponse {
        status: u16::try_from(row["status"].as_u64().unwrap()).unwrap(),
        headers: headers.collect(),
        body: text(row, "response_body").into_bytes(),
        elapsed: Duration::ZERO,
        source: promptmatrix::domain::Source::Fresh,
    }
}

fn text(row: &Value, name: &str) -> String {
    match &row[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Where the answer differs from what the recording's own extractor found.
fn differences(row: &Value, answer: &Completion) -> Vec<String> {
    let usage = answer.usage.unwrap_or_default();
    let calls: Vec<_> =
        answer.tool_calls.iter().map(|call| (call.name.clone(), json(&call.arguments))).collect();
    let hinted: Vec<_> = row["tool_calls"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|call| (text(call, "name"), json(&text(call, "arguments"))))
        .collect();
    let number = |count: Option<u64>| count.map(Value::from).unwrap_or_default();
    let string = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut list = Vec::new();
    let mut compare = |what: &str, ours: String, hint: String| {
        if ours != hint {
            list.push(format!("{what}: {ours} instead of {hint}"));
        }
    };
    compare("text", string(&answer.text), text(row, "output_text"));
    compare("calls", format!("{calls:?}"), format!("{hinted:?}"));
    compare("served", string(&answer.identity.served), text(row, "model_returned"));
    compare("finish", string(&answer.stop_raw), text(row, "finish"));
    let hint = &row["usage"];
    compare("input", number(usage.input).to_string(), hint["input"].to_string());
    compare("output", number(usage.output).to_string(), hint["output"].to_string());
    compare("cached", number(usage.cached_read).to_string(), hint["cached"].to_string());
    compare("reasoning", number(usage.reasoning).to_string(), hint["reasoning"].to_string());
    if answer.stop == StopReason::Unknown {
        list.push(format!("stop: {:?} is not known", answer.stop_raw));
    }
    list
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// Why the two differ rightly. The recording's extractor copies single members; an answer's usage is
/// put together from several.
fn known(file: &str, row: &Value, answer: &Completion, difference: &str) -> Option<&'static str> {
    let body = body(file, row);
    let at = |pointer: &str| body.pointer(pointer).and_then(Value::as_u64);
    let is = |count: Option<u64>, pointer: &str| count.is_some() && count == at(pointer);
    let hint = |name: &str| row["usage"][name].as_u64();
    let sum = |counts: &[Option<u64>]| counts.iter().flatten().sum::<u64>();
    let usage = answer.usage.unwrap_or_default();
    let thinking = "/usage/output_tokens_details/thinking_tokens";
    let written = at("/usage/prompt_tokens_details/cache_write_tokens").unwrap_or_default();
    let unwritten = hint("input").unwrap_or_default().saturating_sub(written);
    let with_cache = sum(&[hint("input"), hint("cached"), hint("cache_write")]);
    let with_tools = sum(&[hint("input"), at("/usageMetadata/toolUsePromptTokenCount")]);
    let with_reasoning = sum(&[hint("output"), hint("reasoning")]);
    let blocked = body.pointer("/promptFeedback/blockReason").and_then(Value::as_str);
    let own_tools = text(row, "response_body").contains("\"server_tool_use\"");
    let is_empty =
        |(ours, hint): (&str, &str)| ours.replace("Object {}", "String(\"\")").ends_with(hint);
    let empty_call = difference.split_once(" instead of ").is_some_and(is_empty);
    let (what, _) = difference.split_once(':')?;
    let reasons = [
        ("cached", "zero is reported", usage.cached_read == Some(0) && hint("cached").is_none()),
        ("cached", "Mistral's own field", is(usage.cached_read, "/usage/num_cached_tokens")),
        ("cached", "more read and written than sent", hint("cached") > Some(unwritten)),
        ("calls", "no piece of arguments came", row["streaming"] == true && empty_call),
        ("stop", "no reason is given", answer.stop_raw.is_none()),
        ("reasoning", "Anthropic's own field", is(usage.reasoning, thinking)),
        ("reasoning", "zero is reported", usage.reasoning == Some(0)),
        ("reasoning", "more reasoning than output", hint("reasoning") > hint("output")),
        ("input", "input includes the cached part", usage.input == Some(with_cache)),
        ("input", "input includes the tools' part", usage.input == Some(with_tools)),
        ("output", "output includes reasoning", usage.output == Some(with_reasoning)),
        ("output", "zero is left out", usage.output == Some(0) && hint("output").is_none()),
        ("finish", "the prompt was blocked", blocked.is_some()),
        ("calls", "the server calls its own tools", own_tools),
    ];
    let holds = |(name, _, holds): &&(&str, &str, bool)| *name == what && *holds;
    reasons.iter().find(holds).map(|(_, reason, _)| *reason)
}

#[test]
fn every_recorded_schema_can_be_said_to_its_own_provider() {
    let Some(folder) = folder() else { return };
    for file in FILES {
        for row in rows(&folder.join(format!("{file}.jsonl"))) {
            let model = model(file, &row);
            let schema = &row["schema"];
            if schema.is_object() && row["status"] == 200 {
                let subset = subset(dialect(&model.dialect).unwrap().native_subset).unwrap();
                let lowered = lower(schema, subset);
                assert!(lowered.is_ok(), "{file} {}: {lowered:?}", text(&row, "id"));
            }
        }
    }
}
