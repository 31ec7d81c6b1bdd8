//! From the text of an answer to its changes: the rooms that read, check, normalise and compare,
//! put together as a run puts them together.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use promptmatrix::diff::diff;
use promptmatrix::domain::{
    Calls, CompareRules, Completion, Expectation, KINDS, Kind, Output, Schema, StopReason,
    Structured, Violation,
};
use promptmatrix::extract::{Extracted, Reading, extract};
use promptmatrix::normalise::normalise;
use promptmatrix::validate::{Validator, expectations};
use promptmatrix::verdict::{Cause, settle};
use proptest::prelude::*;
use serde_json::{Value, json};

/// An answer as a trial keeps it.
struct Read {
    extracted: Extracted,
    violations: Vec<Violation>,
    cause: Option<Cause>,
}

impl Read {
    fn kind(&self) -> Option<&'static str> {
        self.cause.as_ref().map(|cause| cause.kind.id())
    }

    /// The number of what was found in the taxonomy, with the form where one number has several.
    fn number(&self) -> String {
        let Some(cause) = &self.cause else { return "ok".to_owned() };
        let by_rule = self.violations.first().and_then(|violation| violation.rule);
        match (cause.kind, by_rule, &cause.sub) {
            (Kind::SchemaViolation, Some(rule), _) => rule.info().number.to_owned(),
            (kind, _, Some(sub)) if kind.info().number == "PM107" => {
                format!("PM107/{}", sub.replace('-', "_"))
            }
            (kind, ..) => kind.info().number.to_owned(),
        }
    }

    fn detail(&self) -> &str {
        self.cause.as_ref().and_then(|cause| cause.detail.as_deref()).unwrap_or_default()
    }
}

fn output(document: Value) -> Output {
    Output::Json {
        name: "answer".into(),
        schema: Arc::new(Schema::new("answer.json", document)),
        described: true,
    }
}

fn read(text: &str, stop: StopReason, schema: &Value) -> Read {
    let output = output(schema.clone());
    let asked = Reading::of(&output, Structured::Native, None);
    let completion = Completion { text: Some(text.into()), stop, ..Completion::default() };
    let extracted = extract(&completion, asked);
    let validator = Validator::compile(output.schema().unwrap()).unwrap();
    let value = extracted.value.as_ref();
    let violations = value.map(|value| validator.violations(value)).unwrap_or_default();
    let unread = extracted.cause.map(|kind| {
        let sub = extracted.sub.map(str::to_owned);
        Cause { sub, ..Cause::new(kind, extracted.detail.clone()) }
    });
    let cause = settle(unread, &violations, value);
    Read { extracted, violations, cause }
}

#[test]
fn every_text_of_the_contract_table_has_the_cause_that_is_written_there() {
    let table: Value = serde_json::from_str(include_str!("data/contract-cases.json")).unwrap();
    let cases = table["cases"].as_array().unwrap();
    assert!(cases.len() >= 27);
    let mut wrong = Vec::new();
    for case in cases {
        let stop = serde_json::from_value(case["stop"].clone()).unwrap();
        let read = read(case["text"].as_str().unwrap(), stop, &table["schema"]);
        let keyword = read.violations.first().map(|violation| violation.keyword.as_str());
        let cause = read.cause.as_ref();
        let sub = cause.and_then(|cause| cause.sub.as_deref());
        let fits = read.kind() == case["cause"].as_str()
            && case["keyword"].as_str().is_none_or(|wanted| keyword == Some(wanted))
            && case["sub"].as_str().is_none_or(|wanted| sub == Some(wanted))
            && case["number"].as_str().is_none_or(|wanted| read.number() == wanted)
            && cause.is_some_and(|cause| cause.recoverable) == case["recoverable"].is_boolean();
        if !fits {
            wrong.push(format!("{}: {} {:?} {keyword:?}", case["name"], read.number(), read.cause));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let numbered = cases.iter().filter(|case| case["number"].is_string()).count();
    assert!(numbered >= 27, "{numbered}");
}

#[test]
fn five_ways_to_fail_have_five_causes() {
    let schema = json!({"properties": {"label": {"enum": ["bug", "feature"]}}});
    let causes: BTreeSet<_> = [
        ("```json\n{\"label\": \"bug\"}\n```", StopReason::Complete),
        ("{\"label\": \"bu", StopReason::Truncated),
        ("I'm sorry, but I can't help with that.", StopReason::Complete),
        ("Here is the JSON: {\"label\": \"bug\"}", StopReason::Complete),
        ("{\"label\": \"bug!!\"}", StopReason::Complete),
    ]
    .into_iter()
    .map(|(text, stop)| read(text, stop, &schema).kind().unwrap())
    .collect();
    let wanted = ["fenced", "refused", "schema-violation", "surrounding-prose", "truncated"];
    assert_eq!(causes, BTreeSet::from(wanted));
}

/// What the example of a kind needs around it to be one.
fn example(kind: Kind, before: &str, after: &str) -> Vec<Kind> {
    let branch = |kind: &str| json!({"properties": {"kind": {"const": kind}}});
    let listed = json!({"anyOf": [branch("refund"), branch("exchange")], "properties": {
        "category": {"enum": ["billing", "account"]},
        "priority": {"enum": ["low", "urgent"]},
    }});
    let stop = match kind {
        Kind::Truncated => StopReason::Truncated,
        _ => StopReason::Complete,
    };
    let read = read(after, stop, &listed);
    if let Some(cause) = read.cause {
        return vec![cause.kind];
    }
    let before: Value = serde_json::from_str(before).unwrap();
    let after = read.extracted.value.unwrap();
    if kind == Kind::ExpectationFailed {
        let wanted = before.get("priority").unwrap();
        let expect = BTreeMap::from([(
            "/priority".parse().unwrap(),
            vec![Expectation::Equals(wanted.clone())],
        )]);
        return settle(None, &expectations(&after, &expect), None)
            .map(|c| c.kind)
            .into_iter()
            .collect();
    }
    let rules = CompareRules {
        prose: vec!["/summary".parse().unwrap()],
        tolerance: vec![("/confidence".parse().unwrap(), 0.05)],
        ..CompareRules::default()
    };
    let schema = Arc::new(Schema::new("answer.json", listed));
    let output = match kind {
        Kind::ToolCallChanged => Output::Tools { tools: Vec::new(), calls: Calls::ONE, schema },
        _ => Output::Json { name: "answer".into(), schema, described: true },
    };
    diff(&before, &after, &rules, &output).iter().map(|change| change.kind).collect()
}

#[test]
fn the_example_of_every_kind_is_an_example_of_it() {
    let mut tried = 0;
    for row in KINDS.iter().filter(|row| !row.example.1.is_empty()) {
        // The same answer as a fenced one: which it is, is the suite's choice.
        let wanted = if row.kind == Kind::WrappedInFence { Kind::Fenced } else { row.kind };
        assert_eq!(example(row.kind, row.example.0, row.example.1), [wanted], "{}", row.id);
        tried += 1;
    }
    assert!(tried >= 24, "{tried}");
}

#[test]
fn a_recovered_value_is_checked_and_the_detail_says_whether_it_would_have_done() {
    let schema = json!({"required": ["label"]});
    let fine = read("```json\n{\"label\": 1}\n```", StopReason::Complete, &schema);
    assert!(fine.detail().contains("more tolerant client would survive"), "{}", fine.detail());
    let bad = read("```json\n{}\n```", StopReason::Complete, &schema);
    assert_eq!(bad.kind(), Some("fenced"));
    assert_eq!(bad.violations.len(), 1);
    assert!(!bad.detail().contains("survive"), "{}", bad.detail());
}

#[test]
fn hostile_answers_are_read_to_the_end_and_get_a_cause() {
    let (huge, many) = (5_000_000, 100_000);
    let deep = |open: &str, close: &str, levels| open.repeat(levels) + &close.repeat(levels);
    let hostile = [
        ("deep arrays", deep("[", "]", 10_000), "not-json"),
        ("deep objects", deep("{\"a\":", "}", 10_000), "not-json"),
        ("brackets only", "[".repeat(huge), "not-json"),
        ("braces only", "{".repeat(huge), "not-json"),
        ("closing only", "}".repeat(many), "not-json"),
        ("prose before deep arrays", format!("x{}", deep("[", "]", 10_000)), "not-json"),
        ("quotes only", "\"".repeat(many), "multiple-documents"),
        ("backslashes", format!("{{\"a\": \"{}", "\\".repeat(many)), "not-json"),
        ("fences", "```".repeat(many / 3), "not-json"),
        ("NaN again and again", "NaN ".repeat(many / 4), "nonstandard-json"),
        ("surrogates", format!("[\"{}\"]", "\\ud800".repeat(many / 6)), "nonstandard-json"),
        ("documents", "[1] ".repeat(many / 4), "multiple-documents"),
        ("a long prose", "word ".repeat(many), "not-json"),
        (
            "many keys twice",
            format!("{{{}\"k\":1}}", "\"k\":0,".repeat(many / 10)),
            "duplicate-key",
        ),
    ];
    for (name, text, cause) in hostile {
        let read = read(&text, StopReason::Complete, &json!(true));
        assert_eq!(read.kind(), Some(cause), "{name}: {}", read.detail());
        assert!(read.detail().len() < 1_000, "{name}");
    }
}

#[test]
fn an_answer_of_ten_megabytes_is_an_answer_like_any_other() {
    let text = json!({"label": "x".repeat(10_000_000)}).to_string();
    let good = read(&text, StopReason::Complete, &json!({"required": ["label"]}));
    assert_eq!(good.kind(), None);
    let bad =
        read(&text, StopReason::Complete, &json!({"properties": {"label": {"maxLength": 5}}}));
    assert_eq!(bad.kind(), Some("schema-violation"));
    assert!(bad.detail().len() < 200, "{}", bad.detail());
    let items = format!("[{}0]", "0,".repeat(1_000_000));
    let bad = read(&items, StopReason::Complete, &json!({"items": {"type": "string"}}));
    assert_eq!((bad.kind(), bad.violations.len()), (Some("schema-violation"), 1));
}

#[test]
fn nesting_of_129_levels_is_said_to_be_too_deep() {
    let deep = "[".repeat(129) + &"]".repeat(129);
    for text in [deep.clone(), format!("Here it is: {deep}"), format!("```json\n{deep}\n```")] {
        let read = read(&text, StopReason::Complete, &json!(true));
        assert_eq!(
            (read.kind(), read.detail()),
            (Some("not-json"), "nested deeper than 128 levels")
        );
    }
}

#[test]
fn integers_keep_all_their_digits() {
    let read = read("[9007199254740993, 18446744073709551615]", StopReason::Complete, &json!(true));
    assert_eq!(
        read.extracted.value.unwrap().to_string(),
        "[9007199254740993,18446744073709551615]"
    );
}

#[test]
fn a_rule_of_the_case_is_broken_by_another_value_and_by_none() {
    let expect = BTreeMap::from([
        ("/priority".parse().unwrap(), vec![Expectation::Equals(json!("urgent"))]),
        ("/total".parse().unwrap(), vec![Expectation::Equals(json!(12))]),
    ]);
    assert!(expectations(&json!({"priority": "urgent", "total": 12.0}), &expect).is_empty());
    let broken = expectations(&json!({"priority": "low"}), &expect);
    assert_eq!(broken.len(), 2);
    let cause = settle(None, &broken, None).unwrap();
    assert_eq!(cause.kind, Kind::ExpectationFailed);
    let words = "/priority: \"low\" is not \"urgent\", which the case expects (and 1 more)";
    assert_eq!(cause.detail.as_deref(), Some(words));
}

fn json_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..3).prop_map(Value::from),
        (-3i32..3).prop_map(|half| Value::from(f64::from(half) / 2.0)),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[abc*~/]", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn rules() -> impl Strategy<Value = CompareRules> {
    let pattern = || "(/[abc*01]){0,2}".prop_map(|text| text.parse().unwrap());
    let patterns = || prop::collection::vec(pattern(), 0..3);
    let tolerance = prop::collection::vec((pattern(), 0.0..1.0f64), 0..2);
    (patterns(), patterns(), tolerance, patterns()).prop_map(
        |(ignore, prose, tolerance, unordered)| CompareRules {
            ignore,
            prose,
            tolerance,
            unordered,
            roles: Vec::new(),
        },
    )
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members.iter().rev().map(|(name, value)| (name.clone(), reversed(value))).collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(reversed).collect()),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn normalising_twice_is_normalising_once(value in json_values(), rules in rules()) {
        let once = normalise(&value, &rules);
        prop_assert_eq!(normalise(&once, &rules).to_string(), once.to_string());
    }

    #[test]
    fn the_order_of_keys_makes_no_difference(value in json_values(), rules in rules()) {
        let one = normalise(&value, &rules).to_string();
        prop_assert_eq!(one, normalise(&reversed(&value), &rules).to_string());
    }

    #[test]
    fn there_are_changes_if_and_only_if_the_normalised_values_differ(
        one in json_values(), two in json_values(), rules in rules()
    ) {
        let output = output(json!(true));
        let (one, two): (Value, Value) = (normalise(&one, &rules), normalise(&two, &rules));
        prop_assert!(diff(&one, &one, &rules, &output).is_empty());
        let changes = diff(&one, &two, &rules, &output);
        prop_assert_eq!(changes.is_empty(), one == two);
        prop_assert_eq!(one == two, one.to_string().eq(&two.to_string()));
        prop_assert_eq!(&changes, &diff(&one, &two, &rules, &output));
        for change in changes {
            let at = change.pointer.as_str();
            let (before, after) = (one.pointer(at), two.pointer(at));
            prop_assert!(before.is_some() || after.is_some(), "{:?}", change);
            prop_assert!(change.before.is_none() || change.before != change.after);
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic_and_strict_means_that_serde_reads_it(text in any::<String>()) {
        let read = read(&text, StopReason::Complete, &json!(true));
        let extracted = &read.extracted;
        prop_assert_eq!(extracted.strict, extracted.cause.is_none());
        if extracted.strict {
            prop_assert_eq!(serde_json::from_str::<Value>(&text).ok(), extracted.value.clone());
        }
    }

    #[test]
    fn a_value_is_found_again_whatever_stands_around_it(
        value in json_values().prop_filter("containers", Value::is_object), words in "[a-z ]{1,20}[.]"
    ) {
        for text in [
            value.to_string(),
            format!("{value:#}"),
            format!("```json\n{value:#}\n```"),
            format!("```\n{value}"),
            format!("\u{feff}{value}"),
            format!("{words}\n{value}"),
            format!("{value} {words}"),
            format!("{words}```json\n{value}\n```"),
        ] {
            let read = read(&text, StopReason::Complete, &json!(true));
            prop_assert_eq!(read.extracted.value.as_ref(), Some(&value), "{}", text);
        }
    }
}
