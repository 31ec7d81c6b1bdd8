//! What the lowering writes where it could shut out what the author allows, by example.

use serde_json::{Value, json};

use super::tests::{NAMES, lowered, property, refused};
use super::{Note, lower};
use crate::provider::subset::subset;

/// An object with these keywords as the one property.
fn inner(name: &str, keywords: &Value) -> Value {
    let mut schema = json!({"type": "object"});
    schema.as_object_mut().unwrap().extend(keywords.as_object().unwrap().clone());
    property(name, &schema)
}

#[test]
fn an_open_object_takes_what_its_patterns_take_and_a_closed_dialect_refuses_it() {
    let rates = json!({"additionalProperties": false, "patternProperties": {
        "^[a-z]+$": {"type": "number"}, "^_": {"type": "string"}, "^no": false}});
    for open in ["gemini", "xai", "llama-cpp", "xgrammar"] {
        let want = json!({"anyOf": [{"type": "number"}, {"type": "string"}]});
        assert_eq!(inner(open, &rates)["additionalProperties"], want, "{open}");
    }
    for closed in ["openai", "azure", "anthropic", "groq", "deepseek", "common"] {
        let document = json!({"type": "object", "properties": {"m": rates}, "required": ["m"]});
        assert!(refused(closed, &document).contains("any members"), "{closed}");
    }
}

#[test]
fn members_that_are_named_under_a_condition_may_stand_in_the_answer() {
    let schema = json!({
        "type": "object", "required": ["way"], "properties": {"way": {"enum": ["post", "mail"]}},
        "allOf": [
            {"if": {"properties": {"way": {"const": "post"}}},
                "then": {"required": ["street"], "properties": {"street": {"type": "string"}}}},
            {"if": {"properties": {"way": {"const": "mail"}}},
                "then": {"required": ["address"], "properties": {"address": {"$ref": "#/$defs/mail"}}},
                "else": {"properties": {"address": false}}}
        ],
        "dependentSchemas": {"street": {"properties": {"town": {"type": "string"}}}},
        "$defs": {"mail": {"type": "string", "format": "email"}}
    });
    for name in NAMES {
        let lowered = lowered(name, &schema);
        let properties = lowered.document["properties"].as_object().unwrap();
        let names: Vec<_> = properties.keys().map(String::as_str).collect();
        assert_eq!(names, ["way", "town", "street", "address"], "{name}");
        for member in ["town", "street", "address"] {
            let says_so = |note: &Note| note.what.contains(&format!("`{member}`"));
            assert!(lowered.notes.iter().any(says_so), "{name} {member}");
        }
        assert!(
            !lowered.document.to_string().contains("$defs/mail\\\""),
            "words name what is not sent"
        );
    }
    let closed = json!({"type": "object", "properties": {"way": {"type": "string"}},
        "additionalProperties": false, "then": {"properties": {"street": {"type": "string"}}}});
    assert_eq!(lowered("openai", &closed).document["properties"].as_object().unwrap().len(), 1);
}

#[test]
fn a_member_that_must_be_there_and_cannot_is_an_error() {
    let open =
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["b"]});
    let mut closed = open.clone();
    closed["additionalProperties"] = json!(false);
    let either = json!({"type": "object", "properties": {"a": {"type": "string"}},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
    for name in NAMES {
        let is_closing = subset(name).unwrap().closed_objects;
        assert!(refused(name, &closed).contains("`required` names `b`"), "{name}");
        for schema in [&open, &either] {
            let outcome = lower(schema, subset(name).unwrap());
            assert_eq!(outcome.is_err(), is_closing, "{name} {outcome:?}");
        }
    }
}

#[test]
fn references_are_followed_however_they_are_written() {
    let document = json!({
        "$id": "https://schemas.example/trip.json", "type": "object",
        "required": ["a", "b", "c"],
        "properties": {
            "a": {"$ref": "#/$defs/List%3CStop%3E"}, "b": {"$ref": "#stop"},
            "c": {"$ref": "https://schemas.example/trip.json#/$defs/stop"}
        },
        "$defs": {
            "List<Stop>": {"type": "array", "items": {"$ref": "#/$defs/stop"}},
            "stop": {"$anchor": "stop", "type": "string"}
        }
    });
    insta::assert_snapshot!(lowered("openai", &document).document, @r##"{"type":"object","additionalProperties":false,"properties":{"a":{"$ref":"#/$defs/List_Stop_"},"b":{"$ref":"#/$defs/stop"},"c":{"$ref":"#/$defs/stop"}},"required":["a","b","c"],"$defs":{"List_Stop_":{"type":"array","items":{"$ref":"#/$defs/stop"}},"stop":{"type":"string"}}}"##);
    let old = json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
        "properties": {"a": {"$ref": "#/definitions/a", "maxLength": 1}},
        "definitions": {"a": {"type": "string"}}});
    let sent = lowered("xgrammar", &old).document;
    assert_eq!(
        sent["properties"]["a"],
        json!({"$ref": "#/$defs/a"}),
        "read by no reader of draft 7"
    );
}

#[test]
fn a_list_that_ends_with_its_tuple_has_so_many_items_at_most() {
    let pair = json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}],
        "items": false, "minItems": 1});
    for name in ["openai", "gemini", "xgrammar", "llama-cpp"] {
        assert_eq!(property(name, &pair)["maxItems"], json!(2), "{name}");
    }
    for name in ["anthropic", "groq"] {
        let said = property(name, &pair)["description"].as_str().unwrap().to_owned();
        assert!(said.contains("maxItems 2"), "{name}: {said}");
    }
}

#[test]
fn keywords_of_other_tools_and_annotations_are_not_sent() {
    let text = json!({"type": "string", "title": "T", "examples": ["e"], "x-owner": "team",
        "errorMessage": "no", "markdownDescription": "m", "nullable": false, "minLength": 1});
    for name in NAMES {
        let sent = property(name, &text).to_string();
        for word in ["x-owner", "errorMessage", "examples", "markdown", "nullable", "title"] {
            assert!(!sent.contains(word), "{name}: {sent}");
        }
        assert!(sent.contains("minLength"), "{name}: {sent}");
    }
}

#[test]
fn the_root_says_that_it_is_an_object() {
    let untyped = json!({"properties": {"a": {"type": "string"}}, "required": ["a"]});
    for name in ["anthropic", "openai", "azure", "groq", "arguments"] {
        let lowered = lowered(name, &untyped);
        assert_eq!(lowered.document["type"], json!("object"), "{name}");
        assert!(lowered.notes.iter().any(|note| note.keyword == "type"), "{name}");
    }
}
