//! The real cargo-insta on our pending snapshots.
//!
//! Passes with a visible line where cargo-insta is not installed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Once;

use promptmatrix::domain::{Accepted, CellId, Hash, SnapshotMeta, Structured};
use promptmatrix::store::{Commit, Snapshots};
use serde_json::{Value, json};

static SKIPPED: Once = Once::new();

fn cell(text: &str) -> CellId {
    text.parse().unwrap()
}

fn answer(value: Value) -> Accepted {
    let meta = SnapshotMeta {
        // Texts that insta has to quote, and one that looks like a number.
        requested: "org/model:free".into(),
        served: Some("2024".into()),
        api_version: Some("2023-06-01".into()),
        structured: Structured::JsonObject,
        prompt: Hash::from("1234567890123456".to_owned()),
        schema: Some(Hash::from("5f0c1e2d3a4b5c6d".to_owned())),
        parameters: Hash::from("12345678901234e5".to_owned()),
        lowering: None,
        rules: None,
        how: None,
        trials: 3,
    };
    Accepted { value: value.into(), meta }
}

fn stage_pending(root: &Path, cell: &CellId, value: Value) {
    let mut commit = Commit::begin(root).unwrap();
    let (snapshots, answer) = (Snapshots::open(root), answer(value));
    snapshots.write_pending(&mut commit, cell, &answer, "prompts/triage.md").unwrap();
    commit.finish().unwrap();
}

fn accept(root: &Path, cell: &CellId) -> Accepted {
    let mut commit = Commit::begin(root).unwrap();
    let accepted = Snapshots::open(root).pending(cell).unwrap().unwrap();
    Snapshots::take(&mut commit, cell, &accepted, "prompts/triage.md");
    commit.finish().unwrap();
    accepted
}

/// A suite inside the smallest package that cargo-insta accepts.
fn suite() -> (tempfile::TempDir, Snapshots) {
    let root = tempfile::tempdir().unwrap();
    let package = "[package]\nname = \"suite\"\nversion = \"0.0.0\"\n[lib]\npath = \"lib.rs\"\n";
    fs::write(root.path().join("Cargo.toml"), package).unwrap();
    fs::write(root.path().join("lib.rs"), "").unwrap();
    fs::write(root.path().join(".gitignore"), "*.snap.new\n").unwrap();
    fs::create_dir(root.path().join("prompts")).unwrap();
    fs::write(root.path().join("prompts/triage.md"), "Sort it.").unwrap();
    let snapshots = Snapshots::open(root.path());
    let refund = cell("triage/refund@flagship");
    stage_pending(root.path(), &refund, json!({"a": 1}));
    accept(root.path(), &refund);
    stage_pending(root.path(), &refund, json!({"a": 2}));
    stage_pending(root.path(), &cell("triage/outage@cheap"), json!("---\n"));
    (root, snapshots)
}

/// Runs `cargo insta`; `None` where it is not installed.
fn insta(root: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(env!("CARGO"));
    command.arg("insta").args(arguments).current_dir(root);
    command.env("CARGO_NET_OFFLINE", "true").env("NO_COLOR", "1").env("INSTA_WORKSPACE_ROOT", root);
    for inherited in ["CI", "CARGO_TARGET_DIR", "RUSTUP_TOOLCHAIN", "INSTA_UPDATE"] {
        command.env_remove(inherited);
    }
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    if text.contains("no such command") {
        // Past the capture of `cargo test`, which would hide the line of a test that passes.
        let line = b"skipped: cargo-insta is not installed (cargo install cargo-insta)\n";
        SKIPPED.call_once(|| std::io::stderr().write_all(line).unwrap());
        return None;
    }
    assert!(status.success(), "cargo insta {arguments:?}: {text}");
    Some(text)
}

fn file(root: &Path, name: &str) -> String {
    fs::read_to_string(root.join("snapshots").join(name)).unwrap()
}

#[test]
fn cargo_insta_finds_our_pending_snapshots() {
    let (root, _) = suite();
    let Some(text) = insta(root.path(), &["pending-snapshots"]) else { return };
    assert!(text.contains("refund@flagship.snap"), "{text}");
    assert!(text.contains("outage@cheap.snap"), "{text}");
}

#[test]
fn cargo_insta_accepts_exactly_as_we_do() {
    let (root, theirs) = suite();
    if insta(root.path(), &["accept"]).is_none() {
        return;
    }
    let (own_root, _) = suite();
    for (id, value) in
        [("triage/refund@flagship", json!({"a": 2})), ("triage/outage@cheap", json!("---\n"))]
    {
        let name = format!("{id}.snap");
        assert_eq!(accept(own_root.path(), &cell(id)), answer(value.clone()));
        assert_eq!(file(root.path(), &name), file(own_root.path(), &name));
        assert_eq!(theirs.accepted(&cell(id)).unwrap(), Some(answer(value)));
        assert!(theirs.pending(&cell(id)).unwrap().is_none());
    }
}

#[test]
fn cargo_insta_rejects_as_we_do() {
    let (root, snapshots) = suite();
    let before = file(root.path(), "triage/refund@flagship.snap");
    if insta(root.path(), &["reject"]).is_none() {
        return;
    }
    assert_eq!(file(root.path(), "triage/refund@flagship.snap"), before);
    assert!(snapshots.pending(&cell("triage/refund@flagship")).unwrap().is_none());
    assert!(snapshots.accepted(&cell("triage/outage@cheap")).unwrap().is_none());
}

#[test]
fn cargo_insta_shows_what_would_change() {
    let (root, snapshots) = suite();
    // Without a terminal `review` shows the snapshots it is given and decides nothing.
    let shown = ["review", "--snapshot", "refund@flagship.snap"];
    let Some(text) = insta(root.path(), &shown) else { return };
    let prompt = "Source: prompts/triage.md";
    for expected in [prompt, "served: \"2024\"", "-  \"a\": 1", "+  \"a\": 2"] {
        assert!(text.contains(expected), "{expected} is not in: {text}");
    }
    assert!(snapshots.pending(&cell("triage/refund@flagship")).unwrap().is_some());
}

#[test]
fn cargo_insta_accepts_one_snapshot_by_its_path() {
    let (root, snapshots) = suite();
    let one = ["accept", "--snapshot", "snapshots/triage/outage@cheap.snap"];
    if insta(root.path(), &one).is_none() {
        return;
    }
    assert!(snapshots.accepted(&cell("triage/outage@cheap")).unwrap().is_some());
    assert!(snapshots.pending(&cell("triage/refund@flagship")).unwrap().is_some());
}
