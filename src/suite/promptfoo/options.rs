//! The `config` of a promptfoo provider as keys of a slot.

use serde_json::{Map, Value, json};

use super::files::{At, Base};
use super::notes::{Fate, Notes};
use super::slot::{RunCells, Slot, tools};
use crate::domain::kit::quoted;

/// Fills in a slot.
pub(super) struct Options<'a> {
    pub(super) base: &'a Base,
    pub(super) notes: &'a mut Notes,
    pub(super) slot: &'a mut Slot,
}

/// Options that have a key here, by promptfoo's and the providers' names.
const KEYS: [(&str, &str); 16] = [
    ("temperature", "temperature"),
    ("top_p", "top-p"),
    ("topP", "top-p"),
    ("max_tokens", "max-output-tokens"),
    ("max_completion_tokens", "max-output-tokens"),
    ("max_output_tokens", "max-output-tokens"),
    ("maxOutputTokens", "max-output-tokens"),
    ("num_predict", "max-output-tokens"),
    ("seed", "seed"),
    ("stop", "stop"),
    ("stop_sequences", "stop"),
    ("stopSequences", "stop"),
    ("reasoning_effort", "reasoning-effort"),
    ("effort", "reasoning-effort"),
    ("apiKeyEnvar", "api-key-env"),
    ("apiBaseUrl", "base-url"),
];

/// Members of a request that promptfoo sends as they are.
const SENT: [&str; 14] = [
    "presence_penalty",
    "frequency_penalty",
    "parallel_tool_calls",
    "service_tier",
    "store",
    "user",
    "metadata",
    "logprobs",
    "top_logprobs",
    "logit_bias",
    "verbosity",
    "top_k",
    "thinking",
    "safetySettings",
];

impl Options<'_> {
    /// Reads a table of options; `inside` is the path of a table in it.
    pub(super) fn read(&mut self, config: At<'_>, inside: &str) {
        for (key, value) in config.entries() {
            self.option(key, value, inside);
        }
    }

    fn option(&mut self, key: &str, value: At<'_>, inside: &str) {
        if let Some((_, own)) = KEYS.iter().find(|(theirs, _)| *theirs == key) {
            let json = match *own {
                "stop" => Value::from(value.texts()),
                "base-url" if self.slot.provider == "anthropic" => {
                    format!("{}/v1", value.plain().unwrap_or_default().trim_end_matches('/')).into()
                }
                _ => value.json(),
            };
            if !json.to_string().contains("{{") {
                self.set(own, json, "");
                return;
            }
        }
        match (key, self.slot.provider) {
            ("generationConfig", _) => self.read(value, "generationConfig"),
            ("response_format" | "responseFormat" | "format" | "output_format", _) => {
                self.response_format(value);
            }
            ("response_schema" | "responseSchema" | "responseJsonSchema", _) => {
                if let Some(schema) = self.loaded(value) {
                    self.slot.asked = RunCells::Schema(schema);
                }
            }
            ("responseMimeType" | "response_mime_type", _) if self.slot.asked == RunCells::Text => {
                self.slot.asked = RunCells::Json;
            }
            ("responseMimeType" | "response_mime_type" | "omitDefaults", _) => {}
            ("tools" | "functions", _) => {
                self.slot.tools = self.loaded(value).map(|list| tools(&list)).unwrap_or_default();
            }
            (
                "tool_choice" | "function_call",
                "openai" | "openai-compatible" | "openai-responses" | "anthropic",
            ) => {
                self.slot.extra_body.insert("tool_choice".to_owned(), value.json());
            }
            ("reasoning", _) if value.get("effort").is_some() => self.read(value, "reasoning"),
            ("think", "ollama") => {
                self.set("reasoning-effort", value.plain().unwrap_or_default().into(), "");
            }
            _ => self.request_option(key, value, inside),
        }
    }

    /// Options of the request as such: where it goes, and what else is in it.
    fn request_option(&mut self, key: &str, value: At<'_>, inside: &str) {
        match (key, self.slot.provider) {
            ("headers", _) => self.headers(value),
            ("organization", "openai" | "openai-responses") => {
                self.set("headers", json!({"OpenAI-Organization": value.json()}), "");
            }
            ("passthrough", _) => {
                if let Value::Object(members) = value.json() {
                    self.slot.extra_body.extend(members);
                }
            }
            ("apiHost", _) if self.slot.dialect == Some("azure") => {
                let host = value.plain().unwrap_or_default();
                self.set("base-url", format!("https://{host}/openai/v1").into(), "");
            }
            ("apiHost", _) => {
                let host = value.plain().unwrap_or_default();
                self.set("base-url", format!("https://{host}/v1").into(), "");
            }
            _ if inside == "generationConfig" => {
                let config =
                    self.slot.extra_body.entry("generationConfig").or_insert_with(|| json!({}));
                if let Value::Object(config) = config {
                    config.insert(key.to_owned(), value.json());
                }
            }
            (_, "ollama") if !value.is_table() => {
                let options = self.slot.extra_body.entry("options").or_insert_with(|| json!({}));
                if let Value::Object(options) = options {
                    options.insert(key.to_owned(), value.json());
                }
            }
            _ if SENT.contains(&key) => {
                self.slot.extra_body.insert(key.to_owned(), value.json());
            }
            _ => self.left(key, value),
        }
    }

    fn left(&mut self, key: &str, value: At<'_>) {
        let variable = value.text().and_then(|text| text.trim().strip_prefix("{{"));
        let variable = variable.and_then(|text| text.trim().strip_prefix("env."));
        let instead = match (key, variable) {
            ("apiKey", Some(name)) => {
                let name = name.trim_end_matches('}').trim();
                self.set("api-key-env", name.into(), "");
                return;
            }
            ("apiKey", None) => {
                "a key is never written into a file: `api-key-env` names its variable"
            }
            ("cost" | "inputCost" | "outputCost", _) => "write `price` of the slot",
            ("systemInstruction", _) => "write it as the text of the prompt",
            ("functionToolCallbacks" | "mcp", _) => {
                "a tool is called, not run: what is checked is the call"
            }
            _ => "`extra-body` of the slot sends any member of a request",
        };
        self.notes.left(value.place(), format!("option `{key}` of `{}`", self.slot.name), instead);
    }

    fn headers(&mut self, value: At<'_>) {
        let mut headers = Map::new();
        for (name, text) in value.entries() {
            let plain = text.plain().unwrap_or_default();
            let is_secret =
                ["authorization", "api-key", "x-api-key"].contains(&name.to_lowercase().as_str());
            if is_secret || plain.contains("{{") {
                let instead = "write `NAME = { env = \"VARIABLE\" }` under `headers` of the slot";
                self.notes.left(text.place(), format!("header `{name}`"), instead);
            } else {
                headers.insert(name.to_owned(), plain.into());
            }
        }
        if !headers.is_empty() {
            self.set("headers", headers.into(), "");
        }
    }

    fn response_format(&mut self, value: At<'_>) {
        let Some(format) = self.loaded(value) else { return };
        let kind = format.get("type").and_then(Value::as_str).or(format.as_str());
        let schema = format.get("json_schema").unwrap_or(&format);
        if format.pointer("/json_schema/strict").is_some_and(|strict| strict == &json!(false)) {
            let instead = "the schema is asked for strictly";
            self.notes.tell(Fate::Differs, value.place(), "`strict: false` of a schema", instead);
        }
        self.slot.asked = match (kind, schema.get("schema")) {
            (Some("json_object" | "json"), _) => RunCells::Json,
            (Some("text"), _) => RunCells::Text,
            (_, Some(Value::String(file))) => match self.base.document(file) {
                Ok(document) => RunCells::Schema(document.node.to_json()),
                Err(why) => {
                    self.notes.left(value.place(), "a schema in a file", why);
                    RunCells::Json
                }
            },
            (_, Some(schema)) => RunCells::Schema(schema.clone()),
            _ => RunCells::Schema(format),
        };
    }

    /// A value, or that of the file it names.
    fn loaded(&mut self, value: At<'_>) -> Option<Value> {
        let Some(path) = value.text().filter(|text| text.starts_with("file://")) else {
            return Some(value.json());
        };
        match self.base.document(path) {
            Ok(document) => Some(document.node.to_json()),
            Err(why) => {
                self.notes.left(value.place(), format!("`{path}`"), why);
                None
            }
        }
    }

    fn set(&mut self, key: &'static str, value: Value, comment: &'static str) {
        self.slot.keys.retain(|(known, ..)| *known != key);
        self.slot.keys.push((key, value, comment));
    }

    /// What promptfoo asks for where the config does not say it; it leaves both out for reasoning models.
    pub(super) fn add_defaults(&mut self, tokens: u64) {
        let model = self.slot.id.rsplit('/').next().unwrap_or_default();
        let reasons =
            ["o1", "o3", "o4", "gpt-5", "gpt-6"].iter().any(|head| model.starts_with(head));
        let missing = [("max-output-tokens", json!(tokens)), ("temperature", json!(0))];
        let missing =
            missing.into_iter().filter(|(key, _)| self.slot.keys.iter().all(|(it, ..)| it != key));
        let missing: Vec<_> = missing.filter(|_| !reasons).collect();
        if missing.is_empty() {
            return;
        }
        let what =
            format!("no {} of `{}`", quoted(missing.iter().map(|(key, _)| key)), self.slot.name);
        let instead = "promptfoo asks for its own default: it is written into the slot";
        self.notes.tell(Fate::Differs, self.slot.place.clone(), what, instead);
        let comment = "promptfoo asks for it unasked";
        self.slot.keys.extend(missing.into_iter().map(|(key, value)| (key, value, comment)));
    }

    pub(super) fn finish(&mut self) {
        if self.slot.tools.is_empty() {
            return;
        }
        if self.slot.asked != RunCells::Text {
            let instead = "its tools are asked for";
            self.notes.left(self.slot.place.clone(), "`response_format` beside `tools`", instead);
            self.slot.asked = RunCells::Text;
        }
        // Without a word of its own a tool would be forced here.
        let is_anthropic = self.slot.provider == "anthropic";
        if matches!(
            self.slot.provider,
            "openai" | "openai-compatible" | "openai-responses" | "anthropic"
        ) {
            let free = if is_anthropic { json!({"type": "auto"}) } else { json!("auto") };
            let choice = self.slot.extra_body.remove("tool_choice").unwrap_or(free);
            let choice = match (is_anthropic, choice.as_str()) {
                (true, Some("required")) => json!({"type": "any"}),
                (true, Some(kind)) => json!({"type": kind}),
                _ => choice,
            };
            self.slot.extra_body.insert("tool_choice".to_owned(), choice);
        }
        let instead = "exactly one call is an answer here, asked for strictly; a text is `broken`";
        self.notes.tell(
            Fate::Differs,
            self.slot.place.clone(),
            format!("the tools of `{}`", self.slot.name),
            instead,
        );
    }
}
