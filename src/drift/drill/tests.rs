//! Every breakage of the drill breaks what it says, and nothing where it has nothing to break.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;

fn schema() -> Value {
    json!({"type": "object", "required": ["label", "qty", "urgent"], "properties": {
        "label": {"enum": ["bug", "feature", "other"]},
        "qty": {"type": "integer"}, "urgent": {"type": "boolean"},
        "score": {"type": "number"}, "due": {"type": ["string", "null"]},
        "order": {"type": "string"}, "amount": {"type": "string"}, "note": {"type": "string"},
        "summary": {"type": "string"},
        "items": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}}}},
    }})
}

fn answer() -> Value {
    json!({
        "label": "bug", "qty": 3, "urgent": false, "score": 0.8, "due": "2026-05-01",
        "order": "ORD-17", "amount": "1234.50", "note": "call first",
        "summary": "the parcel was late because of the storm",
        "items": [{"sku": "A"}, {"sku": "B"}, {"sku": "C"}],
    })
}

fn closed() -> Value {
    let mut schema = schema();
    schema["additionalProperties"] = json!(false);
    schema
}

#[test]
fn every_breakage_finds_its_place_and_changes_the_answer() {
    let (answer, schema) = (answer(), schema());
    let text = answer.to_string();
    let whole = Whole::new(Some(&text), &answer);
    let mut names = BTreeSet::new();
    for row in BREAKAGES {
        assert!(names.insert(row.name), "{} stands twice", row.name);
        assert!(row.title.ends_with('.') && row.remedy.ends_with('.'), "{}", row.name);
        let schema = if row.name == "extra-key-closed" { closed() } else { schema.clone() };
        let places = row.places(&answer, Some(&schema));
        let place = places.first().unwrap_or_else(|| panic!("{} has no place", row.name));
        let broken = row.inflict(place, &whole, &answer, Some(&schema)).unwrap();
        assert_ne!(broken.text, text, "{}", row.name);
        assert_eq!(row.weight == Weight::Contract, !row.code.is_empty(), "{}", row.name);
    }
    assert_eq!(BREAKAGES.len(), 39);
}

fn broken(name: &str, place: &str) -> Value {
    let (answer, schema) = (answer(), schema());
    let whole = Whole::new(Some(&answer.to_string()), &answer);
    let row = Breakage::named(name).unwrap();
    let place = place.parse().unwrap();
    assert!(row.places(&answer, Some(&schema)).contains(&place), "{name}");
    let broken = row.inflict(&place, &whole, &answer, Some(&schema)).unwrap();
    let value: Value = serde_json::from_str(&broken.text).unwrap();
    value.pointer(place.as_str()).cloned().unwrap_or(Value::Null)
}

#[test]
fn values_break_as_models_break_them() {
    assert_eq!(broken("int-to-float", "/qty").to_string(), "3.0");
    assert_eq!(broken("date-format", "/due"), "May 1, 2026");
    assert_eq!(broken("number-format", "/amount"), "1,234.50");
    assert_eq!(broken("id-prefix-dropped", "/order"), "17");
    assert_eq!(broken("numeric-scale", "/score"), 80.0);
    assert_eq!(broken("label-flip", "/label"), "feature");
    assert_eq!(broken("enum-case", "/label"), "Bug");
    assert_eq!(broken("array-shrunk", "/items"), json!([{"sku": "A"}]));
    assert_eq!(
        broken("stringified-object", "/items"),
        "[{\"sku\":\"A\"},{\"sku\":\"B\"},{\"sku\":\"C\"}]"
    );
    assert_eq!(broken("count-changed", "/qty"), 5);
}

#[test]
fn what_is_not_there_cannot_break() {
    let bare = json!({"qty": 1});
    let schema = json!({"properties": {"qty": {"type": "integer"}}, "additionalProperties": false});
    let possible: Vec<&str> = BREAKAGES
        .iter()
        .filter(|row| row.target != Target::Whole && !row.places(&bare, Some(&schema)).is_empty())
        .map(|row| row.name)
        .collect();
    let expected = [
        "number-as-string",
        "extra-key-closed",
        "optional-vanished",
        "int-to-float",
        "count-changed",
    ];
    assert_eq!(possible, expected);
}

#[test]
fn a_breakage_can_hit_every_item_of_an_array() {
    let value = json!({"items": [{"n": 1}, {"n": 2}]});
    let row = Breakage::named("int-to-float").unwrap();
    let places = row.places(&value, None);
    let place = "/items/*/n".parse().unwrap();
    assert_eq!(places, [place]);
    let whole = Whole::new(None, &value);
    let broken = row.inflict(&places[0], &whole, &value, None).unwrap();
    assert_eq!(broken.text, "{\"items\":[{\"n\":1.0},{\"n\":2.0}]}");
}

#[test]
fn dice_fall_the_same_for_the_same_seed_and_evenly() {
    let draw = |seed| {
        let mut dice = Dice::new(seed);
        (0..1000).map(|_| dice.unit()).collect::<Vec<f64>>()
    };
    let (one, two) = (draw(7), draw(7));
    assert!(one.iter().zip(&two).all(|(one, two)| one.to_bits() == two.to_bits()));
    let mean = one.iter().sum::<f64>() / 1000.0;
    assert!((0.47..0.53).contains(&mean), "{mean}");
    let mut dice = Dice::new(1);
    let hits = (0..1000).filter(|_| dice.happens(0.25)).count();
    assert!((200..300).contains(&hits) && dice.below(1) == 0, "{hits}");
}

/// A schema that has no rule but the names of fields.
fn loose() -> Value {
    json!({"type": "object", "properties": {
        "label": {"enum": ["bug", "feature", "other"]}, "due": {"type": ["string", "null"]},
        "qty": {}, "urgent": {}, "score": {}, "order": {}, "amount": {}, "note": {}, "summary": {},
        "items": {"type": "array", "items": {"type": "object", "properties": {"sku": {}}}},
    }})
}

fn rules(row: &Breakage, place: &PointerPattern) -> Vec<(String, Value)> {
    let remedies = row.remedies(place, &[&answer()], Some(&loose()));
    let rule = |remedy| match remedy {
        Remedy::Schema { text, rule } => Some((text, rule)),
        _ => None,
    };
    remedies.into_iter().filter_map(rule).collect()
}

#[test]
fn every_rule_that_is_advised_would_have_caught_the_breakage_and_spares_the_accepted_answer() {
    let (answer, schema) = (answer(), loose());
    let whole = Whole::new(Some(&answer.to_string()), &answer);
    let mut advised = BTreeSet::new();
    for row in BREAKAGES {
        for place in row.places(&answer, Some(&schema)) {
            let Some(broken) = row.inflict(&place, &whole, &answer, Some(&schema)) else {
                continue;
            };
            for (text, rule) in rules(row, &place) {
                let broken: Value = serde_json::from_str(&broken.text).unwrap();
                let validator = jsonschema::options().should_validate_formats(true).build(&rule);
                let validator = validator.unwrap_or_else(|error| panic!("{text}: {error}"));
                assert!(!validator.is_valid(&broken), "{} at {place}: {text}", row.name);
                assert!(validator.is_valid(&answer), "{} at {place}: {text}", row.name);
                advised.insert(row.name);
            }
        }
    }
    let expected = [
        "array-shrunk",
        "date-format",
        "extra-envelope",
        "extra-key-open",
        "id-prefix-dropped",
        "null-instead-of-value",
        "number-as-string",
        "number-format",
        "numeric-scale",
        "optional-vanished",
        "stringified-object",
        "text-placeholder",
    ];
    assert_eq!(advised, BTreeSet::from(expected));
}

#[test]
fn advice_names_the_place_and_what_to_write_there() {
    let advised = |name: &str, place: &str| {
        let row = Breakage::named(name).unwrap();
        rules(row, &place.parse().unwrap()).remove(0).0
    };
    for (name, place, expected) in [
        ("extra-key-open", "", "say `\"additionalProperties\": false` in the schema"),
        ("optional-vanished", "/due", "list `due` under `required` in the schema"),
        (
            "optional-vanished",
            "/items/*/sku",
            "list `sku` under `required` of `/items/*` in the schema",
        ),
        ("null-instead-of-value", "/due", "take `null` out of the type of `/due` in the schema"),
        ("array-shrunk", "/items", "say `\"minItems\": 3` at `/items` in the schema"),
        ("date-format", "/due", "say `\"format\": \"date\"` at `/due` in the schema"),
        ("id-prefix-dropped", "/order", "say `\"pattern\": \"^ORD-\"` at `/order` in the schema"),
        ("numeric-scale", "/score", "say `\"maximum\": 1` at `/score` in the schema"),
        ("number-as-string", "/qty", "say `\"type\": \"integer\"` at `/qty` in the schema"),
    ] {
        assert_eq!(advised(name, place), expected, "{name}");
    }
    let remedies = |name: &str, place: &str| {
        let row = Breakage::named(name).unwrap();
        row.remedies(&place.parse().unwrap(), &[&answer()], Some(&loose()))
    };
    assert_eq!(remedies("bool-flip", "/urgent"), [Remedy::Expect]);
    assert_eq!(remedies("fenced-json", ""), [Remedy::Strict]);
    assert!(remedies("int-to-float", "/qty").is_empty());
}

#[test]
fn a_mere_text_breaks_only_in_the_ways_of_texts() {
    let text = json!("the parcel was late because of the storm");
    let breaks: Vec<&str> = BREAKAGES
        .iter()
        .filter(|row| !row.places(&text, None).is_empty())
        .map(|row| row.name)
        .collect();
    let expected = [
        "refusal-text",
        "refusal-flag",
        "truncated",
        "empty-content",
        "provider-400",
        "language-shift",
        "text-placeholder",
        "verbosity-doubled",
        "markdown-in-text",
        "text-synonyms",
    ];
    assert_eq!(breaks, expected);
}
