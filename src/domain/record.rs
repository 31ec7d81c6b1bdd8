//! What is kept of a run, on disk and in `--json`: versioned, stable, self-contained.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::trial::tight;
use super::{
    Because, Bill, CellDecision, CellId, Change, ChangeGroup, ColumnChange, Evidence, Exit, Hash,
    How, IdentityRecord, Outcome, Pico, PriceSource, ShardOf, Slot, StaleReason, Status, Trial,
    Usage,
};

/// One run: a recorded set of trials and what was made of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// Version of this format.
    pub format: u32,
    /// Names the run; sorts by time.
    pub id: String,
    /// Version of promptmatrix that wrote it.
    pub tool: String,
    /// When the first call was planned.
    #[schemars(with = "String")]
    pub started: Timestamp,
    /// When the last answer was judged.
    #[schemars(with = "String")]
    pub finished: Timestamp,
    /// Hash over everything in the suite that shapes an answer.
    pub suite: Hash,
    /// The profile in effect.
    pub profile: Option<String>,
    /// Cell patterns as given; empty means the whole matrix.
    pub selection: Vec<String>,
    /// The upgrade that it rehearses; absent for a run of the suite as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrade: Option<Upgrade>,
    /// Whether it was stopped before all cells were asked.
    pub interrupted: bool,
    /// Whether that was because a further call could have cost more than the budget.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over_budget: bool,
    /// Whether a missing snapshot counts as a failure (set in CI).
    pub ci: bool,
    /// How far its decisions can be trusted; absent where statistics decided nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// The exit code that the gate gives.
    pub exit_code: u8,
    /// Models that end so soon that the gate fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retiring: Vec<super::Retiring>,
    /// The price tables that the answers are billed by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<PriceSource>,
    /// Sums over all cells.
    pub totals: Totals,
    /// The columns that took part.
    pub models: BTreeMap<Slot, ModelRecord>,
    /// The columns that routes make of others, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub routes: BTreeMap<Slot, super::RouteRecord>,
    /// Every cell, in order.
    pub cells: Vec<CellRecord>,
    /// Alike changes together: breaking first, then the largest.
    pub groups: Vec<ChangeGroup>,
    /// What changed of whole columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnChange>,
}

impl RunRecord {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;

    /// What the run tells its caller.
    pub fn exit(&self) -> Exit {
        Exit::of(self.exit_code)
    }

    /// The record of a cell.
    pub fn cell(&self, id: &CellId) -> Option<&CellRecord> {
        let at = self.cells.binary_search_by(|record| record.cell.cmp(id)).ok()?;
        self.cells.get(at)
    }
}

/// A slot's move from one model id to another, rehearsed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Upgrade {
    pub slot: Slot,
    /// The id that the suite pins.
    pub from: String,
    /// The id that was asked for instead.
    pub to: String,
    /// What it came to; absent where the rehearsal was cut short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// Sums over the cells of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Cells by status; statuses that do not occur are left out.
    pub cells: BTreeMap<Status, usize>,
    /// Fresh trials that have an answer, usable or not.
    pub trials: usize,
    /// Trials whose answer is a recording of an earlier exchange.
    #[serde(default)]
    pub replayed: usize,
    /// Trials whose answer was handed in.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub imported: usize,
    /// Requests sent, retries included.
    pub calls: usize,
    /// Tokens over all fresh trials; a member is missing where no trial reported it.
    pub usage: Usage,
    /// What all fresh trials cost, those of cells that were not asked to the end included.
    #[serde(default)]
    pub bill: Bill,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// One column of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelRecord {
    /// Which adapter spoke to it.
    pub provider: super::ProviderKind,
    /// The dialect it was spoken to in.
    pub dialect: String,
    /// The id that was asked for.
    pub requested: String,
    /// The ids that answered, in order.
    pub served: Vec<String>,
    /// What its fresh trials cost. The bills of all columns add up to that of the run.
    #[serde(default)]
    pub bill: Bill,
    /// Who answers, as far as that can be told; absent where nobody was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityRecord>,
    /// By how much answers take longer than the accepted ones, where that waits for another run:
    /// `0.5` is half as much again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<f64>,
}

/// One cell of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CellRecord {
    pub cell: CellId,
    /// What the gate says of it.
    pub status: Status,
    /// Whether it fails the gate, by the settings in effect for it.
    pub fails: bool,
    /// One sentence for people, where the status does not say it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What is different from the accepted answer, or why there is no valid one; worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What the changes come from, as far as something on record says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Because>,
    /// What no longer fits the snapshot's header.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stale: Vec<StaleReason>,
    /// Number of the trial that is judged; absent when nobody answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<u32>,
    /// How many trials agree with it, itself included.
    pub agreeing: usize,
    /// Hash of what was accepted of it, first 16 digits; absent where nothing is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Hash>,
    /// What the answers are worth against those that were accepted; absent where a single accepted
    /// answer is all there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<CellDecision>,
    #[serde(deserialize_with = "tight")]
    pub trials: Vec<Trial>,
    /// Answers of the version in place, asked for beside to tell a change from noise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Trial>,
    /// What was asked, as hashes.
    pub hashes: Hashes,
    /// What the header of a snapshot of the judged answer says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<SnapshotMeta>,
    /// Where the case is written, `file:line`.
    pub place: String,
}

impl CellRecord {
    /// Its changes, and what they come from.
    pub fn changed(&self) -> (&CellId, &[Change], &[Because]) {
        (&self.cell, &self.changes, &self.because)
    }

    /// What its answers cost when they were asked for; `None` where one of them is not known, or
    /// there is none.
    pub fn cost(&self) -> Option<Pico> {
        let answered =
            self.trials.iter().filter(|trial| trial.usage.is_some() || trial.how.is_some());
        let costs: Option<Vec<Pico>> = answered.map(|trial| trial.usd_pico).collect();
        costs.filter(|costs| !costs.is_empty()).map(|costs| costs.into_iter().sum())
    }
}

/// Hashes of what shapes an answer. A snapshot whose hashes differ is stale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hashes {
    /// Of the rendered system prompt and conversation.
    pub prompt: Hash,
    /// Of the author's schema; absent for free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Hash>,
    /// Of the parameters and the structured mode.
    pub parameters: Hash,
    /// Of the schema as it is sent; absent where none is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowering: Option<Hash>,
    /// Of the whole request: URL, headers without secrets, body.
    pub request: Hash,
}

/// The first line of a run's journal: what it is about to ask.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunHead {
    /// Version of the journal's format.
    pub format: u32,
    pub id: String,
    pub started: Timestamp,
    /// How many answers it waits for, further ones aside.
    pub trials: usize,
    /// Names what is asked and what for; absent where nobody is asked. A run with the same question
    /// can go on where this one was cut short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Hash>,
    /// The profile in effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// How it was started; absent where it is no run of the suite as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<RunCommand>,
    /// The upgrade that it rehearses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrade: Option<Upgrade>,
    /// The part of a run that it is, where it is not whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<ShardOf>,
    /// The id that is asked for in each column.
    pub requested: BTreeMap<Slot, String>,
}

impl RunHead {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;
}

/// What somebody typed to start a run, as far as it decides what is asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunCommand {
    /// Patterns of the cells.
    pub selection: Vec<String>,
    /// Answers per cell, where they are not those of the config.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u32>,
    /// Whether young recordings are no answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
}

/// Requests of a run that were handed in together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    pub slot: Slot,
    /// Its id at the provider.
    pub id: String,
    /// How many there are.
    pub requests: usize,
}

/// Any other line of a run's journal: an answer, written and synced before it counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalEntry {
    pub cell: CellId,
    /// Hash of the request it answers.
    pub request: Hash,
    pub trial: Trial,
}

/// What people accepted for a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    pub value: Arc<Value>,
    /// What the header says of it.
    pub meta: SnapshotMeta,
}

/// What the header of a snapshot says of its answer (`info:`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotMeta {
    /// The id that was asked for.
    pub requested: String,
    /// The id that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<String>,
    /// Version of the API, where it is part of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// How JSON was asked for.
    pub structured: super::Structured,
    /// Hash of the rendered prompt and conversation, first 16 digits.
    pub prompt: Hash,
    /// Hash of the author's schema, first 16 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Hash>,
    /// Hash of the parameters, first 16 digits.
    pub parameters: Hash,
    /// Hash of the schema as sent, first 16 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowering: Option<Hash>,
    /// Hash of the rules of comparing, first 16 digits; absent where the suite has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Hash>,
    /// How the JSON was found, where a strict parser would not have read it: a fence that was there
    /// when people accepted is no news.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<How>,
    /// From how many answers it was chosen.
    pub trials: u32,
}

impl SnapshotMeta {
    /// How many digits of a hash stand in the header: enough to tell versions apart, short enough
    /// to read.
    pub const DIGITS: usize = 16;

    /// Whether it was written under other rules of comparing than these.
    pub fn is_ruled_otherwise(&self, rules: &super::CompareRules) -> bool {
        self.rules != rules.hash()
    }
}
