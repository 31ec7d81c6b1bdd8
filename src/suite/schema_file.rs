//! Schema files, each read once and valid by itself. What they refer to is followed elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jsonschema::{Draft, ValidationError};
use serde_json::Value;

use crate::domain::{Diagnostic, FieldRole, Place, Pointer};
use crate::validate::readable;

use super::json::read_json;
use super::shape::nearest;
use super::source::{FileArea, Folder, Source, file_problem, tidy};
use super::tree::Node;

/// The types of JSON Schema.
const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "object", "array", "null"];

/// One schema file that is valid by itself.
#[derive(Debug)]
pub(super) struct SchemaFile {
    pub(super) source: Source,
    pub(super) node: Node,
    pub(super) document: Value,
    pub(super) draft: Draft,
}

impl SchemaFile {
    /// Where the value of a JSON Pointer stands; the begin of the file where there is none.
    pub(super) fn place(&self, pointer: &str) -> Place {
        let span = self.node.pointer(pointer).map(|node| node.span.clone());
        self.source.place(span.unwrap_or(0..0))
    }

    /// Whether the file says itself which draft it is of.
    pub(super) fn says_draft(&self) -> bool {
        self.document.get("$schema").is_some()
    }
}

/// The schema files of a suite; each is read once.
pub(super) struct SchemaFiles<'a> {
    folder: &'a Folder,
    /// `None` where the file was read and is not a schema; that was told.
    read: BTreeMap<String, Option<Rc<SchemaFile>>>,
}

impl<'a> SchemaFiles<'a> {
    pub(super) fn new(folder: &'a Folder) -> Self {
        Self { folder, read: BTreeMap::new() }
    }

    /// A valid schema file. A fault of the file itself is told once, a wrong name wherever it is.
    pub(super) fn file(
        &mut self,
        path: &str,
        named_at: &Place,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Rc<SchemaFile>> {
        if let Some(known) = tidy(path).and_then(|path| self.read.get(&path)) {
            return known.clone();
        }
        match self.folder.read(path) {
            Ok(source) => {
                let name = source.file.to_string();
                let file = read(source, problems).map(Rc::new);
                self.read.insert(name, file.clone());
                file
            }
            Err(fault) => {
                problems.push(file_problem(FileArea::Schema, path, &fault, named_at.clone()));
                None
            }
        }
    }
}

/// Reads a file as a schema and tells every reason why it is none.
fn read(source: Source, problems: &mut Vec<Diagnostic>) -> Option<SchemaFile> {
    let node = match read_json(&source.text, 0) {
        Ok(node) => node,
        Err(fault) => {
            problems.push(
                Diagnostic::error("schema::not-json", format!("`{}` is not JSON", source.file))
                    .at(source.place(fault.span), fault.message)
                    .help(fault.help),
            );
            return None;
        }
    };
    let document = node.to_json();
    let draft = Draft::default().detect(&document);
    let file = SchemaFile { source, node, document, draft };
    if !matches!(
        draft,
        Draft::Draft4 | Draft::Draft6 | Draft::Draft7 | Draft::Draft201909 | Draft::Draft202012
    ) {
        problems.push(
            Diagnostic::error("schema::unknown-draft", "this draft of JSON Schema is not known")
                .at(file.place("/$schema"), "not one of the five")
                .help("drafts 4, 6, 7, 2019-09 and 2020-12 are; without `$schema` it is 2020-12"),
        );
        return None;
    }
    let mut told = BTreeSet::new();
    for error in meta_errors(&file) {
        let pointer = error.instance_path().as_str().to_owned();
        if told.insert(pointer.clone()) {
            problems.push(invalid(&file, &pointer, &error));
        }
    }
    let before = problems.len();
    roles(&file, &file.document, &Pointer::root(), problems);
    (told.is_empty() && problems.len() == before).then_some(file)
}

/// Tells every `x-pm-role` that is no role, at this place and below.
fn roles(file: &SchemaFile, value: &Value, at: &Pointer, problems: &mut Vec<Diagnostic>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let at = at.key(name);
                // A property may have this name: what it holds then is a schema, and no word.
                if let (FieldRole::KEYWORD, Value::String(word)) = (name.as_str(), value)
                    && word.parse::<FieldRole>().is_err()
                {
                    problems.push(unknown_role(file, &at, word));
                }
                roles(file, value, &at, problems);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                roles(file, item, &at.index(index), problems);
            }
        }
        _ => {}
    }
}

fn unknown_role(file: &SchemaFile, at: &Pointer, word: &str) -> Diagnostic {
    let names = FieldRole::ALL.map(FieldRole::as_str);
    let help = match nearest(word, names) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => format!("roles are: {}", names.join(", ")),
    };
    let title = format!("`{}` names no role of a place", FieldRole::KEYWORD);
    Diagnostic::error("schema::unknown-role", title)
        .at(file.place(at.as_str()), "not a role")
        .help(help)
}

fn meta_errors(file: &SchemaFile) -> Vec<ValidationError<'static>> {
    let validator = match file.draft {
        Draft::Draft4 => jsonschema::draft4::meta::validator(),
        Draft::Draft6 => jsonschema::draft6::meta::validator(),
        Draft::Draft7 => jsonschema::draft7::meta::validator(),
        Draft::Draft201909 => jsonschema::draft201909::meta::validator(),
        _ => jsonschema::draft202012::meta::validator(),
    };
    let document = readable(&file.document);
    validator.iter_errors(&document).map(ValidationError::to_owned).collect()
}

/// A value of the file that no schema may hold.
pub(super) fn invalid(file: &SchemaFile, pointer: &str, error: &ValidationError<'_>) -> Diagnostic {
    let value = file.document.pointer(pointer).unwrap_or(&Value::Null);
    let is_type = pointer.rsplit('/').find(|step| step.parse::<usize>().is_err()) == Some("type");
    let (label, help) = match value.as_str() {
        Some(word) if is_type => (
            format!("\"{word}\" is not a JSON type"),
            match nearest(word, TYPES) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => format!("types are: {}", TYPES.join(", ")),
            },
        ),
        _ => (short(&error.to_string()), "fix the marked value".to_owned()),
    };
    let title = format!("`{}` is not a valid JSON Schema", file.source.file);
    Diagnostic::error("schema::invalid", title).at(file.place(pointer), label).help(help)
}

fn short(message: &str) -> String {
    match message.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    }
}
