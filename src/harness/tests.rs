//! The harness at work on a suite in a folder of its own; what it prints goes into a log file.

mod recorded;

use std::fs;
use std::process::ExitCode;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::domain::{Accepted, Shard, SnapshotMeta};
use crate::run::{Prepared, Schemas, prepare_cell};
use crate::store::{Commit, Snapshots};
use crate::suite::load;

const CONFIG: &str = "version = 1\n[models.swift]\nprovider = \"demo\"\nid = \"demo-2026-01-01\"\n";
const SCHEMA: &str = r#"{"type": "object", "required": ["category", "tags"], "properties": {
    "category": {"enum": ["billing", "account"]}, "tags": {"type": "array", "items": {"type": "string"}}, "id": {"type": "string"}}}"#;
const PROMPT: &str = r#"+++
schema = "schemas/triage.json"
[[case]]
name = "login"
input = "I cannot log in."
[[case]]
name = "refund"
input = "Charged twice."
expect = { "/category" = "billing" }
+++
You triage support mail.
"#;

/// A suite of two cells.
struct Fixture(TempDir);

impl Fixture {
    fn new() -> Self {
        let it = Self(TempDir::new().unwrap());
        it.write("promptmatrix.toml", CONFIG);
        it.write("schemas/triage.json", SCHEMA);
        it.write("prompts/triage.md", PROMPT);
        it
    }

    /// The same, with an answer accepted for both cells.
    fn accepted() -> Self {
        let it = Self::new();
        for case in ["login", "refund"] {
            it.answer(case, json!({"category": "billing", "tags": ["b", "a"]}));
            it.accept(case);
        }
        it
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn replace(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.0.path().join(file)).unwrap();
        assert!(text.contains(from), "no `{from}` in {file}");
        self.write(file, &text.replace(from, to));
    }

    /// A cell as it would be asked today.
    fn prepared(&self, case: &str) -> Prepared {
        let suite = load(&self.0.path().join("promptmatrix.toml"), None).unwrap().suite;
        let cell = suite.cells.iter().find(|cell| cell.id == id(case)).unwrap();
        prepare_cell(cell, None, &Arc::new(Schemas::default())).unwrap()
    }

    /// Puts an answer to today's request of a case up for a decision.
    fn answer(&self, case: &str, value: Value) {
        let Prepared { cell, hashes, .. } = self.prepared(case);
        let meta = SnapshotMeta {
            requested: cell.model.id.clone(),
            served: None,
            api_version: None,
            structured: cell.model.structured,
            prompt: hashes.prompt,
            schema: hashes.schema,
            parameters: hashes.parameters,
            lowering: hashes.lowering,
            rules: None,
            how: None,
            trials: 1,
        };
        let answer = Accepted { value: value.into(), meta };
        let mut commit = Commit::begin(self.0.path()).unwrap();
        let snapshots = Snapshots::open(self.0.path());
        snapshots.write_pending(&mut commit, &cell.id, &answer, "prompts/triage.md").unwrap();
        commit.finish().unwrap();
    }

    fn accept(&self, case: &str) {
        let mut commit = Commit::begin(self.0.path()).unwrap();
        let answer = Snapshots::open(self.0.path()).pending(&id(case)).unwrap().unwrap();
        Snapshots::take(&mut commit, &id(case), &answer, "prompts/triage.md");
        commit.finish().unwrap();
    }

    /// What the tests say with these arguments, and whether all passed.
    fn run(&self, arguments: &[&str]) -> (String, bool) {
        self.run_in(Environment::default(), arguments)
    }

    fn run_in(&self, environment: Environment, arguments: &[&str]) -> (String, bool) {
        let log = self.0.path().join("log");
        let environment = Environment { package: Some(self.0.path().to_owned()), ..environment };
        let given = ["matrix", "--logfile", log.to_str().unwrap()];
        let all = given.iter().chain(arguments).map(OsString::from);
        let code = run(Path::new(""), &environment, all);
        (fs::read_to_string(log).unwrap(), code == ExitCode::SUCCESS)
    }

    fn passes(&self, arguments: &[&str], count: usize) {
        let (log, passed) = self.run(arguments);
        assert!(passed && log.contains(&format!("{count} passed; 0 failed")), "{log}");
    }

    fn fails(&self, texts: &[&str]) -> String {
        let (log, passed) = self.run(&[]);
        assert!(!passed, "{log}");
        for text in texts {
            assert!(log.contains(text), "no `{text}` in:\n{log}");
        }
        log
    }
}

fn id(case: &str) -> crate::domain::CellId {
    format!("triage/{case}@swift").parse().unwrap()
}

const NEXT: &str =
    "next  promptmatrix run triage/refund@swift, then   promptmatrix accept triage/refund@swift";

#[test]
fn a_snapshot_that_fits_passes() {
    Fixture::accepted().passes(&[], 2);
}

#[test]
fn a_cell_without_snapshot_fails_by_name_with_the_next_command() {
    let suite = Fixture::accepted();
    fs::remove_file(suite.0.path().join("snapshots/triage/refund@swift.snap")).unwrap();
    let log = suite.fails(&[
        "---- triage::refund::swift ----",
        "there is no snapshot: snapshots/triage/refund@swift.snap",
        "case  prompts/triage.md:7",
        NEXT,
        "1 passed; 1 failed",
    ]);
    assert!(!log.contains("---- triage::login::swift"), "{log}");
}

#[test]
fn a_schema_that_became_stricter_fails_with_kind_and_place() {
    let suite = Fixture::accepted();
    suite.replace("schemas/triage.json", r#"["billing", "#, "[");
    suite.fails(&[
        "schema-violation  /category\n",
        "\"billing\"",
        "skipped  not asked since the schema changed",
        "0 passed; 2 failed",
        NEXT,
    ]);
}

#[test]
fn an_expectation_that_changed_fails_and_nothing_is_stale() {
    let suite = Fixture::accepted();
    suite.replace("prompts/triage.md", r#""/category" = "billing""#, r#""/category" = "account""#);
    let log = suite.fails(&["expectation-failed  /category\n", "1 passed; 1 failed", NEXT]);
    assert!(!log.contains("skipped"), "{log}");
}

#[test]
fn what_shapes_the_answer_is_named_when_it_changed() {
    let suite = Fixture::accepted();
    suite.replace("prompts/triage.md", "Charged twice.", "Charged thrice.");
    suite.fails(&["skipped  not asked since the prompt changed\n", "1 passed; 1 failed"]);
    suite.replace("promptmatrix.toml", "2026-01-01\"", "2026-02-02\"\ntemperature = 0.5");
    suite.fails(&[
        "not asked since the parameters changed",
        "not asked since the model changed: demo-2026-01-01 → demo-2026-02-02",
        "0 passed; 2 failed",
    ]);
}

#[test]
fn what_the_suite_leaves_out_of_snapshots_is_not_missed_there() {
    let suite = Fixture::new();
    let compare = "[compare]\nignore = [\"/id\", \"/meta\"]\nunordered = [\"/tags\"]\n";
    suite.write("promptmatrix.toml", &format!("{CONFIG}{compare}"));
    suite.replace("schemas/triage.json", r#"["category", "#, r#"["id", "category", "#);
    let expect = r#"{ "/id" = "x", "/meta/at" = 1, "/tags" = ["b", "a"], "/tags/0" = "b" }"#;
    suite.replace("prompts/triage.md", r#"{ "/category" = "billing" }"#, expect);
    for case in ["login", "refund"] {
        suite.answer(case, json!({"category": "billing", "tags": ["a", "b"]}));
        suite.accept(case);
    }
    suite.passes(&[], 2);
    suite.replace("prompts/triage.md", r#""/tags" = ["b", "a"]"#, r#""/tags" = ["c", "a"]"#);
    suite.fails(&["expectation-failed  /tags\n", "1 passed; 1 failed"]);
}

#[test]
fn a_pending_answer_that_would_hold_is_what_to_accept() {
    let suite = Fixture::accepted();
    suite.replace("prompts/triage.md", "Charged twice.", "Charged thrice.");
    suite.answer("refund", json!({"category": "billing", "tags": []}));
    suite.fails(&["next  promptmatrix accept triage/refund@swift   takes the answer that waits"]);
    suite.answer("refund", json!({"category": "account", "tags": []}));
    suite.fails(&["the answer in .snap.new does not hold either"]);
}

#[test]
fn a_snapshot_that_cannot_be_read_fails_its_own_test_only() {
    let suite = Fixture::accepted();
    suite.write("snapshots/triage/refund@swift.snap", "<<<<<<< HEAD\n");
    suite.fails(&[
        "snapshot::conflict",
        "snapshots/triage/refund@swift.snap",
        "1 passed; 1 failed",
    ]);
}

#[test]
fn a_list_has_the_tests_and_reads_no_snapshot() {
    let suite = Fixture::new();
    let list = "triage::login::swift: test\ntriage::refund::swift: test\n";
    assert_eq!(suite.run(&["--list", "--format", "terse"]), (list.to_owned(), true));
    assert_eq!(suite.run(&["--list", "--format", "terse", "--ignored"]), (String::new(), true));
}

#[test]
fn filters_pick_by_part_of_the_name_by_the_whole_name_and_several_at_once() {
    let suite = Fixture::accepted();
    suite.passes(&["refund"], 1);
    suite.passes(&["--exact", "triage::refund::swift"], 1);
    suite.passes(&["--exact", "refund"], 0);
    suite.passes(&["--skip", "refund", "--no-capture", "--test-threads", "1"], 1);
    suite.passes(&["refund", "login"], 2);
    suite.passes(&["refund", "nothing", "-q", "nobody"], 1);
    suite.passes(&["--exact", "refund", "triage::login::swift"], 1);
}

#[test]
fn a_filter_reads_only_the_snapshots_that_it_names() {
    let suite = Fixture::accepted();
    suite.write("snapshots/triage/login@swift.snap", "not a snapshot");
    suite.passes(&["--exact", "triage::refund::swift"], 1);
}

#[test]
fn each_cell_is_judged_in_one_of_the_shards_that_a_scheduler_names() {
    let suite = Fixture::new();
    let status = suite.0.path().join("status");
    let listed = Shard::all(3).map(|shard| {
        let shard_status = Some(status.clone());
        let environment =
            Environment { shard: Some(shard), shard_status, ..Environment::default() };
        suite.run_in(environment, &["--list", "--format", "terse"]).0
    });
    let listed: String = listed.collect();
    assert_eq!(listed, suite.run(&["--list", "--format", "terse"]).0);
    assert!(status.is_file());
}

#[test]
fn a_broken_suite_is_one_failing_test_whatever_the_filter() {
    let suite = Fixture::accepted();
    suite.replace("promptmatrix.toml", "provider", "providr");
    for arguments in [&["refund"][..], &["--skip", "suite"], &["--exact", "triage::refund::swift"]]
    {
        let (log, passed) = suite.run(arguments);
        assert!(!passed && log.contains("---- suite ----"), "{log}");
        assert!(log.contains("config::unknown-key") && log.contains("did you mean"), "{log}");
    }
    let (log, passed) = suite.run(&["--list"]);
    assert!(passed && log.starts_with("suite: test\n"), "{log}");
}

#[test]
fn data_carries_no_styles() {
    let suite = Fixture::new();
    let (log, passed) = suite.run(&["--format", "json"]);
    assert!(!passed && log.contains("there is no snapshot") && !log.contains("[36m"), "{log}");
}

#[test]
fn a_schema_of_many_cells_is_compiled_once() {
    let suite = Fixture::accepted();
    let loaded = load(&suite.0.path().join("promptmatrix.toml"), None).unwrap().suite;
    let schemas = Arc::new(Schemas::default());
    let compiled = loaded
        .cells
        .iter()
        .map(|cell| prepare_cell(cell, None, &schemas).unwrap().validator.unwrap());
    let compiled: Vec<_> = compiled.collect();
    assert!(Arc::ptr_eq(&compiled[0], &compiled[1]));
}

#[test]
fn the_place_may_be_a_config_or_a_folder_and_goes_before_the_environment() {
    let suite = Fixture::new();
    suite.write("inner/x", "");
    let nowhere = Environment {
        package: Some(suite.0.path().to_owned()),
        config: Some("nowhere.toml".into()),
        ..Environment::default()
    };
    assert!(suite_at(Path::new("inner"), &nowhere).is_ok());
    assert!(suite_at(Path::new("promptmatrix.toml"), &nowhere).is_ok());
    assert!(suite_at(Path::new(""), &nowhere).is_err());
}

#[test]
fn a_change_of_the_snapshots_that_was_interrupted_is_ended_first() {
    let suite = Fixture::accepted();
    suite.write(".promptmatrix/commit.new", "{\"format\":1,\"files\":[{\"pa");
    suite.passes(&[], 2);
    assert!(!suite.0.path().join(".promptmatrix/commit.new").exists());
}
