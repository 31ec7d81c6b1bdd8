//! One flat set of keywords: old drafts' spellings made new, `allOf` and what stands beside a
//! `$ref` merged in.

use serde_json::{Map, Value, json};

use crate::domain::{FieldRole, Pointer};

use super::perhaps;
use super::values::PERHAPS;
use super::{LowerError, Lowering, fault};

/// Annotations that no server needs, and definitions, which are written where they are used.
pub(super) const SILENT: [&str; 15] = [
    "$schema",
    "$id",
    "id",
    "title",
    "$comment",
    "$anchor",
    "$vocabulary",
    "$dynamicAnchor",
    "$recursiveAnchor",
    "$defs",
    "definitions",
    "readOnly",
    "writeOnly",
    "deprecated",
    FieldRole::KEYWORD,
];

impl Lowering<'_> {
    /// The keywords of a schema, without `allOf`, and with `$ref` only where it stands alone.
    pub(super) fn flat(
        &mut self,
        schema: &Value,
        at: &Pointer,
    ) -> Result<Map<String, Value>, LowerError> {
        self.spend(at)?;
        let mut map = match schema {
            Value::Object(map) => {
                if map.contains_key("oneOf") && !map.contains_key("anyOf") {
                    self.note(at, "oneOf", "becomes `anyOf`");
                }
                let mut map = modern(map);
                self.gather(&mut map);
                map
            }
            Value::Bool(true) => Map::new(),
            Value::Bool(false) => {
                return Err(fault(at, "a schema that allows nothing", "leave the place out"));
            }
            _ => return Err(fault(at, "this is not a schema", "write an object")),
        };
        if let Some(Value::Array(parts)) = map.remove("allOf") {
            if !self.subset.allows("allOf") {
                self.note(at, "allOf", "merged with what stands beside it");
            }
            // One part and nothing beside it may stay a reference, also to itself.
            if let ([part], false) = (parts.as_slice(), has_constraints(&map)) {
                let part = self.flat(part, at)?;
                self.merge(&mut map, part, at);
                return Ok(map);
            }
            for part in parts {
                let part = self.flat(&part, at)?;
                let part = self.in_place(part, at)?;
                self.merge(&mut map, part, at);
            }
        }
        let is_alone = map.keys().all(|name| name == "$ref");
        if is_alone || !map.contains_key("$ref") { Ok(map) } else { self.in_place(map, at) }
    }

    /// Puts the target in the place of a reference, unless the target is just being written: then
    /// what stands beside the reference is left out.
    fn in_place(
        &mut self,
        mut map: Map<String, Value>,
        at: &Pointer,
    ) -> Result<Map<String, Value>, LowerError> {
        let Some(reference) = map.get("$ref").and_then(Value::as_str).map(str::to_owned) else {
            return Ok(map);
        };
        if self.refers_to_itself(&reference) {
            for keyword in map.keys().filter(|name| *name != "$ref") {
                let note = (at.clone(), keyword.clone());
                self.note(&note.0, &note.1, "left out: it stands beside a recursive `$ref`");
            }
            map.retain(|name, _| name == "$ref");
            return Ok(map);
        }
        map.remove("$ref");
        let target = self.target(&reference, at)?.clone();
        let part = self.flat(&target, at)?;
        let part = self.in_place(part, at)?;
        self.merge(&mut map, part, at);
        Ok(map)
    }

    /// Whether following the reference comes back to it.
    pub(super) fn refers_to_itself(&self, reference: &str) -> bool {
        let mut seen = std::collections::BTreeSet::new();
        let mut open = vec![reference.to_owned()];
        while let Some(next) = open.pop() {
            let Some(target) = next.strip_prefix('#').and_then(|path| self.root.pointer(path))
            else {
                continue;
            };
            for found in super::references(target) {
                if found == reference {
                    return true;
                }
                if seen.insert(found.clone()) {
                    open.push(found);
                }
            }
        }
        false
    }

    /// Both at once. What both say in different words is kept once; the other goes into words.
    fn merge(&mut self, base: &mut Map<String, Value>, part: Map<String, Value>, at: &Pointer) {
        for (name, value) in part {
            if SILENT.contains(&name.as_str()) {
                continue;
            }
            let Some(known) = base.get_mut(&name) else {
                base.insert(name, value);
                continue;
            };
            if *known == value || name == "description" || name == "default" {
                continue;
            }
            if !merged(&name, known, &value) {
                let text = format!(" ({})", self.words(&name, &value));
                self.note(at, &name, "said twice: the second is in the description");
                let said = base.get("description").and_then(Value::as_str).unwrap_or_default();
                let said = format!("{said}{text}");
                base.insert("description".to_owned(), said.trim_start().into());
            }
        }
    }

    fn spend(&mut self, at: &Pointer) -> Result<(), LowerError> {
        let steps = at.steps().count();
        self.budget = self.budget.saturating_sub(1);
        if self.budget == 0 || steps > 4 * super::DEPTH {
            return Err(fault(
                at,
                "the schema is too large once references are followed",
                "split it",
            ));
        }
        Ok(())
    }
}

/// Whether two values of a keyword could be made one, in `known`.
fn merged(name: &str, known: &mut Value, value: &Value) -> bool {
    match (name, known, value) {
        ("properties" | "patternProperties", Value::Object(known), Value::Object(more)) => {
            for (property, schema) in more {
                match known.get_mut(property) {
                    Some(other) if other == schema => {}
                    Some(other) => *other = json!({"allOf": [other.take(), schema]}),
                    None => drop(known.insert(property.clone(), schema.clone())),
                }
            }
            true
        }
        ("required", Value::Array(known), Value::Array(more)) => {
            let new: Vec<_> = more.iter().filter(|name| !known.contains(name)).cloned().collect();
            known.extend(new);
            true
        }
        ("enum", Value::Array(known), Value::Array(more)) => {
            known.retain(|value| more.contains(value));
            true
        }
        ("type", known, more) => both_types(known, more),
        (PERHAPS, known, Value::Object(more)) => {
            perhaps::add(known, more.clone());
            true
        }
        ("additionalProperties", known, more) => {
            if *more == Value::Bool(false) || *known == Value::Bool(true) {
                *known = more.clone();
            }
            true
        }
        _ => false,
    }
}

fn both_types(known: &mut Value, more: &Value) -> bool {
    let list = |value: &Value| match value {
        Value::Array(names) => names.clone(),
        name => vec![name.clone()],
    };
    let (integer, number) = (json!("integer"), json!("number"));
    let more = list(more);
    let mut both: Vec<Value> = Vec::new();
    for name in list(known) {
        if more.contains(&name) || (name == integer && more.contains(&number)) {
            both.push(name);
        } else if name == number && more.contains(&integer) {
            both.push(integer.clone());
        }
    }
    match both.as_slice() {
        [] => return false,
        [only] => *known = only.clone(),
        _ => *known = Value::Array(both),
    }
    true
}

pub(super) fn has_constraints(map: &Map<String, Value>) -> bool {
    map.keys().any(|name| !SILENT.contains(&name.as_str()) && name != "description")
}

/// Old spellings made new: boolean `exclusiveMinimum` (draft 4), lists in `items` (to 2019-09),
/// `definitions`; without silent annotations.
fn modern(map: &Map<String, Value>) -> Map<String, Value> {
    let mut modern = Map::new();
    for (name, value) in map {
        match (name.as_str(), value) {
            ("id", Value::String(_)) => {}
            ("id", _) => drop(modern.insert(name.clone(), value.clone())),
            (silent, _) if SILENT.contains(&silent) => {}
            ("exclusiveMinimum" | "exclusiveMaximum", Value::Bool(_)) => {}
            ("minimum", _) if map.get("exclusiveMinimum") == Some(&Value::Bool(true)) => {
                modern.insert("exclusiveMinimum".to_owned(), value.clone());
            }
            ("maximum", _) if map.get("exclusiveMaximum") == Some(&Value::Bool(true)) => {
                modern.insert("exclusiveMaximum".to_owned(), value.clone());
            }
            ("items", Value::Array(_)) => {
                modern.insert("prefixItems".to_owned(), value.clone());
            }
            ("additionalItems", _) => {
                if map.get("items").is_some_and(Value::is_array) {
                    modern.insert("items".to_owned(), value.clone());
                }
            }
            ("oneOf", _) if !map.contains_key("anyOf") => {
                modern.insert("anyOf".to_owned(), value.clone());
            }
            _ => drop(modern.insert(name.clone(), value.clone())),
        }
    }
    modern
}
