//! The file format against insta's own writer, and what people do to files.

use std::fs;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::{Hash, Structured};

fn cell() -> CellId {
    "triage/refund@flagship".parse().unwrap()
}

fn answer(value: Value) -> Accepted {
    Accepted {
        value: value.into(),
        meta: SnapshotMeta {
            requested: "gpt-4o".into(),
            served: Some("gpt-4o-2024-08-06".into()),
            api_version: None,
            structured: Structured::Native,
            prompt: Hash::from("1234567890123456".to_owned()),
            schema: Some(Hash::from("5f0c1e2d3a4b5c6d".to_owned())),
            parameters: Hash::from("12345678901234e5".to_owned()),
            lowering: None,
            rules: None,
            how: None,
            trials: 3,
        },
    }
}

fn read_text(text: &str) -> Result<Accepted, Box<Diagnostic>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.snap");
    fs::write(&path, text).unwrap();
    read(&path, (&cell(), "snapshots/triage/x.snap"), text)
}

fn problem(text: &str) -> (&'static str, usize, String) {
    let problem = read_text(text).unwrap_err();
    assert!(problem.help.is_some());
    let place = problem.place.unwrap();
    assert_eq!(place.file, "snapshots/triage/x.snap");
    (problem.code, place.line, problem.title)
}

#[test]
fn the_bytes_of_a_snapshot_are_these() {
    let text = write(&cell(), &answer(json!({"b": 1, "a": "x: y"})), "prompts/triage.md");
    let expected = r#"---
source: prompts/triage.md
description: triage/refund@flagship
info:
  requested: gpt-4o
  served: gpt-4o-2024-08-06
  structured: native
  prompt: "1234567890123456"
  schema: 5f0c1e2d3a4b5c6d
  parameters: "12345678901234e5"
  trials: 3
input_file: prompts/triage.md
---
{
  "a": "x: y",
  "b": 1
}
"#;
    assert_eq!(text, expected);
    let read = read_text(&text).unwrap();
    assert_eq!(read, answer(json!({"b": 1, "a": "x: y"})));
}

#[test]
fn only_the_value_of_a_body_counts_not_its_layout() {
    let text = write(&cell(), &answer(json!({"a": [1, 2]})), "prompts/triage.md");
    let (header, _) = text.rsplit_once("---\n").unwrap();
    let edited = format!("{header}---\n\n {{ \"a\":[1,\n2] }}\n\n");
    assert_eq!(read_text(&edited).unwrap().value, json!({"a": [1, 2]}).into());
    let windows = text.replace('\n', "\r\n");
    assert_eq!(read_text(&windows).unwrap(), answer(json!({"a": [1, 2]})));
}

#[test]
fn a_header_quoted_otherwise_is_the_same_header() {
    let text = write(&cell(), &answer(json!(1)), "prompts/triage.md");
    let single = text.replace("requested: gpt-4o", "requested: 'gpt-4o'");
    let double = text.replace("structured: native", "structured: \"native\"");
    for text in [single, double] {
        assert_eq!(read_text(&text).unwrap(), answer(json!(1)));
    }
    let (before, rest) = text.split_once("info:\n").unwrap();
    let (_, after) = rest.split_once("input_file").unwrap();
    let meta = serde_json::to_string(&answer(json!(1)).meta).unwrap();
    let flow = format!("{before}info: {meta}\ninput_file{after}");
    assert_eq!(read_text(&flow).unwrap(), answer(json!(1)));
}

#[test]
fn every_damage_is_named_with_its_line() {
    let good = write(&cell(), &answer(json!({"a": 1})), "prompts/triage.md");
    let conflict =
        good.replace("  \"a\": 1", "<<<<<<< ours\n  \"a\": 1\n=======\n  \"a\": 2\n>>>>>>> theirs");
    assert_eq!(problem(&conflict).0, "snapshot::conflict");
    assert_eq!(problem(&conflict).1, 15);
    let broken = good.replace("\"a\": 1", "\"a\": oops");
    assert_eq!((problem(&broken).0, problem(&broken).1), ("snapshot::body", 15));
    assert_eq!(problem(&good.replace("{\n  \"a\": 1\n}\n", "")).0, "snapshot::body");
    let unknown = problem(&good.replace("trials: 3", "trails: 3"));
    assert_eq!((unknown.0, unknown.1), ("snapshot::header", 4));
    assert!(unknown.2.contains("trails"), "{}", unknown.2);
    assert_eq!(problem("").0, "snapshot::header");
    assert_eq!(problem("{\"a\": 1}\n").0, "snapshot::header");
    assert_eq!(problem("---\nsource: x\n").0, "snapshot::header");
    assert_eq!(problem("---\nsource: x\n---\n1\n").2, "the header of the snapshot has no `info`");
    assert_eq!(problem(&good.replace("info:\n", "info: [\n")).0, "snapshot::header");
    assert_eq!(problem(&good.replace("requested: gpt-4o", "requested: &x")).1, 5);
}

fn header_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ -~]{0,24}", "[-+0-9.exo~:#'\"\\\\ ]{0,12}"]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(Value::from("---\n<<<<<<<\n---")),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

prop_compose! {
    fn any_answer()(
        requested in header_text(),
        served in prop::option::of(header_text()),
        api_version in prop::option::of(header_text()),
        prompt in "[0-9a-f]{16}",
        schema in prop::option::of("[0-9]{6}e[0-9]{1,4}"),
        trials in any::<u32>(),
        value in any_json(),
    ) -> Accepted {
        let mut answer = answer(value);
        answer.meta.requested = requested;
        answer.meta.served = served;
        answer.meta.api_version = api_version;
        answer.meta.prompt = Hash::from(prompt);
        answer.meta.schema = schema.map(Hash::from);
        answer.meta.trials = trials;
        answer
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2500))]

    #[test]
    fn insta_reads_our_file_and_would_write_the_same_bytes(
        answer in any_answer(),
        prompt_file in header_text(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (ours, theirs) = (folder.path().join("a.snap"), folder.path().join("b.snap"));
        let text = write(&cell(), &answer, &prompt_file);
        fs::write(&ours, &text).unwrap();
        insta::Snapshot::from_file(&ours).unwrap().save(&theirs).unwrap();
        let rewritten = fs::read_to_string(&theirs).unwrap();
        let meta = &answer.meta;
        let texts = [Some(&prompt_file), Some(&meta.requested), meta.served.as_ref(), meta.api_version.as_ref()];
        if !texts.into_iter().flatten().any(|text| yaml::is_misread(text)) {
            prop_assert_eq!(&rewritten, &text);
        }
        let read = read(&theirs, (&cell(), "b.snap"), &rewritten).unwrap();
        prop_assert_eq!(&read.meta, meta);
        // As text, since -0.0 equals 0.0.
        prop_assert_eq!(pretty_json(&read.value), pretty_json(&answer.value));
    }
}
