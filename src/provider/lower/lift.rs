//! The way back: takes away the nulls that stand for members which the author made optional.

use serde_json::{Map, Value};

use crate::domain::Pointer;

use super::require::strings;
use super::values::has_type;
use super::{DEPTH, Lowered, place};
use crate::domain::kit::type_of;

/// The answer as the author's schema means it: without a `null` where the sent schema required a
/// member that the author left optional. Anything else stays as it is.
pub fn lift(value: Value, lowered: &Lowered) -> Value {
    if lowered.nullable.is_empty() {
        return value;
    }
    lifted(value, &Pointer::root(), lowered)
}

fn lifted(value: Value, at: &Pointer, lowered: &Lowered) -> Value {
    let Some((schema, at)) = branch(&value, at, lowered, 0) else { return value };
    match value {
        Value::Object(members) => {
            let properties = at.key("properties");
            let members = members.into_iter().filter_map(|(name, value)| {
                let place = properties.key(&name);
                if value.is_null() && lowered.nullable.contains(&place) {
                    return None;
                }
                Some((name, lifted(value, &place, lowered)))
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => {
            let listed = schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
            let items = items.into_iter().enumerate().map(|(index, item)| {
                let is_listed = index < listed;
                let prefix = at.key("prefixItems").index(index);
                let place = if is_listed { prefix } else { at.key("items") };
                lifted(item, &place, lowered)
            });
            Value::Array(items.collect())
        }
        other => other,
    }
}

/// The schema that describes the value: references followed, and of a union the first branch that
/// the value can belong to.
fn branch<'a>(
    value: &Value,
    at: &Pointer,
    lowered: &'a Lowered,
    depth: usize,
) -> Option<(&'a Map<String, Value>, Pointer)> {
    let map = lowered.document.pointer(at.as_str())?.as_object().filter(|_| depth < DEPTH)?;
    if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
        return branch(value, &place(reference), lowered, depth + 1);
    }
    if let Some(Value::Array(branches)) = map.get("anyOf") {
        let places = (0..branches.len()).map(|index| at.key("anyOf").index(index));
        return places
            .filter_map(|place| branch(value, &place, lowered, depth + 1))
            .find(|(map, place)| can_be(value, map, place, lowered));
    }
    Some((map, at.clone()))
}

/// Whether a value can belong to a schema, as far as types, lists of values and names of members
/// tell.
fn can_be(value: &Value, map: &Map<String, Value>, at: &Pointer, lowered: &Lowered) -> bool {
    let name = type_of(value);
    let is_type = !map.contains_key("type")
        || has_type(map, name)
        || (name == "integer" && has_type(map, "number"));
    let is_listed = match map.get("enum") {
        Some(Value::Array(values)) => values.contains(value),
        _ => map.get("const").is_none_or(|only| only == value),
    };
    let fits = |part: &Value, place: Pointer| {
        branch(part, &place, lowered, 0).is_some_and(|(map, at)| can_be(part, map, &at, lowered))
    };
    let parts_fit = match (value, map.get("properties")) {
        (Value::Object(members), Some(Value::Object(properties))) => {
            let is_closed = map.get("additionalProperties") == Some(&Value::Bool(false));
            strings(map.get("required")).all(|name| members.contains_key(&name))
                && members.iter().all(|(name, member)| match properties.get(name) {
                    Some(_) => fits(member, at.key("properties").key(name)),
                    None => !is_closed,
                })
        }
        (Value::Array(items), _) if map.contains_key("items") => {
            items.iter().all(|item| fits(item, at.key("items")))
        }
        _ => true,
    };
    is_type && is_listed && parts_fit
}
