//! The kind and the place of every sort of change.

use std::sync::Arc;

use serde_json::json;

use crate::domain::{Calls, Schema};

use super::*;

fn lines(before: &Value, after: &Value, rules: &CompareRules, schema: Value) -> Vec<String> {
    let schema = Arc::new(Schema::new("test.json", schema));
    let output = Output::Json { name: "test".into(), schema, described: true };
    let line = |change: &Change| format!("{} {}", change.kind, change.pointer);
    diff(before, after, rules, &output).iter().map(line).collect()
}

fn changes(before: &Value, after: &Value) -> Vec<String> {
    lines(before, after, &CompareRules::default(), json!(true))
}

fn rules(place: &str) -> CompareRules {
    let pattern = || vec![place.parse().unwrap()];
    CompareRules {
        prose: pattern(),
        unordered: pattern(),
        tolerance: vec![(place.parse().unwrap(), 0.05)],
        ..CompareRules::default()
    }
}

#[test]
fn every_sort_of_change_has_its_kind() {
    for (before, after, wanted) in [
        (json!({"a": 1}), json!({}), "field-removed /a"),
        (json!({}), json!({"a": 1}), "field-added /a"),
        (json!({"a": 1}), json!({"a": null}), "value-to-null /a"),
        (json!({"a": null}), json!({"a": 1}), "null-to-value /a"),
        (json!({"a": 12}), json!({"a": "12"}), "type-changed /a"),
        (json!({"a": []}), json!({"a": {}}), "type-changed /a"),
        (json!({"a": 12}), json!({"a": 12.0}), "type-changed /a"),
        (json!({"a": 12}), json!({"a": 13}), "value-changed /a"),
        (json!({"a": 1}), json!({"a": 0.5}), "value-changed /a"),
        (json!({"a": "x"}), json!({"a": "y"}), "value-changed /a"),
        (json!({"a": true}), json!({"a": false}), "enum-value-changed /a"),
        (json!(["a", "b"]), json!(["a", "b", "c"]), "item-added /2"),
        (json!(["a", "b"]), json!(["b"]), "item-removed /0"),
        (json!(["a", "b"]), json!(["b", "a"]), "order-changed "),
        (json!(["a", "b"]), json!(["a", "c"]), "value-changed /1"),
        (json!("one"), json!("two"), "value-changed "),
    ] {
        assert_eq!(changes(&before, &after), [wanted], "{before} {after}");
    }
}

#[test]
fn a_changed_value_of_a_closed_list_is_found_through_references_and_alternatives() {
    let schema = json!({
        "properties": {
            "a": {"$ref": "#/$defs/kind"},
            "b": {"anyOf": [{"type": "null"}, {"enum": [1, 2]}]},
            "c": {"items": {"oneOf": [{"const": "x"}, {"const": "y"}]}},
            "d": {"prefixItems": [{"enum": ["p", "q"]}]},
            "e": {"type": "string"},
            "g": {"anyOf": [{"enum": ["x"]}, {"type": "string"}]}
        },
        "additionalProperties": {"enum": ["on", "off"]},
        "$defs": {"kind": {"enum": ["billing", "account"]}}
    });
    let before =
        json!({"a": "billing", "b": 1, "c": ["x"], "d": ["p"], "e": "on", "f": "on", "g": "x"});
    let after =
        json!({"a": "account", "b": 2, "c": ["y"], "d": ["q"], "e": "off", "f": "off", "g": "y"});
    assert_eq!(
        lines(&before, &after, &CompareRules::default(), schema),
        [
            "enum-value-changed /a",
            "enum-value-changed /b",
            "enum-value-changed /c/0",
            "enum-value-changed /d/0",
            "value-changed /e",
            "enum-value-changed /f",
            "value-changed /g",
        ]
    );
}

#[test]
fn a_schema_that_refers_to_itself_is_followed_to_its_end() {
    let schema = json!({"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}});
    let found = lines(&json!({"x": "1"}), &json!({"x": "2"}), &CompareRules::default(), schema);
    assert_eq!(found, ["value-changed /x"]);
}

#[test]
fn prose_may_be_worded_anew_but_not_become_something_else() {
    let prose = rules("/note");
    let compare = |after| lines(&json!({"note": "Paid."}), &after, &prose, json!(true));
    assert_eq!(compare(json!({"note": "Settled."})), ["text-reworded /note"]);
    assert_eq!(compare(json!({"note": " Paid.\n"})), ["layout-changed /note"]);
    assert_eq!(compare(json!({"note": "- Paid."})), ["markdown-in-text /note"]);
    assert_eq!(compare(json!({"note": "It has been paid."})), ["verbosity-changed /note"]);
    assert_eq!(compare(json!({"note": "Оплачено."})), ["script-shift /note"]);
    assert_eq!(compare(json!({"note": "unknown"})), ["placeholder /note"]);
    assert_eq!(compare(json!({"note": 1})), ["type-changed /note"]);
    assert_eq!(compare(json!({})), ["field-removed /note"]);
}

#[test]
fn a_text_that_programs_read_may_change_its_form() {
    let compare = |was: &str, is: &str| changes(&json!({"x": was}), &json!({"x": is}));
    for (was, is, kind) in [
        ("2026-05-01", "2026-06-01", "value-changed"),
        ("2026-05-01", "May 1, 2026", "format-shift"),
        ("1234.50", "1,234.50", "format-shift"),
        ("ORD-1182", "1182", "format-shift"),
        ("ORD-1182", "ORD-1183", "value-changed"),
        ("Bob", "Bob Smith", "value-changed"),
        ("ok", "OK", "value-changed"),
        ("a b", "a  b", "layout-changed"),
        ("caf\u{e9}", "cafe\u{301}", "layout-changed"),
        ("1182", "n/a", "placeholder"),
        ("n/a", "1182", "format-shift"),
    ] {
        assert_eq!(compare(was, is), [format!("{kind} /x")], "{was} {is}");
    }
}

#[test]
fn a_change_knows_what_its_place_is_for() {
    let schema = json!({"properties": {
        "a": {"enum": ["x", "y"]}, "b": {"format": "date"}, "c": {"x-pm-role": "identifier"},
        "d": {"type": "string"}
    }});
    let before = json!({"a": "x", "b": "2026-05-01", "c": "1", "d": "1", "note": "p"});
    let after = json!({"a": "y", "b": "2026-05-02", "c": "2", "d": "2", "note": "q"});
    let schema = Arc::new(Schema::new("answer.json", schema));
    let output = Output::Json { name: "answer".into(), schema, described: true };
    let found = diff(&before, &after, &rules("/note"), &output);
    let roles: Vec<_> = found.iter().map(|change| change.role).collect();
    let wanted = [FieldRole::Enumerable, FieldRole::Format, FieldRole::Identifier];
    assert_eq!(roles[..3], wanted.map(Some));
    assert_eq!(roles[3..], [None, Some(FieldRole::FreeText)]);
}

#[test]
fn the_member_that_names_an_alternative_is_no_value_like_others() {
    let branch = |kind: &str| json!({"properties": {"kind": {"const": kind}}});
    let schema = json!({
        "anyOf": [branch("refund"), branch("exchange")],
        "properties": {"word": {"anyOf": [{"const": "a"}, {"const": "b"}]}}
    });
    let before = json!({"kind": "refund", "word": "a"});
    let after = json!({"kind": "exchange", "word": "b"});
    let found = lines(&before, &after, &CompareRules::default(), schema);
    assert_eq!(found, ["branch-shift /kind", "enum-value-changed /word"]);
}

#[test]
fn the_limit_of_a_tolerance_is_still_within_it() {
    let wobble = rules("/x");
    let compare = |was, is| lines(&json!({"x": was}), &json!({"x": is}), &wobble, json!(true));
    assert_eq!(compare(0.9, 0.85), ["number-within-tolerance /x"]);
    assert_eq!(compare(0.9, 0.95), ["number-within-tolerance /x"]);
    assert_eq!(compare(0.9, 0.84), ["number-out-of-tolerance /x"]);
    assert_eq!(compare(0.9, 0.4), ["magnitude-shift /x"]);
    assert_eq!(compare(1e300, -1e300), ["magnitude-shift /x"]);
}

#[test]
fn a_number_written_with_a_fraction_breaks_only_where_an_integer_may_be_expected() {
    let compare = |declared, was: Value, is: Value| {
        let schema = json!({"type": declared});
        lines(&was, &is, &CompareRules::default(), schema)
    };
    assert_eq!(compare("integer", json!(12), json!(12.0)), ["type-changed "]);
    assert_eq!(compare("integer", json!(12), json!(13.0)), ["type-changed "]);
    assert_eq!(compare("number", json!(12), json!(12.0)), ["number-within-tolerance "]);
    assert_eq!(compare("number", json!(1), json!(0.75)), ["value-changed "]);
    assert_eq!(compare("number", json!(1), json!(0.5)), ["magnitude-shift "]);
}

#[test]
fn an_inserted_item_does_not_change_the_later_ones() {
    let item = |sku: &str, count: u32| json!({"sku": sku, "count": count});
    let before = json!([item("a", 1), item("b", 2), item("c", 3)]);
    let after = json!([item("a", 1), item("new", 9), item("b", 2), item("c", 3)]);
    assert_eq!(changes(&before, &after), ["item-added /1"]);
    assert_eq!(changes(&after, &before), ["item-removed /1"]);
}

#[test]
fn an_item_that_changed_in_place_shows_what_changed_inside() {
    let item = |sku: &str, count: u32| json!({"sku": sku, "count": count});
    let before = json!([item("a", 1), item("b", 2), item("c", 3)]);
    let after = json!([item("a", 1), item("b", 7), item("c", 3)]);
    assert_eq!(changes(&before, &after), ["value-changed /1/count"]);
    let shifted = json!([item("a", 1), item("x", 5), item("b", 7), item("c", 3)]);
    assert_eq!(changes(&before, &shifted), ["value-changed /2/count", "item-added /1"]);
}

#[test]
fn a_field_lost_in_a_moved_item_is_named_by_its_old_place() {
    let before = json!([{"id": 1}, {"id": 2, "note": "x"}]);
    let after = json!([{"id": 2}]);
    assert_eq!(changes(&before, &after), ["field-removed /1/note", "item-removed /0"]);
}

#[test]
fn in_an_unordered_array_items_come_and_go_and_never_turn_into_each_other() {
    let tags = rules("/tags");
    let compare = |was, is| lines(&json!({"tags": was}), &json!({"tags": is}), &tags, json!(true));
    assert_eq!(compare(["a", "b"], ["a", "c"]), ["item-removed /tags/1", "item-added /tags/1"]);
}

#[test]
fn items_that_changed_places_and_content_are_found_again_only_where_order_says_nothing() {
    let item = |id: u32, x: u32| json!({"id": id, "x": x});
    let before = json!({"list": [item(1, 1), item(2, 2)]});
    let after = json!({"list": [item(2, 3), item(1, 4)]});
    let unordered = lines(&before, &after, &rules("/list"), json!(true));
    assert_eq!(unordered, ["value-changed /list/1/x", "value-changed /list/0/x"]);
    let ordered = changes(&before, &after);
    assert_eq!(ordered, ["value-changed /list/1/x", "item-removed /list/1", "item-added /list/0"]);
}

#[test]
fn another_tool_is_the_only_change() {
    let schema = Arc::new(Schema::new("tools.json", json!(true)));
    let tools = Output::Tools { tools: Vec::new(), calls: Calls::ONE, schema };
    let call = |tool: &str, order: u32| json!({"tool": tool, "arguments": {"order": order}});
    let compare = |was: &Value, is: &Value| diff(was, is, &CompareRules::default(), &tools);
    let found = compare(&call("refund", 1), &json!({"tool": "escalate", "arguments": {}}));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].kind, found[0].pointer.as_str()), (Kind::ToolCallChanged, "/tool"));
    assert_eq!(found[0].after, Some(json!("escalate")));
    let found = compare(&call("refund", 1), &call("refund", 2));
    assert_eq!(found[0].pointer.as_str(), "/arguments/order");
}

#[test]
fn of_several_calls_those_of_one_tool_belong_together() {
    let schema = Arc::new(Schema::new("tools.json", json!(true)));
    let calls = Calls { required: true, parallel: true };
    let tools = Output::Tools { tools: Vec::new(), calls, schema };
    let call = |tool: &str, order: u32| json!({"tool": tool, "arguments": {"order": order}});
    let compare = |was: Value, is: Value| -> Vec<_> {
        let found = diff(&was, &is, &CompareRules::default(), &tools);
        found.iter().map(|change| (change.kind, change.pointer.to_string())).collect()
    };
    let was = json!([call("refund", 1), call("refund", 2), call("status", 3)]);
    let is = json!([call("refund", 2), call("refund", 4), call("status", 3)]);
    let moved = (Kind::ValueChanged, "/1/arguments/order".to_owned());
    assert_eq!(compare(was.clone(), is), [moved]);
    let without = json!([call("refund", 1), call("status", 3)]);
    assert_eq!(compare(was.clone(), without), [(Kind::ToolCallChanged, String::new())]);
    assert_eq!(compare(was.clone(), was), []);
}

#[test]
fn huge_arrays_are_compared_and_one_item_more_is_one_change() {
    let before: Vec<Value> = (0..30_000).map(|n| json!({ "n": n })).collect();
    let mut after = before.clone();
    after.insert(15_000, json!({"n": -1}));
    let (before, after) = (Value::from(before), Value::from(after));
    assert_eq!(changes(&before, &after), ["item-added /15000"]);
    let other: Vec<Value> = (0..30_000).map(|n| json!({ "n": -n - 2 })).collect();
    assert_eq!(changes(&before, &Value::from(other)).len(), 30_000);
}

mod text_tests {
    use proptest::prelude::*;

    use crate::diff::text::{Segment, Tag, inline};

    fn only(segments: &[Segment], without: Tag) -> String {
        let kept = segments.iter().filter(|segment| segment.tag != without);
        kept.map(|segment| segment.text.as_str()).collect()
    }

    fn is_whole(before: &str, after: &str) -> bool {
        let segments = inline(before, after);
        let alternates = segments.windows(2).all(|pair| pair[0].tag != pair[1].tag);
        alternates
            && only(&segments, Tag::Added) == before
            && only(&segments, Tag::Removed) == after
    }

    #[test]
    fn a_reworded_text_shows_the_words() {
        let segment = |tag, text: &str| Segment { tag, text: text.into() };
        assert_eq!(
            inline("charged twice", "charged once"),
            [
                segment(Tag::Same, "charged "),
                segment(Tag::Removed, "twice"),
                segment(Tag::Added, "once")
            ]
        );
    }

    #[test]
    fn long_texts_are_compared_by_lines_and_huge_ones_as_a_whole() {
        let lines = |line: &str, count: usize| format!("{line}\n").repeat(count);
        assert!(is_whole(&lines("a long line of text", 1_500), &lines("another line", 2_000)));
        assert!(is_whole(&"a é".repeat(3_000_000), &"é a".repeat(3_000_000)));
        assert!(is_whole(&lines("x", 100_000), &lines("xy", 100_000)));
    }

    proptest! {
        #[test]
        fn the_segments_make_up_both_texts(before in "[ab é\n]{0,40}", after in "[ab é\n]{0,40}") {
            prop_assert!(is_whole(&before, &after));
        }
    }
}
