//! What is asked, where, what for, and which run goes on with it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::answers::AnswerSource;
use super::budget::Limit;
use crate::domain::{Hash, JournalEntry, RunCommand, RunHead, Selection, ShardOf, Slot, Upgrade};
use crate::provider::BatchAnswers;
use crate::run::{Prepared, RunCells};

/// What is said where the journal cannot be written.
pub(super) const NOT_KEPT: &str = "the answers cannot be kept, so the run ends; what was kept before counts, \
                        and promptmatrix run goes on from there";

/// What is run.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Which cells.
    pub cells: Selection,
    /// Answers per cell, where they are not those of the config.
    pub samples: Option<u32>,
    /// Only cells that did not pass in the last run.
    pub failed: bool,
    /// Where the answers come from.
    pub source: AnswerSource,
    /// What may be spent, before the budget of the config.
    pub limit: Option<Limit>,
    /// How long to wait for a provider that does not answer, where that is not as in the config.
    pub max_wait: Option<Duration>,
    /// The run that goes on where it was cut short, by the beginning of its id, or empty for the
    /// last one. What else is said here, but the limit, is that of its beginning.
    pub resume: Option<String>,
    /// Whether it is forecast as batches.
    pub batch: bool,
    /// Whether a run of batches waits until they are answered.
    pub wait: bool,
}

/// What a run is for.
pub(super) enum Purpose {
    /// To say whether the prompts hold.
    Gate,
    /// To say whether another model id would.
    Rehearsal(Box<Upgrade>),
    /// To have more answers of unchanged models.
    Calibration,
    /// To have the answers of a part of a run, which is judged as a whole elsewhere.
    Shard(ShardOf),
}

/// What is asked, where, and what for.
pub(super) struct Asking {
    pub(super) asked: RunCells,
    pub(super) purpose: Purpose,
    pub(super) source: AnswerSource,
    pub(super) limit: Option<Limit>,
    pub(super) max_wait: Option<Duration>,
    pub(super) selection: Vec<String>,
    /// What was typed for it, where it is a run of the suite as it is.
    pub(super) command: Option<RunCommand>,
    pub(super) resume: Resume,
    /// What was answered in batches: nothing else is asked.
    pub(super) batch: Option<BatchAnswers>,
}

/// Which run that was cut short goes on.
pub(super) enum Resume {
    /// The last one with the same question, if that is not long ago.
    Alike,
    /// The one that is meant.
    Named(Box<RunHead>),
    /// None.
    Never,
    /// None, and these answers of its shards are taken.
    Merged(Vec<JournalEntry>),
}

impl Asking {
    /// Names what is asked, how it is judged, and what for; `None` where nobody is asked.
    pub(super) fn question(&self) -> Option<Hash> {
        question(&self.asked.cells, &self.purpose, self.source)
    }
}

/// As [`Asking::question`].
pub(super) fn question(
    cells: &[Prepared],
    purpose: &Purpose,
    source: AnswerSource,
) -> Option<Hash> {
    let purpose = match purpose {
        Purpose::Gate => json!("gate"),
        Purpose::Rehearsal(upgrade) => json!([upgrade.slot, upgrade.from, upgrade.to]),
        Purpose::Calibration => json!("calibration"),
        Purpose::Shard(part) => json!([part.shard, part.question]),
    };
    let source = match source {
        AnswerSource::Recordings => return None,
        AnswerSource::RecordingsFirst => "recordings-first",
        AnswerSource::Providers => "providers",
    };
    let mut text = json!([purpose, source]).to_string();
    for Prepared { cell, hashes, .. } in cells {
        let asked = (&cell.id, cell.samples, &hashes.request, &hashes.schema);
        let judged = (cell.compare.hash(), &cell.expect, cell.limits, cell.tolerant);
        text.push_str(&json!([asked, judged]).to_string());
    }
    Some(Hash::of_bytes(text.as_bytes()))
}

/// The id that is asked for in each column.
pub(super) fn requested(cells: &[Prepared]) -> BTreeMap<Slot, String> {
    let model = |cell: &Prepared| (cell.cell.id.model.clone(), cell.cell.model.id.clone());
    cells.iter().map(model).collect()
}
