//! Runs are kept, found, and go on.

use std::collections::BTreeMap;

use super::*;
use crate::domain::{Sink, Totals};
use crate::store::journal::tests::{entry, head};

fn now() -> Timestamp {
    "2026-11-23T20:46:35.123Z".parse().unwrap()
}

fn asking(question: &[u8], started: Timestamp) -> RunHead {
    RunHead { started, question: Some(Hash::of_bytes(question)), ..head("") }
}

fn record(id: &str) -> RunRecord {
    RunRecord {
        format: RunRecord::FORMAT,
        id: id.to_owned(),
        tool: "0.1.0".to_owned(),
        started: now(),
        finished: now(),
        suite: Hash::of_bytes(b"suite"),
        profile: None,
        selection: Vec::new(),
        upgrade: None,
        interrupted: false,
        over_budget: false,
        ci: false,
        evidence: None,
        exit_code: 0,
        retiring: Vec::new(),
        prices: None,
        totals: Totals::default(),
        models: BTreeMap::new(),
        routes: BTreeMap::new(),
        cells: Vec::new(),
        groups: Vec::new(),
        columns: Vec::new(),
    }
}

#[test]
fn a_run_is_kept_and_found_by_the_beginning_of_its_id() {
    let root = tempfile::tempdir().unwrap();
    let runs = Runs::open(root.path());
    assert!(runs.latest().unwrap().is_none());
    let mut journal = runs.start(asking(b"q", now()), "suite").unwrap();
    journal.answers(&[entry("a")]).unwrap();
    let id = journal.head().id.clone();
    assert!(id.starts_with("20261123-204635-"), "{id}");
    assert!(runs.latest().unwrap().is_none(), "a run without a record is not finished");
    assert_eq!(runs.answered(&id).unwrap(), 1);
    let path = runs.save(&record(&id)).unwrap();
    assert_eq!(runs.latest().unwrap(), Some(record(&id)));
    assert_eq!(runs.load("2026").unwrap(), record(&id));
    assert_eq!(read_record(&path).unwrap(), record(&id));
    let ignored = root.path().join(".promptmatrix/.gitignore");
    assert_eq!(fs::read_to_string(ignored).unwrap(), "*\n");
}

#[test]
fn runs_sort_as_they_came_whatever_the_clock_says() {
    let root = tempfile::tempdir().unwrap();
    let runs = Runs::open(root.path());
    let hours = [0, 0, 0, 900_000, 1, -700, 0];
    let ids: Vec<String> = hours
        .into_iter()
        .map(|hours| {
            let started = now() + jiff::SignedDuration::from_hours(hours);
            runs.start(asking(b"q", started), "suite").unwrap().head().id.clone()
        })
        .collect();
    assert!(ids.is_sorted_by(|one, two| one < two), "{ids:?}");
    assert!(matches!(runs.begun("2026"), Err(RunError::Ambiguous { ids, .. }) if ids.len() == 3));
    assert!(matches!(runs.load("1999"), Err(RunError::Unknown(_))));
    assert_eq!(runs.prune(2).unwrap(), ids[..5]);
    assert_eq!(runs.ids().unwrap(), ids[5..]);
}

#[test]
fn a_run_without_a_record_goes_on_and_stays_while_anybody_asks() {
    let root = tempfile::tempdir().unwrap();
    let runs = Runs::open(root.path());
    let (question, other) = (Hash::of_bytes(b"q"), Hash::of_bytes(b"other"));
    assert_eq!(runs.interrupted().unwrap(), None);
    let mut journal = runs.start(asking(b"q", now()), "suite").unwrap();
    journal.answers(&[entry("a")]).unwrap();
    let known = journal.head().clone();
    drop(journal);
    assert_eq!(runs.interrupted().unwrap(), Some(known.clone()));
    let newest = |since| runs.newest_of(&question, since).unwrap();
    assert_eq!(newest(now()), Some((known.clone(), RunEnd::Interrupted)));
    assert_eq!(newest(now() + jiff::SignedDuration::from_secs(1)), None);
    assert_eq!(runs.newest_of(&other, now()).unwrap(), None);
    let lock = RunLock::take(root.path(), None, std::time::Duration::ZERO).unwrap();
    assert_eq!(runs.prune(0).unwrap(), [""; 0]);
    drop(lock);
    let Reopened { mut journal, entries, damaged } = runs.reopen(&known.id).unwrap();
    assert_eq!((entries, damaged), (vec![entry("a")], vec![]));
    journal.answers(&[entry("b")]).unwrap();
    let stopped = RunRecord { interrupted: true, ..record(&known.id) };
    runs.save(&stopped).unwrap();
    assert_eq!(newest(now()), Some((known.clone(), RunEnd::Interrupted)));
    assert_eq!(runs.reopen(&known.id).unwrap().entries.len(), 2);
    assert!(runs.list().unwrap().is_empty(), "what was found when it was stopped holds no more");
    runs.save(&record(&known.id)).unwrap();
    assert_eq!(newest(now()), Some((known.clone(), RunEnd::Whole)));
    assert_eq!(runs.prune(0).unwrap(), [known.id]);
}

#[test]
fn equal_input_gives_an_equal_id() {
    assert_eq!(run_id(now(), "a"), run_id(now(), "a"));
    assert_ne!(run_id(now(), "a"), run_id(now(), "b"));
}

#[test]
fn a_record_of_a_newer_version_asks_for_an_update() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("run.json");
    fs::write(&path, "{\"format\": 2, \"unheard\": of}").unwrap();
    assert!(matches!(read_record(&path), Err(RunError::Broken { line: 1, .. })));
    fs::write(&path, "{\"format\": 2, \"unheard\": 1}").unwrap();
    let error = read_record(&path).unwrap_err().to_string();
    assert!(error.contains("newer") && error.contains("update"), "{error}");
}

#[test]
fn an_id_cannot_lead_out_of_the_folder() {
    let root = tempfile::tempdir().unwrap();
    let error = Runs::open(root.path()).save(&record("../../etc")).unwrap_err();
    assert!(matches!(error, RunError::BadId(_)));
}

#[test]
fn the_next_id_sorts_right_after_the_last() {
    let next = |last: &str| after(last, "20261123-204635-0000".into());
    assert_eq!(next("20261123-204634-ffff"), "20261123-204635-0000");
    assert_eq!(next("20261123-204635-fffe"), "20261123-204635-ffff");
    assert_eq!(next("20261123-204635-ffff"), "20261123-204635-ffff-0000");
    assert_eq!(next("20261123-204635-ffff-0000"), "20261123-204635-ffff-0001");
    assert_eq!(next("imported"), "imported-0000");
}
