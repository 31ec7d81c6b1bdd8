//! What is recorded for a cell, in words and as data.

use serde_json::{Value, json};

use super::clock::SystemClock;
use crate::domain::{Clock, Door, Source};
use crate::report::paint;
use crate::run::Prepared;
use crate::store::Recordings;

/// What can be replayed for a cell.
#[derive(Debug)]
pub(crate) enum Recorded {
    /// The demo provider is not recorded.
    NotNeeded,
    /// So many of its samples, the oldest of them first; none is possible too.
    Samples(Vec<Source>),
    /// A recording that cannot be used, and why.
    Unusable(String),
}

impl Recorded {
    /// Looks at the samples that a run of today would ask for.
    pub(crate) fn of(cell: &Prepared, recordings: &Recordings) -> Self {
        if cell.encoded.http.door == Door::Demo {
            return Self::NotNeeded;
        }
        let mut samples = Vec::new();
        for trial in 1..=cell.cell.samples.max(1) {
            match recordings.find(&cell.hashes.request, trial) {
                Ok(found) => samples.extend(found.map(|response| response.source)),
                Err(error) => return Self::Unusable(error.to_string()),
            }
        }
        samples.sort_by_key(|source| source.recorded_at());
        Self::Samples(samples)
    }

    /// Whether all of the cell can be replayed.
    pub(crate) fn is_whole(&self, cell: &Prepared) -> bool {
        match self {
            Self::NotNeeded => true,
            Self::Samples(samples) => samples.len() >= cell.cell.samples.max(1) as usize,
            Self::Unusable(_) => false,
        }
    }

    /// How many answers can be replayed, where they are recorded.
    pub(crate) fn number(&self) -> Option<u32> {
        match self {
            Self::NotNeeded => None,
            Self::Samples(samples) => Some(u32::try_from(samples.len()).unwrap_or(u32::MAX)),
            Self::Unusable(_) => Some(0),
        }
    }

    /// For a column: `3 d`, `-`, `unusable`.
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::NotNeeded => "demo".to_owned(),
            Self::Samples(samples) => samples.first().map_or("-".to_owned(), |one| age(*one)),
            Self::Unusable(_) => "unusable".to_owned(),
        }
    }

    /// For a line: `2 of 3 samples, oldest 3 d`.
    pub(crate) fn line(&self, cell: &Prepared) -> String {
        match self {
            Self::NotNeeded => "not needed: the demo provider is always there".to_owned(),
            Self::Samples(samples) => match samples.first() {
                None => "nothing of this request".to_owned(),
                Some(oldest) => {
                    let whole = paint::count(cell.cell.samples.max(1) as usize, "sample");
                    format!("{} of {whole}, oldest {}", samples.len(), age(*oldest))
                }
            },
            Self::Unusable(reason) => reason.clone(),
        }
    }

    /// As data.
    pub(crate) fn data(&self) -> Value {
        match self {
            Self::NotNeeded => Value::Null,
            Self::Samples(samples) => json!({
                "samples": samples.len(),
                "oldest": samples.first().and_then(|source| source.recorded_at()),
            }),
            Self::Unusable(reason) => json!({"samples": 0, "unusable": reason}),
        }
    }
}

fn age(source: Source) -> String {
    let now = SystemClock.now();
    paint::age(now.duration_since(source.recorded_at().unwrap_or(now)))
}
