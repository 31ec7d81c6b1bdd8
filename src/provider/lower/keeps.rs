//! The law that no lowering may shut out an answer which the author's schema allows, unless a note
//! names the place: over schemas and answers that nobody wrote by hand.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::tests::NAMES;
use super::{Lowered, lower};
use crate::provider::subset::subset;

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "string", "minLength": 2, "maxLength": 4})),
        Just(json!({"type": "integer", "minimum": 0, "multipleOf": 2})),
        Just(json!({"type": ["number", "null"], "maximum": 3})),
        Just(json!({"enum": ["p", "q", null]})),
        Just(json!({"enum": [1, "p", true]})),
        Just(json!({"const": "p"})),
        Just(json!({"const": false})),
        Just(json!({"$ref": "#/$defs/some%20one"})),
        Just(json!({"$ref": "#anchored"})),
        Just(json!({"minimum": 1})),
    ]
}

fn members(schema: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    let member = (prop::sample::select(vec!["a", "b", "c"]), schema);
    prop::collection::vec(member, 0..3)
        .prop_map(|members| members.into_iter().map(|(name, it)| (name.to_owned(), it)).collect())
}

fn required() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(vec!["a", "b", "c"], 0..3)
}

/// An object with everything that can name members.
fn object(schema: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Value> {
    let others = prop_oneof![
        3 => Just(None),
        2 => Just(Some(json!(false))),
        1 => schema.clone().prop_map(Some),
    ];
    let extra = prop_oneof![
        4 => Just(json!({})),
        1 => schema.clone().prop_map(|it| json!({"patternProperties": {"^x": it}})),
        1 => (members(schema.clone()), required(), members(schema.clone())).prop_map(
            |(then, required, other)| json!({
                "if": {"properties": {"a": {"const": "p"}}},
                "then": {"properties": then, "required": required},
                "else": {"properties": other}
            })
        ),
        1 => members(schema.clone())
            .prop_map(|then| json!({"dependentSchemas": {"a": {"properties": then}}})),
        1 => Just(json!({"dependentRequired": {"a": ["b"]}})),
        1 => (members(schema.clone()), required())
            .prop_map(|(all, required)| json!({"allOf": [{"properties": all, "required": required}]})),
        1 => (members(schema.clone()), members(schema))
            .prop_map(|(one, two)| json!({"anyOf": [{"properties": one}, {"properties": two}]})),
        1 => Just(json!({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]})),
    ];
    let parts = (members(leaf()), required(), others, extra, prop::bool::weighted(0.8));
    parts.prop_map(|(properties, required, others, extra, is_typed)| {
        let mut object = json!({"properties": properties, "required": required});
        if is_typed {
            object["type"] = json!("object");
        }
        if let Some(others) = others {
            object["additionalProperties"] = others;
        }
        if let (Value::Object(object), Value::Object(extra)) = (&mut object, extra) {
            object.extend(extra);
        }
        object
    })
}

fn schema() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(2, 12, 3, |inner| {
        let pair = prop::collection::vec(inner.clone(), 1..3).boxed();
        prop_oneof![
            object(inner.clone().boxed()),
            pair.clone().prop_map(|any| json!({"anyOf": any})),
            pair.clone().prop_map(|one| json!({"oneOf": one})),
            pair.clone().prop_map(|places| json!({"type": "array", "prefixItems": places})),
            pair.prop_map(|places| json!({"type": "array", "prefixItems": places, "items": false})),
            inner.prop_map(|items| json!({"type": "array", "items": items, "maxItems": 2})),
        ]
    })
}

fn document() -> impl Strategy<Value = Value> {
    object(schema().boxed()).prop_map(|mut root| {
        root["type"] = json!("object");
        root["$defs"] = json!({
            "some one": {"type": "object", "properties": {"d": {"type": "string"}}, "patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": false},
            "other": {"$anchor": "anchored", "type": "string", "maxLength": 3}
        });
        root
    })
}

fn answer() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(json!(false)),
        Just(json!(true)),
        (0..4).prop_map(|n| json!(n)),
        prop::sample::select(vec!["p", "q", "pp"]).prop_map(|text| json!(text)),
    ];
    let value = leaf.prop_recursive(2, 10, 3, |inner| {
        let name = prop::sample::select(vec!["a", "b", "c", "d", "x1"]);
        prop_oneof![
            prop::collection::vec((name, inner.clone()), 0..3).prop_map(named),
            prop::collection::vec(inner, 0..3).prop_map(Value::from),
        ]
    });
    let name = prop::sample::select(vec!["a", "b", "c", "x1"]);
    prop::collection::vec((name, value), 0..4).prop_map(named)
}

fn named(members: Vec<(&str, Value)>) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The lowered schema as it means answers before they are mapped: what became required and nullable
/// may be left out.
fn relaxed(lowered: &Lowered) -> Value {
    let mut document = lowered.document.clone();
    for place in &lowered.nullable {
        let steps: Vec<String> = place.steps().collect();
        let (name, above) = steps.split_last().unwrap();
        let object = above[..above.len() - 1]
            .iter()
            .fold(crate::domain::Pointer::root(), |at, step| at.key(step));
        let required =
            document.pointer_mut(object.as_str()).unwrap()["required"].as_array_mut().unwrap();
        required.retain(|other| other != name);
    }
    document
}

/// The names of members on a way through a schema or an answer.
fn names(place: &str) -> Vec<&str> {
    place.split('/').filter(|step| ["a", "b", "c", "d", "x1"].contains(step)).collect()
}

/// Words of notes that say that something is no longer allowed.
const NARROWER: [&str; 6] =
    ["set to false", "added", "under a condition", "prefixItems", "left out", "author's own"];

fn is_noted(lowered: &Lowered, place: &str) -> bool {
    let wrong = names(place);
    lowered.notes.iter().any(|note| {
        let text = note.to_string();
        let noted = names(note.pointer.as_str());
        let is_near = note.pointer.as_str().starts_with("/$defs")
            || noted.starts_with(&wrong)
            || wrong.starts_with(&noted);
        is_near && NARROWER.iter().any(|word| text.contains(word))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_the_author_allows_is_allowed_or_the_note_says_where_not(
        document in document(), answers in prop::collection::vec(answer(), 24), at in 0..NAMES.len()
    ) {
        // What cannot be said is an error, which is a word too.
        let Ok(lowered) = lower(&document, subset(NAMES[at]).unwrap()) else { return Ok(()) };
        let author = jsonschema::validator_for(&document).unwrap();
        let sent = jsonschema::validator_for(&relaxed(&lowered)).unwrap();
        for answer in answers.iter().filter(|answer| author.is_valid(answer)) {
            for wrong in sent.iter_errors(answer) {
                prop_assert!(
                    is_noted(&lowered, wrong.instance_path().as_str()),
                    "{} shuts out {answer} at {} unsaid: {}\nsent {}\nof {document}",
                    NAMES[at], wrong.instance_path(), wrong, lowered.document
                );
            }
        }
    }
}
