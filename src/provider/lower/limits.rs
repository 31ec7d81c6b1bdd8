//! Counts what servers limit in a schema, and notes what is above a limit.

use serde_json::{Map, Value};

use crate::domain::Pointer;
use crate::provider::subset::{Limit, Subset};

use super::Note;
use super::require::strings;

/// A note for every limit that the schema exceeds.
pub(super) fn exceeded(document: &Value, subset: &Subset) -> Vec<Note> {
    let mut counts = Counts::default();
    counts.schema(document, 0);
    let notes = subset.limits.iter().filter_map(|(limit, most)| {
        let count = match limit {
            Limit::Properties => counts.properties,
            Limit::Depth => counts.depth,
            Limit::EnumValues => counts.values,
            Limit::Optional => counts.optional,
            Limit::Unions => counts.unions,
        };
        (count > *most).then(|| Note {
            pointer: Pointer::root(),
            keyword: "properties".to_owned(),
            what: format!("{count} {limit}, where the server is known to take {most}"),
        })
    });
    notes.collect()
}

#[derive(Default)]
struct Counts {
    properties: usize,
    depth: usize,
    values: usize,
    optional: usize,
    unions: usize,
}

impl Counts {
    fn schema(&mut self, schema: &Value, depth: usize) {
        let Some(map) = schema.as_object() else { return };
        self.depth = self.depth.max(depth);
        self.values += map.get("enum").and_then(Value::as_array).map_or(0, Vec::len);
        if map.contains_key("anyOf") || map.get("type").is_some_and(Value::is_array) {
            self.unions += 1;
        }
        self.properties(map, depth);
        for branch in map.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
            self.schema(branch, depth);
        }
        if let Some(items) = map.get("items") {
            self.schema(items, depth + 1);
        }
        for schema in map.get("$defs").and_then(Value::as_object).into_iter().flat_map(Map::values)
        {
            self.schema(schema, depth + 1);
        }
    }

    fn properties(&mut self, map: &Map<String, Value>, depth: usize) {
        let Some(Value::Object(properties)) = map.get("properties") else { return };
        self.properties += properties.len();
        self.optional += properties.len().saturating_sub(strings(map.get("required")).count());
        for property in properties.values() {
            self.schema(property, depth + 1);
        }
    }
}
