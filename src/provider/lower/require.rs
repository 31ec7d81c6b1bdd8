//! Makes every property required. An optional one becomes nullable, and its place is listed, so
//! that the null can be taken away again.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::domain::Pointer;
use crate::provider::subset::Subset;

use super::Note;
use super::values::has_type;

/// Requires every property of every object; gives the places of those that became nullable, and a
/// note for each that was optional.
pub(super) fn every_property(
    document: &mut Value,
    subset: &Subset,
) -> (BTreeSet<Pointer>, Vec<Note>) {
    let before = document.clone();
    let (nullable, notes) = (BTreeSet::new(), Vec::new());
    let mut work = Requiring { root: &before, subset, nullable, notes };
    work.schema(document, &Pointer::root());
    (work.nullable, work.notes)
}

struct Requiring<'a> {
    root: &'a Value,
    subset: &'a Subset,
    nullable: BTreeSet<Pointer>,
    notes: Vec<Note>,
}

impl Requiring<'_> {
    fn schema(&mut self, schema: &mut Value, at: &Pointer) {
        let Value::Object(map) = schema else { return };
        let required: BTreeSet<String> = strings(map.get("required")).collect();
        let mut names = Vec::new();
        if let Some(Value::Object(properties)) = map.get_mut("properties") {
            for (name, property) in properties.iter_mut() {
                let place = at.key("properties").key(name);
                if !required.contains(name) {
                    let means = if self.takes_null(property, 0) {
                        "is the author's own"
                    } else {
                        self.make_nullable(property);
                        self.nullable.insert(place.clone());
                        "stands for nothing"
                    };
                    let what = format!("optional, so it is sent as required and null {means}");
                    let keyword = String::new();
                    self.notes.push(Note { pointer: place.clone(), keyword, what });
                }
                self.schema(property, &place);
                names.push(Value::from(name.clone()));
            }
            map.insert("required".to_owned(), names.into());
        }
        for list in ["anyOf", "prefixItems"] {
            if let Some(Value::Array(schemas)) = map.get_mut(list) {
                for (index, schema) in schemas.iter_mut().enumerate() {
                    self.schema(schema, &at.key(list).index(index));
                }
            }
        }
        if let Some(items) = map.get_mut("items") {
            self.schema(items, &at.key("items"));
        }
        if let Some(Value::Object(definitions)) = map.get_mut("$defs") {
            for (name, schema) in definitions.iter_mut() {
                self.schema(schema, &at.key("$defs").key(name));
            }
        }
    }

    fn takes_null(&self, schema: &Value, depth: usize) -> bool {
        let Some(map) = schema.as_object().filter(|_| depth < super::DEPTH) else { return false };
        if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            let target = reference.strip_prefix('#').and_then(|path| self.root.pointer(path));
            return target.is_some_and(|target| self.takes_null(target, depth + 1));
        }
        if let Some(Value::Array(branches)) = map.get("anyOf") {
            return branches.iter().any(|branch| self.takes_null(branch, depth + 1));
        }
        let listed = match map.get("enum") {
            Some(Value::Array(values)) => values.contains(&Value::Null),
            _ => map.get("const").is_none_or(Value::is_null),
        };
        listed && (has_type(map, "null") || !map.contains_key("type"))
    }

    fn make_nullable(&self, schema: &mut Value) {
        let Value::Object(map) = schema else { return };
        if let Some(Value::Array(branches)) = map.get_mut("anyOf") {
            branches.push(json!({"type": "null"}));
            return;
        }
        let has_values = map.contains_key("enum") || map.contains_key("const");
        if map.contains_key("$ref") || (has_values && !self.subset.mixed_enums) {
            let description = map.remove("description");
            let branches = json!([std::mem::take(map), {"type": "null"}]);
            map.insert("anyOf".to_owned(), branches);
            map.extend(description.map(|text| ("description".to_owned(), text)));
            return;
        }
        if let Some(value) = map.remove("const") {
            map.insert("enum".to_owned(), json!([value]));
        }
        if let Some(Value::Array(values)) = map.get_mut("enum") {
            values.push(Value::Null);
        }
        add_null_type(map);
    }
}

fn add_null_type(map: &mut Map<String, Value>) {
    match map.get_mut("type") {
        Some(Value::Array(names)) if names.iter().any(|name| name == "null") => {}
        Some(Value::Array(names)) => names.push("null".into()),
        Some(name) => *name = json!([name.take(), "null"]),
        None => {}
    }
}

pub(super) fn strings(list: Option<&Value>) -> impl Iterator<Item = String> + '_ {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|name| name.as_str().map(str::to_owned))
}
