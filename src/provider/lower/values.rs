//! Values of keywords: the types that a list of values has, and keywords said in words.

use serde_json::{Map, Value, json};

use super::Lowering;
use crate::domain::kit::type_of;

/// A keyword of the work alone, never sent: such members, and the schemas that they may have; none
/// where only `required` names them.
pub(super) const PERHAPS: &str = "$perhaps";

/// Keywords that are worth saying in words where they cannot be sent. What is in no list here is
/// an annotation, or another tool's keyword, and no business of the model.
const SAID: [&str; 44] = [
    "additionalItems",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "description",
    "else",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maxContains",
    "maximum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "minContains",
    "minimum",
    "minItems",
    "minLength",
    "minProperties",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "required",
    "then",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
];

/// Whether a keyword is said in words where it cannot be sent.
pub(super) fn is_said(keyword: &str) -> bool {
    SAID.contains(&keyword)
}

/// How deep references in words are followed.
const DEPTH: usize = 3;

impl Lowering<'_> {
    /// The keyword as words for the description: `minimum 0`.
    pub(super) fn words(&self, keyword: &str, value: &Value) -> String {
        match self.spelled(keyword, value, DEPTH) {
            Value::String(text) => format!("{keyword} {text}"),
            other => format!("{keyword} {other}"),
        }
    }

    /// The value of a keyword as it can be said: what a reference means in its place, since nothing
    /// that is sent has its name, and without what is not worth saying.
    fn spelled(&self, keyword: &str, value: &Value, depth: usize) -> Value {
        match (keyword, value) {
            ("enum" | "const" | "default" | "required" | "dependentRequired", _) => value.clone(),
            (
                "properties" | "patternProperties" | "dependentSchemas" | "dependencies",
                Value::Object(named),
            ) => {
                let spelled = |(name, schema): (&String, &Value)| {
                    (name.clone(), self.spelled("", schema, depth))
                };
                Value::Object(named.iter().map(spelled).collect())
            }
            (_, Value::Array(items)) => {
                items.iter().map(|item| self.spelled("", item, depth)).collect()
            }
            (_, Value::Object(map)) => Value::Object(self.spelled_schema(map, depth)),
            _ => value.clone(),
        }
    }

    fn spelled_schema(&self, map: &Map<String, Value>, depth: usize) -> Map<String, Value> {
        let mut spelled = Map::new();
        for (name, value) in map {
            if let ("$ref", Value::String(target)) = (name.as_str(), value) {
                let target = target.strip_prefix('#').and_then(|path| self.root.pointer(path));
                if let Some(target) = target.and_then(Value::as_object).filter(|_| depth > 0) {
                    spelled.extend(self.spelled_schema(target, depth - 1));
                }
            } else if is_said(name) {
                spelled.insert(name.clone(), self.spelled(name, value, depth));
            }
        }
        spelled
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
    if has(&["properties", "required", "additionalProperties", "patternProperties", PERHAPS]) {
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
