//! Recorded answers, judged where they lie.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::domain::{HttpResponse, Source, StoreSettings};
use crate::store::{Exchange, Recordings};

const SLOT: &str = "version = 1\n[store]\nrecordings = \"recorded\"\n[models.swift]\n\
    provider = \"openai-compatible\"\nbase-url = \"http://127.0.0.1:9/v1\"\nid = \"m-2026-01-01\"\n\
    api-key-env = \"NO_SUCH_KEY\"\n";

/// Both cells accepted, at a server that is not there.
fn at_server() -> Fixture {
    let it = Fixture::new();
    it.write("promptmatrix.toml", SLOT);
    for case in ["login", "refund"] {
        it.answer(case, json!({"category": "billing", "tags": ["b", "a"]}));
        it.accept(case);
    }
    it
}

fn recordings(suite: &Fixture) -> Recordings {
    let settings =
        StoreSettings { recordings: Some("recorded".to_owned()), ..StoreSettings::default() };
    Recordings::open(suite.0.path(), &settings)
}

/// Records what was answered to today's request of a case.
fn record(suite: &Fixture, case: &str, (trial, text): (u32, &str)) {
    let body = json!({"model": "m-2026-01-01", "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}]});
    let response = HttpResponse {
        status: 200,
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
        elapsed: Duration::from_millis(7),
        source: Source::Fresh,
    };
    let request = suite.prepared(case).request().unwrap();
    let at: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    let hash = request.hash();
    let exchange = Exchange { request: &request, hash: &hash, trial, response: &response, at };
    recordings(suite).keep(exchange, |_| None).unwrap();
}

fn file(suite: &Fixture, case: &str) -> PathBuf {
    let hash = suite.prepared(case).hashes.request;
    suite.0.path().join(format!("recorded/{}/{hash}-1.json", hash.short(2)))
}

const SAME: &str = r#"{"category": "billing", "tags": ["b", "a"]}"#;

#[test]
fn a_recorded_answer_like_the_accepted_one_passes_and_needs_no_key() {
    let suite = at_server();
    suite.passes(&[], 2);
    record(&suite, "login", (1, SAME));
    record(&suite, "refund", (1, SAME));
    suite.passes(&[], 2);
}

#[test]
fn a_recorded_answer_that_differs_fails_its_test_alone_with_before_and_after() {
    let suite = at_server();
    record(&suite, "login", (1, r#"{"category": "account", "tags": ["b", "a"]}"#));
    record(&suite, "refund", (1, SAME));
    let log = suite.fails(&[
        "---- triage::login::swift ----",
        "enum-value-changed  /category\n    - \"billing\"\n    + \"account\"\n",
        "in what was recorded at 2026-11-20T08:00:00Z",
        "next  promptmatrix run triage/login@swift --offline, then   promptmatrix accept triage/login@swift",
        "1 passed; 1 failed",
    ]);
    assert!(!log.contains("---- triage::refund"), "{log}");
}

#[test]
fn the_gate_says_what_a_recorded_answer_fails_by() {
    let suite = at_server();
    let reworded = r#"{"category": "account", "tags": ["b", "a"]}"#;
    record(&suite, "login", (1, reworded));
    suite.write("promptmatrix.toml", &format!("{SLOT}[gate]\nstrictness = \"schema\"\n"));
    suite.passes(&[], 2);
}

#[test]
fn a_recorded_answer_that_is_no_json_or_breaks_a_rule_says_why() {
    let suite = at_server();
    record(&suite, "login", (1, "I am sorry."));
    record(&suite, "refund", (1, r#"{"category": "account", "tags": []}"#));
    suite.fails(&[
        "refused",
        "next  promptmatrix explain refused",
        "expectation-failed  /category",
        "next  promptmatrix explain expectation-failed",
        "0 passed; 2 failed",
    ]);
}

#[test]
fn samples_are_judged_together_and_those_that_are_missing_say_nothing() {
    let suite = at_server();
    suite.write("promptmatrix.toml", &format!("{SLOT}[run]\nsamples = 3\n"));
    record(&suite, "login", (1, SAME));
    record(&suite, "login", (3, SAME));
    suite.passes(&["login"], 1);
    record(&suite, "login", (2, "I am sorry."));
    suite.passes(&["login"], 1);
    record(&suite, "login", (1, "I am sorry."));
    record(&suite, "login", (3, "I am sorry."));
    suite.fails(&["refused"]);
}

#[test]
fn a_recording_of_another_request_is_not_looked_at() {
    let suite = at_server();
    record(&suite, "login", (1, "I am sorry."));
    suite.replace("prompts/triage.md", "I cannot log in.", "I cannot log out.");
    let log = suite.fails(&["skipped  not asked since the prompt changed"]);
    assert!(!log.contains("not-json"), "{log}");
}

#[test]
fn a_recording_that_was_edited_fails_its_test_alone() {
    let suite = at_server();
    record(&suite, "login", (1, SAME));
    record(&suite, "refund", (1, SAME));
    let path = file(&suite, "login");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"elapsed_ms\": 7", "\"elapsed_ms\": 8")).unwrap();
    suite.fails(&[
        "---- triage::login::swift ----",
        "edited after it was recorded",
        "1 passed; 1 failed",
    ]);
    suite.passes(&["--exact", "triage::refund::swift"], 1);
}

#[test]
fn the_demo_provider_is_judged_by_its_snapshot() {
    let suite = Fixture::accepted();
    let config = format!("{CONFIG}[store]\nrecordings = \"recorded\"\n");
    suite.write("promptmatrix.toml", &config);
    record(&suite, "login", (1, "I am sorry."));
    suite.passes(&[], 2);
}
