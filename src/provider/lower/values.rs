//! Values of keywords: the types that a list of values has, and keywords said in words.

use serde_json::{Map, Value, json};

/// The keyword as words for the description: `minimum 0`.
pub(super) fn words(keyword: &str, value: &Value) -> String {
    match value {
        Value::String(text) => format!("{keyword} {text}"),
        other => format!("{keyword} {other}"),
    }
}

/// The JSON Schema name of a value's type.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The types of some values: one name, or a list of names.
pub(super) fn types_of(values: &[Value]) -> Value {
    let mut names: Vec<&str> = Vec::new();
    for name in values.iter().map(type_of) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.contains(&"number") {
        names.retain(|name| *name != "integer");
    }
    match names.as_slice() {
        [only] => json!(only),
        _ => json!(names),
    }
}

/// What the other keywords of a schema say of its type.
pub(super) fn implied_type(map: &Map<String, Value>) -> Option<&'static str> {
    let has = |names: &[&str]| names.iter().any(|name| map.contains_key(*name));
    if has(&["properties", "required", "additionalProperties", "patternProperties"]) {
        Some("object")
    } else if has(&["items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"]) {
        Some("array")
    } else if has(&["pattern", "format", "minLength", "maxLength"]) {
        Some("string")
    } else if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) {
        Some("number")
    } else {
        None
    }
}

/// Whether a schema names this type.
pub(super) fn has_type(map: &Map<String, Value>, name: &str) -> bool {
    match map.get("type") {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(names)) => names.iter().any(|other| other == name),
        _ => false,
    }
}

/// A list of values where an `enum` takes only strings and numbers: one schema per kind of value.
pub(super) fn split_enum(values: &[Value]) -> Vec<Map<String, Value>> {
    let plain: Vec<Value> =
        values.iter().filter(|value| value.is_string() || value.is_number()).cloned().collect();
    let mut parts = Vec::new();
    if !plain.is_empty() {
        parts.push(json!({"type": types_of(&plain), "enum": plain}));
    }
    if values.iter().any(Value::is_boolean) {
        parts.push(json!({"type": "boolean"}));
    }
    if values.iter().any(Value::is_null) {
        parts.push(json!({"type": "null"}));
    }
    parts.into_iter().filter_map(|part| part.as_object().cloned()).collect()
}
