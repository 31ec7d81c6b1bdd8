//! The answers of all runs, one by one: read as a stream, so that a million of them need no more room
//! than one.

use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::journal::{each_line, head_of, parsed};
use super::run_error::RunError;
use crate::domain::{CellId, Pico, RecordedCall, RunHead, Source, Usage};

/// What is read of a line of a journal.
#[derive(Deserialize)]
struct Line<'l> {
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

/// Gives each answer of a journal, with what its run asks.
pub(super) fn each(
    journal: &Path,
    mut take: impl FnMut(&RunHead, &RecordedCall<'_>),
) -> Result<(), RunError> {
    let mut head = RunHead::default();
    each_line(journal, |line| {
        let json = line.json.ok_or_else(|| RunError::damaged(journal, line.number))?;
        if line.number == 1 {
            head = head_of(journal, json)?;
        } else {
            take(&head, &call(parsed(journal, line.number, json)?));
        }
        Ok(true)
    })
}

fn call(Line { cell, trial }: Line<'_>) -> RecordedCall<'_> {
    let failed = trial.attempts.iter().filter(|attempt| attempt.error.is_some()).count();
    RecordedCall {
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
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;
    use crate::store::journal::seal;
    use crate::store::journal::tests::head;

    fn sealed(content: &impl serde::Serialize) -> String {
        String::from_utf8(seal(content).unwrap()).unwrap()
    }

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
        sealed(&json!({"cell": cell, "request": "ab", "trial": trial}))
    }

    fn read(text: &str) -> Result<Vec<String>, RunError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.jsonl");
        fs::write(&path, sealed(&head("r")) + text).unwrap();
        let mut seen = Vec::new();
        each(&path, |_, call| seen.push(format!("{call:?}"))).map(|()| seen)
    }

    #[test]
    fn an_answer_is_read_as_far_as_its_cost_depends_on_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.jsonl");
        let gone = json!({"attempts": [{"error": "down", "latency_ms": 1}], "cause": "transport",
            "value": null, "usage": null, "usd_pico": null});
        let replayed = json!({"source": {"replayed": {"recorded_at": "2026-11-22T20:46:35Z"}}});
        let lines = [line("a", &json!({})), line("b", &gone), line("c", &replayed)];
        fs::write(&path, sealed(&head("r")) + &lines.concat()).unwrap();
        let mut calls = 0;
        each(&path, |head, call| {
            assert_eq!(head.id, "r");
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
    fn a_torn_line_is_left_out_and_a_damaged_one_is_named() {
        let good = line("a", &json!({}));
        assert_eq!(read(&format!("{good}{}", &good[..40])).unwrap().len(), 1);
        let flipped = good.replace("swift", "swiff");
        let error = read(&format!("{good}{flipped}{good}")).unwrap_err().to_string();
        assert!(error.contains("cells.jsonl:3") && error.contains("checksum"), "{error}");
        assert!(read("").unwrap().is_empty());
    }
}
