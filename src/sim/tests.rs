//! The simulator as a whole: requests as providers' clients write them, in; bytes, out.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::World;
use crate::domain::{Channel, HttpRequest, HttpResponse};

fn request(path: &str, body: Value) -> HttpRequest {
    HttpRequest {
        channel: Channel::Demo,
        url: format!("http://demo.invalid{path}"),
        headers: Vec::new(),
        body,
    }
}

fn chat(model: &str, user: &str, format: &Value) -> HttpRequest {
    let messages = json!([{"role": "system", "content": "Sort. Answer in JSON."},
        {"role": "user", "content": user}]);
    let body = json!({"model": model, "messages": messages, "response_format": format});
    request("/v1/chat/completions", body)
}

fn schema_format(schema: &Value) -> Value {
    json!({"type": "json_schema", "json_schema": {"name": "x", "strict": true, "schema": schema}})
}

fn body(response: &HttpResponse) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

fn content(response: &HttpResponse) -> Value {
    let body = body(response);
    let text = body.pointer("/choices/0/message/content").and_then(Value::as_str).unwrap();
    serde_json::from_str(text).unwrap()
}

const WORLD: &str = r#"
seed = 3
[alias]
floating = "m-2"
[[version]]
id = "m-1"
[[version]]
id = "m-2"
quirks = [{ kind = "enum-shifted", pointer = "/category", to = { billing = "account" } }]
[[version]]
id = "m-noisy"
quirks = [{ kind = "fenced", rate = 0.5 }]
[[answer]]
when = "charged twice"
value = { category = "billing" }
"#;

fn triage() -> Value {
    json!({"type": "object", "properties": {"category": {"enum": ["billing", "account"]}},
        "required": ["category"]})
}

#[test]
fn a_scripted_answer_is_bent_by_the_version_that_serves_the_alias() {
    let world = World::parse(WORLD).unwrap();
    let ask =
        |model| world.answer(&chat(model, "I was charged twice", &schema_format(&triage())), 0);
    assert_eq!(content(&ask("m-1")), json!({"category": "billing"}));
    assert_eq!(content(&ask("floating")), json!({"category": "account"}));
    assert_eq!(body(&ask("floating"))["model"], "m-2");
}

#[test]
fn an_unknown_model_is_refused_in_the_words_of_each_provider() {
    let world = World::builtin();
    let messages = json!([{"role": "user", "content": "x"}]);
    for (path, body, pointer, says) in [
        (
            "/v1/chat/completions",
            json!({"model": "no", "messages": messages}),
            "/error/code",
            "model_not_found",
        ),
        ("/v1/responses", json!({"model": "no", "input": "x"}), "/error/code", "model_not_found"),
        (
            "/v1/messages",
            json!({"model": "no", "max_tokens": 9, "messages": messages}),
            "/error/type",
            "not_found_error",
        ),
        (
            "/v1beta/models/no:generateContent",
            json!({"contents": [{"parts": []}]}),
            "/error/status",
            "NOT_FOUND",
        ),
        (
            "/api/chat",
            json!({"model": "no", "stream": false, "messages": messages}),
            "/error",
            "model 'no' not found",
        ),
    ] {
        let response = world.answer(&request(path, body), 0);
        assert_eq!(response.status, 404, "{path}");
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(body.pointer(pointer).unwrap(), says, "{path}");
    }
}

#[test]
fn noise_differs_between_draws_and_nothing_else_does() {
    let world = World::parse(WORLD).unwrap();
    let noisy = chat("m-noisy", "I was charged twice", &schema_format(&triage()));
    let steady = chat("m-2", "I was charged twice", &schema_format(&triage()));
    let mut answers: Vec<_> = (0..20).map(|draw| world.answer(&noisy, draw).body).collect();
    answers.sort();
    answers.dedup();
    assert_eq!(answers.len(), 2);
    assert!((1..20).all(|draw| world.answer(&steady, draw) == world.answer(&steady, 0)));
}

#[test]
fn an_answer_longer_than_the_limit_is_cut_there() {
    let world = World::parse(WORLD).unwrap();
    let mut short = chat("m-1", "I was charged twice", &schema_format(&triage()));
    short.body["max_completion_tokens"] = json!(3);
    let body = body(&world.answer(&short, 0));
    assert_eq!(body["choices"][0]["finish_reason"], "length");
    assert_eq!(body["choices"][0]["message"]["content"], "{\"category\":");
}

#[test]
fn a_schema_that_contains_itself_has_a_finite_answer() {
    let list = json!({"type": "object", "required": ["value", "next"], "properties": {
        "value": {"type": "integer"}, "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}});
    let sum = json!({"$ref": "#/$defs/term", "$defs": {"term": {"anyOf": [
        {"type": "object", "required": ["left", "right"], "properties": {
            "left": {"$ref": "#/$defs/term"}, "right": {"$ref": "#/$defs/term"}}},
        {"type": "number"}]}}});
    for schema in [list, sum] {
        let validator = jsonschema::validator_for(&schema).unwrap();
        for user in ["a", "b", "c", "d"] {
            let request = chat("demo-v1", user, &schema_format(&schema));
            let answer = content(&World::builtin().answer(&request, 0));
            assert!(validator.is_valid(&answer), "{answer}");
        }
    }
    let endless = json!({"type": "object", "required": ["a", "b"],
        "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}});
    let request = chat("demo-v1", "a", &schema_format(&endless));
    assert_eq!(World::builtin().answer(&request, 0).status, 200);
}

/// Schemas of the kind people write, two or three levels deep.
fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "boolean"})),
        Just(json!({"enum": ["low", "normal", "urgent"]})),
        Just(json!({"const": 7})),
        Just(json!({"type": ["string", "null"], "format": "date"})),
        Just(json!({"type": "string", "format": "date-time"})),
        Just(json!({"type": "string", "pattern": "^[A-Z]{2}-\\d{4,6}(/[a-z]+)?$"})),
        Just(json!({"$ref": "#/$defs/money"})),
        (0_i64..50, 0_i64..50).prop_map(|(low, more)| {
            json!({"type": "integer", "minimum": low, "maximum": low + more})
        }),
        (0_u32..9, 0_u32..90).prop_map(|(low, more)| {
            json!({"type": "string", "minLength": low, "maxLength": low + more})
        }),
        (0_u32..100, 1_u32..100).prop_map(|(low, more)| {
            json!({"type": "number", "exclusiveMinimum": low, "maximum": low + more})
        }),
        Just(json!({"type": "number", "multipleOf": 0.25, "minimum": 0.1})),
        Just(json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.01})),
        (-9_i64..9, 2_i64..9).prop_map(|(low, more)| {
            json!({"type": "integer", "exclusiveMinimum": low, "exclusiveMaximum": low + more})
        }),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), 0_u32..4, 0_u32..3).prop_map(|(items, least, more)| json!({
                "type": "array", "items": items, "minItems": least, "maxItems": least + more
            })),
            (inner.clone(), inner.clone()).prop_map(|(one, two)| json!({"anyOf": [one, two]})),
            (inner.clone(), inner).prop_map(|(one, two)| json!({
                "type": "object", "properties": {"one": one, "two": two},
                "required": ["one"], "additionalProperties": false
            })),
        ]
    })
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("type"),
        Just("messages"),
        Just("model"),
        Just("$ref"),
        Just("items"),
        Just("system"),
        Just("content"),
        Just("role"),
        Just("tools"),
        Just("format"),
        Just("parts"),
        Just("x/~")
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("#/type")),
        Just(json!("user")),
        Just(json!("m-all")),
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(word.clone(), inner, 0..4).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, v)| (name.to_owned(), v)).collect())
            }),
        ]
    })
}

/// A world whose one version has every quirk there is, now and then.
fn world_of_all_quirks() -> World {
    let quirks: Vec<String> = super::QUIRKS
        .iter()
        .map(|row| format!("{{ kind = \"{}\", rate = 0.2 }}", row.id))
        .collect();
    let quirks = quirks.join(",\n");
    World::parse(&format!("[[version]]\nid = \"m-all\"\nquirks = [{quirks}]")).unwrap()
}

proptest! {
    #[test]
    fn a_generated_answer_satisfies_its_schema(schema in schemas(), user in "[a-z ]{0,40}") {
        let whole = json!({
            "type": "object", "properties": {"value": schema}, "required": ["value"],
            "$defs": {"money": {"type": "object", "required": ["amount", "currency"],
                "properties": {"amount": {"type": "number"}, "currency": {"enum": ["EUR", "USD"]}}}}
        });
        let world = World::builtin();
        let answer = content(&world.answer(&chat("demo-v1", &user, &schema_format(&whole)), 0));
        let validator = jsonschema::options().should_validate_formats(true).build(&whole).unwrap();
        let errors: Vec<_> = validator.iter_errors(&answer).map(|e| e.to_string()).collect();
        prop_assert!(errors.is_empty(), "{errors:?}\n{answer}\n{whole}");
    }

    #[test]
    fn no_request_makes_it_panic_and_equal_requests_get_equal_bytes(
        parts in (any_json(), any_json(), any_json()), draw in 0_u64..50, wire in 0_usize..6,
    ) {
        let world = world_of_all_quirks();
        let paths = ["/v1/chat/completions", "/v1/responses", "/v1/messages",
            "/v1beta/models/m-all:generateContent", "/api/chat", "/else"];
        let message = json!({"role": "user", "content": parts.0});
        let body = json!({
            "model": "m-all", "max_tokens": 50, "stream": false, "messages": [message],
            "input": "x", "contents": [{"parts": [{"text": "x"}]}],
            "response_format": schema_format(&parts.1), "text": {"format": parts.1},
            "output_config": {"format": {"schema": parts.1}}, "format": parts.1,
            "generationConfig": {"responseJsonSchema": parts.1}, "tools": parts.2,
        });
        let request = request(paths[wire], body);
        prop_assert_eq!(world.answer(&request, draw), world.answer(&request, draw));
    }

    #[test]
    fn whatever_stands_in_a_body_is_answered(body in any_json(), url in ".{0,20}") {
        let world = world_of_all_quirks();
        for path in ["/chat/completions", "/responses", "/v1/messages", ":generateContent", "/api/chat"] {
            let response = world.answer(&request(&format!("{url}{path}"), body.clone()), 0);
            let text = String::from_utf8(response.body).unwrap();
            prop_assert!(text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
        }
    }
}
