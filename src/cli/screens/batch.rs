//! A run that was handed in as batches.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::project::Submitted;
use crate::report::escape;
use crate::report::paint::{self, BOLD, HINT, paint};

/// As data.
pub(in crate::cli) fn data(submitted: &Submitted) -> Value {
    let Submitted { run, batches } = submitted;
    json!({"format": 1, "run": run, "status": "pending", "batches": batches})
}

/// For people.
pub(in crate::cli) fn render(submitted: &Submitted) -> String {
    let Submitted { run, batches } = submitted;
    let requests: usize = batches.iter().map(|batch| batch.requests).sum();
    let requests = paint::count(requests, "request");
    let mut text = format!("{} {requests} handed in, run {run}\n", paint(BOLD, "Pending"));
    for batch in batches {
        let requests = paint::count(batch.requests, "request");
        let _ = writeln!(text, "        {}  {}  {requests}", batch.slot, escape::line(&batch.id));
    }
    let next = format!("promptmatrix run --resume {run}");
    let _ =
        writeln!(text, "Next    {}   when they are answered, or with --wait", paint(HINT, next));
    text
}
