//! The laws that every lowering keeps, over schemas that nobody wrote by hand.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::lift;
use super::tests::{NAMES, lowered};
use crate::provider::subset::subset;

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "string", "minLength": 1, "pattern": "^a", "format": "uri"})),
        Just(json!({"type": "integer", "minimum": 1, "exclusiveMaximum": 7, "multipleOf": 2})),
        Just(json!({"type": "number", "maximum": 3, "description": "Size", "title": "S"})),
        Just(json!({"type": ["boolean", "null"]})),
        Just(json!({"enum": ["a", "b", null]})),
        Just(json!({"enum": [true, 2]})),
        Just(json!({"const": "k"})),
        Just(json!({"const": false})),
        Just(json!({"$ref": "#/$defs/x"})),
        Just(json!({"$ref": "#/$defs/x", "description": "Beside"})),
        Just(json!({"allOf": [{"$ref": "#/$defs/x"}], "description": "One"})),
    ]
}

fn object(members: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let member = (prop::sample::select(vec!["a", "b", "c", "d"]), members, any::<bool>());
    prop::collection::vec(member, 1..4).prop_map(|members| {
        let mut properties = Map::new();
        let mut required: Vec<Value> = Vec::new();
        for (name, schema, is_required) in members {
            if properties.insert(name.to_owned(), schema).is_none() && is_required {
                required.push(name.into());
            }
        }
        json!({"type": "object", "properties": properties, "required": required})
    })
}

fn schema() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 20, 4, |inner| {
        let pair = prop::collection::vec(inner.clone(), 1..3);
        prop_oneof![
            object(inner.clone()),
            inner.prop_map(|items| json!({"type": "array", "items": items, "minItems": 2})),
            pair.clone().prop_map(|any| json!({"anyOf": any, "description": "Or"})),
            pair.prop_map(|one| json!({"oneOf": one})),
        ]
    })
}

fn document() -> impl Strategy<Value = Value> {
    (
        object(schema()),
        object(leaf().prop_filter("no cycle", |leaf| !leaf.to_string().contains("$ref"))),
    )
        .prop_map(|(mut root, x)| {
            root["$defs"] = json!({"x": x});
            root
        })
}

/// Every schema inside a schema, and itself.
fn schemas<'a>(schema: &'a Value, all: &mut Vec<&'a Map<String, Value>>) {
    let Some(map) = schema.as_object() else { return };
    all.push(map);
    for (name, value) in map {
        match (name.as_str(), value) {
            ("properties" | "$defs", Value::Object(map)) => {
                for schema in map.values() {
                    schemas(schema, all);
                }
            }
            ("anyOf" | "prefixItems", Value::Array(list)) => {
                for schema in list {
                    schemas(schema, all);
                }
            }
            ("items" | "additionalProperties", value) => schemas(value, all),
            _ => {}
        }
    }
}

/// A value that a lowered schema allows, chosen by a seed.
fn sample(schema: &Value, root: &Value, seed: &mut u64) -> Value {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    let pick = |count: usize, seed: u64| usize::try_from(seed >> 33).unwrap() % count;
    if let Some(reference) = schema["$ref"].as_str() {
        return sample(root.pointer(&reference[1..]).unwrap(), root, seed);
    }
    if let Some(branches) = schema["anyOf"].as_array() {
        return sample(&branches[pick(branches.len(), *seed)], root, seed);
    }
    if let Some(values) = schema["enum"].as_array() {
        return values[pick(values.len(), *seed)].clone();
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    let name = match &schema["type"] {
        Value::Array(names) => names[pick(names.len(), *seed)].as_str().unwrap(),
        name => name.as_str().unwrap(),
    };
    match name {
        "object" => {
            let properties = schema["properties"].as_object().unwrap().iter();
            Value::Object(properties.map(|(k, v)| (k.clone(), sample(v, root, seed))).collect())
        }
        "array" => (0..2).map(|_| sample(&schema["items"], root, seed)).collect(),
        "integer" => json!(2),
        "number" => json!(1.5),
        "boolean" => json!(seed.is_multiple_of(2)),
        "null" => Value::Null,
        _ => json!("aa"),
    }
}

/// The schema without the keywords that no type carries: what a strict server cannot enforce.
fn loosened(schema: &Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for name in [
                    "minLength",
                    "pattern",
                    "format",
                    "minimum",
                    "exclusiveMaximum",
                    "multipleOf",
                    "maximum",
                    "minItems",
                ] {
                    map.remove(name);
                }
                if let Some(one) = map.remove("oneOf") {
                    map.insert("anyOf".to_owned(), one);
                }
                map.values_mut().for_each(walk);
            }
            Value::Array(items) => items.iter_mut().for_each(walk),
            _ => {}
        }
    }
    let mut loosened = schema.clone();
    walk(&mut loosened);
    loosened
}

proptest! {
    #[test]
    fn lowering_is_deterministic_and_twice_equals_once(document in document(), at in 0..NAMES.len()) {
        let once = lowered(NAMES[at], &document);
        prop_assert_eq!(&once, &lowered(NAMES[at], &document));
        let twice = lowered(NAMES[at], &once.document);
        prop_assert_eq!(&twice.document, &once.document);
        prop_assert!(twice.nullable.is_empty());
        prop_assert_eq!(twice.hash, once.hash);
    }

    #[test]
    fn only_keywords_of_the_subset_are_left(document in document(), at in 0..NAMES.len()) {
        let subset = subset(NAMES[at]).unwrap();
        let lowered = lowered(NAMES[at], &document);
        let mut all = Vec::new();
        schemas(&lowered.document, &mut all);
        for map in all {
            for keyword in map.keys() {
                prop_assert!(subset.allows(keyword), "{}", keyword);
            }
            prop_assert!(!map.contains_key("$ref") || map.len() == 1);
            let Some(Value::Object(properties)) = map.get("properties") else { continue };
            if subset.every_property_required {
                let names: Vec<Value> = properties.keys().map(|name| json!(name)).collect();
                prop_assert_eq!(&map["required"], &Value::from(names));
            }
            if subset.closed_objects {
                prop_assert_eq!(&map["additionalProperties"], &json!(false));
            }
        }
    }

    /// Up to the keywords that no server enforces, what a strict server may answer is, once lifted,
    /// valid for the author.
    #[test]
    fn a_lifted_answer_satisfies_the_authors_schema(document in document(), mut seed in any::<u64>()) {
        let document = loosened(&document);
        let lowered = lowered("openai", &document);
        let answer = sample(&lowered.document, &lowered.document, &mut seed);
        let lifted = lift(answer.clone(), &lowered);
        prop_assert!(jsonschema::is_valid(&document, &lifted), "{} from {}", lifted, answer);
        prop_assert_eq!(lift(lifted.clone(), &lowered), lifted);
    }
}
