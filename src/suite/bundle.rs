//! One self-contained document out of a schema file and the files it refers to.
//!
//! Every part of another file that is referred to becomes one definition of its own under `$defs`
//! (`definitions` before draft 2019-09). References inside the first file stay as they are. Files
//! are found by their path: an `$id` is followed within its file, and nothing is fetched.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use jsonschema::Draft;
use serde_json::{Map, Value};

use crate::domain::{Diagnostic, Place, percent_decoded, referred};

use super::grammar::wire_name;
use super::schema_file::{SchemaFile, SchemaFiles};
use super::shape::nearest;
use super::source::tidy;

/// Keywords whose values are data, not schemas.
const DATA: [&str; 4] = ["enum", "const", "default", "examples"];
/// Keywords whose members are schemas under names of the author.
const NAMES: [&str; 6] =
    ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"];
/// Keywords that name a document or a part of it, and lose their meaning inside another.
const IDENTITY: [&str; 5] = ["$schema", "$id", "id", "$anchor", "$dynamicAnchor"];
/// References whose target depends on the way that led there.
const DYNAMIC: [&str; 2] = ["$dynamicRef", "$recursiveRef"];

/// A part of a file: its path and a JSON Pointer in it.
type Target = (String, String);

/// The bundling of one document.
pub(super) struct Bundle<'s, 'a> {
    schemas: &'s mut SchemaFiles<'a>,
    root: Rc<SchemaFile>,
    /// Where to tell what is wrong with the first file, if it is not a file.
    named_at: Option<Place>,
    names: BTreeMap<Target, String>,
    used: BTreeSet<String>,
    queue: VecDeque<(Target, Rc<SchemaFile>)>,
    files: BTreeMap<String, Rc<SchemaFile>>,
}

impl<'s, 'a> Bundle<'s, 'a> {
    pub(super) fn new(
        schemas: &'s mut SchemaFiles<'a>,
        root: Rc<SchemaFile>,
        named_at: Option<Place>,
    ) -> Self {
        let own = root.document.get(definitions(root.draft)).and_then(Value::as_object);
        let used = own.map(|own| own.keys().cloned().collect()).unwrap_or_default();
        Self {
            schemas,
            root,
            named_at,
            names: BTreeMap::new(),
            used,
            queue: VecDeque::new(),
            files: BTreeMap::new(),
        }
    }

    /// The document; whatever cannot be resolved is told.
    pub(super) fn document(&mut self, problems: &mut Vec<Diagnostic>) -> Value {
        let root = Rc::clone(&self.root);
        let mut walk = Walk { bundle: self, file: &root, problems };
        let mut document = walk.schema(&root.document, "");
        let mut found = Map::new();
        while let Some(((path, pointer), file)) = self.queue.pop_front() {
            let name = self.names.get(&(path, pointer.clone())).cloned().unwrap_or_default();
            let part = file.document.pointer(&pointer).cloned().unwrap_or(Value::Bool(true));
            let mut part = Walk { bundle: self, file: &file, problems }.schema(&part, &pointer);
            if let Some(members) = part.as_object_mut() {
                // Whatever is used of these became a definition of its own.
                members.shift_remove("$defs");
                members.shift_remove("definitions");
            }
            found.insert(name, part);
        }
        if let (false, Some(members)) = (found.is_empty(), document.as_object_mut()) {
            let key = definitions(root.draft).to_owned();
            let own = members.entry(key).or_insert_with(|| Value::Object(Map::new()));
            if let Some(own) = own.as_object_mut() {
                own.extend(found);
            }
        }
        document
    }

    /// The file and the place in it that a place of the document was made of.
    pub(super) fn origin(&self, pointer: &str) -> (Rc<SchemaFile>, String) {
        let prefix = format!("/{}/", definitions(self.root.draft));
        let found = pointer.strip_prefix(&prefix).and_then(|rest| {
            let (name, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let ((path, start), _) = self.names.iter().find(|(_, known)| *known == name)?;
            Some((Rc::clone(self.files.get(path)?), format!("{start}{below}")))
        });
        found.unwrap_or_else(|| (Rc::clone(&self.root), pointer.to_owned()))
    }

    /// The name of the definition that a part of another file becomes.
    fn name(&mut self, target: Target, file: &Rc<SchemaFile>) -> String {
        if let Some(known) = self.names.get(&target) {
            return known.clone();
        }
        let stem = target.0.rsplit('/').next().unwrap_or_default();
        let stem = stem.strip_suffix(".json").unwrap_or(stem);
        let stem = stem.strip_suffix(".schema").unwrap_or(stem);
        let wanted = match target.1.rsplit_once('/') {
            Some((_, part)) => wire_name(&format!("{stem}_{part}")),
            None => wire_name(stem),
        };
        let mut name = wanted.clone();
        let mut count = 1;
        while !self.used.insert(name.clone()) {
            count += 1;
            name = format!("{wanted}_{count}");
        }
        self.names.insert(target.clone(), name.clone());
        self.files.insert(target.0.clone(), Rc::clone(file));
        self.queue.push_back((target, Rc::clone(file)));
        name
    }
}

/// The keyword that holds definitions.
fn definitions(draft: Draft) -> &'static str {
    match draft {
        Draft::Draft4 | Draft::Draft6 | Draft::Draft7 => "definitions",
        _ => "$defs",
    }
}

/// A walk over one file, rewriting its references.
struct Walk<'w, 's, 'a> {
    bundle: &'w mut Bundle<'s, 'a>,
    file: &'w Rc<SchemaFile>,
    problems: &'w mut Vec<Diagnostic>,
}

impl Walk<'_, '_, '_> {
    fn is_root(&self) -> bool {
        Rc::ptr_eq(self.file, &self.bundle.root)
    }

    fn schema(&mut self, value: &Value, pointer: &str) -> Value {
        match value {
            Value::Array(items) => {
                let items = items.iter().enumerate();
                Value::Array(
                    items.map(|(i, v)| self.schema(v, &format!("{pointer}/{i}"))).collect(),
                )
            }
            Value::Object(members) => Value::Object(self.members(members, pointer)),
            other => other.clone(),
        }
    }

    fn members(&mut self, members: &Map<String, Value>, pointer: &str) -> Map<String, Value> {
        let mut written = Map::new();
        for (key, value) in members {
            let below = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
            let value = match value {
                _ if !self.is_root() && value.is_string() && IDENTITY.contains(&key.as_str()) => {
                    continue;
                }
                Value::String(target) if key == "$ref" => {
                    let target = self.reference(target, &below);
                    Value::String(target)
                }
                Value::String(_) if !self.is_root() && DYNAMIC.contains(&key.as_str()) => {
                    self.tell("schema::dynamic-ref", &below, Told::dynamic(key));
                    value.clone()
                }
                Value::Object(named) if NAMES.contains(&key.as_str()) => {
                    Value::Object(self.named(named, &below))
                }
                value if DATA.contains(&key.as_str()) => value.clone(),
                value => self.schema(value, &below),
            };
            written.insert(key.clone(), value);
        }
        written
    }

    fn named(&mut self, members: &Map<String, Value>, pointer: &str) -> Map<String, Value> {
        let mut written = Map::new();
        for (name, value) in members {
            let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            written.insert(name.clone(), self.schema(value, &below));
        }
        written
    }

    /// The reference as it must be written in the document.
    fn reference(&mut self, written: &str, at: &str) -> String {
        let unchanged = written.to_owned();
        let (path, fragment) = written.split_once('#').unwrap_or((written, ""));
        let own = referred(&self.file.document, written);
        let is_own = path.is_empty() || referred(&self.file.document, path).is_some();
        let Some(file) = (if is_own { Some(Rc::clone(self.file)) } else { self.other(path, at) })
        else {
            return unchanged;
        };
        let is_root = Rc::ptr_eq(&file, &self.bundle.root);
        let found = own.or_else(|| referred(&file.document, &format!("#{fragment}")));
        let Some(pointer) = found.map(|place| place.to_string()) else {
            self.tell("schema::missing-definition", at, Told::missing(written, &file, fragment));
            return unchanged;
        };
        match is_root {
            true if self.is_root() => unchanged,
            true => format!("#{}", pointer.replace('%', "%25")),
            false => {
                let name = self.bundle.name((file.source.file.to_string(), pointer), &file);
                format!("#/{}/{name}", definitions(self.bundle.root.draft))
            }
        }
    }

    /// The file that a path in this file names.
    fn other(&mut self, path: &str, at: &str) -> Option<Rc<SchemaFile>> {
        if path.contains("://") || path.starts_with("urn:") {
            self.tell("schema::remote-ref", at, Told::remote(path));
            return None;
        }
        let here = &*self.file.source.file;
        let folder = here.rsplit_once('/').map_or("", |(folder, _)| folder);
        let wanted = percent_decoded(path);
        let joined =
            if wanted.starts_with('/') { wanted.clone() } else { format!("{folder}/{wanted}") };
        let joined = if folder.is_empty() { wanted } else { joined };
        let root = &self.bundle.root.source.file;
        if tidy(&joined).as_deref() == Some(&**root) {
            return Some(Rc::clone(&self.bundle.root));
        }
        let place = self.place(at);
        let file = self.bundle.schemas.file(&joined, &place, self.problems)?;
        if file.draft != self.bundle.root.draft && file.says_draft() {
            let root = self.bundle.root.draft;
            self.tell("schema::mixed-drafts", at, Told::mixed(&file, root));
            return None;
        }
        Some(file)
    }

    fn place(&self, at: &str) -> Place {
        match &self.bundle.named_at {
            Some(place) if self.is_root() => place.clone(),
            _ => self.file.place(at),
        }
    }

    fn tell(&mut self, code: &'static str, at: &str, told: Told) {
        let place = self.place(at);
        let diagnostic = Diagnostic::error(code, told.title).at(place, told.label).help(told.help);
        // A part that two prompts lead to is told once.
        if !self.problems.contains(&diagnostic) {
            self.problems.push(diagnostic);
        }
    }
}

/// The words of one problem.
struct Told {
    title: String,
    label: &'static str,
    help: String,
}

impl Told {
    fn remote(path: &str) -> Self {
        Self {
            title: format!("`{path}` is on the network, and schemas are never fetched"),
            label: "a remote reference",
            help: "copy the schema into the suite and refer to it by its path".to_owned(),
        }
    }

    fn dynamic(keyword: &str) -> Self {
        Self {
            title: format!("`{keyword}` does not work in a file that others refer to"),
            label: "depends on the way that led here",
            help: "write `$ref` instead".to_owned(),
        }
    }

    fn mixed(file: &SchemaFile, root: Draft) -> Self {
        Self {
            title: format!(
                "`{}` is of {:?}, but is used from {root:?}",
                file.source.file, file.draft
            ),
            label: "two drafts in one schema",
            help: "write both files for the same draft, with the same `$schema`".to_owned(),
        }
    }

    fn missing(written: &str, file: &SchemaFile, fragment: &str) -> Self {
        let fragment = percent_decoded(fragment);
        let (parent, step) = fragment.rsplit_once('/').unwrap_or(("", &fragment));
        let siblings = file.node.pointer(parent).map_or(&[][..], |node| node.entries());
        let meant = nearest(step, siblings.iter().map(|entry| entry.key.as_str()));
        Self {
            title: format!("`{written}` names nothing in `{}`", file.source.file),
            label: "no such definition",
            help: match meant {
                Some(meant) => format!("did you mean `#{parent}/{meant}`?"),
                None => "write the definition, or fix the reference".to_owned(),
            },
        }
    }
}
