//! What the lowering writes, by example.

use serde_json::{Map, Value, json};

use super::*;
use crate::provider::subset::subset;

pub(super) const NAMES: [&str; 11] = [
    "common",
    "common-inline",
    "openai",
    "azure",
    "anthropic",
    "gemini",
    "groq",
    "deepseek",
    "xai",
    "llama-cpp",
    "xgrammar",
];

pub(super) fn lowered(name: &str, document: &Value) -> Lowered {
    lower(document, subset(name).unwrap()).unwrap()
}

/// The lowered form of a property of an object.
pub(super) fn property(name: &str, schema: &Value) -> Value {
    let document = json!({"type": "object", "properties": {"p": schema}, "required": ["p"]});
    lowered(name, &document).document["properties"]["p"].take()
}

pub(super) fn refused(name: &str, document: &Value) -> String {
    lower(document, subset(name).unwrap()).unwrap_err().to_string()
}

#[test]
fn what_a_server_does_not_take_is_said_in_words_and_noted() {
    let document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Ticket",
        "type": "object", "required": ["n"], "additionalProperties": false,
        "properties": {"n": {"type": "integer", "minimum": 0, "maximum": 9, "description": "Rank"}}
    });
    let lowered = lowered("anthropic", &document);
    insta::assert_snapshot!(lowered.document, @r#"{"type":"object","additionalProperties":false,"properties":{"n":{"type":"integer","description":"Rank (minimum 0; maximum 9)"}},"required":["n"]}"#);
    let notes: Vec<_> = lowered
        .notes
        .iter()
        .map(|note| format!("{} {}: {}", note.pointer, note.keyword, note.what))
        .collect();
    insta::assert_snapshot!(notes.join("\n"), @"
    /properties/n maximum: moved into the description
    /properties/n minimum: moved into the description
    ");
}

#[test]
fn each_server_keeps_what_it_takes() {
    let text = json!({"type": "string", "pattern": "^a+$", "format": "uri", "minLength": 2});
    let list =
        json!({"type": "array", "items": {"type": "string"}, "minItems": 3, "maxItems": 300});
    let lines =
        NAMES.map(|name| format!("{name}: {} {}", property(name, &text), property(name, &list)));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    common: {"type":"string","description":"(pattern ^a+$; format uri; minLength 2)"} {"type":"array","items":{"type":"string"},"description":"(minItems 3; maxItems 300)"}
    common-inline: {"type":"string","description":"(pattern ^a+$; format uri; minLength 2)"} {"type":"array","items":{"type":"string"},"description":"(minItems 3; maxItems 300)"}
    openai: {"type":"string","pattern":"^a+$","description":"(format uri; minLength 2)"} {"type":"array","items":{"type":"string"},"minItems":3,"maxItems":300}
    azure: {"type":"string","description":"(pattern ^a+$; format uri; minLength 2)"} {"type":"array","items":{"type":"string"},"description":"(minItems 3; maxItems 300)"}
    anthropic: {"type":"string","pattern":"^a+$","format":"uri","description":"(minLength 2)"} {"type":"array","items":{"type":"string"},"minItems":1,"description":"(minItems 3; maxItems 300)"}
    gemini: {"type":"string","description":"(pattern ^a+$; format uri; minLength 2)"} {"type":"array","items":{"type":"string"},"minItems":3,"maxItems":300}
    groq: {"type":"string","description":"(pattern ^a+$; format uri; minLength 2)"} {"type":"array","items":{"type":"string"},"description":"(minItems 3; maxItems 300)"}
    deepseek: {"type":"string","description":"(pattern ^a+$; format uri; minLength 2)"} {"type":"array","items":{"type":"string"},"description":"(minItems 3; maxItems 300)"}
    xai: {"type":"string","pattern":"^a+$","format":"uri","minLength":2} {"type":"array","items":{"type":"string"},"minItems":3,"description":"(maxItems 300)"}
    llama-cpp: {"type":"string","pattern":"^a+$","minLength":2,"description":"(format uri)"} {"type":"array","items":{"type":"string"},"minItems":3,"maxItems":300}
    xgrammar: {"type":"string","pattern":"^a+$","format":"uri","description":"(minLength 2)"} {"type":"array","items":{"type":"string"},"minItems":3,"maxItems":300}
    "#);
}

#[test]
fn an_optional_property_becomes_nullable_in_every_shape() {
    let document = json!({
        "type": "object", "required": ["k"],
        "properties": {
            "k": {"type": "string"}, "a": {"type": "string"}, "b": {"enum": ["x", "y"]},
            "c": {"const": 1}, "d": {"$ref": "#/$defs/d"},
            "e": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            "f": {"type": ["integer", "null"]}
        },
        "$defs": {"d": {"type": "boolean"}}
    });
    let lowered = lowered("openai", &document);
    let properties = lowered.document["properties"].as_object().unwrap();
    let lines: Vec<_> = properties.iter().map(|(name, p)| format!("{name}: {p}")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r##"
    k: {"type":"string"}
    a: {"type":["string","null"]}
    b: {"enum":["x","y",null],"type":["string","null"]}
    c: {"type":["integer","null"],"enum":[1,null]}
    d: {"anyOf":[{"$ref":"#/$defs/d"},{"type":"null"}]}
    e: {"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]}
    f: {"type":["integer","null"]}
    "##);
    let nullable: Vec<_> = lowered.nullable.iter().map(Pointer::as_str).collect();
    assert_eq!(
        nullable,
        ["/properties/a", "/properties/b", "/properties/c", "/properties/d", "/properties/e"]
    );
    let answer = json!({"k": "v", "a": null, "b": null, "c": 1, "d": null, "e": null, "f": null});
    assert_eq!(lift(answer, &lowered), json!({"k": "v", "c": 1, "f": null}));
}

#[test]
fn nulls_are_taken_away_at_every_depth_but_only_where_they_were_put() {
    let node = json!({
        "type": "object", "required": ["v"],
        "properties": {"v": {"type": "string"}, "next": {"$ref": "#/$defs/node"},
            "list": {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}}}
    });
    let document = json!({"$ref": "#/$defs/node", "$defs": {"node": node}});
    let lowered = lowered("openai", &document);
    let leaf = json!({"v": "b", "next": null, "list": null});
    let answer = json!({"v": "a", "next": leaf, "list": [leaf, null]});
    let want = json!({"v": "a", "next": {"v": "b"}, "list": [{"v": "b"}, null]});
    assert_eq!(lift(answer, &lowered), want);
}

#[test]
fn a_union_is_lifted_by_the_branch_that_the_value_belongs_to() {
    let document = json!({"type": "object", "required": ["u"], "properties": {"u": {"anyOf": [
        {"type": "object", "required": ["kind"],
            "properties": {"kind": {"const": "a"}, "x": {"type": "string"}}},
        {"type": "object", "required": ["kind", "x"],
            "properties": {"kind": {"const": "b"}, "x": {"type": "null"}}}
    ]}}});
    let lowered = lowered("openai", &document);
    let lifted = |kind: &str| lift(json!({"u": {"kind": kind, "x": null}}), &lowered);
    assert_eq!(lifted("a"), json!({"u": {"kind": "a"}}));
    assert_eq!(lifted("b"), json!({"u": {"kind": "b", "x": null}}));
}

#[test]
fn old_drafts_are_said_in_the_new_words() {
    let document = json!({
        "id": "http://example.org/a", "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object", "required": ["n"],
        "properties": {"n": {"$ref": "#/definitions/n"},
            "id": {"type": "integer", "maximum": 5, "exclusiveMaximum": false}},
        "definitions": {"n": {"type": "integer", "minimum": 0, "exclusiveMinimum": true}}
    });
    insta::assert_snapshot!(lowered("openai", &document).document, @r##"{"type":"object","additionalProperties":false,"properties":{"n":{"$ref":"#/$defs/n"},"id":{"type":["integer","null"],"maximum":5}},"required":["n","id"],"$defs":{"n":{"type":"integer","exclusiveMinimum":0}}}"##);
}

#[test]
fn several_schemas_at_once_become_one() {
    let merged = property(
        "openai",
        &json!({
            "description": "Both", "allOf": [
                {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
                {"type": "object", "properties": {"b": {"type": "number"}, "a": {"minLength": 1}}, "required": ["b"]}
            ]
        }),
    );
    insta::assert_snapshot!(merged, @r#"{"description":"Both","type":"object","properties":{"a":{"type":"string","description":"(minLength 1)"},"b":{"type":"number"}},"additionalProperties":false,"required":["a","b"]}"#);
    let beside = property(
        "gemini",
        &json!({
            "type": "object", "properties": {"a": {"type": "string"}},
            "oneOf": [{"properties": {"b": {"type": "number"}}}, {"properties": {"c": {"type": "number"}}}]
        }),
    );
    insta::assert_snapshot!(beside, @r#"{"anyOf":[{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"number"}}},{"type":"object","properties":{"a":{"type":"string"},"c":{"type":"number"}}}]}"#);
}

#[test]
fn a_list_of_values_fits_what_the_server_lists() {
    insta::assert_snapshot!(property("gemini", &json!({"const": "a"})), @r#"{"type":"string","enum":["a"]}"#);
    insta::assert_snapshot!(property("gemini", &json!({"enum": ["a", 1, null]})), @r#"{"anyOf":[{"type":["string","integer"],"enum":["a",1]},{"type":"null"}]}"#);
    insta::assert_snapshot!(property("gemini", &json!({"const": true})), @r#"{"type":"boolean","description":"(const [true])"}"#);
    insta::assert_snapshot!(property("gemini", &json!({"enum": [true, false]})), @r#"{"type":"boolean"}"#);
    insta::assert_snapshot!(property("openai", &json!({"enum": ["a", null]})), @r#"{"enum":["a",null],"type":["string","null"]}"#);
}

#[test]
fn a_tuple_becomes_a_list_of_any_of_its_places() {
    let point = json!({"type": "array", "items": [{"type": "number"}, {"type": "string"}]});
    assert_eq!(property("gemini", &point)["prefixItems"], point["items"]);
    insta::assert_snapshot!(property("openai", &point), @r#"{"type":"array","items":{"anyOf":[{"type":"number"},{"type":"string"}]},"description":"(prefixItems [{\"type\":\"number\"},{\"type\":\"string\"}])"}"#);
}

#[test]
fn a_schema_above_a_limit_of_the_server_is_noted() {
    let properties: Map<String, Value> =
        (0..25).map(|n| (format!("p{n}"), json!({"type": "string"}))).collect();
    let document = json!({"type": "object", "properties": properties});
    let want = "25 optional properties, where the server is known to take 24";
    assert_eq!(lowered("anthropic", &document).exceeded, [want]);
    assert!(lowered("gemini", &document).exceeded.is_empty());
    let zones: Vec<String> = (0..300).map(|n| format!("{n:060}")).collect();
    let branch = |name: &str| json!({"type": "object", "properties": {"kind": {"type": "string"}, name: {"type": "string"}}});
    let document = json!({"type": "object", "properties": {
        "zone": {"enum": zones}, "any": {"anyOf": [branch("a"), branch("b")]}}});
    insta::assert_snapshot!(lowered("openai", &document).exceeded.join("\n"), @"
    18000 characters in one `enum` of more than 250 texts, where the server is known to take 15000
    1 unions of objects with the same first property, where the server is known to take 0
    ");
}

#[test]
fn references_are_put_in_place_where_none_are_taken() {
    let document = json!({"type": "object", "required": ["p"],
        "properties": {"p": {"$ref": "#/$defs/p"}}, "$defs": {"p": {"type": "string"}}});
    let lowered = lowered("common-inline", &document);
    assert_eq!(lowered.document["properties"]["p"], json!({"type": "string"}));
    assert_eq!(lowered.document.get("$defs"), None);
}

#[test]
fn what_cannot_be_said_is_an_error_with_its_fix() {
    let node = json!({"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}});
    let tree = json!({"$ref": "#/$defs/node", "$defs": {"node": node}});
    let own = json!({"type": "object", "properties": {"next": {"$ref": "#"}}});
    let map = json!({"type": "object", "properties": {"m": {"type": "object", "additionalProperties": {"type": "number"}}}});
    let any = json!({"type": "object", "properties": {"m": {}}});
    let far = json!({"type": "object", "properties": {"m": {"$ref": "http://example.org/a"}}});
    let union = json!({"anyOf": [{"type": "object", "properties": {"a": {"type": "null"}}}, {"type": "string"}]});
    let errors = [
        refused("anthropic", &tree),
        refused("common", &own),
        refused("openai", &map),
        refused("openai", &any),
        refused("gemini", &far),
        refused("openai", &union),
    ];
    insta::assert_snapshot!(errors.join("\n"), @"
    `/$defs/node`: `#/$defs/node` refers to itself, which this server does not take; unroll it to the depth you need
    ``: `#` refers to itself, which this server does not take; unroll it to the depth you need
    `/properties/m`: an object of any members, where this server wants every member listed; list its properties
    `/properties/m`: this allows any value, and the server wants a type; add `type`
    `/properties/m`: `$ref` to `http://example.org/a`, which is not in this schema; write it as `#/$defs/NAME`
    ``: the root is not one object schema; make the root one object with the value as a property
    ");
}

#[test]
fn references_that_multiply_end_in_an_error() {
    let mut defs = Map::new();
    for n in 0..30 {
        let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
        let double = json!({"type": "object", "properties": {"a": next, "b": next}});
        defs.insert(format!("d{n}"), double);
    }
    defs.insert("d30".to_owned(), json!({"type": "string"}));
    let document = json!({"$ref": "#/$defs/d0", "$defs": defs});
    assert!(refused("deepseek", &document).contains("too large"));
}

#[test]
fn tools_are_one_schema_of_a_name_and_its_arguments() {
    let parameters = json!({"type": "object", "properties": {"p": {"$ref": "#/$defs/p"}},
        "$defs": {"p": {"type": "object", "properties": {"q": {"type": "string"}}}}});
    let one = lowered("openai", &parameters);
    let two = lowered(
        "openai",
        &json!({"type": "object", "properties": {"p": {"type": ["object", "null"],
        "properties": {"q": {"type": ["string", "null"]}}, "required": ["q"]}}}),
    );
    let tools =
        Lowered::of_tools(vec![("one".to_owned(), one), ("two".to_owned(), two)], Calls::ONE);
    let call = |tool: &str| json!({"tool": tool, "arguments": {"p": {"q": null}}});
    assert_eq!(lift(call("one"), &tools), json!({"tool": "one", "arguments": {"p": {}}}));
    assert_eq!(lift(call("two"), &tools), call("two"));
}
