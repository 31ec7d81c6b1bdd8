//! The JSON Schema of `promptmatrix.toml`, for editors: the table of keys in another notation.

use serde_json::{Map, Value, json};

use super::keys::CONFIG;
use super::shape::{Key, Need, Shape};

/// The JSON Schema (draft 2020-12) of `promptmatrix.toml`.
pub fn config_schema() -> Value {
    let mut schema = of(CONFIG);
    if let Some(members) = schema.as_object_mut() {
        members.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        members.insert("title".to_owned(), json!("promptmatrix.toml"));
    }
    schema
}

fn of(shape: Shape) -> Value {
    match shape {
        Shape::Flag => json!({"type": "boolean"}),
        Shape::Number(from, f64::MAX) => json!({"type": "number", "minimum": from}),
        Shape::Number(from, to) => json!({"type": "number", "minimum": from, "maximum": to}),
        Shape::Integer(i64::MIN, _) => json!({"type": "integer"}),
        Shape::Integer(from, to) => json!({"type": "integer", "minimum": from, "maximum": to}),
        Shape::Text(grammar) => match grammar.pattern {
            Some(pattern) => json!({"type": "string", "pattern": pattern}),
            None => json!({"type": "string"}),
        },
        Shape::Word(words) => json!({"enum": words()}),
        Shape::List(item) => json!({"type": "array", "items": of(*item)}),
        Shape::Map(key, value) => {
            json!({"type": "object", "propertyNames": of(*key), "additionalProperties": of(*value)})
        }
        Shape::Table(groups) => table(groups),
        Shape::Either(one, other) => json!({"anyOf": [of(*one), of(*other)]}),
        Shape::Any => json!(true),
    }
}

fn table(groups: &'static [&'static [Key]]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in groups.iter().copied().flatten() {
        let mut schema = of(key.shape);
        if let Some(members) = schema.as_object_mut() {
            members.insert("description".to_owned(), json!(key.about));
        }
        properties.insert(key.name.to_owned(), schema);
        if key.need == Need::Required {
            required.push(key.name);
        }
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_a_schema_and_knows_a_wrong_key() {
        let schema = config_schema();
        jsonschema::meta::validate(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(validator.is_valid(&json!({"version": 1, "run": {"timeout": "60s"}})));
        assert!(!validator.is_valid(&json!({"version": 1, "run": {"timeout": "60"}})));
        assert!(!validator.is_valid(&json!({"version": 1, "runs": {}})));
        assert!(!validator.is_valid(&json!({})));
    }
}
