//! What is recorded for a cell, in words and as data.

use serde_json::{Value, json};

use crate::domain::{Clock, Source};
use crate::project::{Recorded, SystemClock};
use crate::report::paint;
use crate::run::Prepared;

/// For a column: `3 d`, `-`, `unusable`.
pub(in crate::cli) fn brief(recorded: &Recorded) -> String {
    match recorded {
        Recorded::NotNeeded => "demo".to_owned(),
        Recorded::Samples(samples) => samples.first().map_or("-".to_owned(), |one| age(*one)),
        Recorded::Unusable(_) => "unusable".to_owned(),
    }
}

/// For a line: `2 of 3 samples, oldest 3 d`.
pub(in crate::cli) fn line(recorded: &Recorded, cell: &Prepared) -> String {
    match recorded {
        Recorded::NotNeeded => "not needed: the demo provider is always there".to_owned(),
        Recorded::Samples(samples) => match samples.first() {
            None => "nothing of this request".to_owned(),
            Some(oldest) => {
                let whole = paint::count(cell.cell.samples.max(1) as usize, "sample");
                format!("{} of {whole}, oldest {}", samples.len(), age(*oldest))
            }
        },
        Recorded::Unusable(reason) => reason.clone(),
    }
}

/// As data.
pub(in crate::cli) fn data(recorded: &Recorded) -> Value {
    match recorded {
        Recorded::NotNeeded => Value::Null,
        Recorded::Samples(samples) => json!({
            "samples": samples.len(),
            "oldest": samples.first().and_then(|source| source.recorded_at()),
        }),
        Recorded::Unusable(reason) => json!({"samples": 0, "unusable": reason}),
    }
}

fn age(source: Source) -> String {
    let now = SystemClock.now();
    paint::age(now.duration_since(source.recorded_at().unwrap_or(now)))
}
