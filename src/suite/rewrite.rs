//! Keywords of a schema that can be said otherwise with the same meaning to every validator.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value, json};

/// What becomes of one member of a schema.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Edit {
    /// It says nothing, and is taken away.
    Remove,
    /// It has another name.
    Rename(&'static str),
    /// Another member stands in its place.
    Replace(&'static str, Value),
}

impl Edit {
    /// The keyword that stands there afterwards.
    pub(crate) fn keyword(&self) -> Option<&'static str> {
        match self {
            Self::Remove => None,
            Self::Rename(name) | Self::Replace(name, _) => Some(name),
        }
    }
}

impl fmt::Display for Edit {
    /// What is done, behind whoever does it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remove => f.write_str("takes it away, as it says nothing"),
            Self::Rename(name) => write!(f, "writes `{name}`, which means the same here"),
            Self::Replace(name, value) => {
                write!(f, "writes `\"{name}\": {value}`, which means the same")
            }
        }
    }
}

/// How a keyword is said otherwise, if anything means the same. `ref_stands_alone`: this draft reads
/// nothing beside `$ref`.
pub(super) fn same_meaning(
    schema: &Map<String, Value>,
    keyword: &str,
    ref_stands_alone: bool,
) -> Option<Edit> {
    let value = schema.get(keyword)?;
    let is_integer = schema.get("type") == Some(&json!("integer"));
    let lacks = |name: &str| !schema.contains_key(name);
    match keyword {
        "minLength" | "minItems" | "minProperties" if value == 0 => Some(Edit::Remove),
        "uniqueItems" if value == false => Some(Edit::Remove),
        "multipleOf" if value == 1 && is_integer => Some(Edit::Remove),
        "minContains" | "maxContains" if lacks("contains") => Some(Edit::Remove),
        "then" | "else" if lacks("if") => Some(Edit::Remove),
        "const" if lacks("enum") && !(value.is_object() || value.is_array()) => {
            Some(Edit::Replace("enum", json!([value])))
        }
        "exclusiveMinimum" if is_integer && lacks("minimum") => {
            Some(Edit::Replace("minimum", json!(value.as_i64()?.checked_add(1)?)))
        }
        "exclusiveMaximum" if is_integer && lacks("maximum") => {
            Some(Edit::Replace("maximum", json!(value.as_i64()?.checked_sub(1)?)))
        }
        "oneOf" if lacks("anyOf") && are_apart(value.as_array()?) => Some(Edit::Rename("anyOf")),
        "allOf" if lacks("$ref") && (!ref_stands_alone || schema.len() == 1) => {
            let [Value::Object(only)] = value.as_array()?.as_slice() else { return None };
            let target = only.get("$ref").filter(|_| only.len() == 1)?;
            Some(Edit::Replace("$ref", target.clone()))
        }
        _ => None,
    }
}

/// Whether no value satisfies two of these schemas: each has a type of its own, or a required property
/// with values of its own.
fn are_apart(branches: &[Value]) -> bool {
    let types = branches.iter().filter_map(|branch| branch.get("type")?.as_str());
    let types: BTreeSet<&str> = types.collect();
    // An integer is a number.
    let by_type =
        types.len() == branches.len() && !(types.contains("integer") && types.contains("number"));
    let required = branches.first().and_then(|first| first.get("required")?.as_array());
    let mut names = required.into_iter().flatten().filter_map(Value::as_str);
    by_type || names.any(|name| tells_apart(branches, name))
}

fn tells_apart(branches: &[Value], name: &str) -> bool {
    let mut seen: Vec<&Value> = Vec::new();
    branches.iter().all(|branch| {
        let required = branch.get("required").and_then(Value::as_array);
        let is_required = required.is_some_and(|all| all.iter().any(|one| one == name));
        let is_object = branch.get("type").is_some_and(|kind| kind == "object");
        let schema = branch.get("properties").and_then(|all| all.get(name));
        let only = schema.and_then(|schema| schema.get("const")).map(std::slice::from_ref);
        let values = only.or(schema.and_then(|schema| Some(&**schema.get("enum")?.as_array()?)));
        let are_new = |all: &[Value]| all.iter().all(|one| one.is_string() && !seen.contains(&one));
        let is_apart = is_required && is_object && values.is_some_and(are_new);
        seen.extend(values.into_iter().flatten());
        is_apart
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(schema: &Value, keyword: &str, ref_stands_alone: bool) -> Option<Value> {
        let mut members = schema.as_object().unwrap().clone();
        let edit = same_meaning(&members, keyword, ref_stands_alone)?;
        let value = members.remove(keyword).unwrap();
        match edit {
            Edit::Remove => {}
            Edit::Rename(name) => drop(members.insert(name.to_owned(), value)),
            Edit::Replace(name, value) => drop(members.insert(name.to_owned(), value)),
        }
        Some(members.into())
    }

    fn kinds(values: [&str; 2]) -> Value {
        let kind = |value: &str| json!({"type": "object", "properties": {"k": {"const": value}}, "required": ["k"]});
        json!({"oneOf": values.map(kind)})
    }

    #[test]
    fn a_rewrite_lets_the_same_answers_pass() {
        let answers = [
            json!("x"),
            json!("yy"),
            json!(3),
            json!(4),
            json!(2.5),
            json!(null),
            json!([]),
            json!([1, 1]),
            json!({"k": "a"}),
            json!({"k": "b"}),
            json!({"k": "c"}),
            json!({}),
        ];
        for (schema, keyword) in [
            (json!({"const": "x"}), "const"),
            (json!({"type": "string", "minLength": 0}), "minLength"),
            (json!({"type": "integer", "exclusiveMinimum": 3}), "exclusiveMinimum"),
            (json!({"type": "integer", "exclusiveMaximum": 4}), "exclusiveMaximum"),
            (json!({"type": "integer", "multipleOf": 1}), "multipleOf"),
            (json!({"type": "array", "uniqueItems": false}), "uniqueItems"),
            (json!({"type": "array", "minContains": 3}), "minContains"),
            (json!({"type": "string", "then": false}), "then"),
            (json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}), "oneOf"),
            (kinds(["a", "b"]), "oneOf"),
            (json!({"allOf": [{"$ref": "#/$defs/s"}], "minLength": 2}), "allOf"),
        ] {
            let with_target = |mut schema: Value| {
                schema["$defs"] = json!({"s": {"type": "string"}});
                schema
            };
            let new = with_target(applied(&schema, keyword, false).unwrap());
            let old = with_target(schema);
            for answer in &answers {
                let [before, after] = [&old, &new].map(|of| jsonschema::is_valid(of, answer));
                assert_eq!(before, after, "{old} and {new} of {answer}");
            }
        }
    }

    #[test]
    fn what_would_mean_something_else_stays() {
        for (schema, keyword) in [
            (json!({"const": {"a": 1}}), "const"),
            (json!({"type": "string", "minLength": 1}), "minLength"),
            (json!({"type": "number", "exclusiveMinimum": 3}), "exclusiveMinimum"),
            (json!({"type": "integer", "exclusiveMinimum": 3, "minimum": 9}), "exclusiveMinimum"),
            (json!({"type": "integer", "exclusiveMinimum": i64::MAX}), "exclusiveMinimum"),
            (json!({"type": "number", "multipleOf": 1}), "multipleOf"),
            (json!({"oneOf": [{"type": "number"}, {"type": "integer"}]}), "oneOf"),
            (json!({"oneOf": [{"type": "string"}, {"minLength": 1}]}), "oneOf"),
            (json!({"oneOf": [{"type": "string"}, {"type": "null"}], "anyOf": [true]}), "oneOf"),
            (kinds(["a", "a"]), "oneOf"),
            (json!({"allOf": [{"$ref": "#"}, {"minLength": 1}]}), "allOf"),
        ] {
            assert_eq!(applied(&schema, keyword, false), None, "{schema}");
        }
        let beside = json!({"allOf": [{"$ref": "#/definitions/s"}], "minLength": 2});
        assert_eq!(applied(&beside, "allOf", true), None, "draft 7 would not read `minLength`");
    }
}
