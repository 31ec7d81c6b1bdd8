//! What each step of a cell costs: plan, encode, decode, extract, validate, normalise, diff, journal,
//! recording, report.
//!
//! `cargo bench --bench steps`. Run otherwise it only makes sure that it still works.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a bench prints, and may stop"
)]

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use promptmatrix::diff::diff;
use promptmatrix::domain::{
    HttpResponse, JournalEntry, RunHead, Selection, Sink, Source, StoreSettings, Suite,
};
use promptmatrix::extract::{Reading, extract};
use promptmatrix::normalise::normalise;
use promptmatrix::plan::plan;
use promptmatrix::project::{Options, Project, RunOptions};
use promptmatrix::provider::decode;
use promptmatrix::report::json;
use promptmatrix::run::{Prepared, prepare};
use promptmatrix::store::{Exchange, Recordings, Runs};
use promptmatrix::suite;
use serde_json::{Value, json};

const CONFIG: &str = r#"
version = 1
[models.flagship]
provider = "openai-compatible"
base-url = "http://127.0.0.1:9/v1"
id = "m-2026-01-01"
api-key-env = ""
structured = "native"
"#;

/// A suite of so many cells on disk.
fn write(root: &Path, cells: usize) -> Suite {
    let schema = json!({
        "type": "object", "additionalProperties": false,
        "required": ["category", "priority", "summary", "tags", "confidence"],
        "properties": {
            "category": {"enum": ["billing", "bug", "shipping", "other"]},
            "priority": {"type": "integer", "minimum": 1, "maximum": 5},
            "summary": {"type": "string", "minLength": 10, "maxLength": 400},
            "tags": {"type": "array", "items": {"type": "string", "pattern": "^[a-z-]+$"}},
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        },
    });
    let case = |number: usize| {
        let input = format!("Ticket {number}: {}", "I was charged twice for my order. ".repeat(12));
        json!({"name": format!("c{number}"), "input": input}).to_string() + "\n"
    };
    let prompt = format!("+++\nschema = \"s.json\"\n+++\n{}\n", "Sort the ticket. ".repeat(60));
    fs::create_dir(root.join("prompts")).unwrap();
    for (file, text) in [
        ("promptmatrix.toml", CONFIG.to_owned()),
        ("s.json", schema.to_string()),
        ("prompts/triage.md", prompt),
        ("prompts/triage.cases.jsonl", (0..cells).map(case).collect()),
    ] {
        fs::write(root.join(file), text).unwrap();
    }
    suite::load(&root.join("promptmatrix.toml"), None).unwrap().suite
}

fn answer(priority: u64) -> Value {
    json!({"category": "billing", "priority": priority, "tags": ["refund", "double-charge"],
        "summary": "The customer was charged twice for order A-1182 and wants one charge back.",
        "confidence": 0.97})
}

fn response(priority: u64) -> HttpResponse {
    let body = json!({
        "id": "x", "model": "m-2026-01-01", "usage": {"prompt_tokens": 300, "completion_tokens": 60},
        "choices": [{"index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": answer(priority).to_string()}}],
    });
    HttpResponse {
        status: 200,
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.to_string().into_bytes(),
        elapsed: Duration::from_millis(700),
        source: Source::Fresh,
    }
}

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let cells = if is_bench { 20_000 } else { 20 };
    let root = tempfile::tempdir().unwrap();
    let suite = write(root.path(), cells);
    let told = |name: &str, began: Instant| {
        let each = began.elapsed().as_secs_f64() * 1e6 / cells as f64;
        println!("{name:<28} {each:8.2} µs a cell");
    };

    let began = Instant::now();
    let plan = plan(&suite, &Selection::default()).unwrap();
    told("plan", began);
    let began = Instant::now();
    let prepared = prepare(plan.cells, |_| None, |_| true).unwrap();
    told("prepare", began);
    each("encode", &prepared, told, |cell| black_box(cell.request()).is_ok());
    let request = prepared.first().unwrap().request().unwrap();
    each("hash of a request", &prepared, told, |_| !black_box(request.hash()).as_str().is_empty());

    let (same, other) = (response(3), response(4));
    let completion = decode(&prepared.first().unwrap().cell.model, &same).unwrap();
    each("decode", &prepared, told, |cell| decode(&cell.cell.model, black_box(&same)).is_ok());
    each("extract", &prepared, told, |cell| {
        let asked = Reading::of(&cell.cell.output, cell.cell.model.structured, None);
        extract(black_box(&completion), asked).value.is_some()
    });
    let (was, is) = (answer(3), answer(4));
    each("validate", &prepared, told, |cell| {
        cell.validator.as_ref().unwrap().violations(black_box(&was)).is_empty()
    });
    each("normalise", &prepared, told, |cell| {
        normalise(black_box(&was), &cell.cell.compare).is_object()
    });
    each("diff of what differs", &prepared, told, |cell| {
        diff(black_box(&was), &is, &cell.cell.compare, &cell.cell.output).len() == 1
    });

    let entries: Vec<JournalEntry> = prepared.iter().map(entry).collect();
    let mut journal = Runs::open(root.path()).start(RunHead::default(), "").unwrap();
    let began = Instant::now();
    entries.chunks(64).for_each(|some| journal.answers(some).unwrap());
    told("journal, 64 at a time", began);

    let recordings = Recordings::open(root.path(), &StoreSettings::default());
    each("record", &prepared, told, |cell| {
        let (hash, at) = (&cell.hashes.request, Timestamp::UNIX_EPOCH);
        let exchange = Exchange { request: &request, hash, trial: 1, response: &other, at };
        recordings.keep(exchange, |_| None).is_ok()
    });
    recordings.finish().unwrap();
    each("find what is recorded", &prepared, told, |cell| {
        recordings.find(&cell.hashes.request, 1).unwrap().is_some()
    });

    let options = Options { folder: root.path().to_owned(), offline: true, ..Options::default() };
    let began = Instant::now();
    let ran = Project::open(options, ()).unwrap().run(&RunOptions::default()).unwrap().unwrap();
    told("replay, all in", began);
    let began = Instant::now();
    assert!(!json::render(black_box(&ran.record)).unwrap().is_empty());
    told("report in JSON", began);
}

fn each(
    name: &str,
    prepared: &[Prepared],
    told: impl Fn(&str, Instant),
    mut step: impl FnMut(&Prepared) -> bool,
) {
    let began = Instant::now();
    assert!(prepared.iter().all(&mut step), "{name}");
    told(name, began);
}

fn entry(cell: &Prepared) -> JournalEntry {
    let line = json!({
        "cell": cell.cell.id, "request": cell.hashes.request,
        "trial": {
            "number": 1, "at": "2026-11-23T03:17:00Z", "latency_ms": 700,
            "attempts": [{"status": 200, "latency_ms": 700}], "strict": true,
            "text": answer(3).to_string(), "value": answer(3), "stop": "complete",
            "usage": {"input": 300, "output": 60}, "identity": {"served": "m-2026-01-01"},
        },
    });
    serde_json::from_value(line).unwrap()
}
