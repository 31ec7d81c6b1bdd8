//! How long `promptmatrix cost` takes over a million recorded calls, and how much room it needs.
//!
//! `cargo bench --bench cost`. Run otherwise it only makes sure that it still works.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench prints, and may stop"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use promptmatrix::cost::accounts::{Accounts, Billing, Window};
use promptmatrix::cost::price::{Buckets, Mode, Prices};
use promptmatrix::domain::{JournalEntry, Pico, RecordedCall, RunHead, Sink, Slot, Usage};
use promptmatrix::store::Runs;
use serde_json::json;

const RUNS: usize = 10;
const SLOTS: [&str; 4] = ["flagship", "steady", "swift", "local"];

/// Bills every call anew, which is the slowest way.
struct Anew(Prices);

impl Anew {
    fn cost(&self, usage: &Usage, at: Timestamp) -> Option<Pico> {
        let model = self.0.find("openai", "gpt-4o-2024-08-06")?.model;
        let tokens = Buckets::of(usage).ok()?;
        Some(tokens.cost(&model.rates(at, Mode::Sync, tokens.input()).ok()?))
    }
}

impl Billing for Anew {
    fn then(&mut self, _: &RunHead, call: &RecordedCall<'_>) -> Option<(Pico, bool)> {
        Some((self.cost(call.usage.as_ref()?, call.at)?, false))
    }

    fn today(&mut self, _: &Slot, usage: &Usage) -> Option<Pico> {
        self.cost(usage, "2026-11-23T00:00:00Z".parse().ok()?)
    }
}

/// Writes the journals of a suite that is run every night.
fn journals(root: &Path, calls: usize) -> u64 {
    let runs = Runs::open(root);
    let mut bytes = 0;
    for run in 1..=RUNS {
        let started = format!("2026-11-{run:02}T03:17:00Z").parse().unwrap();
        let head = RunHead { format: RunHead::FORMAT, started, ..RunHead::default() };
        let mut journal = runs.start(head, "").unwrap();
        let numbers: Vec<usize> = (0..calls / RUNS).collect();
        for some in numbers.chunks(10_000) {
            let entries: Vec<JournalEntry> = some.iter().map(|call| answer(run, *call)).collect();
            journal.answers(&entries).unwrap();
        }
        let folder = root.join(".promptmatrix/runs").join(&journal.head().id);
        bytes += fs::metadata(folder.join("cells.jsonl")).unwrap().len();
    }
    bytes
}

fn answer(run: usize, call: usize) -> JournalEntry {
    let (slot, case) = (SLOTS[call % SLOTS.len()], call / SLOTS.len() % 500);
    let (prompt, number) = (case % 12, call / 2000 + 1);
    let value = json!({"category": "billing", "priority": "high", "tags": ["refund", "double-charge"],
        "summary": "The customer was charged twice for order A-1182 and wants one charge back.",
        "confidence": 0.97});
    let line = json!({
        "cell": format!("prompt-{prompt}/case-{case}@{slot}"),
        "request": "8d5e1f0c2b7a4e93",
        "trial": {
            "number": number, "at": format!("2026-11-{run:02}T03:17:{:02}Z", call % 60),
            "source": "fresh", "latency_ms": 700 + call % 900,
            "attempts": [{"status": 200, "latency_ms": 812}], "strict": true,
            "text": value.to_string(), "value": value, "stop": "complete", "stop_raw": "stop",
            "usage": {"input": 2000, "cached_read": 1408, "output": 300},
            "identity": {"served": "gpt-4o-2024-08-06"},
        },
    });
    serde_json::from_value(line).unwrap()
}

/// The most memory that this process has had, in MiB, where the system tells.
fn most_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let calls = if is_bench { 1_000_000 } else { 2_000 };
    let root = tempfile::tempdir().unwrap();
    let bytes = journals(root.path(), calls);
    let (from, to) =
        ("2026-10-01T00:00:00Z".parse().unwrap(), "2026-12-01T00:00:00Z".parse().unwrap());
    let (routes, current) =
        (BTreeMap::new(), SLOTS.map(|slot| (Slot::new(slot).unwrap(), "x".into())));
    let mut accounts = Accounts::new(Window { from, to }, &routes, current.into());
    let mut billing = Anew(Prices::embedded());
    let began = Instant::now();
    Runs::open(root.path())
        .each_call(|head, call| accounts.call(head, call, &mut billing))
        .unwrap();
    let took = began.elapsed();
    let total = accounts.spend.total();
    assert_eq!(total.calls, calls as u64);
    let each = 592 * 2_500_000 + 1408 * 1_250_000 + 300 * 10_000_000;
    assert_eq!(total.cost.get(), calls as u128 * each, "every call counts once");
    println!(
        "{calls} calls, {} MiB of journals: {:.2} s, at most {} MiB of memory, {} in all",
        bytes >> 20,
        took.as_secs_f64(),
        most_memory().map_or_else(|| "?".to_owned(), |mib| mib.to_string()),
        total.cost,
    );
}
