//! Runs: cells are asked, compared with what is accepted, and kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::answers::AnswerSource;
use super::asking::{Asking, NOT_KEPT, Purpose, Resume, RunOptions};
use super::budget::CallPlanner;
use super::lifecycles::ModelLives;
use super::resume::Turn;
use super::{Error, Notice, Project, Recorded, Result, SystemClock};
use crate::cost::forecast::{self, Forecast};
use crate::cost::price::Mode;
use crate::domain::{
    Assumptions, Cell, CellId, EnvName, History, Param, Preset, RunCommand, RunRecord, RunSettings,
    Selection, Setting, Sink, Slot, Status,
};
use crate::plan::plan;
use crate::run::{Header, Prepared, RunHistory, Stop, World, most_further, run_blocking};
use crate::store::CommitError;
use crate::suite::env;
use crate::transport::most_connections;
use crate::verdict::FixMinutes;

/// A run that took place, and is saved.
#[derive(Debug)]
pub struct Ran {
    /// What it found.
    pub record: RunRecord,
    /// Whether its answers wait for a decision, where somebody is there to decide.
    pub stage_pending: Result<()>,
}

/// What a run would do.
#[derive(Debug)]
pub enum RunPlan {
    /// Ask.
    Calls(Box<Calls>),
    /// Replay recordings.
    Replay(Replay),
}

/// The calls of a run, before they are made.
#[derive(Debug)]
pub struct Calls {
    /// How many there are, and what they cost.
    pub forecast: Forecast,
    /// Slots that are not asked since their key is not there.
    pub missing_keys: BTreeMap<Slot, EnvName>,
    /// About how long the run takes, in milliseconds.
    pub wait_ms: Option<u64>,
    /// Whether the budget allows it.
    pub within_budget: Result<()>,
}

/// The recordings that a run would replay.
#[derive(Debug)]
pub struct Replay {
    /// How many cells are asked for.
    pub cells: usize,
    /// Those that cannot be replayed.
    pub missing: Vec<CellId>,
}

impl Project {
    /// Asks the cells, and compares the answers with the accepted ones. `None` where `failed` leaves
    /// nothing to ask.
    pub fn run(&self, options: &RunOptions) -> Result<Option<Ran>> {
        let batch = self.collected(options)?;
        let turn = self.turn(None)?;
        let (options, resume) = self.resumed(options)?;
        let (source, cells) = self.chosen(&options)?;
        if cells.is_empty() {
            return Ok(None);
        }
        if matches!(resume, Resume::Alike) {
            self.check_collected(&cells)?;
        }
        let command = typed(&options, source, &cells);
        let asking = Asking {
            asked: cells.into(),
            purpose: Purpose::Gate,
            source,
            // What is in batches is paid for.
            limit: self.limit(options.limit.as_ref()).filter(|_| batch.is_none()),
            max_wait: options.max_wait,
            selection: words(&options.cells),
            command: Some(command),
            resume,
            batch,
        };
        Ok(Some(self.ran(self.ask(asking, &turn)?)))
    }

    /// Says what a run would do, and sends nothing.
    pub fn plan_run(&self, options: &RunOptions) -> Result<Option<RunPlan>> {
        self.recordings_to_share()?.take_shared()?;
        let (source, cells) = self.chosen(options)?;
        if cells.is_empty() {
            return Ok(None);
        }
        if source == AnswerSource::Recordings {
            return Ok(Some(RunPlan::Replay(self.replay(&cells))));
        }
        let prices = self.prices()?;
        let mode = if options.batch { Mode::Batch } else { Mode::Sync };
        let kept = self.kept(source, &cells)?;
        let planned = CallPlanner::new(self, source, kept, mode)?.calls(&cells);
        let mut forecast = forecast::forecast(&planned, &prices);
        let varies = |cell: &&Prepared| {
            cell.missing_key.is_none() && cell.counts().is_some_and(|counts| counts.n > 1)
        };
        if forecast.total.calls > 0 {
            let varying = cells.iter().filter(varies).count();
            forecast.further = most_further(varying, &self.suite.run.drift, false);
        }
        let keys = cells
            .iter()
            .filter_map(|cell| Some((cell.cell.id.model.clone(), cell.missing_key.clone()?)));
        let limit = self.limit(options.limit.as_ref());
        let budget = limit.map_or(Ok(()), |limit| limit.budget(&planned, &[], &prices).map(drop));
        Ok(Some(RunPlan::Calls(Box::new(Calls {
            missing_keys: keys.collect(),
            wait_ms: self.wait_ms(&forecast),
            within_budget: budget,
            forecast,
        }))))
    }

    /// The cells to ask, ready, and where their answers come from.
    pub(super) fn chosen(&self, options: &RunOptions) -> Result<(AnswerSource, Vec<Prepared>)> {
        let source = self.source(options.source);
        let replays = source == AnswerSource::Recordings;
        let cells = self.pick(options)?;
        let mut prepared = self.prepare_with(&cells, |key| replays || env::has(key))?;
        if options.samples.is_none() {
            self.deepen_first(&mut prepared, replays);
        }
        Ok((source, prepared))
    }

    /// Asks cells for several answers whose answers start a new baseline: without one they vary by
    /// nobody knows how much. A replay has no more of them than were recorded.
    fn deepen_first(&self, cells: &mut [Prepared], replays: bool) {
        let recordings = replays.then(|| self.recordings());
        for cell in cells.iter_mut().filter(|cell| cell.starts_anew()) {
            let wanted = cell.cell.samples;
            cell.cell.samples = wanted.max(self.suite.run.first_samples);
            let recorded = recordings.as_ref().map(|all| Recorded::of(cell, all));
            if let Some(known) = recorded.and_then(|recorded| recorded.number()) {
                cell.cell.samples = cell.cell.samples.min(wanted.max(known));
            }
        }
    }

    /// The selected cells, with as many samples as are wanted.
    fn pick(&self, options: &RunOptions) -> Result<Vec<Cell>> {
        let plan = plan(&self.suite, &options.cells)?;
        let mut cells: Vec<Cell> = plan.cells.into_iter().cloned().collect();
        if options.failed {
            let last = self.runs().latest()?.ok_or_else(|| {
                Error::usage("run::no-last-run", "there is no earlier run", "promptmatrix run")
            })?;
            let passed = |status| matches!(status, Status::Same | Status::Varies);
            // A cell that the last run was not about has not failed in it.
            let open = last.cells.iter().filter(|record| !passed(record.status));
            let open: BTreeSet<_> = open.map(|record| &record.cell).collect();
            cells.retain(|cell| open.contains(&cell.id));
        }
        for cell in &mut cells {
            cell.samples = options.samples.unwrap_or(cell.samples);
        }
        Ok(cells)
    }

    fn replay(&self, cells: &[Prepared]) -> Replay {
        let recordings = self.recordings();
        let is_missing = |cell: &&Prepared| !Recorded::of(cell, &recordings).is_whole(cell);
        let missing = cells.iter().filter(is_missing).map(|cell| cell.cell.id.clone()).collect();
        Replay { cells: cells.len(), missing }
    }

    /// About how long a run takes: the calls of the slowest column one after the other, as far as it
    /// may not make them at once, or all calls by the limit of the run.
    fn wait_ms(&self, forecast: &Forecast) -> Option<u64> {
        let at_once = |calls: usize| u64::try_from(calls.max(1)).unwrap_or(1);
        let whole = self.suite.run.max_concurrency;
        let mut longest = forecast.total.latency_ms? / at_once(whole);
        for (slot, share) in &forecast.slots {
            let most = self.suite.models.get(slot).and_then(|model| model.max_concurrency);
            longest = longest.max(share.latency_ms? / at_once(most.unwrap_or(whole).min(whole)));
        }
        Some(longest)
    }

    /// Asks cells and keeps the run. Ctrl-C stops in two steps.
    pub(super) fn ask(&self, asking: Asking, turn: &Turn) -> Result<RunRecord> {
        let head = self.head(&asking);
        if let Some(record) = self.asked_meanwhile(turn, head.question.as_ref())? {
            return Ok(record);
        }
        self.check_writable(&asking)?;
        let settings = self.settings_for(&asking)?;
        let Asking { asked, purpose, source, limit, selection, resume, batch, .. } = asking;
        let is_gate = matches!(purpose, Purpose::Gate);
        let is_rehearsal = matches!(purpose, Purpose::Rehearsal(_));
        let is_shard = matches!(purpose, Purpose::Shard(_));
        let counts = is_gate && source != AnswerSource::Recordings;
        let prices = Arc::new(self.prices()?);
        let budget = self.budget(&asked, source, limit.as_ref(), (&prices, Mode::Sync))?;
        let run_history = self.run_history()?;
        let history = if counts { self.history()? } else { None };
        let (transport, exchanges, recording) = self.transport(source, &asked, batch)?;
        let (mut journal, kept) = self.begin_run(head, &resume)?;
        let started = journal.head().started;
        let mut header = self.header(&journal.head().id, selection, run_history);
        if counts {
            header.remember(history);
        }
        if let Purpose::Rehearsal(upgrade) = purpose {
            header.upgrade = Some(*upgrade);
            header.ci = false;
        }
        let ids: Vec<&CellId> = asked.cells.iter().map(|cell| &cell.cell.id).collect();
        let mut progress = self.observer.begins(&ids);
        let mut sinks: Vec<&mut dyn Sink> = vec![&mut journal];
        if let Some(progress) = &mut progress {
            sinks.push(progress.as_mut());
        }
        let clock = Arc::new(SystemClock);
        let lives = ModelLives::new(self, None)?;
        let retiring = |models: &_| if is_gate { lives.retiring(models) } else { Vec::new() };
        let (stop, retiring) = (Stop::never(), &retiring);
        let world =
            World { transport, exchanges, prices, budget, clock, stop, retiring, kept, sinks };
        let mut record = run_blocking(asked, &settings, header, world)
            .map_err(|error| Error::while_doing(NOT_KEPT, error))?;
        record.started = started;
        drop(progress);
        recording.end(self);
        if is_shard {
            self.share_run(&record.id)?;
            return Ok(record);
        }
        self.runs().save(&record)?;
        self.share_run(&record.id)?;
        self.keep_history(&record, counts);
        if !is_rehearsal {
            self.record_in_ledger(&record);
        }
        if let Err(error) = self.runs().prune(self.suite.store.keep_runs) {
            self.notice(&Notice::RunsNotPruned(error));
        }
        Ok(record)
    }

    /// Whether what is paid for can be kept, and put up for a decision.
    pub(super) fn check_writable(&self, asking: &Asking) -> Result<(), CommitError> {
        if asking.source == AnswerSource::Recordings {
            return Ok(());
        }
        let mut checked = self.runs().check_writable();
        if self.suite.store.record {
            checked = checked.and_then(|()| self.recordings().check_writable());
        }
        if !self.options.ci && matches!(asking.purpose, Purpose::Gate) {
            let prompts: BTreeSet<_> =
                asking.asked.cells.iter().map(|cell| &cell.cell.id.prompt).collect();
            checked = checked.and_then(|()| self.snapshots().check_writable(prompts));
        }
        checked.map_err(CommitError::NotWritten)
    }

    /// How cells are asked: as the config says, but for what the system and the purpose do not allow.
    fn settings_for(&self, asking: &Asking) -> Result<RunSettings> {
        let connections = most_connections().map_err(|error| {
            Error::usage("run::open-files", error.to_string(), "raise the limit: `ulimit -n 1024`")
        })?;
        let mut settings = self.suite.run.clone();
        let patience = settings.retries.max_wait;
        settings.retries.max_wait = asking.max_wait.unwrap_or(patience);
        if let Some(most) = connections.filter(|most| *most < settings.max_concurrency) {
            settings.max_concurrency = most;
            self.notice(&Notice::FewFiles { at_once: most });
        }
        settings.drift.adaptive &= match &asking.purpose {
            // A further answer would be no fair draw; and what is in doubt is seen when all shards
            // are together.
            Purpose::Calibration | Purpose::Shard(_) => false,
            Purpose::Gate if matches!(asking.resume, Resume::Merged(_)) => {
                asking.source != AnswerSource::Recordings
            }
            Purpose::Gate | Purpose::Rehearsal(_) => true,
        };
        if let Purpose::Shard(part) = &asking.purpose {
            settings.max_concurrency = part.shard.part_of(settings.max_concurrency);
        }
        Ok(settings)
    }

    /// Puts the answers of a saved run up for a decision, where somebody is there to decide.
    pub(super) fn ran(&self, record: RunRecord) -> Ran {
        Ran { stage_pending: if record.ci { Ok(()) } else { self.stage_pending(&record) }, record }
    }

    /// What is said of a run before it begins.
    pub(super) fn header(
        &self,
        id: &str,
        selection: Vec<String>,
        run_history: RunHistory,
    ) -> Header {
        let usual = Assumptions::preset(Preset::Default);
        Header {
            id: id.to_owned(),
            suite: self.suite.hash(),
            profile: self.suite.profile.clone(),
            selection,
            upgrade: None,
            routes: self.suite.routes.clone(),
            ci: self.options.ci,
            setting: Setting::default(),
            history: History::default(),
            minutes: FixMinutes {
                review: usual.get(Param::ReviewMinutes),
                triage: usual.get(Param::TriageMinutes),
                fix: usual.get(Param::FixMinutes),
            },
            run_history,
        }
    }
}

/// What was typed for a run of these cells.
pub(super) fn typed(options: &RunOptions, source: AnswerSource, cells: &[Prepared]) -> RunCommand {
    let failed = || cells.iter().map(|cell| cell.cell.id.to_string()).collect();
    RunCommand {
        // What failed last is another thing once this run is over.
        selection: if options.failed { failed() } else { words(&options.cells) },
        samples: options.samples,
        fresh: source == AnswerSource::Providers,
    }
}

/// The patterns of a selection as they were typed.
pub(super) fn words(selection: &Selection) -> Vec<String> {
    selection.patterns.iter().map(ToString::to_string).collect()
}
