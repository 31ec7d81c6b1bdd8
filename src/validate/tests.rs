//! The wording, the places and the order of violations, for every keyword that has its own.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn validator(document: Value) -> Validator {
    Validator::compile(&Schema::new("test.json", document)).unwrap()
}

fn check(document: Value, value: &Value) -> Vec<String> {
    let line = |v: &Violation| format!("{} {} {}", v.pointer, v.keyword, v.message);
    validator(document).violations(value).iter().map(line).collect()
}

#[test]
fn every_keyword_has_a_sentence_of_its_own() {
    for (schema, value, wanted) in [
        (json!({"type": "integer"}), json!("x"), r#" type "x" is not an integer"#),
        (
            json!({"type": ["number", "null"]}),
            json!("12"),
            r#" type "12" is not null or a number; the number stands in a text"#,
        ),
        (
            json!({"type": "object"}),
            json!("{\"a\":1}"),
            r#" type "{\"a\":1}" is not an object; the object stands in a text"#,
        ),
        (
            json!({"enum": ["low", "normal", "urgent"]}),
            json!("urgent!!"),
            r#" enum "urgent!!" is not one of "low", "normal", "urgent""#,
        ),
        (
            json!({"enum": ["in_progress"]}),
            json!("In Progress"),
            r#" enum "In Progress" is not one of "in_progress"; "in_progress" is only written otherwise"#,
        ),
        (json!({"const": 1}), json!(2), " const 2 is not 1"),
        (json!({"format": "date"}), json!("1 May"), r#" format "1 May" is not a valid date"#),
        (json!({"pattern": "^a+$"}), json!("b"), r#" pattern "b" does not match `^a+$`"#),
        (json!({"minimum": 1}), json!(0.5), " minimum 0.5 is less than 1"),
        (json!({"maximum": 1}), json!(2), " maximum 2 is more than 1"),
        (json!({"exclusiveMinimum": 1}), json!(1), " exclusiveMinimum 1 is not more than 1"),
        (json!({"exclusiveMaximum": 1}), json!(1), " exclusiveMaximum 1 is not less than 1"),
        (json!({"multipleOf": 2}), json!(3), " multipleOf 3 is not a multiple of 2"),
        (json!({"minLength": 2}), json!("a"), r#" minLength "a" is shorter than 2 characters"#),
        (json!({"maxLength": 1}), json!("ab"), r#" maxLength "ab" is longer than 1 characters"#),
        (json!({"minItems": 1}), json!([]), " minItems 0 items are fewer than 1"),
        (json!({"maxItems": 0}), json!([1]), " maxItems 1 items are more than 0"),
        (json!({"uniqueItems": true}), json!([1, 1]), " uniqueItems two of the items are equal"),
        (json!({"required": ["a/b"]}), json!({}), r#"/a~1b required "a/b" is missing"#),
        (
            json!({"additionalProperties": false}),
            json!({"why": 1}),
            r#"/why additionalProperties "why" is not a field of the schema"#,
        ),
    ] {
        assert_eq!(check(schema, &value), [wanted]);
    }
}

#[test]
fn all_violations_are_given_the_missing_field_first() {
    let schema = json!({
        "required": ["b"],
        "properties": {"a": {"type": "string"}, "c": {"enum": [1]}, "d": {"maxLength": 1}},
        "additionalProperties": false
    });
    let found = check(schema, &json!({"x": 0, "d": "dd", "c": 2, "a": 1}));
    let places: Vec<_> = found.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(places, ["/b", "/a", "/c", "/x", "/d"]);
}

#[test]
fn the_schema_path_leads_to_the_keyword() {
    let schema = json!({"properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"enum": [1]}}});
    let found = validator(schema).violations(&json!({"a": 2}));
    assert_eq!(found[0].schema_path, "/$defs/x/enum");
}

#[test]
fn of_several_alternatives_the_one_that_was_meant_is_explained() {
    let nullable = json!({"anyOf": [{"type": "null"}, {"type": "object", "required": ["a"]}]});
    assert_eq!(check(nullable, &json!({})), [r#"/a required "a" is missing"#]);
    let tools = json!({"oneOf": [
        {"properties": {"tool": {"const": "one"}}, "required": ["x"]},
        {"properties": {"tool": {"const": "two"}}, "required": ["y"]}
    ]});
    assert_eq!(check(tools.clone(), &json!({"tool": "two"})), [r#"/y required "y" is missing"#]);
    let unclear = check(tools, &json!({"tool": "three"}));
    assert_eq!(unclear, [r#" oneOf {"tool":"three"} fits none of 2 alternatives"#]);
}

#[test]
fn a_wrong_type_inside_does_not_hide_which_alternative_was_meant() {
    let shapes = json!({"anyOf": [
        {"properties": {"kind": {"const": "x"}, "n": {"type": "integer"}}},
        {"properties": {"kind": {"const": "y"}}}
    ]});
    let found = check(shapes, &json!({"kind": "x", "n": "1"}));
    assert_eq!(found, [r#"/n type "1" is not an integer; the number stands in a text"#]);
}

#[test]
fn what_two_rules_forbid_alike_is_said_once() {
    let twice = json!({"allOf": [{"type": "string"}, {"type": "string"}]});
    assert_eq!(check(twice, &json!(1)), [" type 1 is not a string"]);
}

#[test]
fn an_envelope_around_a_valid_answer_is_named() {
    let schema = json!({"type": "object", "properties": {"label": {}}, "required": ["label"]});
    let found = check(schema, &json!({"result": {"label": "bug"}}));
    let words = "the whole answer stands one step too deep, under \"result\"";
    let missing = r#"/label required "label" is missing"#.to_owned();
    assert_eq!(found, [format!("/result envelope {words}"), missing]);
}

#[test]
fn the_worst_sort_of_rule_comes_first_and_a_text_around_the_right_value_is_named() {
    let schema = json!({"type": "object", "required": ["z"], "properties": {
        "n": {"type": "integer"},
        "o": {"type": "object", "required": ["a"]},
        "p": {"type": "object", "required": ["a"]},
        "e": {"enum": ["in_progress"]},
        "t": {"type": "string"},
        "m": {"minimum": 3},
        "l": {"items": {"type": "boolean"}},
        "x": {"oneOf": [{"minLength": 1}, {"maxLength": 9}]}
    }});
    let value = json!({
        "n": "12", "o": "{\"a\": 1}", "p": "{}", "e": "In Progress", "t": null, "m": 1,
        "l": [true, "false"], "x": "ab"
    });
    let found = validator(schema).violations(&value);
    let rules: Vec<String> =
        found.iter().map(|v| format!("{} {}", v.rule.unwrap(), v.pointer)).collect();
    let wanted = [
        "stringified-json /l/1",
        "stringified-json /o",
        "required /z",
        "numeric-string /n",
        "type /p",
        "type /t",
        "enum /e",
        "range /m",
        "combinator /x",
    ];
    assert_eq!(rules, wanted);
    let only_case: Vec<&str> =
        found.iter().filter(|v| v.case_only).map(|v| v.pointer.as_str()).collect();
    assert_eq!(only_case, ["/e"]);
}

#[test]
fn a_long_value_is_shortened() {
    let found = check(json!({"maxLength": 3}), &json!("é".repeat(100_000)));
    assert!(found[0].len() < 200, "{}", found[0]);
    assert!(found[0].contains('…'));
}

#[test]
fn a_field_whose_schema_forbids_it_is_named() {
    let found = check(json!({"properties": {"a": false}}), &json!({"a": 1}));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("/a "), "{}", found[0]);
}

#[test]
fn the_draft_is_the_one_that_the_schema_names() {
    let draft4 = |draft: &str| json!({"$schema": draft, "type": "integer"});
    let old = check(draft4("http://json-schema.org/draft-04/schema#"), &json!(12.0));
    assert_eq!(old, [" type 12.0 is not an integer"]);
    for newer in [
        "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
    ] {
        assert_eq!(check(draft4(newer), &json!(12.0)), [""; 0], "{newer}");
    }
}

#[test]
fn a_schema_that_cannot_be_used_says_where_and_why() {
    for (document, pointer) in [
        (json!({"properties": {"a": {"type": "strin"}}}), "/properties/a/type"),
        (json!({"minLength": -1}), "/minLength"),
        (json!({"$ref": "https://example.com/other.json"}), ""),
        (json!({"$ref": "file:///etc/passwd"}), ""),
        (json!({"$ref": "#/$defs/none"}), ""),
    ] {
        let error = Validator::compile(&Schema::new("bad.json", document.clone())).unwrap_err();
        assert_eq!(error.pointer.as_str(), pointer, "{document}: {error}");
        assert!(!error.message.is_empty());
    }
}

#[test]
fn a_pattern_may_look_around_and_ends_in_time() {
    let amount = json!({"pattern": r"^(?!^[+.]*$)\d*\.?\d+$"});
    assert!(check(amount.clone(), &json!("12.50")).is_empty());
    assert_eq!(check(amount, &json!("+")).len(), 1);
    assert!(check(json!({"pattern": r"^(a|b)\1$"}), &json!("bb")).is_empty());
    let slow = check(json!({"pattern": "^(?=(a+)+$)x"}), &json!("a".repeat(5_000) + "!"));
    assert_eq!(slow.len(), 1, "{slow:?}");
    let huge = json!({"pattern": "(a{1000}){1000}"});
    assert!(Validator::compile(&Schema::new("huge.json", huge)).is_err());
    let found = check(json!({"pattern": "^(a+)+$"}), &json!("a".repeat(50_000) + "!"));
    assert_eq!(found.len(), 1);
}

#[test]
fn a_pattern_that_other_tools_read_is_read() {
    for (pattern, good, bad) in [
        (r"^[\w-.]+$", "a-b.c", "a b"),
        ("^{.+}$", "{x}", "x"),
        (r"^(?<y>\d+)-\k<y>$", "12-12", "12-13"),
        ("^[^]$", "\n", "ab"),
        (r"^a\Z$", "aZ", "a"),
        (r"^[\b]\0$", "\u{8}\0", "b0"),
    ] {
        assert!(check(json!({"pattern": pattern}), &json!(good)).is_empty(), "{pattern}");
        assert_eq!(check(json!({"pattern": pattern}), &json!(bad)).len(), 1, "{pattern}");
    }
    for malformed in ["(a", "[z-a]", "*"] {
        let schema = Schema::new("bad.json", json!({"pattern": malformed}));
        assert!(Validator::compile(&schema).is_err(), "{malformed}");
    }
}

#[test]
fn a_format_is_checked_in_drafts_that_are_older_than_it() {
    for draft in ["draft-04", "draft-06", "draft-07"] {
        let of = |format: &str| json!({"$schema": format!("http://json-schema.org/{draft}/schema#"), "format": format});
        for (format, good, bad) in [
            ("uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08"),
            ("duration", "PT36H", "36 hours"),
            ("date", "2026-02-28", "2026-02-30"),
            ("json-pointer", "/a~1b", "a~"),
        ] {
            assert!(check(of(format), &json!(good)).is_empty(), "{draft} {format}");
            assert_eq!(check(of(format), &json!(bad)).len(), 1, "{draft} {format}");
        }
        assert!(check(of("colour-name"), &json!("no such thing")).is_empty());
    }
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    let tree = json!({
        "properties": {"children": {"items": {"$ref": "#"}}},
        "required": ["name"]
    });
    let found = check(tree, &json!({"name": 1, "children": [{"name": 2}, {}]}));
    assert_eq!(found, [r#"/children/1/name required "name" is missing"#]);
}

#[test]
fn a_schema_that_is_nothing_but_a_circle_does_not_hang() {
    for circle in [
        json!({"$ref": "#"}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}),
        json!({"allOf": [{"$ref": "#"}]}),
    ] {
        let compiled = Validator::compile(&Schema::new("circle.json", circle));
        assert!(compiled.is_err() || compiled.is_ok_and(|it| it.violations(&json!(1)).is_empty()));
    }
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        Just(json!(true)),
        (0..3i64).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec(("[ab/]", inner), 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(true)),
        Just(json!(false)),
        prop::sample::select(vec!["null", "string", "integer", "array", "object"])
            .prop_map(|name| json!({ "type": name })),
        prop::collection::vec(values(), 1..3).prop_map(|list| json!({ "enum": list })),
        Just(json!({"required": ["a", "b"]})),
        Just(json!({"additionalProperties": false})),
        Just(json!({"minLength": 1, "minItems": 1, "minimum": 1, "minProperties": 1})),
        Just(json!({"propertyNames": {"const": "a"}, "uniqueItems": true})),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let several = prop::collection::vec(inner.clone(), 1..3);
        prop_oneof![
            inner.clone().prop_map(|one| json!({ "properties": {"a": one}, "items": one })),
            inner
                .clone()
                .prop_map(|one| json!({ "properties": {"b": one}, "additionalProperties": false })),
            inner.clone().prop_map(
                |one| json!({ "properties": {"b": one}, "unevaluatedProperties": false })
            ),
            inner.clone().prop_map(|one| json!({ "additionalProperties": one, "contains": one })),
            inner.prop_map(|one| json!({ "not": one })),
            several.clone().prop_map(|list| json!({ "anyOf": list })),
            several.clone().prop_map(|list| json!({ "oneOf": list })),
            several.prop_map(|list| json!({ "allOf": list })),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn there_is_a_violation_if_and_only_if_the_value_is_invalid(
        schema in schemas(), value in values()
    ) {
        let violations = validator(schema.clone()).violations(&value);
        prop_assert_eq!(violations.is_empty(), jsonschema::is_valid(&schema, &value));
        for violation in &violations {
            prop_assert!(violation.keyword != "schema", "unexplained");
            let at = violation.pointer.as_str();
            let parent = at.rsplit_once('/').map(|(parent, _)| parent);
            let stands = |at| value.pointer(at).is_some();
            prop_assert!(stands(at) || parent.is_some_and(stands), "{:?}", violation);
        }
        prop_assert_eq!(violations, validator(schema).violations(&value));
    }
}
