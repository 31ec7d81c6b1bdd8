//! From the author's schema to the part of JSON Schema that a server takes: deterministic, listed
//! and hashed. What cannot be said as a keyword is said in words, or refused; never dropped
//! silently. The author's schema stays what answers are validated against.

mod canonical;
#[cfg(test)]
mod keeps;
#[cfg(test)]
mod laws;
mod lift;
mod limits;
mod memory;
mod merge;
mod node;
mod object;
mod perhaps;
#[cfg(test)]
mod places;
mod require;
#[cfg(test)]
mod tests;
mod values;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use serde_json::{Map, Value, json};

use crate::domain::{Calls, Hash, Pointer};

use super::subset::Subset;

use canonical::canonical;
pub use lift::lift;
pub use memory::Lowerings;

/// A schema as it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Lowered {
    /// The schema, all definitions under `$defs` of its root.
    pub document: Value,
    /// What was changed, in order of the place.
    pub notes: Vec<Note>,
    /// The name of the subset that it is said in.
    pub subset: &'static str,
    /// Hash of `document`.
    pub hash: Hash,
    /// Which limits of the server the schema is known to exceed. It is sent all the same: servers
    /// move their limits.
    pub exceeded: Vec<String>,
    /// Properties in `document` that are required there and may be null, and that are optional and
    /// never null for the author. [`lift()`] takes their nulls away again.
    pub nullable: BTreeSet<Pointer>,
}

/// One thing that the lowering changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Where in the author's schema.
    pub pointer: Pointer,
    /// Which keyword; empty where the place itself is meant.
    pub keyword: String,
    /// What was done with it.
    pub what: String,
}

/// Why a schema cannot be said in a subset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pointer}`: {why}; {remedy}")]
pub struct LowerError {
    /// Where in the author's schema.
    pub pointer: Pointer,
    /// What cannot be said.
    pub why: String,
    /// What to do.
    pub remedy: &'static str,
    /// Whether a mode that puts the schema into words helps too.
    pub or_weaker: bool,
}

impl LowerError {
    fn or_weaker(self) -> Self {
        Self { or_weaker: true, ..self }
    }
}

/// The schema, said in the subset.
pub fn lower(document: &Value, subset: &Subset) -> Result<Lowered, LowerError> {
    let plain = canonical(document);
    let mut work = Lowering::new(&plain, subset);
    if subset.keywords.is_none() {
        if subset.object_root {
            check_root(&work.root_map()?)?;
        }
        let mut lowered = Lowered::unchanged(document);
        if subset.object_root {
            lowered.notes.extend(typed_root(&mut lowered.document));
            lowered.hash = Hash::of_json(&lowered.document);
        }
        return Ok(lowered);
    }
    let map = work.root_map()?;
    let mut root = work.map(map, &Pointer::root())?;
    let definitions = work.definitions()?;
    if !definitions.is_empty() {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    if subset.object_root {
        root = only_branch(root);
        check_root(&root)?;
    }
    let mut document = Value::Object(root);
    if subset.object_root {
        work.notes.extend(typed_root(&mut document));
    }
    work.check_recursion(&document)?;
    let mut nullable = BTreeSet::new();
    if subset.every_property_required {
        let notes;
        (nullable, notes) = require::every_property(&mut document, subset);
        work.notes.extend(notes);
    }
    let exceeded = limits::exceeded(&document, subset);
    work.notes.sort();
    work.notes.dedup();
    let hash = Hash::of_json(&document);
    let subset = subset.name;
    Ok(Lowered { document, notes: work.notes, subset, hash, exceeded, nullable })
}

/// Says at the root that it is an object, since servers ask for the word.
fn typed_root(document: &mut Value) -> Option<Note> {
    let map = document.as_object_mut().filter(|map| !map.contains_key("type"))?;
    map.insert("type".to_owned(), "object".into());
    let what = "`object` added, as its other keywords say".to_owned();
    Some(Note { pointer: Pointer::root(), keyword: "type".to_owned(), what })
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.keyword.as_str() {
            "" => write!(f, "{}: {}", self.pointer, self.what),
            keyword => write!(f, "{}: `{keyword}` {}", self.pointer, self.what),
        }
    }
}

impl Lowered {
    /// The places that were changed.
    pub fn places(&self) -> BTreeSet<&Pointer> {
        self.notes.iter().map(|note| &note.pointer).collect()
    }

    /// A schema that is sent as the author wrote it.
    pub(super) fn unchanged(document: &Value) -> Self {
        Self {
            document: document.clone(),
            notes: Vec::new(),
            subset: "whole",
            hash: Hash::of_json(document),
            exceeded: Vec::new(),
            nullable: BTreeSet::new(),
        }
    }

    /// The schema of `{"tool": NAME, "arguments": …}` over the lowered parameters of several tools,
    /// or of a list of them.
    pub(super) fn of_tools(tools: Vec<(String, Self)>, calls: Calls) -> Self {
        let whole = if calls.is_list() { "/items" } else { "" };
        let mut branches = Vec::new();
        let mut notes = Vec::new();
        let mut exceeded = Vec::new();
        let mut nullable = BTreeSet::new();
        let mut subset = "whole";
        for (index, (name, lowered)) in tools.into_iter().enumerate() {
            let place = format!("{whole}/anyOf/{index}/properties/arguments");
            let mut arguments = lowered.document;
            rebase(&mut arguments, &place);
            branches.push(json!({
                "type": "object",
                "properties": {"tool": {"type": "string", "enum": [name]}, "arguments": arguments},
                "required": ["tool", "arguments"],
                "additionalProperties": false
            }));
            subset = lowered.subset;
            notes.extend(lowered.notes);
            exceeded.extend(lowered.exceeded);
            let moved = lowered.nullable.iter().map(|at| format!("{place}{at}"));
            nullable.extend(moved.filter_map(|at| at.parse::<Pointer>().ok()));
        }
        let mut document = json!({"anyOf": branches});
        if calls.is_list() {
            document = json!({"type": "array", "items": document});
        }
        Self { hash: Hash::of_json(&document), document, notes, subset, exceeded, nullable }
    }
}

/// Moves references to where the schema now stands.
fn rebase(schema: &mut Value, place: &str) {
    match schema {
        Value::Object(map) => {
            for (name, value) in map {
                match value {
                    Value::String(target) if name == "$ref" && target.starts_with('#') => {
                        *target = format!("#{place}{}", target.trim_start_matches('#'));
                    }
                    _ => rebase(value, place),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rebase(item, place)),
        _ => {}
    }
}

/// A root that is a union of one is that one.
fn only_branch(mut root: Map<String, Value>) -> Map<String, Value> {
    let only = match root.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([Value::Object(only)]) => only.clone(),
        _ => return root,
    };
    root.remove("anyOf");
    for (name, value) in only {
        root.entry(name).or_insert(value);
    }
    root
}

/// The work on one document.
struct Lowering<'a> {
    root: &'a Value,
    subset: &'a Subset,
    notes: Vec<Note>,
    /// References of the author that have a definition, and its name.
    names: BTreeMap<String, String>,
    /// Definitions that are still to be written.
    waiting: VecDeque<(String, String)>,
    /// References that are being put in place, outermost first.
    inside: Vec<String>,
    /// How many schemas may still be written: references put in place can multiply.
    budget: usize,
}

const BUDGET: usize = 20_000;
const DEPTH: usize = 64;

impl<'a> Lowering<'a> {
    fn new(root: &'a Value, subset: &'a Subset) -> Self {
        Self {
            root,
            subset,
            notes: Vec::new(),
            names: BTreeMap::new(),
            waiting: VecDeque::new(),
            inside: Vec::new(),
            budget: BUDGET,
        }
    }

    /// The root with its own references put in place: no server takes a reference there.
    fn root_map(&mut self) -> Result<Map<String, Value>, LowerError> {
        let at = Pointer::root();
        let mut map = self.flat(self.root, &at)?;
        for _ in 0..DEPTH {
            let Some(target) = map.get("$ref").and_then(Value::as_str).map(str::to_owned) else {
                return Ok(map);
            };
            let next = self.target(&target, &at)?.clone();
            map = self.flat(&next, &at)?;
        }
        Err(fault(&at, "the root refers to itself", "write the schema itself at the root"))
    }

    /// Writes every definition that is referred to, and those that these refer to.
    fn definitions(&mut self) -> Result<Map<String, Value>, LowerError> {
        let mut definitions = Map::new();
        while let Some((reference, name)) = self.waiting.pop_front() {
            let at = place(&reference);
            let target = self.target(&reference, &at)?.clone();
            definitions.insert(name, self.schema(&target, &at)?);
        }
        Ok(definitions)
    }

    /// What a reference means.
    fn target(&self, reference: &str, at: &Pointer) -> Result<&'a Value, LowerError> {
        const REMEDY: &str = "write it as `#/$defs/NAME`";
        let path = reference.strip_prefix('#');
        path.and_then(|path| self.root.pointer(path)).ok_or_else(|| {
            fault(at, format!("`$ref` to `{reference}`, which is not in this schema"), REMEDY)
        })
    }

    /// The definition that stands for a reference.
    fn defined(&mut self, reference: &str) -> String {
        if let Some(name) = self.names.get(reference) {
            return name.clone();
        }
        let step = place(reference).steps().last().unwrap_or_default();
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let step = step.replace(|c| !is_plain(c), "_");
        let taken = |name: &String| self.names.values().any(|other| other == name);
        let mut name = step.clone();
        for number in 2_u32.. {
            if !taken(&name) {
                break;
            }
            name = format!("{step}_{number}");
        }
        self.names.insert(reference.to_owned(), name.clone());
        self.waiting.push_back((reference.to_owned(), name.clone()));
        name
    }

    fn check_recursion(&self, document: &Value) -> Result<(), LowerError> {
        if self.subset.recursion {
            return Ok(());
        }
        let definitions = document.get("$defs").and_then(Value::as_object);
        let edges: BTreeMap<String, BTreeSet<String>> = definitions
            .into_iter()
            .flatten()
            .map(|(name, schema)| (format!("#/$defs/{name}"), references(schema)))
            .collect();
        for start in edges.keys() {
            let mut seen = BTreeSet::new();
            let mut open: Vec<&String> = edges.get(start).into_iter().flatten().collect();
            while let Some(next) = open.pop() {
                if next == start {
                    return Err(recursive(start));
                }
                if seen.insert(next) {
                    open.extend(edges.get(next).into_iter().flatten());
                }
            }
        }
        if references(document).contains("#") {
            return Err(recursive("#"));
        }
        Ok(())
    }

    fn note(&mut self, at: &Pointer, keyword: &str, what: impl Into<String>) {
        self.notes.push(Note {
            pointer: at.clone(),
            keyword: keyword.to_owned(),
            what: what.into(),
        });
    }
}

fn check_root(root: &Map<String, Value>) -> Result<(), LowerError> {
    const REMEDY: &str = "make the root one object with the value as a property";
    if root.get("type").and_then(Value::as_str) == Some("object")
        || (!root.contains_key("type") && root.contains_key("properties"))
    {
        return Ok(());
    }
    Err(fault(&Pointer::root(), "the root is not one object schema", REMEDY).or_weaker())
}

fn references(schema: &Value) -> BTreeSet<String> {
    match schema {
        Value::Object(map) => {
            let own = map.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(map.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}

fn recursive(reference: &str) -> LowerError {
    let why = format!("`{reference}` refers to itself, which this server does not take");
    fault(&place(reference), why, "unroll it to the depth you need").or_weaker()
}

fn place(reference: &str) -> Pointer {
    reference.trim_start_matches('#').parse().unwrap_or_default()
}

fn fault(at: &Pointer, why: impl Into<String>, remedy: &'static str) -> LowerError {
    LowerError { pointer: at.clone(), why: why.into(), remedy, or_weaker: false }
}
