//! The folder of snapshots, from the outside.

use serde_json::{Value, json};

use std::fs;

use super::*;
use crate::domain::{Hash, SnapshotMeta, Structured};

fn cell(text: &str) -> CellId {
    text.parse().unwrap()
}

fn answer(value: Value) -> Accepted {
    let meta = SnapshotMeta {
        requested: "gpt-4o".into(),
        served: None,
        api_version: None,
        structured: Structured::Native,
        prompt: Hash::from("0000000000000001".to_owned()),
        schema: None,
        parameters: Hash::from("0000000000000002".to_owned()),
        lowering: None,
        rules: None,
        how: None,
        trials: 1,
    };
    Accepted { value: value.into(), meta }
}

/// A change that is finished at once.
fn change<T>(root: &Path, act: impl FnOnce(&mut Commit) -> T) -> T {
    let mut commit = Commit::begin(root).unwrap();
    let done = act(&mut commit);
    commit.finish().unwrap();
    done
}

fn stage_pending(root: &Path, cell: &CellId, answer: &Accepted) {
    change(root, |commit| {
        Snapshots::open(root).write_pending(commit, cell, answer, "prompts/x.md").unwrap();
    });
}

/// Takes what waits.
fn accept(root: &Path, cell: &CellId) -> Accepted {
    let answer = Snapshots::open(root).pending(cell).unwrap().unwrap();
    change(root, |commit| Snapshots::take(commit, cell, &answer, "prompts/x.md"));
    answer
}

#[test]
fn accepting_moves_the_pending_answer_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::open(root.path());
    let refund = cell("triage/refund@flagship");
    assert!(snapshots.accepted(&refund).unwrap().is_none());
    let one = answer(json!({"category": "billing"}));
    stage_pending(root.path(), &refund, &one);
    let folder = root.path().join("snapshots/triage");
    let pending = fs::read(folder.join("refund@flagship.snap.new")).unwrap();
    assert_eq!(accept(root.path(), &refund), one);
    assert_eq!(fs::read(folder.join("refund@flagship.snap")).unwrap(), pending);
    assert!(!folder.join("refund@flagship.snap.new").exists());
    assert_eq!(snapshots.accepted(&refund).unwrap(), Some(one));
}

#[test]
fn rejecting_leaves_the_accepted_answer_alone() {
    let root = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::open(root.path());
    let refund = cell("triage/refund@flagship");
    stage_pending(root.path(), &refund, &answer(json!(1)));
    accept(root.path(), &refund);
    stage_pending(root.path(), &refund, &answer(json!(2)));
    assert_eq!(snapshots.pending(&refund).unwrap(), Some(answer(json!(2))));
    change(root.path(), |commit| Snapshots::clear_pending(commit, &refund));
    assert_eq!(snapshots.accepted(&refund).unwrap(), Some(answer(json!(1))));
    assert!(snapshots.pending(&refund).unwrap().is_none());
}

#[test]
fn strays_are_named_and_never_touched() {
    let root = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::open(root.path());
    let (old, kept) = (cell("gone/a@b"), cell("triage/refund@flagship"));
    for cell in [&kept, &old] {
        stage_pending(root.path(), cell, &answer(json!(1)));
        accept(root.path(), cell);
    }
    stage_pending(root.path(), &kept, &answer(json!(2)));
    let folder = root.path().join("snapshots");
    for stray in ["notes.txt", "ledger.jsonl", "triage/no-slot.snap", "triage/.hidden"] {
        fs::write(folder.join(stray), "x").unwrap();
    }
    let listing = snapshots.list().unwrap();
    let stored: Vec<_> = listing.stored.iter().map(|s| (s.path.as_str(), s.pending)).collect();
    assert_eq!(
        stored,
        [
            ("snapshots/gone/a@b.snap", false),
            ("snapshots/triage/refund@flagship.snap", false),
            ("snapshots/triage/refund@flagship.snap.new", true),
        ]
    );
    assert_eq!(listing.strays, ["snapshots/notes.txt", "snapshots/triage/no-slot.snap"]);
    change(root.path(), |commit| Snapshots::prune(commit, &old));
    assert!(!folder.join("gone").exists(), "an empty folder goes as well");
    assert_eq!(snapshots.list().unwrap().stored.len(), 2);
    assert_eq!(snapshots.list().unwrap().strays, listing.strays);
}

#[test]
fn a_damaged_snapshot_is_never_taken_for_a_missing_one() {
    let root = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::open(root.path());
    let refund = cell("triage/refund@flagship");
    let path = root.path().join("snapshots/triage/refund@flagship.snap");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    for damage in ["", "\u{0}\u{0}", "---\n", "<<<<<<< ours\n"] {
        fs::write(&path, damage).unwrap();
        let error = snapshots.accepted(&refund).unwrap_err();
        let place = error.diagnostic().unwrap().place.as_ref().unwrap();
        assert_eq!(place.file, "snapshots/triage/refund@flagship.snap");
    }
    fs::write(&path, b"---\nsource: \xff\n---\n1\n").unwrap();
    assert!(snapshots.accepted(&refund).is_err());
}

#[test]
fn what_was_accepted_meanwhile_is_not_put_up_again() {
    let root = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::open(root.path());
    let refund = cell("triage/refund@flagship");
    stage_pending(root.path(), &refund, &answer(json!(1)));
    accept(root.path(), &refund);
    stage_pending(root.path(), &refund, &answer(json!(1)));
    assert!(!snapshots.is_pending(&refund));
    stage_pending(root.path(), &refund, &answer(json!(2)));
    assert!(snapshots.is_pending(&refund));
    stage_pending(root.path(), &refund, &answer(json!(1)));
    assert!(!snapshots.is_pending(&refund), "an older answer does not wait in its place");
}
