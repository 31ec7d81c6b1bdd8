//! `[models.SLOT]` and everything around it, resolved to one model.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use toml_edit::{DocumentMut, value};

use super::layers::Layers;
use super::price;
use super::source::Source;
use super::tree::{Entry, Node};
use crate::domain::{
    Diagnostic, EnvName, HeaderValue, Model, ModelLimits, ProviderKind, Slot, Structured,
};
use crate::provider::{self, Dialect};

/// How long a call may take where nothing is said.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Resolves and checks every slot.
pub(super) fn models(
    source: &Source,
    layers: &Layers<'_>,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<Slot, Arc<Model>> {
    let mut models = BTreeMap::new();
    let mut seen: BTreeMap<String, &Entry> = BTreeMap::new();
    let entries = layers.file.get("models").map_or(&[][..], Node::entries);
    for entry in entries {
        let reader = ModelReader { source, entry };
        if let Some(first) = seen.insert(entry.key.to_lowercase(), entry) {
            problems.push(reader.same_file_name(first));
        }
        reader.check(problems);
        if let Ok(slot) = Slot::new(&entry.key)
            && let Some(model) = resolve(&slot, layers)
        {
            if !model.id.trim().is_empty() && provider::has_floating_id(&model) {
                problems.push(reader.floating());
            }
            models.insert(slot, Arc::new(model));
        }
    }
    models
}

/// The model of a slot under these layers; `None` where the config says too little.
pub(super) fn resolve(slot: &Slot, layers: &Layers<'_>) -> Option<Model> {
    let table = layers.file.at(&["models", slot.as_str()]).map(|entry| &entry.node)?;
    let text = |key: &str| table.get(key).and_then(Node::text);
    let provider = provider_of(table)?;
    let dialect = dialect_name(table, provider);
    let row = provider::dialect(dialect);
    let command: Vec<String> = table
        .get("command")
        .map(|list| list.texts().map(|(text, _)| text.to_owned()).collect())
        .unwrap_or_default();
    let api_key_env = match text("api-key-env") {
        Some("") => None,
        Some(name) => Some(name),
        None if provider == ProviderKind::Demo => None,
        None => row.and_then(|row| row.key_env),
    };
    let per_minute = |key| table.get(key).and_then(Node::integer)?.try_into().ok();
    Some(Model {
        slot: slot.clone(),
        provider,
        dialect: dialect.to_owned(),
        id: text("id").map(str::to_owned).or_else(|| program_name(&command))?,
        structured: layers
            .parameter(slot.as_str(), "structured")
            .and_then(|entry| entry.node.word())
            .unwrap_or(Structured::Native),
        base_url: text("base-url").map(|url| url.trim_end_matches('/').to_owned()),
        api_key_env: api_key_env.map(|name| EnvName(name.to_owned())),
        headers: table.get("headers").map(headers).unwrap_or_default(),
        params: layers.params(slot.as_str()),
        cache_system_prompt: table
            .get("cache-system-prompt")
            .and_then(Node::flag)
            .unwrap_or_default(),
        command,
        timeout: layers.timeout(slot.as_str()).and_then(Node::duration).unwrap_or(TIMEOUT),
        max_concurrency: table.get("max-concurrency").and_then(Node::whole),
        limits: ModelLimits {
            requests: per_minute("requests-per-minute"),
            input_tokens: per_minute("input-tokens-per-minute"),
            output_tokens: per_minute("output-tokens-per-minute"),
        },
        billing: price::billing(table),
    })
}

fn provider_of(table: &Node) -> Option<ProviderKind> {
    table.get("provider")?.word()
}

/// The dialect that is written, or the provider's own.
fn dialect_name(table: &Node, provider: ProviderKind) -> &str {
    let own = match provider {
        ProviderKind::Demo => "openai",
        provider => provider.as_str(),
    };
    table.get("dialect").and_then(Node::text).unwrap_or(own)
}

/// What stands for a model id where a program answers.
fn program_name(command: &[String]) -> Option<String> {
    let program = command.first()?;
    program.rsplit(['/', '\\']).next().map(str::to_owned)
}

fn headers(table: &Node) -> Vec<(String, HeaderValue)> {
    let mut headers: Vec<(String, HeaderValue)> = table
        .entries()
        .iter()
        .filter_map(|entry| {
            let value = match entry.node.text() {
                Some(text) => HeaderValue::Plain(text.to_owned()),
                None => HeaderValue::Secret {
                    prefix: String::new(),
                    env: EnvName(entry.node.get("env")?.text()?.to_owned()),
                },
            };
            Some((entry.key.to_ascii_lowercase(), value))
        })
        .collect();
    headers.sort_by(|one, other| one.0.cmp(&other.0));
    headers
}

/// Checks one `[models.SLOT]` beyond its shape.
struct ModelReader<'a> {
    source: &'a Source,
    entry: &'a Entry,
}

impl ModelReader<'_> {
    fn check(&self, problems: &mut Vec<Diagnostic>) {
        let table = &self.entry.node;
        let Some(provider) = provider_of(table) else { return };
        let row = provider::dialect(dialect_name(table, provider));
        if provider == ProviderKind::Command {
            self.needs(
                "command",
                "which program to start: `command = [\"prog\", \"arg\"]`",
                problems,
            );
        } else {
            self.needs("id", "the model id to ask for", problems);
            self.has_no("command", provider, problems);
        }
        price::check(self.source, table, problems);
        let Some(row) = row else { return };
        if provider != ProviderKind::Demo && row.provider != provider {
            problems.push(self.other_provider(row, provider));
        }
        let is_remote = !matches!(provider, ProviderKind::Demo | ProviderKind::Command);
        if is_remote && row.base_url.is_none() {
            let about = format!("dialect `{}` has no address of its own", row.name);
            self.needs("base-url", &about, problems);
        }
    }

    fn needs(&self, key: &str, about: &str, problems: &mut Vec<Diagnostic>) {
        let node = self.entry.node.get(key);
        let is_empty_list = |n: &Node| n.text().is_none() && n.items().is_empty();
        if node.is_some_and(|n| !is_empty_list(n)) {
            return;
        }
        let title = format!("`{key}` is missing in `[models.{}]`", self.entry.key);
        let place = self.source.place(self.entry.key_span.clone());
        problems.push(
            Diagnostic::error("config::missing-key", title)
                .at(place, format!("no `{key}` here"))
                .help(format!("add `{key} = …`: {about}")),
        );
    }

    fn has_no(&self, key: &str, provider: ProviderKind, problems: &mut Vec<Diagnostic>) {
        if let Some(entry) = self.entry.node.entry(key) {
            let title = format!("`{key}` means nothing to provider `{provider}`");
            problems.push(
                Diagnostic::error("config::unknown-key", title)
                    .at(self.source.place(entry.key_span.clone()), "would do nothing")
                    .help(format!("take it away, or write `provider = \"{key}\"`")),
            );
        }
    }

    fn other_provider(&self, row: &Dialect, provider: ProviderKind) -> Diagnostic {
        let title = format!("dialect `{}` is not spoken by provider `{provider}`", row.name);
        let span = self.entry.node.get("dialect").map(|node| node.span.clone());
        let place = self.source.place(span.unwrap_or_else(|| self.entry.key_span.clone()));
        Diagnostic::error("config::wrong-dialect", title)
            .at(place, "belongs to another provider")
            .help(format!("write `provider = \"{}\"`", row.provider))
    }

    fn floating(&self) -> Diagnostic {
        let id = self.entry.node.get("id").map(|id| id.span.clone());
        let title = format!("model `{}` uses a floating id", self.entry.key);
        Diagnostic::warning("config::floating-model", title)
            .at(
                self.source.place(id.unwrap_or_else(|| self.entry.key_span.clone())),
                "the provider can move this name to other weights at any time",
            )
            .help("pin a dated id")
    }

    fn same_file_name(&self, first: &Entry) -> Diagnostic {
        let line = self.source.place(first.key_span.clone()).line;
        let title = format!("slot `{}` differs from `{}` only in case", self.entry.key, first.key);
        Diagnostic::error("config::duplicate-slot", title)
            .at(self.source.place(self.entry.key_span.clone()), "would share its snapshot files")
            .help(format!("rename one of them; the other is in line {line}"))
    }
}

/// The config's text with another model id in the slot; `None` where the slot is not written there.
pub(crate) fn with_model_id(text: &str, slot: &Slot, id: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let model = document.get_mut("models")?.get_mut(slot.as_str())?.as_table_like_mut()?;
    let mut new = value(id);
    let Some(old) = model.get_mut("id") else {
        model.insert("id", new);
        return Some(document.to_string());
    };
    // What stands around the old value, a comment behind it above all, stands around the new one.
    if let (Some(old), Some(new)) = (old.as_value(), new.as_value_mut()) {
        *new.decor_mut() = old.decor().clone();
    }
    *old = new;
    Some(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_moves_and_everything_else_stays() {
        let text = "# ours\nversion = 1\n\n[models.a] # first\nid  =  \"x-1\"   # pinned\nprovider = \"demo\"\n\n[models.b]\nid = \"x-1\"\n";
        let slot = Slot::new("a").unwrap();
        let moved = with_model_id(text, &slot, "x-2").unwrap();
        assert_eq!(moved, text.replacen("\"x-1\"", "\"x-2\"", 1));
        let inline = "models = { a = { id = \"x-1\", provider = \"demo\" } } # all\n";
        let moved = with_model_id(inline, &slot, "x-2").unwrap();
        assert_eq!(moved, inline.replace("x-1", "x-2"));
        assert_eq!(with_model_id(text, &Slot::new("c").unwrap(), "x-2"), None);
    }
}
