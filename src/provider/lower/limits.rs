//! Counts what servers limit in a schema, and notes what is above a limit.

use serde_json::{Map, Value};

use crate::provider::subset::{Limit, Subset};

use super::require::strings;

/// A sentence for every limit that the schema exceeds.
pub(super) fn exceeded(document: &Value, subset: &Subset) -> Vec<String> {
    let mut counts = Counts::default();
    counts.schema(document, 0);
    let told = subset.limits.iter().filter_map(|(limit, most)| {
        let count = match limit {
            Limit::Properties => counts.properties,
            Limit::Depth => counts.depth,
            Limit::EnumValues => counts.values,
            Limit::LongEnum => counts.longest,
            Limit::Texts => counts.texts,
            Limit::AlikeBranches => counts.alike,
            Limit::Optional => counts.optional,
            Limit::Unions => counts.unions,
        };
        let what = || format!("{count} {limit}, where the server is known to take {most}");
        (count > *most).then(what)
    });
    told.collect()
}

#[derive(Default)]
struct Counts {
    properties: usize,
    depth: usize,
    values: usize,
    longest: usize,
    texts: usize,
    alike: usize,
    optional: usize,
    unions: usize,
}

/// From so many texts on the characters of an `enum` count.
const MANY_TEXTS: usize = 250;

impl Counts {
    fn schema(&mut self, schema: &Value, depth: usize) {
        let Some(map) = schema.as_object() else { return };
        self.depth = self.depth.max(depth);
        self.values(map);
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

    fn values(&mut self, map: &Map<String, Value>) {
        let values = map.get("enum").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let length = |text: &Value| text.as_str().map_or(0, |text| text.chars().count());
        let texts: usize = values.iter().map(length).sum();
        self.values += values.len();
        self.texts += texts + map.get("const").map_or(0, length);
        if values.len() > MANY_TEXTS {
            self.longest = self.longest.max(texts);
        }
        let branches = map.get("anyOf").and_then(Value::as_array).into_iter().flatten();
        let first = |branch: &Value| branch.get("properties")?.as_object()?.keys().next().cloned();
        let mut firsts: Vec<String> = branches.filter_map(first).collect();
        let all = firsts.len();
        firsts.sort();
        firsts.dedup();
        self.alike += usize::from(firsts.len() < all);
    }

    fn properties(&mut self, map: &Map<String, Value>, depth: usize) {
        let Some(Value::Object(properties)) = map.get("properties") else { return };
        self.properties += properties.len();
        self.texts += properties.keys().map(|name| name.chars().count()).sum::<usize>();
        self.optional += properties.len().saturating_sub(strings(map.get("required")).count());
        for property in properties.values() {
            self.schema(property, depth + 1);
        }
    }
}
