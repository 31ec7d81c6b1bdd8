//! The files of a suite that was read elsewhere.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::ImportedSuite;
use super::notes::Notes;
use super::pages::Page;
use super::prompts::unique;
use super::settings::Settings;
use super::slot::{RunCells, Slot};

/// Files by path. What has equal content is one file.
#[derive(Default)]
struct Files(Vec<(String, String)>);

impl Files {
    /// The path of a text in a folder, written where it is not there yet.
    fn shared(&mut self, folder: &str, name: &str, ending: &str, text: String) -> String {
        let here = |path: &str| path.starts_with(folder) && path.ends_with(ending);
        if let Some((path, _)) = self.0.iter().find(|(path, known)| here(path) && *known == text) {
            return path.clone();
        }
        let path = |name: &str| format!("{folder}/{name}.{ending}");
        let name = unique(name, |name| self.0.iter().any(|(known, _)| *known == path(name)));
        let path = path(&name);
        self.0.push((path.clone(), text));
        path
    }
}

/// Writes the suite, in memory.
pub(super) fn suite(
    (file, settings): (&str, &Settings),
    slots: &[Slot],
    pages: &[Page<'_>],
    notes: Notes,
) -> ImportedSuite {
    let mut files = Files::default();
    let prompts: Vec<(String, String)> = pages
        .iter()
        .map(|page| (format!("prompts/{}.md", page.name), prompt(page, slots, &mut files)))
        .collect();
    let mut all = vec![("promptmatrix.toml".to_owned(), config((file, settings), slots, pages))];
    all.extend(prompts);
    all.extend(files.0);
    let mut names: Vec<&str> = pages.iter().map(|page| page.prompt.name.as_str()).collect();
    names.dedup();
    let asked: Vec<&str> = pages
        .iter()
        .flat_map(|page| &page.cases)
        .filter_map(|case| case.get("name")?.as_str())
        .collect();
    let cases = asked.iter().collect::<std::collections::BTreeSet<_>>().len();
    let cells = pages.iter().map(|page| page.slots.len() * page.cases.len()).sum();
    ImportedSuite {
        files: all,
        counts: [names.len(), slots.len(), cases, cells],
        notes: notes.into_list(),
    }
}

fn config((file, settings): (&str, &Settings), slots: &[Slot], pages: &[Page<'_>]) -> String {
    let mut out = format!("# From {file}");
    if let Some(description) = &settings.description {
        let _ = write!(out, ": {}", description.replace('\n', " "));
    }
    out.push_str("\nversion = 1\n");
    if !settings.run.is_empty() {
        out.push_str("\n[run]\n");
        for (key, value) in &settings.run {
            let _ = writeln!(out, "{key} = {}", toml(value));
        }
    }
    for slot in slots {
        let _ = write!(
            out,
            "\n[models.{}]\nprovider = {}\n",
            key(&slot.name),
            toml(&slot.provider.into())
        );
        if let Some(dialect) = slot.dialect {
            let _ = writeln!(out, "dialect = {}", toml(&dialect.into()));
        }
        let _ = writeln!(out, "id = {}", toml(&slot.id.as_str().into()));
        let has_schema = pages.iter().any(|page| {
            page.contract.schema.is_some() && page.slots.iter().any(|it| it.name == slot.name)
        });
        let mode = match slot.asked {
            RunCells::Schema(_) => Some("native"),
            RunCells::Json => Some("json-object"),
            RunCells::Text => has_schema.then_some("prompt"),
        };
        if let Some(mode) = mode {
            let _ = writeln!(out, "structured = {}", toml(&mode.into()));
        }
        if slot.dialect == Some("azure") && slot.keys.iter().all(|(key, ..)| *key != "base-url") {
            out.push_str(
                "base-url = \"https://RESOURCE.openai.azure.com/openai/v1\" # write yours\n",
            );
        }
        for (key, value, comment) in &slot.keys {
            let comment = if comment.is_empty() { String::new() } else { format!(" # {comment}") };
            let _ = writeln!(out, "{key} = {}{comment}", toml(value));
        }
        if !slot.extra_body.is_empty() {
            let _ = writeln!(out, "extra-body = {}", toml(&slot.extra_body.clone().into()));
        }
    }
    let json = |tolerant: bool| {
        pages.iter().filter(move |page| {
            page.contract.schema.is_some() && page.contract.tolerant == tolerant
        })
    };
    if json(false).next().is_some() {
        out.push_str("\n[compare]\nextract = \"strict\" # as is-json: a code fence is a failure\n");
        let around: Vec<String> = json(true).map(|page| format!("{}/*", page.name)).collect();
        if !around.is_empty() {
            let _ = write!(
                out,
                "\n[[override]]\ncells = {}\ncompare.extract = \"tolerant\" # as contains-json\n",
                toml(&json!(around))
            );
        }
    }
    out
}

fn prompt(page: &Page<'_>, slots: &[Slot], files: &mut Files) -> String {
    let prompt = page.prompt;
    let mut out = format!("+++\n# {}:{}\n", prompt.place.file, prompt.place.line);
    if let Some(schema) = &page.contract.schema {
        let path = files.shared("schemas", &page.name, "json", format!("{}\n", pretty(schema)));
        let _ = writeln!(out, "schema = {}", toml(&path.into()));
        out.push_str("describe-schema = false\n");
    }
    if page.slots.len() < slots.len() {
        let names: Vec<&str> = page.slots.iter().map(|slot| slot.name.as_str()).collect();
        let _ =
            write!(out, "# {}\nmodels = {}\n", page.reason.replace('\n', " "), toml(&json!(names)));
    }
    if !page.vars.is_empty() {
        let vars: Map<String, Value> = page.vars.clone().into_iter().collect();
        let _ = writeln!(out, "vars = {}", toml(&vars.into()));
    }
    match prompt.turns.as_slice() {
        [(_, text)] => {
            let _ = writeln!(out, "user = {}", toml(&text.as_str().into()));
        }
        turns => {
            out.push_str("messages = [\n");
            for (role, text) in turns {
                let turn = json!({"role": role, "text": text});
                let _ = writeln!(out, "    {},", toml(&turn));
            }
            out.push_str("]\n");
        }
    }
    let lines: Vec<String> = page.cases.iter().map(|case| format!("{case}\n")).collect();
    let path = files.shared("cases", &page.name, "jsonl", lines.concat());
    let _ = writeln!(out, "cases = {}", toml(&path.into()));
    for tool in &page.contract.tools {
        let text = |key: &str| tool.get(key).and_then(Value::as_str).unwrap_or_default();
        let parameters = tool.get("parameters").cloned().unwrap_or_default();
        let path = files.shared(
            "schemas/tools",
            text("name"),
            "json",
            format!("{}\n", pretty(&parameters)),
        );
        let _ = write!(
            out,
            "\n[[tool]]\nname = {}\ndescription = {}\nparameters = {}\n",
            toml(&text("name").into()),
            toml(&text("description").into()),
            toml(&path.into()),
        );
    }
    out.push_str("+++\n");
    if !prompt.system.is_empty() {
        let _ = write!(out, "\n{}\n", prompt.system);
    }
    out
}

/// A name as a key: as it is, or in quotes.
fn key(name: &str) -> String {
    let is_bare = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if is_bare { name.to_owned() } else { Value::from(name).to_string() }
}

/// A value as TOML, which has no null: a member of that value is left out.
fn toml(value: &Value) -> String {
    match value {
        Value::Null => "\"\"".to_owned(),
        Value::String(text)
            if text.contains('\n')
                && !text.contains("\n+++")
                && !text.contains("\"\"\"")
                && !text.contains('\\')
                && !text.ends_with('"')
                && text.chars().all(|c| c == '\n' || !c.is_control()) =>
        {
            format!("\"\"\"\n{text}\"\"\"")
        }
        Value::String(_) => value.to_string().replace('\u{7f}', "\\u007f"),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(toml).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            let members: Vec<String> =
                members.map(|(name, value)| format!("{} = {}", key(name), toml(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// As its author ordered it.
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
