//! A run in parts: shards ask on machines of their own, and one process judges their answers together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::answers::AnswerSource;
use super::asking::{Asking, Purpose, Resume, RunOptions, question};
use super::budget::Limit;
use super::run::words;
use super::{Error, Notice, Project, Ran, Result};
use crate::domain::kit::median;
use crate::domain::{
    CellId, Hash, Metric, Model, ModelLimits, Pico, RunCommand, RunHead, RunRecord, Selection,
    Shard, ShardOf, Slot,
};
use crate::run::Prepared;
use crate::store::StoredJournal;
use crate::verdict;

/// What the shards of a run are merged to.
#[derive(Debug, Clone, Default)]
pub struct MergeOptions {
    /// The runs of the shards: by the beginnings of their ids, or by the files or folders that hold
    /// their journals.
    pub runs: Vec<String>,
    /// Whether answers in doubt are left as they are.
    pub offline: bool,
    /// What further answers may cost, before the budget of the config.
    pub limit: Option<Limit>,
}

/// A shard that was asked.
#[derive(Debug)]
pub struct AskedShard {
    /// The run that has its answers.
    pub run: String,
    /// Which it is.
    pub shard: Shard,
    /// How many cells it has.
    pub cells: usize,
    /// How many answers it has.
    pub answers: usize,
    /// Cells that nobody answered.
    pub unanswered: Vec<CellId>,
    /// What it cost.
    pub cost: Pico,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

impl Project {
    /// Asks the cells of a shard for their first answers. Nothing is judged: that takes all shards.
    pub fn run_shard(&self, options: &RunOptions, shard: Shard) -> Result<AskedShard> {
        let turn = self.turn(Some(shard))?;
        let (source, cells) = self.chosen(options)?;
        let whole = question(&cells, &Purpose::Gate, source);
        let question = whole.ok_or_else(|| {
            let help = "leave out --offline and PROMPTMATRIX_OFFLINE, or --shard";
            Error::usage("run::shard", "a shard that asks nobody has no answers to merge", help)
        })?;
        let limit = self.limit(options.limit.as_ref());
        let asking = Asking {
            asked: limited(shard.of(weighted(cells)), shard).into(),
            purpose: Purpose::Shard(ShardOf { shard, question }),
            source,
            limit: limit.map(|limit| limit.part_of(shard)),
            max_wait: options.max_wait,
            selection: words(&options.cells),
            command: Some(RunCommand {
                selection: words(&options.cells),
                samples: options.samples,
                fresh: source == AnswerSource::Providers,
            }),
            resume: match source {
                AnswerSource::Providers => Resume::Never,
                AnswerSource::Recordings | AnswerSource::RecordingsFirst => Resume::Alike,
            },
            batch: None,
        };
        Ok(asked(shard, &self.ask(asking, &turn)?))
    }

    /// Judges the answers of all shards of a run as if one process had asked for them, and asks on
    /// where they are in doubt.
    pub fn merge(&self, options: &MergeOptions) -> Result<Ran> {
        let turn = self.turn(None)?;
        let mut shards = Vec::new();
        for name in &options.runs {
            self.take_runs(name)?;
            shards.extend(self.runs().journals(name)?);
        }
        let whole = whole(&shards)?;
        for journal in shards.iter().filter(|journal| !journal.damaged.is_empty()) {
            let lines = journal.damaged.clone();
            self.notice(&Notice::Damaged { run: journal.head.id.clone(), lines });
        }
        if whole.head.profile != self.suite.profile {
            let profile = whole.head.profile.as_ref();
            let help = profile
                .map_or("leave out --profile".to_owned(), |name| format!("add --profile {name}"));
            return Err(refused("the shards were asked under another profile".to_owned(), help));
        }
        let patterns = whole.command.selection.iter().filter_map(|pattern| pattern.parse().ok());
        let mut run = RunOptions {
            cells: Selection { patterns: patterns.collect() },
            samples: whole.command.samples,
            source: AnswerSource::RecordingsFirst,
            ..RunOptions::default()
        };
        if whole.command.fresh {
            run.source = AnswerSource::Providers;
        }
        let (source, cells) = self.chosen(&run)?;
        if question(&cells, &Purpose::Gate, source).as_ref() != Some(whole.question) {
            return Err(refused(
                "what the shards asked was changed since".to_owned(),
                "put the suite back as it was: the same commit on every machine".to_owned(),
            ));
        }
        let entries = shards.iter().flat_map(|journal| journal.entries.clone()).collect();
        let asking = Asking {
            asked: cells.into(),
            purpose: Purpose::Gate,
            source: if options.offline { AnswerSource::Recordings } else { source },
            limit: self.limit(options.limit.as_ref()),
            max_wait: None,
            selection: words(&run.cells),
            command: None,
            resume: Resume::Merged(entries),
            batch: None,
        };
        Ok(self.ran(self.ask(asking, &turn)?))
    }
}

/// The cells in an order that has nothing to do with their names, each with how long it is likely to
/// take, as far as its accepted answers say.
fn weighted(cells: Vec<Prepared>) -> Vec<(Prepared, f64)> {
    let latency = |cell: &Prepared| Some(*cell.counts()?.metrics.get(&Metric::LatencyMs)?);
    let mut known: Vec<f64> = cells.iter().filter_map(latency).collect();
    known.sort_by(f64::total_cmp);
    let usual = median(&known).unwrap_or(1.0);
    let mut weighted: Vec<(Prepared, f64)> = cells
        .into_iter()
        .map(|cell| {
            let each = latency(&cell).unwrap_or(usual).max(1.0);
            let weight = each * crate::domain::kit::length(cell.open_trials().max(1));
            (cell, weight)
        })
        .collect();
    weighted.sort_by_cached_key(|(cell, _)| Hash::of_bytes(cell.cell.id.to_string().as_bytes()));
    weighted
}

/// The cells with their part of what all shards together may ask of each model.
fn limited(mut cells: Vec<Prepared>, shard: Shard) -> Vec<Prepared> {
    let mut models: BTreeMap<Slot, Arc<Model>> = BTreeMap::new();
    for cell in &mut cells {
        let model = models.entry(cell.cell.id.model.clone()).or_insert_with(|| {
            let mut model = Model::clone(&cell.cell.model);
            let ModelLimits { requests, input_tokens, output_tokens } = &mut model.limits;
            for limit in [requests, input_tokens, output_tokens].into_iter().flatten() {
                *limit = (*limit / u64::from(shard.count())).max(1);
            }
            model.max_concurrency = model.max_concurrency.map(|most| shard.part_of(most));
            Arc::new(model)
        });
        cell.cell.model = Arc::clone(model);
    }
    cells
}

fn asked(shard: Shard, record: &RunRecord) -> AskedShard {
    let answers = |trials: &[_]| trials.iter().filter(|trial| verdict::is_evidence(trial)).count();
    let silent = record.cells.iter().filter(|cell| answers(&cell.trials) == 0);
    AskedShard {
        run: record.id.clone(),
        shard,
        cells: record.cells.len(),
        answers: record.cells.iter().map(|cell| answers(&cell.trials)).sum(),
        unanswered: silent.map(|cell| cell.cell.clone()).collect(),
        cost: record.totals.bill.cost,
        interrupted: record.interrupted,
    }
}

/// What all shards are parts of.
struct Whole<'s> {
    head: &'s RunHead,
    question: &'s Hash,
    command: &'s RunCommand,
}

/// The run that these are the shards of: each of them once, and none missing.
fn whole(shards: &[StoredJournal]) -> Result<Whole<'_>> {
    let mut known: BTreeMap<Shard, &RunHead> = BTreeMap::new();
    let mut first: Option<(&RunHead, &ShardOf, &RunCommand)> = None;
    for StoredJournal { head, .. } in shards {
        let Some((part, command)) = head.part.as_ref().zip(head.command.as_ref()) else {
            return Err(refused(
                format!("run {} is no shard", head.id),
                "name runs of `promptmatrix run --shard`".to_owned(),
            ));
        };
        let (other, of, _) = first.get_or_insert((head, part, command));
        if of.question != part.question || of.shard.count() != part.shard.count() {
            return Err(refused(
                format!("runs {} and {} are shards of different runs", other.id, head.id),
                "merge shards of one run: the same suite, cells and number of shards".to_owned(),
            ));
        }
        if let Some(other) = known.insert(part.shard, head) {
            return Err(refused(
                format!("runs {} and {} are both shard {}", other.id, head.id, part.shard),
                "name one of them".to_owned(),
            ));
        }
    }
    let Some((head, of, command)) = first else {
        return Err(refused(
            "there is no journal of a shard".to_owned(),
            "name the folders of the runs, as they are in .promptmatrix/runs".to_owned(),
        ));
    };
    let missing = Shard::all(of.shard.count()).filter(|shard| !known.contains_key(shard));
    let missing: Vec<String> = missing.map(|shard| shard.to_string()).collect();
    if !missing.is_empty() {
        return Err(refused(
            format!("there is no run of shard {}", missing.join(", ")),
            format!("name its run too, or run it: promptmatrix run --shard {}", missing.join(" ")),
        ));
    }
    Ok(Whole { head, question: &of.question, command })
}

fn refused(title: String, help: String) -> Error {
    Error::usage("merge::shards", title, help)
}
