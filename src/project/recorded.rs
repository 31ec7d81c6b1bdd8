//! What is recorded for a cell.

use crate::domain::{Channel, HttpResponse, Source};
use crate::run::Prepared;
use crate::store::{RecordingError, Recordings};

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
        if cell.head.channel == Channel::Demo {
            return Self::NotNeeded;
        }
        let samples = 1..=cell.cell.samples.max(1);
        let made = samples.map(|sample| recordings.recorded_at(&cell.hashes.request, sample));
        match made.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>() {
            Ok(mut made) => {
                made.sort();
                let replayed = |recorded_at| Source::Replayed { recorded_at };
                Self::Samples(made.into_iter().map(replayed).collect())
            }
            Err(error) => Self::Unusable(error.to_string()),
        }
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

/// The recorded responses to the samples that a run of today would ask for, by the number of the
/// sample; `None` of the demo provider, which is not recorded.
pub fn responses(
    cell: &Prepared,
    recordings: &Recordings,
) -> Result<Option<Vec<(u32, HttpResponse)>>, RecordingError> {
    if cell.head.channel == Channel::Demo {
        return Ok(None);
    }
    let mut responses = Vec::new();
    for sample in 1..=cell.cell.samples.max(1) {
        let found = recordings.find(&cell.hashes.request, sample)?;
        responses.extend(found.map(|response| (sample, response)));
    }
    Ok(Some(responses))
}
