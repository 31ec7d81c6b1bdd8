//! The folder of snapshots, from the outside.

use serde_json::{Value, json};

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
    Accepted { value, meta }
}

#[test]
fn accepting_moves_the_pending_answer_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::open(root.path());
    let refund = cell("triage/refund@flagship");
    assert!(snapshots.accepted(&refund).unwrap().is_none());
    assert!(matches!(snapshots.accept(&refund), Err(SnapshotError::NotPending(_))));
    let one = answer(json!({"category": "billing"}));
    assert!(snapshots.write_pending(&refund, &one, "prompts/triage.md").unwrap());
    assert!(!snapshots.write_pending(&refund, &one, "prompts/triage.md").unwrap());
    let folder = root.path().join("snapshots/triage");
    let pending = fs::read(folder.join("refund@flagship.snap.new")).unwrap();
    assert_eq!(snapshots.accept(&refund).unwrap(), one);
    assert_eq!(fs::read(folder.join("refund@flagship.snap")).unwrap(), pending);
    assert!(!folder.join("refund@flagship.snap.new").exists());
    assert_eq!(snapshots.accepted(&refund).unwrap(), Some(one));
}

#[test]
fn rejecting_leaves_the_accepted_answer_alone() {
    let root = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::open(root.path());
    let refund = cell("triage/refund@flagship");
    snapshots.write_pending(&refund, &answer(json!(1)), "prompts/triage.md").unwrap();
    snapshots.accept(&refund).unwrap();
    snapshots.write_pending(&refund, &answer(json!(2)), "prompts/triage.md").unwrap();
    assert_eq!(snapshots.pending(&refund).unwrap(), Some(answer(json!(2))));
    snapshots.reject(&refund).unwrap();
    assert_eq!(snapshots.accepted(&refund).unwrap(), Some(answer(json!(1))));
    assert!(snapshots.pending(&refund).unwrap().is_none());
    assert!(matches!(snapshots.reject(&refund), Err(SnapshotError::NotPending(_))));
}

#[test]
fn strays_are_named_and_never_touched() {
    let root = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::open(root.path());
    let (old, kept) = (cell("gone/a@b"), cell("triage/refund@flagship"));
    for cell in [&kept, &old] {
        snapshots.write_pending(cell, &answer(json!(1)), "prompts/x.md").unwrap();
        snapshots.accept(cell).unwrap();
    }
    snapshots.write_pending(&kept, &answer(json!(2)), "prompts/x.md").unwrap();
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
    assert_eq!(snapshots.prune(&[old]).unwrap(), ["snapshots/gone/a@b.snap"]);
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
fn a_writer_that_finds_the_lock_taken_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let snapshots = Snapshots { patience: Duration::ZERO, ..Snapshots::open(root.path()) };
    let refund = cell("triage/refund@flagship");
    let held = snapshots.lock().unwrap();
    let refused = snapshots.write_pending(&refund, &answer(json!(1)), "prompts/x.md");
    assert!(matches!(refused, Err(SnapshotError::File(_))));
    drop(held);
    assert!(snapshots.write_pending(&refund, &answer(json!(1)), "prompts/x.md").unwrap());
}
