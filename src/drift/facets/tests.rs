//! Which facets an answer has, and in which category each is.

use serde_json::json;

use super::*;
use crate::domain::{CompareRules, How};

fn schema() -> Value {
    json!({"type": "object", "additionalProperties": true, "properties": {
        "label": {"enum": ["bug", "feature"]},
        "count": {"type": "integer"},
        "score": {"type": "number"},
        "summary": {"type": "string"},
        "due": {"type": ["string", "null"]},
        "tags": {"type": "array", "uniqueItems": true},
        "items": {"type": "array", "items": {
            "type": "object", "properties": {"sku": {"type": "string"}, "note": {"type": "string"}}
        }},
        "names": {"type": "object", "additionalProperties": {"type": "string"}},
    }})
}

fn answer() -> Value {
    json!({
        "label": "bug", "count": 12, "score": 0.8, "due": "2026-05-01", "tags": ["x", "y"],
        "summary": "The parcel arrived one day late.",
        "items": [{"sku": "A1", "note": "n"}, {"sku": "B2"}], "names": {"de": "Paket"},
    })
}

fn seen(value: &Value) -> Facets {
    let (schema, first) = (schema(), answer());
    let rules = CompareRules {
        prose: vec!["/summary".parse().unwrap(), "/items/*/note".parse().unwrap()],
        ..CompareRules::default()
    };
    let learned = Roles::learn(Some(&schema), &rules, &[vec![&first]]);
    let text = value.to_string();
    let how = Some(How::Native);
    let answer = Observation { code: "ok".into(), value: Some(value), text: Some(&text), how };
    facets(&answer, Some(&schema), &learned)
}

fn category(facets: &Facets, facet: &str) -> Option<String> {
    facets.category(&facet.parse().unwrap()).map(str::to_owned)
}

/// Which facets another value at a place moves.
fn moved(pointer: &str, to: Value) -> Vec<String> {
    let before = seen(&answer());
    let mut value = answer();
    *value.pointer_mut(pointer).unwrap() = to;
    let after = seen(&value);
    let mut moved: Vec<String> = Vec::new();
    for (facet, category) in &before.categories {
        if after.category(facet) != Some(category) {
            moved.push(facet.to_string());
        }
    }
    for (facet, number) in &before.numbers {
        let same =
            after.numbers.iter().any(|(known, n)| known == facet && (n - number).abs() < 1e-9);
        if !same {
            moved.push(facet.to_string());
        }
    }
    moved
}

#[test]
fn an_answer_shows_its_facets() {
    let facets = seen(&answer());
    let expect = [
        ("C", "ok"),
        ("S /count", "int"),
        ("S /score", "number"),
        ("S /items/*/note", "absent|string"),
        ("T /due", "date-iso"),
        ("T /items/*/sku", "A9 0 "),
        ("V /label", "bug"),
        ("V /count", "12"),
        ("V /tags", "[\"x\",\"y\"]"),
        ("V /items", "[{\"note\":null,\"sku\":\"A1\"},{\"sku\":\"B2\"}]"),
        ("V /names", "{\"de\":\"Paket\"}"),
        ("N /items", "2"),
        ("T /summary", "latin"),
        ("X", "none"),
    ];
    for (facet, wanted) in expect {
        assert_eq!(category(&facets, facet).as_deref(), Some(wanted), "{facet}");
    }
    assert_eq!(category(&facets, "V /summary"), None);
    let numbers: Vec<String> = facets.numbers.iter().map(|(facet, _)| facet.to_string()).collect();
    assert_eq!(numbers, ["M /score"]);
}

#[test]
fn a_change_moves_the_facets_that_it_is_about() {
    assert_eq!(moved("/label", json!("feature")), ["V /label"]);
    assert_eq!(moved("/count", json!(12.0)), ["S /count"]);
    assert_eq!(moved("/due", json!(null)), ["S /due", "V /due", "T /due"]);
    assert_eq!(moved("/due", json!("May 1, 2026")), ["V /due", "T /due"]);
    assert!(moved("/tags", json!(["y", "x"])).is_empty());
    assert_eq!(moved("/tags", json!(["x"])), ["V /tags", "N /tags"]);
    assert_eq!(moved("/summary", json!("N/A")), ["T /summary"]);
    assert_eq!(moved("/items/0/note", json!("m")), Vec::<String>::new());
    assert_eq!(moved("/items/0/sku", json!("A2")), ["V /items"]);
}

#[test]
fn a_key_that_nobody_declared_shows_and_shifts_nothing_else() {
    let mut value = answer();
    value["why"] = json!("because");
    let (before, after) = (seen(&answer()), seen(&value));
    assert_eq!(category(&after, "X").as_deref(), Some("/why"));
    let differing =
        before.categories.iter().filter(|(facet, was)| after.category(facet) != Some(was));
    assert_eq!(differing.count(), 1);
}

#[test]
fn without_a_value_only_the_cause_is_known() {
    let answer = Observation { code: "not-json".into(), value: None, text: Some("{"), how: None };
    let facets = facets(&answer, None, &Roles::default());
    assert_eq!(facets.categories, [("C".parse().unwrap(), "not-json".to_owned())]);
}

#[test]
fn an_answer_without_a_schema_is_known_by_the_places_that_were_accepted() {
    let value = json!({"a": {"b": 1}, "c": [1, 2]});
    let roles = Roles::learn(None, &CompareRules::default(), &[vec![&value]]);
    let other = json!({"a": {}, "c": [1, 2], "d": true});
    let answer = Observation { code: "ok".into(), value: Some(&other), text: None, how: None };
    let facets = facets(&answer, None, &roles);
    assert_eq!(category(&facets, "S /a/b").as_deref(), Some("absent"));
    assert_eq!(category(&facets, "X").as_deref(), Some("/d"));
}
