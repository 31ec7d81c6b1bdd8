//! What is recorded for a cell.

use crate::domain::{Door, Source};
use crate::run::Prepared;
use crate::store::Recordings;

/// What can be replayed for a cell.
#[derive(Debug)]
pub enum Recorded {
    /// The demo provider is not recorded.
    NotNeeded,
    /// So many of its samples, the oldest of them first; none is possible too.
    Samples(Vec<Source>),
    /// A recording that cannot be used, and why.
    Unusable(String),
}

impl Recorded {
    /// Looks at the samples that a run of today would ask for.
    pub fn of(cell: &Prepared, recordings: &Recordings) -> Self {
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
    pub fn is_whole(&self, cell: &Prepared) -> bool {
        match self {
            Self::NotNeeded => true,
            Self::Samples(samples) => samples.len() >= cell.cell.samples.max(1) as usize,
            Self::Unusable(_) => false,
        }
    }

    /// How many answers can be replayed, where they are recorded.
    pub fn number(&self) -> Option<u32> {
        match self {
            Self::NotNeeded => None,
            Self::Samples(samples) => Some(u32::try_from(samples.len()).unwrap_or(u32::MAX)),
            Self::Unusable(_) => Some(0),
        }
    }
}
