//! Objects and arrays: which members, how many items.

use serde_json::{Map, Value};

use super::{SHALLOW, Writer};
use crate::sim::schema;

impl Writer<'_> {
    /// All required members, and about half of the others.
    pub(super) fn object(&self, schema: &Value, place: &str, depth: usize) -> Value {
        let mut members = Map::new();
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            for (name, property) in properties {
                let there = format!("{place}/{name}");
                if schema::is_required(schema, name) || self.includes(&there, depth) {
                    members.insert(name.clone(), self.value(property, &there, depth + 1));
                }
            }
        }
        self.add_unnamed(schema, place, depth, &mut members);
        Value::Object(members)
    }

    /// Members that are required but not described, and as many as `minProperties` demands.
    fn add_unnamed(
        &self,
        schema: &Value,
        place: &str,
        depth: usize,
        into: &mut Map<String, Value>,
    ) {
        let other = schema.get("additionalProperties").filter(|other| other.is_object());
        let fallback = Value::Bool(true);
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !into.contains_key(name) {
                let there = format!("{place}/{name}");
                let value = self.value(other.unwrap_or(&fallback), &there, depth + 1);
                into.insert(name.to_owned(), value);
            }
        }
        let least = count(schema, "minProperties").unwrap_or(0).min(100);
        for number in 0..least {
            if into.len() >= least
                || schema.get("additionalProperties") == Some(&Value::Bool(false))
            {
                return;
            }
            let there = format!("{place}/member_{number}");
            let value = self.value(other.unwrap_or(&fallback), &there, depth + 1);
            into.insert(format!("member_{number}"), value);
        }
    }

    /// As many items as `minItems` and `maxItems` allow, three at most where they allow fewer.
    pub(super) fn array(&self, schema: &Value, place: &str, depth: usize) -> Value {
        let least = count(schema, "minItems").unwrap_or(0).min(1000);
        let most = count(schema, "maxItems").unwrap_or(usize::MAX);
        let wish = if depth > SHALLOW { least } else { 1 + self.noise.pick(place, 3) };
        let length = wish.max(least).min(most);
        let fixed = schema.get("prefixItems").and_then(Value::as_array);
        let fixed = fixed.map(Vec::as_slice).unwrap_or_default();
        let each = schema.get("items").unwrap_or(&Value::Bool(true));
        let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let mut items: Vec<Value> = Vec::new();
        // A few tries more than items, for values that come up twice where they must not.
        for number in 0..length.saturating_mul(4) {
            if items.len() >= length || (each == &Value::Bool(false) && items.len() >= fixed.len())
            {
                break;
            }
            let one = fixed.get(items.len()).unwrap_or(each);
            let item = self.value(one, &format!("{place}/{number}"), depth + 1);
            if !(unique && items.contains(&item)) {
                items.push(item);
            }
        }
        if unique && items.len() < least {
            self.fill_from_list(each, least, &mut items);
        }
        Value::Array(items)
    }

    /// Chance alone may not find enough different values of a short closed list.
    fn fill_from_list(&self, each: &Value, least: usize, items: &mut Vec<Value>) {
        let each = schema::resolve(self.root, each);
        for choice in each.get("enum").and_then(Value::as_array).into_iter().flatten() {
            if items.len() < least && !items.contains(choice) {
                items.push(choice.clone());
            }
        }
    }
}

/// A count in a schema.
pub(super) fn count(schema: &Value, word: &str) -> Option<usize> {
    schema.get(word)?.as_f64().map(|number| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a saturating cast of a count"
        )]
        let count = number as usize;
        count
    })
}
