//! A run as one line of the ledger: sums by slot, without its answers.

use std::collections::BTreeMap;

use crate::domain::{
    CellRecord, Hash, LedgerEvent, LedgerLine, ModelRecord, RunKind, RunRecord, RunSummary, Slot,
    SlotSummary, SnapshotMeta, Usage,
};

/// Name of the profile whose runs are the nightly ones.
const NIGHTLY: &str = "nightly";

/// The line of a run. Equal records give equal lines; `git` is the commit that was checked out.
pub(crate) fn summary(record: &RunRecord, git: Option<&str>) -> LedgerLine {
    let slots =
        record.models.iter().map(|(slot, model)| (slot.clone(), column(record, slot, model)));
    let span = record.finished.duration_since(record.started).as_secs();
    let run = RunSummary {
        run: record.id.clone(),
        kind: kind(record),
        cells: record.cells.len(),
        trials: record.totals.trials,
        replayed: record.totals.replayed,
        calls: record.totals.calls,
        bill: record.totals.bill,
        prices: record.prices.as_ref().map(|prices| short(&prices.hash)),
        wall_s: span.try_into().unwrap_or_default(),
        suite: short(&record.suite),
        profile: record.profile.clone(),
        git: git.map(str::to_owned),
        exit_code: record.exit_code,
        slots: slots.collect(),
    };
    LedgerLine::new(record.started, LedgerEvent::Run(run))
}

fn short(hash: &Hash) -> Hash {
    hash.short(SnapshotMeta::DIGITS).to_owned().into()
}

fn kind(record: &RunRecord) -> RunKind {
    if record.upgrade.is_some() {
        RunKind::Upgrade
    } else if record.totals.calls == 0 && record.totals.replayed > 0 {
        RunKind::Replay
    } else if record.profile.as_deref() == Some(NIGHTLY) {
        RunKind::Nightly
    } else if record.ci {
        RunKind::Ci
    } else {
        RunKind::Local
    }
}

fn column(record: &RunRecord, slot: &Slot, model: &ModelRecord) -> SlotSummary {
    let mine: Vec<&CellRecord> =
        record.cells.iter().filter(|cell| cell.cell.model == *slot).collect();
    let mut cells = BTreeMap::new();
    for cell in &mine {
        *cells.entry(cell.status).or_default() += 1;
    }
    let trials = || mine.iter().flat_map(|cell| &cell.trials);
    let fresh = || trials().filter(|trial| trial.source.is_asked());
    let mut usage = Usage::default();
    for trial in fresh() {
        usage.add(trial.usage.unwrap_or_default());
    }
    SlotSummary {
        provider: model.provider,
        dialect: model.dialect.clone(),
        requested: model.requested.clone(),
        served: model.served.clone(),
        cells,
        trials: fresh().filter(|trial| trial.text.is_some() || trial.cause.is_none()).count(),
        valid: fresh().filter(|trial| trial.cause.is_none() && trial.value.is_some()).count(),
        calls: trials().map(|trial| trial.attempts.len()).sum(),
        bill: model.bill,
        usage,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn trial(number: u32, more: &Value) -> Value {
        let mut trial = json!({
            "number": number, "at": "2026-11-23T20:46:35Z", "latency_ms": 12, "strict": true,
            "attempts": [{"status": 200, "latency_ms": 12}], "stop": "complete", "identity": {},
            "usage": {"input": 300, "output": 40}, "text": "{}", "value": {},
        });
        for (key, value) in more.as_object().unwrap() {
            trial[key] = value.clone();
        }
        trial
    }

    fn record(more: &Value) -> RunRecord {
        let cell = |id: &str, status: &str, trials: Vec<Value>| {
            json!({
                "cell": id, "status": status, "fails": false, "agreeing": 1, "trials": trials,
                "hashes": {"prompt": "a", "parameters": "b", "request": "c"}, "place": "x:1",
            })
        };
        let replayed = json!({"source": {"replayed": {"recorded_at": "2026-11-22T20:46:35Z"}}});
        let broken = json!({"cause": "not-json", "value": null});
        let mut record = json!({
            "format": 1, "id": "20261123-204635-3f9a", "tool": "0.1.0",
            "started": "2026-11-23T20:46:35.5Z", "finished": "2026-11-23T20:48:37Z",
            "suite": "0123456789abcdef0123", "profile": null, "selection": [],
            "interrupted": false, "ci": false, "exit_code": 1,
            "totals": {"cells": {}, "trials": 2, "replayed": 1, "calls": 3, "usage": {}},
            "models": {
                "m": {"provider": "openai", "dialect": "openai", "requested": "x", "served": ["x-1"]},
                "n": {"provider": "demo", "dialect": "gemini", "requested": "y", "served": []},
            },
            "cells": [
                cell("a/x@m", "same", vec![trial(1, &json!({})), trial(2, &replayed)]),
                cell("a/y@m", "broken", vec![trial(1, &broken)]),
            ],
            "groups": [],
        });
        for (key, value) in more.as_object().unwrap() {
            record[key] = value.clone();
        }
        serde_json::from_value(record).unwrap()
    }

    fn summed(more: &Value) -> RunSummary {
        match summary(&record(more), Some("abc")).event {
            LedgerEvent::Run(run) => run,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_run_is_summed_by_slot_and_recordings_are_not_paid_again() {
        let run = summed(&json!({}));
        assert_eq!((run.cells, run.trials, run.replayed, run.calls, run.wall_s), (2, 2, 1, 3, 121));
        assert_eq!((run.kind, run.suite.as_str()), (RunKind::Local, "0123456789abcdef"));
        let column = &run.slots[&Slot::new("m").unwrap()];
        assert_eq!((column.trials, column.valid, column.calls), (2, 1, 3));
        assert_eq!((column.usage.input, column.usage.output), (Some(600), Some(80)));
        assert_eq!(run.slots[&Slot::new("n").unwrap()].usage, Usage::default());
    }

    #[test]
    fn what_a_run_was_for_is_read_from_its_record() {
        let kind = |more: &Value| summed(more).kind;
        assert_eq!(kind(&json!({"ci": true})), RunKind::Ci);
        assert_eq!(kind(&json!({"ci": true, "profile": "nightly"})), RunKind::Nightly);
        let upgrade = json!({"upgrade": {"slot": "m", "from": "x", "to": "z"}, "ci": true});
        assert_eq!(kind(&upgrade), RunKind::Upgrade);
        let totals = json!({"cells": {}, "trials": 0, "replayed": 3, "calls": 0, "usage": {}});
        assert_eq!(kind(&json!({"totals": totals})), RunKind::Replay);
    }

    #[test]
    fn the_line_of_a_run_is_the_same_whenever_it_is_written() {
        let line = |git| summary(&record(&json!({})), git);
        assert_eq!(line(None).id, line(Some("abc")).id);
    }
}
