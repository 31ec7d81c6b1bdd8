//! Finding one's way in a JSON Schema: references, places, what may be missing. Validates nothing.

use serde_json::{Map, Value};

/// References are followed at most this often, so that a circle ends.
const HOPS: usize = 32;

/// The schema behind a local `$ref`, or the schema itself.
pub(super) fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    for _ in 0..HOPS {
        let Some(target) = schema.get("$ref").and_then(Value::as_str) else { return schema };
        let Some(next) = target.strip_prefix('#').and_then(|path| root.pointer(path)) else {
            return schema;
        };
        schema = next;
    }
    schema
}

/// The alternatives that a schema offers: the branches of `anyOf` and `oneOf`, or itself.
pub(super) fn branches<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let schema = resolve(root, schema);
    let several = ["anyOf", "oneOf"].iter().find_map(|word| schema.get(word)?.as_array());
    match several {
        Some(several) if !several.is_empty() => {
            several.iter().map(|branch| resolve(root, branch)).collect()
        }
        _ => vec![schema],
    }
}

/// The schemas that describe a place of the answer.
pub(super) fn at<'a>(root: &'a Value, pointer: &str) -> Vec<&'a Value> {
    let mut here = branches(root, root);
    for step in pointer.split('/').skip(1) {
        let name = step.replace("~1", "/").replace("~0", "~");
        here = here
            .iter()
            .filter_map(|schema| step_into(schema, &name))
            .flat_map(|schema| branches(root, schema))
            .collect();
    }
    here
}

fn step_into<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    if let Some(member) = schema.get("properties").and_then(|members| members.get(name)) {
        return Some(member);
    }
    let index: usize = name.parse().ok()?;
    let fixed = schema.get("prefixItems").and_then(|items| items.get(index));
    fixed.or_else(|| schema.get("items"))
}

/// The values that a closed list at a place allows.
pub(super) fn choices(root: &Value, pointer: &str) -> Vec<Value> {
    let lists = at(root, pointer);
    lists
        .iter()
        .filter_map(|schema| schema.get("enum")?.as_array())
        .flatten()
        .filter(|value| !value.is_null())
        .cloned()
        .collect()
}

/// Whether a schema names this JSON type.
pub(super) fn has_type(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    }
}

/// Whether the schema of a place allows null.
pub(super) fn allows_null(root: &Value, schema: &Value) -> bool {
    branches(root, schema).iter().any(|branch| {
        has_type(branch, "null")
            || branch.get("const").is_some_and(Value::is_null)
            || branch
                .get("enum")
                .and_then(Value::as_array)
                .is_some_and(|list| list.contains(&Value::Null))
    })
}

/// The same value with null wherever the schema requires a member that is missing and allows null.
///
/// Providers with a strict mode require every member, and let an optional one be null: this is how
/// their models answer when they leave it out.
pub(super) fn with_nulls(root: &Value, mut value: Value) -> Value {
    fill(root, root, &mut value);
    value
}

fn fill(root: &Value, schema: &Value, value: &mut Value) {
    let branches = branches(root, schema);
    match value {
        Value::Object(members) => {
            let Some(schema) = branches.iter().find(|schema| could_be(schema, members)) else {
                return;
            };
            fill_members(root, schema, members);
        }
        Value::Array(items) => {
            let Some(each) = branches.iter().find_map(|schema| schema.get("items")) else { return };
            for item in items {
                fill(root, each, item);
            }
        }
        _ => {}
    }
}

/// Whether an object may be meant by a branch: no closed list of the branch speaks against it.
fn could_be(schema: &Value, members: &Map<String, Value>) -> bool {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return false;
    };
    properties.iter().all(|(name, property)| {
        match (members.get(name), property.get("enum").and_then(Value::as_array)) {
            (Some(value), Some(list)) => list.contains(value),
            _ => true,
        }
    })
}

fn fill_members(root: &Value, schema: &Value, members: &mut Map<String, Value>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for (name, property) in properties {
        match members.get_mut(name) {
            Some(member) => fill(root, property, member),
            None if is_required(schema, name) && allows_null(root, property) => {
                members.insert(name.clone(), Value::Null);
            }
            None => {}
        }
    }
}

/// Whether an object's schema requires a member.
pub(super) fn is_required(schema: &Value, name: &str) -> bool {
    schema
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(|names| names.iter().any(|one| one == name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_is_found_through_references_items_and_alternatives() {
        let schema = json!({
            "properties": {"lines": {"items": {"$ref": "#/$defs/line"}}},
            "$defs": {"line": {"anyOf": [
                {"properties": {"unit": {"enum": ["hour", "piece", null]}}},
                {"type": "null"}
            ]}}
        });
        assert_eq!(choices(&schema, "/lines/3/unit"), [json!("hour"), json!("piece")]);
        assert!(choices(&schema, "/lines/3/price").is_empty());
    }

    #[test]
    fn a_circle_of_references_ends() {
        let schema = json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}});
        assert!(at(&schema, "/x").is_empty());
    }

    #[test]
    fn of_two_alternatives_the_one_that_the_value_means_is_filled() {
        let branch = |name: &str, member: &str| {
            json!({"properties": {"tool": {"enum": [name]}, member: {"type": ["string", "null"]}},
                "required": ["tool", member]})
        };
        let schema = json!({"anyOf": [branch("a", "x"), branch("b", "y")]});
        let filled = with_nulls(&schema, json!({"tool": "b"}));
        assert_eq!(filled, json!({"tool": "b", "y": null}));
    }

    #[test]
    fn a_required_member_that_may_be_null_is_written_as_null() {
        let schema = json!({
            "properties": {"a": {"type": ["string", "null"]}, "b": {"type": "string"}},
            "required": ["a", "b"]
        });
        assert_eq!(with_nulls(&schema, json!({})), json!({"a": null}));
    }
}
