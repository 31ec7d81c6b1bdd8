//! The answers of all runs, one by one: read as a stream, so that a million of them need no more room
//! than one.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::files::FileError;
use super::run_error::RunError;
use crate::domain::{CellId, Pico, RecordedCall, RunHead, Slot, Source, Upgrade, Usage};

/// What is read of a run's record; its cells are passed over.
#[derive(Deserialize)]
struct Head {
    id: String,
    #[serde(default)]
    upgrade: Option<Upgrade>,
    #[serde(default)]
    models: BTreeMap<Slot, Model>,
}

#[derive(Deserialize)]
struct Model {
    requested: String,
}

/// What is read of a line of a journal.
#[derive(Deserialize)]
struct Line<'l> {
    format: u32,
    cell: CellId,
    #[serde(borrow)]
    trial: Trial<'l>,
}

#[derive(Deserialize)]
struct Trial<'l> {
    number: u32,
    at: Timestamp,
    #[serde(default)]
    source: Source,
    latency_ms: u64,
    attempts: Vec<Attempt>,
    #[serde(default)]
    cause: Option<IgnoredAny>,
    #[serde(default, borrow)]
    value: Option<&'l RawValue>,
    #[serde(default)]
    usage: Option<Usage>,
    identity: Identity,
    #[serde(default)]
    usd_pico: Option<Pico>,
    #[serde(default)]
    priced_by_family: bool,
}

#[derive(Deserialize)]
struct Attempt {
    #[serde(default)]
    error: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Identity {
    #[serde(default)]
    served: Option<String>,
}

/// Newest version of a journal's line that can be read.
const FORMAT: u32 = 1;

/// The head of a run, from its record; of a run that was cut short only the id is known.
pub(super) fn head(id: &str, record: &Path) -> Result<RunHead, RunError> {
    let file = match File::open(record) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(RunHead { id: id.to_owned(), ..RunHead::default() });
        }
        Err(error) => return Err(FileError::new("read", record)(error).into()),
    };
    let head: Head = serde_json::from_reader(BufReader::new(file))
        .map_err(|error| broken(record, error.line(), &error))?;
    let requested = head.models.into_iter().map(|(slot, model)| (slot, model.requested));
    Ok(RunHead { id: head.id, upgrade: head.upgrade, requested: requested.collect() })
}

/// Gives each answer of a journal. A last line without its end did not count yet, and is left out.
pub(super) fn each(
    journal: &Path,
    mut take: impl FnMut(&RecordedCall<'_>),
) -> Result<(), RunError> {
    let file = match File::open(journal) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(FileError::new("read", journal)(error).into()),
    };
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        number += 1;
        let length =
            reader.read_until(b'\n', &mut line).map_err(FileError::new("read", journal))?;
        if length == 0 || line.last() != Some(&b'\n') {
            return Ok(());
        }
        if line.len() > 1 {
            take(&call(journal, number, &line)?);
        }
    }
}

fn call<'l>(journal: &Path, number: usize, line: &'l [u8]) -> Result<RecordedCall<'l>, RunError> {
    let Line { format, cell, trial } =
        serde_json::from_slice(line).map_err(|error| broken(journal, number, &error))?;
    if format > FORMAT {
        return Err(RunError::Newer { file: journal.to_owned(), format });
    }
    let failed = trial.attempts.iter().filter(|attempt| attempt.error.is_some()).count();
    Ok(RecordedCall {
        cell,
        number: trial.number,
        at: trial.at,
        replayed: trial.source.recorded_at().is_some(),
        latency_ms: trial.latency_ms,
        answered: failed < trial.attempts.len().max(usize::from(trial.usage.is_some())),
        failed: failed as u64,
        valid: trial.cause.is_none() && trial.value.is_some(),
        value: trial.value.map(RawValue::get),
        usage: trial.usage,
        served: trial.identity.served,
        cost: trial.usd_pico,
        by_family: trial.priced_by_family,
    })
}

fn broken(file: &Path, line: usize, error: &serde_json::Error) -> RunError {
    RunError::Broken { file: file.to_owned(), line: line.max(1), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    fn line(case: &str, more: &serde_json::Value) -> String {
        let mut trial = json!({
            "number": 1, "at": "2026-11-23T20:46:35Z", "latency_ms": 12,
            "attempts": [{"status": 503, "error": "down", "latency_ms": 1}, {"status": 200, "latency_ms": 12}],
            "strict": true, "value": {"model": "swift"}, "stop": "complete", "text": "…",
            "identity": {"served": "m-1"}, "usage": {"input": 300, "output": 40},
            "usd_pico": "8000000000",
        });
        for (key, value) in more.as_object().unwrap() {
            trial[key] = value.clone();
        }
        let cell = format!("triage/{case}@flagship");
        json!({"format": 1, "cell": cell, "request": "ab", "trial": trial}).to_string()
    }

    fn read(text: &str) -> Result<Vec<String>, RunError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.jsonl");
        fs::write(&path, text).unwrap();
        let mut seen = Vec::new();
        each(&path, |call| seen.push(format!("{call:?}"))).map(|()| seen)
    }

    #[test]
    fn an_answer_is_read_as_far_as_its_cost_depends_on_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.jsonl");
        let gone = json!({"attempts": [{"error": "down", "latency_ms": 1}], "cause": "transport",
            "value": null, "usage": null, "usd_pico": null});
        let replayed = json!({"source": {"replayed": {"recorded_at": "2026-11-22T20:46:35Z"}}});
        let text =
            [line("a", &json!({})), line("b", &gone), line("c", &replayed)].join("\n") + "\n";
        fs::write(&path, text).unwrap();
        let mut calls = 0;
        each(&path, |call| {
            calls += 1;
            match call.cell.case.as_str() {
                "a" => {
                    assert_eq!((call.answered, call.failed, call.valid), (true, 1, true));
                    assert_eq!(call.cost, Some(Pico::new(8_000_000_000)));
                    assert_eq!(call.value, Some(r#"{"model":"swift"}"#));
                    assert_eq!(call.served.as_deref(), Some("m-1"));
                    assert!(!call.replayed);
                }
                "b" => assert_eq!((call.answered, call.failed, call.valid), (false, 1, false)),
                _ => assert!(call.replayed && call.usage.is_some()),
            }
        })
        .unwrap();
        assert_eq!(calls, 3);
    }

    #[test]
    fn a_torn_line_is_left_out_and_a_broken_one_is_named() {
        let good = line("a", &json!({}));
        assert_eq!(read(&format!("{good}\n{}", &good[..40])).unwrap().len(), 1);
        let error = read(&format!("{good}\n{{\"format\": oops\n{good}\n")).unwrap_err().to_string();
        assert!(error.contains("cells.jsonl:2"), "{error}");
        let newer = good.replace("\"format\":1", "\"format\":9");
        assert!(matches!(read(&format!("{newer}\n")), Err(RunError::Newer { format: 9, .. })));
        assert!(read("").unwrap().is_empty());
    }

    #[test]
    fn a_run_without_a_record_is_known_by_its_id() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.json");
        assert_eq!(head("r", &path).unwrap(), RunHead { id: "r".into(), ..RunHead::default() });
        let record = json!({
            "format": 1, "id": "r", "cells": [{"anything": 1}],
            "models": {"m": {"provider": "demo", "requested": "x-1", "served": []}},
            "upgrade": {"slot": "m", "from": "x-1", "to": "x-2"},
        });
        fs::write(&path, record.to_string()).unwrap();
        let head = head("r", &path).unwrap();
        assert_eq!(head.requested[&Slot::new("m").unwrap()], "x-1");
        assert_eq!(head.upgrade.unwrap().to, "x-2");
    }
}
