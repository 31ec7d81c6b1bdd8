//! Runs to render.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::{
    CellId, CellRecord, Change, Hash, Hashes, Identity, Kind, RunRecord, Status, StopReason,
    Totals, Trial, Usage,
};

/// A cell of this status with one trial.
pub(super) fn cell(id: &str, status: Status) -> CellRecord {
    let hash = || Hash::of_bytes(b"x");
    let hashes = Hashes {
        prompt: hash(),
        schema: None,
        parameters: hash(),
        lowering: None,
        request: hash(),
    };
    let id: CellId = id.parse().unwrap();
    CellRecord {
        place: format!("prompts/{}.md:14", id.prompt),
        cell: id,
        status,
        fails: matches!(status, Status::Broken | Status::Changed | Status::New),
        note: None,
        changes: Vec::new(),
        because: Vec::new(),
        stale: Vec::new(),
        judged: Some(1),
        agreeing: 1,
        trials: vec![trial(1, json!({"priority": "low"}))],
        beside: Vec::new(),
        decision: None,
        baseline: None,
        hashes,
        meta: None,
    }
}

pub(super) fn trial(number: u32, value: Value) -> Trial {
    Trial {
        number,
        at: "2026-11-23T03:17:00Z".parse().unwrap(),
        latency_ms: 1250,
        source: crate::domain::Source::Fresh,
        attempts: Vec::new(),
        cause: None,
        sub: None,
        recoverable: false,
        detail: None,
        how: None,
        strict: true,
        text: Some(value.to_string()),
        value: Some(value.into()),
        violations: Vec::new(),
        stop: StopReason::Complete,
        stop_raw: None,
        usage: Some(Usage { input: Some(312), output: Some(41), ..Usage::default() }),
        identity: Identity { served: Some("gpt-4o-2024-11-20".to_owned()), ..Identity::default() },
        usd_pico: None,
        priced_by_family: false,
    }
}

/// A change of this kind.
pub(super) fn change(kind: Kind, pointer: &str) -> Change {
    Change::new(kind, pointer.parse().unwrap())
}

/// The run of these cells, grouped as a run groups them.
pub(super) fn run(cells: Vec<CellRecord>, exit_code: u8) -> RunRecord {
    let mut totals = Totals::default();
    for cell in &cells {
        *totals.cells.entry(cell.status).or_default() += 1;
    }
    let groups = crate::verdict::group(cells.iter().map(CellRecord::changed));
    RunRecord {
        format: RunRecord::FORMAT,
        id: "20261123-031700-3f9a".to_owned(),
        tool: "0.1.0".to_owned(),
        started: "2026-11-23T03:17:00Z".parse().unwrap(),
        finished: "2026-11-23T03:17:06.8Z".parse().unwrap(),
        suite: Hash::of_bytes(b"suite"),
        profile: None,
        selection: Vec::new(),
        upgrade: None,
        interrupted: false,
        over_budget: false,
        ci: true,
        exit_code,
        retiring: Vec::new(),
        prices: None,
        evidence: None,
        totals,
        models: BTreeMap::new(),
        routes: BTreeMap::new(),
        cells,
        groups,
        columns: Vec::new(),
    }
}

/// One cell of every status.
pub(super) fn every_status() -> RunRecord {
    let violation = || {
        change(Kind::SchemaViolation, "/priority")
            .between(None, Some(json!("urgent!!")))
            .saying("\"urgent!!\" is not one of \"low\", \"normal\", \"urgent\"")
    };
    let moved = change(Kind::EnumValueChanged, "/category")
        .between(Some(json!("billing")), Some(json!("account")));
    let reworded = change(Kind::TextReworded, "/summary")
        .between(Some(json!("Charged twice.")), Some(json!("Charged two times.")));
    let with = |id: &str, status, changes| CellRecord { changes, ..cell(id, status) };
    let noted = |id: &str, status, note: &str| CellRecord {
        note: Some(note.to_owned()),
        judged: None,
        trials: Vec::new(),
        ..cell(id, status)
    };
    let mut error = noted("triage/scan@llama", Status::Error, "connection refused after 4 tries");
    error.trials = vec![Trial {
        cause: Some(Kind::Transport),
        value: None,
        text: None,
        usage: None,
        identity: Identity::default(),
        ..trial(1, json!(null))
    }];
    let mut suspect = cell("triage/short@llama", Status::Suspect);
    suspect.note = Some("2 of 3 new answers are different at /priority".to_owned());
    suspect.trials.extend([trial(2, json!({"priority": "low"})), trial(3, json!({"priority": 1}))]);
    let cells = vec![
        cell("extract/page@gpt-4.1", Status::Same),
        with("extract/scan@gpt-4.1", Status::Varies, vec![reworded]),
        with("triage/angry@llama", Status::Broken, vec![violation()]),
        cell("triage/first@llama", Status::New),
        noted("triage/keyless@gpt-4.1", Status::Skipped, "`OPENAI_API_KEY` is not set"),
        with("triage/refund@gpt-4.1", Status::Changed, vec![moved]),
        error,
        suspect,
        with("triage/vip@llama", Status::Broken, vec![violation()]),
    ];
    run(cells, 1)
}

/// A run in which nothing fails.
pub(super) fn green() -> RunRecord {
    run(vec![cell("extract/page@swift", Status::Same), cell("triage/a@swift", Status::Same)], 0)
}
