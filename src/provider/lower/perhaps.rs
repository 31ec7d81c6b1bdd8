//! Members that a schema names only under a condition: in `then`, `else`, `dependentSchemas`. A
//! closed object must list them, or no answer could have them.

use serde_json::{Map, Value, json};

use super::Lowering;
use super::require::strings;
use super::values::PERHAPS;

/// How deep conditions within conditions are looked into.
const DEPTH: usize = 8;

impl Lowering<'_> {
    /// Notes in the map which members it names under a condition.
    pub(super) fn gather(&self, map: &mut Map<String, Value>) {
        let mut members = Map::new();
        self.conditions(map, &mut members, DEPTH);
        if !members.is_empty() {
            let known = map.entry(PERHAPS).or_insert_with(|| json!({}));
            add(known, members);
        }
    }

    fn conditions(&self, map: &Map<String, Value>, members: &mut Map<String, Value>, depth: usize) {
        let single = ["then", "else"].into_iter().filter_map(|word| map.get(word));
        let words = ["dependentSchemas", "dependencies", "dependentRequired"];
        let named = words.into_iter().filter_map(|word| map.get(word)?.as_object());
        for part in single.chain(named.flat_map(Map::values)) {
            self.members(part, members, depth);
        }
    }

    /// The members that a schema, or a list of required ones, names.
    fn members(&self, part: &Value, members: &mut Map<String, Value>, depth: usize) {
        if part.is_array() {
            anything_in(members, strings(Some(part)));
        }
        let Some(map) = part.as_object().filter(|_| depth > 0) else { return };
        let properties = map.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            if *schema == Value::Bool(false) {
                continue;
            }
            let known = members.entry(name.clone()).or_insert_with(|| json!([]));
            if let (Value::Array(schemas), false) = (known, schema.is_boolean()) {
                schemas.push(schema.clone());
            }
        }
        anything_in(members, strings(map.get("required")));
        let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|word| map.get(word));
        let target = map.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| self.root.pointer(target.strip_prefix('#')?));
        for part in lists.filter_map(Value::as_array).flatten().chain(target) {
            self.members(part, members, depth - 1);
        }
        self.conditions(map, members, depth - 1);
    }
}

/// Adds members of which nothing is said but that they must be there.
pub(super) fn anything(known: &mut Value, names: impl Iterator<Item = String>) {
    if let Value::Object(known) = known {
        anything_in(known, names);
    }
}

fn anything_in(known: &mut Map<String, Value>, names: impl Iterator<Item = String>) {
    for name in names {
        known.entry(name).or_insert_with(|| json!([]));
    }
}

/// Adds what may stand at each member.
pub(super) fn add(known: &mut Value, members: Map<String, Value>) {
    let Value::Object(known) = known else { return };
    for (name, schemas) in members {
        let known = known.entry(name).or_insert_with(|| json!([]));
        if let (Value::Array(known), Value::Array(schemas)) = (known, schemas) {
            for schema in schemas {
                if !known.contains(&schema) {
                    known.push(schema);
                }
            }
        }
    }
}
