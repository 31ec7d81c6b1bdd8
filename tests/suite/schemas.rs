//! Schemas: several files become one document, and what cannot be used says why and where.

use promptmatrix::domain::Output;
use serde_json::{Value, json};

use crate::fixture::{Files, cell, file, line, marked};

fn document(files: &Files) -> Value {
    let suite = files.suite();
    cell(&suite, "triage/refund@one").output.schema().unwrap().document.clone()
}

fn several_files() -> Files {
    let root = r##"{
  "$id": "https://example.com/triage",
  "properties": {
    "address": {"$ref": "common/address.json"},
    "price": {"$ref": "common/types.json#/$defs/money"},
    "self": {"$ref": "#"},
    "own": {"$ref": "#/$defs/own"},
    "data": {"const": {"$ref": "not a reference"}},
    "$ref": {"type": "string"}
  },
  "$defs": {"own": {"type": "string"}}
}"##;
    let address = r##"{
  "$id": "https://example.com/address",
  "type": "object",
  "properties": {
    "next": {"$ref": "#"},
    "tree": {"$ref": "types.json#node"},
    "back": {"$ref": "../triage.json#/properties/own"}
  },
  "required": ["next"]
}"##;
    let types = r##"{"$defs": {
  "money": {"type": "object", "properties": {"currency": {"$ref": "#/$defs/currency"}}},
  "currency": {"enum": ["EUR"]},
  "tree": {"$anchor": "node", "properties": {"children": {"items": {"$ref": "#/$defs/tree"}}}}
}}"##;
    Files::small()
        .file("schemas/triage.json", root)
        .file("schemas/common/address.json", address)
        .file("schemas/common/types.json", types)
}

#[test]
fn schemas_of_several_files_become_one_document() {
    let document = document(&several_files());
    let definitions = json!({
        "own": {"type": "string"},
        "address": {
            "type": "object",
            "properties": {
                "next": {"$ref": "#/$defs/address"},
                "tree": {"$ref": "#/$defs/types_tree"},
                "back": {"$ref": "#/properties/own"},
            },
            "required": ["next"],
        },
        "types_money": {
            "type": "object",
            "properties": {"currency": {"$ref": "#/$defs/types_currency"}},
        },
        "types_currency": {"enum": ["EUR"]},
        "types_tree": {
            "properties": {"children": {"items": {"$ref": "#/$defs/types_tree"}}},
        },
    });
    assert_eq!(document["$defs"], definitions);
    assert_eq!(document["properties"]["address"], json!({"$ref": "#/$defs/address"}));
    assert_eq!(document["properties"]["data"], json!({"const": {"$ref": "not a reference"}}));
}

#[test]
fn a_bundled_schema_judges_as_its_files_would() {
    let validator = jsonschema::validator_for(&document(&several_files())).unwrap();
    assert!(validator.is_valid(&json!({"price": {"currency": "EUR"}, "own": "x"})));
    assert!(!validator.is_valid(&json!({"price": {"currency": "USD"}})));
    assert!(!validator.is_valid(&json!({"address": {"next": {}}})));
    assert!(!validator.is_valid(&json!({"self": {"own": 1}})));
}

#[test]
fn older_drafts_keep_their_definitions() {
    for draft in ["draft-04", "draft-06", "draft-07"] {
        let root = json!({
            "$schema": format!("http://json-schema.org/{draft}/schema#"),
            "properties": {"a": {"$ref": "b.json#/definitions/x"}},
        });
        let other = json!({"definitions": {"x": {"type": "integer", "minimum": 1}}});
        let files = Files::small()
            .file("schemas/triage.json", root.to_string())
            .file("schemas/b.json", other.to_string());
        let document = document(&files);
        assert_eq!(document["properties"]["a"], json!({"$ref": "#/definitions/b_x"}));
        assert!(!jsonschema::validator_for(&document).unwrap().is_valid(&json!({"a": 0})));
    }
}

#[test]
fn a_schema_that_cannot_be_used_says_why_and_where() {
    let with = |schema: &str| Files::small().file("schemas/triage.json", schema);
    let problem = with("{\n  \"type\": \"object\",\n}").problem("schema::not-json");
    assert_eq!((file(&problem), line(&problem)), ("schemas/triage.json", 3));
    let problem = with(r#"{"properties": {"a": {"pattern": "("}}}"#).problem("schema::invalid");
    assert_eq!(marked(&problem), "\"(\"");
    let problem = with(r#"{"$schema": "https://a.example/own"}"#).problem("schema::unknown-draft");
    assert_eq!(marked(&problem), "\"https://a.example/own\"");
    let problem = with(r##"{"items": {"$ref": "#/$defs/mony"}, "$defs": {"money": {}}}"##)
        .problem("schema::missing-definition");
    assert_eq!(problem.help.as_deref(), Some("did you mean `#/$defs/money`?"));
    let problem = with(r#"{"properties": {"a": {"x-pm-role": "exakt"}}}"#);
    let problem = problem.problem("schema::unknown-role");
    assert_eq!(marked(&problem), "\"exakt\"");
    assert_eq!(problem.help.as_deref(), Some("did you mean \"exact\"?"));
}

#[test]
fn a_mistake_in_a_file_behind_a_reference_is_marked_in_that_file() {
    let draft7 = "http://json-schema.org/draft-07/schema#";
    let draft2020 = "https://json-schema.org/draft/2020-12/schema";
    let files = Files::small()
        .file(
            "schemas/triage.json",
            format!(r#"{{"$schema": "{draft7}", "items": {{"$ref": "b.json"}}}}"#),
        )
        .file("schemas/b.json", format!(r#"{{"$schema": "{draft2020}"}}"#));
    assert_eq!(marked(&files.problem("schema::mixed-drafts")), "\"b.json\"");
    let files = Files::small()
        .file("schemas/triage.json", r#"{"items": {"$ref": "b.json"}}"#)
        .file("schemas/b.json", "{\n\"pattern\": \"[\"}");
    let problem = files.problem("schema::invalid");
    assert_eq!((file(&problem), line(&problem)), ("schemas/b.json", 2));
}

#[test]
fn a_mistake_that_two_prompts_lead_to_is_told_once() {
    let prompt =
        "+++\nschema = \"schemas/triage.json\"\n[[case]]\nname = \"a\"\ninput = \"x\"\n+++\nSort.";
    let files = Files::small()
        .file("schemas/triage.json", r#"{"type": "strng"}"#)
        .file("prompts/other.md", prompt);
    assert_eq!(files.problems().len(), 1);
}

#[test]
fn tools_make_one_schema_of_a_call() {
    let refund = r##"{"type": "object", "properties": {"sum": {"$ref": "money.json"}, "again": {"$ref": "#"}}, "required": ["sum"]}"##;
    let prompt = r#"+++
[[tool]]
name = "refund"
description = "Give money back"
parameters = "schemas/refund.json"
[[tool]]
name = "close"
parameters = "schemas/close.json"
[[case]]
name = "a"
input = "x"
+++
Decide."#;
    let files = Files::small()
        .file("schemas/refund.json", refund)
        .file("schemas/close.json", r#"{"properties": {"sum": {"$ref": "money.json"}}}"#)
        .file("schemas/money.json", r#"{"type": "integer"}"#)
        .file("prompts/triage.md", prompt);
    let suite = files.suite();
    let Output::Tools { tools, schema, .. } = &cell(&suite, "triage/a@one").output else {
        panic!("not a choice of tools");
    };
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["refund", "close"]);
    assert_eq!(schema.file, "prompts/triage.md");
    let validator = jsonschema::validator_for(&schema.document).unwrap();
    let is_valid = |tool: &str, arguments: Value| {
        validator.is_valid(&json!({"tool": tool, "arguments": arguments}))
    };
    assert!(is_valid("refund", json!({"sum": 3, "again": {"sum": 1}})));
    assert!(is_valid("close", json!({})));
    assert!(!is_valid("refund", json!({})));
    assert!(!is_valid("refund", json!({"sum": 1, "again": {}})));
    assert!(!is_valid("other", json!({"sum": 1})));
}

#[test]
fn several_tools_make_one_schema_of_a_list_of_calls() {
    let prompt = |keys: &str| {
        format!(
            "+++\n{keys}\n[[tool]]\nname = \"close\"\nparameters = \"schemas/close.json\"\n\
             [[case]]\nname = \"a\"\ninput = \"x\"\n+++\nDecide."
        )
    };
    let is_valid = |keys: &str, counts: [usize; 3]| {
        let files = Files::small()
            .file("schemas/close.json", r#"{"properties": {"sum": {"type": "integer"}}}"#)
            .file("prompts/triage.md", prompt(keys));
        let suite = files.suite();
        let cell = cell(&suite, "triage/a@one");
        let unordered = cell.compare.unordered.iter().map(ToString::to_string);
        assert_eq!(unordered.collect::<Vec<_>>(), [""]);
        let schema = cell.output.schema().unwrap();
        let validator = jsonschema::validator_for(&schema.document).unwrap();
        let answer = json!({"tool": "close", "arguments": {"sum": 1}});
        assert!(!validator.is_valid(&json!([{"tool": "close", "arguments": {"sum": "1"}}])));
        counts.map(|count| validator.is_valid(&json!(vec![&answer; count])))
    };
    let auto = "tool-choice = \"auto\"";
    assert_eq!(is_valid(auto, [0, 1, 2]), [true, true, false]);
    assert_eq!(is_valid("parallel-tool-calls = true", [0, 1, 2]), [false, true, true]);
    let both = format!("{auto}\nparallel-tool-calls = true");
    assert_eq!(is_valid(&both, [0, 1, 2]), [true, true, true]);
}
