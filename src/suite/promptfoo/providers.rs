//! Providers of a promptfoo config, each as a slot.

use serde_json::Map;

use super::files::{At, Base, path_of};
use super::notes::{Fate, Notes, Place};
use super::options::Options;
use super::prompts::unique;
use super::slot::{RunCells, Slot};

/// Who answers: provider, dialect, and whether promptfoo adds `max_tokens` and `temperature`.
struct Server(&'static str, Option<&'static str>, bool);

/// The servers of the first part of an id.
const SERVERS: [(&str, Server); 15] = [
    ("openai", Server("openai", None, true)),
    ("anthropic", Server("anthropic", None, true)),
    ("google", Server("gemini", None, false)),
    ("palm", Server("gemini", None, false)),
    ("ollama", Server("ollama", None, false)),
    ("cohere", Server("cohere", None, false)),
    ("azure", Server("openai-compatible", Some("azure"), true)),
    ("azureopenai", Server("openai-compatible", Some("azure"), true)),
    ("mistral", Server("openai-compatible", Some("mistral"), true)),
    ("groq", Server("openai-compatible", Some("groq"), true)),
    ("openrouter", Server("openai-compatible", Some("openrouter"), true)),
    ("togetherai", Server("openai-compatible", Some("together"), true)),
    ("fireworks", Server("openai-compatible", Some("fireworks"), true)),
    ("deepseek", Server("openai-compatible", Some("deepseek"), true)),
    ("xai", Server("openai-compatible", Some("xai"), true)),
];

/// Kinds of calls that stand between server and model.
const CALLS: [&str; 4] = ["chat", "messages", "responses", "completion"];
const OTHERS: [&str; 8] =
    ["embedding", "embeddings", "assistant", "image", "moderation", "realtime", "live", "agents"];

/// Reads the providers.
pub(super) struct ProviderReader<'a> {
    pub(super) base: &'a Base,
    pub(super) notes: &'a mut Notes,
    pub(super) found: Vec<Slot>,
}

impl ProviderReader<'_> {
    pub(super) fn read(&mut self, providers: At<'_>) {
        for entry in providers.each() {
            if let Some(id) = entry.text() {
                self.by_text(id, entry);
            } else if let Some(id) = entry.get("id").and_then(At::text) {
                self.slot(id, entry, entry.place());
            } else {
                // The old form: a table behind each id.
                for (id, inner) in entry.entries() {
                    self.slot(
                        inner.get("id").and_then(At::text).unwrap_or(id),
                        inner,
                        inner.place(),
                    );
                }
            }
        }
    }

    fn by_text(&mut self, id: &str, entry: At<'_>) {
        let is_list = [".yaml", ".yml", ".json"].iter().any(|ending| id.ends_with(ending));
        if !is_list {
            return self.slot(id, entry, entry.place());
        }
        for file in self.base.files(path_of(id)) {
            match self.base.document(&file) {
                Ok(document) => self.read(document.at()),
                Err(why) => self.notes.left(entry.place(), format!("provider `{id}`"), why),
            }
        }
    }

    fn slot(&mut self, id: &str, entry: At<'_>, place: Place) {
        let mut parts = id.splitn(3, ':');
        let (first, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let server = SERVERS.iter().find(|(name, _)| *name == first).map(|(_, server)| server);
        let (call, model) = match (second, third) {
            (Some(call), Some(model)) if CALLS.contains(&call) || OTHERS.contains(&call) => {
                (call, model.to_owned())
            }
            (Some(second), Some(third)) => ("chat", format!("{second}:{third}")),
            (second, _) => ("chat", second.unwrap_or_default().to_owned()),
        };
        let (Some(Server(provider, dialect, adds)), false, false) =
            (server, OTHERS.contains(&call), model.is_empty())
        else {
            let instead = "a program of yours can stand for it: `provider = \"command\"`; or a server by `base-url`";
            self.notes.left(place, format!("provider `{id}`"), instead);
            return;
        };
        let provider = if call == "responses" { "openai-responses" } else { provider };
        if call == "completion" || (first == "ollama" && second != Some("chat")) {
            let instead = "it is asked as a chat";
            self.notes.tell(
                Fate::Differs,
                place.clone(),
                format!("`{id}` completes a text"),
                instead,
            );
        }
        let label = entry.get("label").and_then(At::text);
        let base = slot_name(label.unwrap_or_else(|| model.rsplit('/').next().unwrap_or(&model)));
        let name =
            unique(&base, |name| self.found.iter().any(|it| it.name.eq_ignore_ascii_case(name)));
        let mut slot = Slot {
            name,
            labels: label.into_iter().chain([id]).map(str::to_owned).collect(),
            place,
            provider,
            dialect: *dialect,
            id: model,
            keys: Vec::new(),
            extra_body: Map::new(),
            asked: RunCells::Text,
            tools: Vec::new(),
            prompts: entry.get("prompts").map(|list| (list.texts(), list.place())),
            transform: entry.get("transform").and_then(At::plain),
        };
        let mut options = Options { base: self.base, notes: self.notes, slot: &mut slot };
        if let Some(config) = entry.get("config") {
            options.read(config, "");
        }
        let omits = entry.get("config").and_then(|it| it.get("omitDefaults")).is_some();
        if *adds && !omits {
            options.add_defaults(1024);
        }
        options.finish();
        self.tell_unused(entry);
        self.found.push(slot);
    }

    fn tell_unused(&mut self, entry: At<'_>) {
        for (key, value) in entry.entries() {
            let instead = match key {
                "id" | "label" | "config" | "prompts" | "transform" => continue,
                "delay" => "set `requests-per-minute` for the slot",
                "env" => "set it in the environment",
                _ => "nothing here does the same",
            };
            self.notes.left(value.place(), format!("`{key}` of a provider"), instead);
        }
    }
}

/// A slot's name of a label or of a model.
fn slot_name(text: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || c == '.' { c } else { '-' };
    let name: String = text.chars().map(kept).collect();
    let parts: Vec<&str> = name.split('-').filter(|part| !part.is_empty()).collect();
    let name: String = parts.join("-").chars().take(60).collect();
    let name = name.trim_matches(['.', '-']);
    if name.is_empty() { "model".to_owned() } else { name.to_owned() }
}
