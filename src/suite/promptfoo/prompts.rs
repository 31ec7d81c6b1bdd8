//! Prompts of a promptfoo config: texts, chats, files of either, and parts of files.

use serde_json::Value;

use super::files::{At, Base, ending, path_of, stem};
use super::notes::{Fate, Notes, Place};
use crate::suite::case_name::{made_of, words};
use crate::suite::source::Source;
use crate::suite::tree::Node;
use crate::suite::yaml::read_yaml;

/// One prompt.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prompt {
    pub(super) name: String,
    /// What filters call it by.
    labels: Vec<String>,
    pub(super) place: Place,
    pub(super) system: String,
    /// Role and text of the turns.
    pub(super) turns: Vec<(String, String)>,
    /// Whether it is one text, which is not a chat.
    pub(super) is_text: bool,
}

impl Prompt {
    /// Whether one of these filters means it.
    pub(super) fn is_among(&self, filters: &[String]) -> bool {
        let fits = |filter: &String| {
            let filter = filter.trim_end_matches('*').trim_end_matches(':');
            let group = format!("{filter}:");
            self.labels.iter().any(|label| label == filter || label.starts_with(&group))
        };
        filters.iter().any(fits)
    }
}

/// Reads the prompts.
pub(super) struct PromptReader<'a> {
    pub(super) base: &'a Base,
    pub(super) notes: &'a mut Notes,
    pub(super) found: Vec<Prompt>,
}

/// One entry of `prompts`.
struct Written<'a> {
    place: Place,
    id: Option<&'a str>,
    label: Option<&'a str>,
}

const PROGRAMS: [&str; 10] = ["js", "cjs", "mjs", "ts", "py", "sh", "rb", "exe", "bat", "pl"];
const TEXTS: [&str; 8] = ["txt", "md", "j2", "json", "jsonl", "yaml", "yml", "csv"];

impl PromptReader<'_> {
    pub(super) fn read(&mut self, prompts: At<'_>) {
        if prompts.is_table() {
            // The old form: a label behind each file.
            for (file, label) in prompts.entries() {
                let label = label.text();
                self.entry(file, &Written { place: prompts.place(), id: None, label });
            }
            return;
        }
        for entry in prompts.each() {
            let text = |key: &str| entry.get(key).and_then(At::text);
            let (id, label) = (text("id"), text("label"));
            let place = entry.place();
            match entry.text().or(text("raw")).or(id) {
                Some(raw) => self.entry(raw, &Written { place, id, label }),
                None => self.notes.left(place, "a prompt without text", "write it into prompts/"),
            }
            if let Some(config) = entry.get("config") {
                let instead = "set it for the slot, or in an `[[override]]` of the prompt's cells";
                self.notes.left(config.place(), "`config` of a prompt", instead);
            }
        }
    }

    fn entry(&mut self, raw: &str, written: &Written<'_>) {
        let is_address = raw.starts_with("file://");
        let script = raw.rsplit_once(':').map_or(raw, |(path, _)| path);
        let looks_like_file = !raw.contains('\n')
            && (is_address
                || TEXTS.contains(&ending(raw))
                || PROGRAMS.contains(&ending(raw))
                || raw.contains(".py:"));
        let files = if raw.contains('\n') { Vec::new() } else { self.base.files(raw) };
        let is_there = files.iter().any(|file| self.base.folder.join(file).is_file());
        if raw.starts_with("exec:")
            || (looks_like_file
                && [raw, script].iter().any(|path| PROGRAMS.contains(&ending(path))))
        {
            let instead = "run it, and write what it prints into prompts/";
            self.notes.left(written.place.clone(), format!("prompt `{raw}` of a program"), instead);
        } else if is_there || is_address {
            for file in files {
                match self.base.read(&file) {
                    Ok(source) => self.file(&file, &source, written),
                    Err(why) => {
                        self.notes.left(written.place.clone(), format!("prompt `{raw}`"), why);
                    }
                }
            }
        } else if raw.contains("://") && !raw.contains(char::is_whitespace) {
            let instead = "write its text into prompts/";
            self.notes.left(written.place.clone(), format!("prompt `{raw}` of a service"), instead);
        } else {
            let name = written.label.or(written.id).map(words).filter(|name| !name.is_empty());
            let name = name.or_else(|| chat(raw).map(|_| "chat".to_owned()));
            let name = name.unwrap_or_else(|| {
                let said: Vec<String> = words(raw).split('-').take(4).map(str::to_owned).collect();
                said.join("-")
            });
            self.add(&name, raw, (written, raw), &written.place);
        }
    }

    fn file(&mut self, file: &str, source: &Source, written: &Written<'_>) {
        let text = &*source.text;
        let start = At { source, node: &Node::empty() }.place();
        let label = format!("{}: ", path_of(file));
        let name = written.label.map(words).unwrap_or_default();
        let name = if name.is_empty() { words(stem(file)) } else { name };
        let parts = match ending(file) {
            "txt" => halves(text),
            "jsonl" => text.lines().map(str::to_owned).zip(1..).collect(),
            "csv" => {
                let what = format!("prompts of the table `{file}`");
                self.notes.left(
                    written.place.clone(),
                    what,
                    "write each row as a file of prompts/",
                );
                return;
            }
            "yaml" | "yml" => match read_yaml(text) {
                Ok(node) => vec![(node.to_json().to_string(), 1)],
                Err(fault) => {
                    self.notes.left(start, "a prompt that is not YAML", fault.message);
                    return;
                }
            },
            _ => vec![(text.to_owned(), 1)],
        };
        let parts: Vec<_> = parts.into_iter().filter(|(part, _)| !part.trim().is_empty()).collect();
        for ((part, line), number) in parts.iter().zip(1..) {
            let several = parts.len() > 1;
            let name = if several { format!("{name}-{number}") } else { name.clone() };
            let place = Place { line: *line, ..start.clone() };
            self.add(&name, part, (written, &format!("{label}{part}")), &place);
        }
    }

    fn add(
        &mut self,
        name: &str,
        raw: &str,
        (written, label): (&Written<'_>, &str),
        place: &Place,
    ) {
        let mut labels = vec![written.label.map_or_else(|| label.to_owned(), str::to_owned)];
        labels.extend(written.label.map(|own| format!("{own}: {label}")));
        labels.extend(written.id.map(str::to_owned));
        let (system, turns, is_text) = match chat(raw) {
            Some(chat) => {
                let Some((system, turns)) = self.turns(&chat, place) else { return };
                (system, turns, false)
            }
            None => (String::new(), vec![("user".to_owned(), raw.to_owned())], true),
        };
        let same = |it: &&Prompt| (&it.system, &it.turns, &it.labels) == (&system, &turns, &labels);
        if let Some(same) = self.found.iter().find(same) {
            let instead = format!("it is the prompt `{}`", same.name);
            self.notes.tell(Fate::Differs, place.clone(), "a prompt that stands twice", instead);
            return;
        }
        let base = if name.is_empty() || name.len() > 40 {
            made_of(&[name.to_owned()])
        } else {
            name.to_owned()
        };
        let name = unique(&base, |name| self.found.iter().any(|it| it.name == name));
        self.found.push(Prompt { name, labels, place: place.clone(), system, turns, is_text });
    }

    /// System text and turns of a chat that is asked here with the same words.
    fn turns(&mut self, chat: &Value, place: &Place) -> Option<(String, Vec<(String, String)>)> {
        let (mut system, mut turns) = (Vec::new(), Vec::new());
        let mut left = |what: String| {
            self.notes.left(place.clone(), what, "write the chat into prompts/ by hand");
        };
        for message in chat.as_array()? {
            let role = message.get("role").and_then(Value::as_str).unwrap_or_default();
            let text = match message.get("content") {
                Some(Value::String(text)) => Some(text.clone()),
                Some(Value::Array(parts)) => {
                    parts.iter().map(|part| part.get("text")?.as_str()).collect()
                }
                _ => None,
            };
            let Some(text) = text else {
                left(format!("a chat with a turn of `{role}` that is no text"));
                return None;
            };
            match role {
                "system" | "developer" if turns.is_empty() => system.push(text),
                "user" | "assistant" => turns.push((role.to_owned(), text)),
                role => {
                    left(format!("a chat with a turn of `{role}` after the first"));
                    return None;
                }
            }
        }
        if turns.last().is_none_or(|(role, _)| role != "user") {
            if !turns.is_empty() || system.is_empty() {
                left("a chat that does not end with the user".to_owned());
                return None;
            }
            turns.push(("user".to_owned(), system.join("\n\n")));
            let instead = "its text is what the user says";
            self.notes.tell(Fate::Differs, place.clone(), "a chat of a system text alone", instead);
            system.clear();
        }
        if system.len() > 1 {
            let instead = "they are one, with a blank line between";
            self.notes.tell(Fate::Differs, place.clone(), "several system texts", instead);
        }
        Some((system.join("\n\n"), turns))
    }
}

/// The parts of a text around lines of `---`, each with the line where it begins.
fn halves(text: &str) -> Vec<(String, usize)> {
    let mut parts = vec![(String::new(), 1)];
    for (line, number) in text.lines().zip(1..) {
        match parts.last_mut() {
            _ if line.trim() == "---" => parts.push((String::new(), number + 1)),
            Some((part, _)) => {
                part.push_str(line);
                part.push('\n');
            }
            None => {}
        }
    }
    parts.into_iter().map(|(part, line)| (part.trim().to_owned(), line)).collect()
}

/// The messages of a text that is a chat.
fn chat(raw: &str) -> Option<Value> {
    let text = raw.trim();
    let value = if text.starts_with("- role:") {
        read_yaml(text).ok()?.to_json()
    } else if text.starts_with('[') {
        serde_json::from_str(text).ok()?
    } else {
        return None;
    };
    let is_message = |item: &Value| item.get("role").is_some();
    value.as_array().is_some_and(|items| items.iter().all(is_message)).then_some(value)
}

/// A name that is not taken yet.
pub(super) fn unique(base: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(base) {
        return base.to_owned();
    }
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    numbered.into_iter().find(|name| !is_taken(name)).unwrap_or_default()
}
