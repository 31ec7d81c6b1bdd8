//! `promptmatrix run`: ask, compare, record, report.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use anyhow::Context as _;

use crate::cli::args::{ProgressKind, Run};
use crate::cli::budget::{Limit, Outlook};
use crate::cli::clock::SystemClock;
use crate::cli::coming::Known;
use crate::cli::failure::Failure;
use crate::cli::github;
use crate::cli::ledger;
use crate::cli::output;
use crate::cli::outputs::Targets;
use crate::cli::prices;
use crate::cli::progress::{Bar, Counter};
use crate::cli::recorded::Recorded;
use crate::cli::session::{Remembered, Session};
use crate::cli::way::Way;
use crate::cost::forecast::{self, Budget, Forecast};
use crate::cost::price::Prices;
use crate::domain::{
    Assumptions, Cell, Clock, Exit, History, Param, Preset, RunRecord, Setting, Sink, Status, Suite,
};
use crate::plan::plan;
use crate::report::{self, paint};
use crate::review::{Offer, offer};
use crate::run::{Asked, Header, Prepared, Stop, Witness, World, most_further, run_blocking};
use crate::store::{Commit, HistoryFile, Journal, Recordings, Snapshots};
use crate::suite::env;
use crate::verdict::Minutes;

/// Runs the command.
pub(in crate::cli) fn run(session: &Session, args: &Run) -> Result<Exit, Failure> {
    let targets = Targets::new(&args.outputs, session)?.or_text();
    let (suite, _) = session.suite()?;
    let cells = pick(&suite, args)?;
    if cells.is_empty() {
        output::print("Every cell of the last run passed: nothing to ask.\n")?;
        return Ok(Exit::Pass);
    }
    let way = Way::of(session, args);
    let mut prepared =
        Session::prepare_with(&suite, &cells, |key| way == Way::Offline || env::has(key))?;
    if args.samples.is_none() {
        let recordings = (way == Way::Offline).then(|| Session::recordings(&suite));
        deepen_first(&mut prepared, suite.run.first_samples, recordings.as_ref());
    }
    let limit = Limit::of(session, &suite, args.max_cost)?;
    if args.dry && way == Way::Offline {
        output::print(&recorded(&suite, &prepared))?;
        return Ok(Exit::Pass);
    }
    if args.dry {
        return forecast(session, &suite, (way, limit.as_ref()), &prepared);
    }
    let money = Money::of(&suite, way, limit.as_ref(), (&prepared, &[]))?;
    let Remembered { witness, history } = Session::remember(&suite)?;
    let runs = Session::runs(&suite);
    let mut journal = runs.start(SystemClock.now(), &std::process::id().to_string())?;
    let selection = args.cells.cells.iter().map(ToString::to_string).collect();
    let mut header = header_of(session, &suite, &journal, selection, witness);
    if way != Way::Offline {
        header.setting = match (session.environment.ci, &history) {
            (true, Some(_)) => Setting::RunsKept,
            (true, None) => Setting::FreshMachine,
            (false, _) => Setting::ByHand,
        };
        header.history = history.unwrap_or_default();
    }
    let mut record = ask((session, way), (&suite, money), prepared.into(), header, &mut journal)?;
    let retiring = Known::of(&suite, Some(&record))?.retiring(&record);
    record.fail_for(retiring);
    runs.save(&record)?;
    if way != Way::Offline {
        remember(&suite, &record)?;
    }
    ledger::ran(&suite, &record)?;
    targets.write(&record, session)?;
    if session.environment.github && !args.no_github {
        github::tell(session, &suite.root, &record)?;
    }
    if !record.ci {
        put_up(&suite, &record, &cells)?;
    }
    Ok(record.exit())
}

/// Asks cells for several answers whose answers start a new baseline: without one they vary by nobody
/// knows how much.
/// A replay has no more of them than were recorded.
fn deepen_first(cells: &mut [Prepared], first_samples: u32, replay: Option<&Recordings>) {
    for cell in cells.iter_mut().filter(|cell| cell.starts_anew()) {
        let wanted = cell.cell.samples;
        cell.cell.samples = wanted.max(first_samples);
        if let Some(known) = replay.and_then(|all| Recorded::of(cell, all).number()) {
            cell.cell.samples = cell.cell.samples.min(wanted.max(known));
        }
    }
}

/// Keeps what the next run needs to know of this one, beside what others kept meanwhile.
fn remember(suite: &Suite, record: &RunRecord) -> Result<(), Failure> {
    let file = HistoryFile::open(&suite.root);
    let keep = || -> Result<(), String> {
        let _lock = Commit::begin(&suite.root).map_err(|error| error.to_string())?;
        // One that cannot be read was reported when the run began.
        let mut history: History = file.read().ok().flatten().unwrap_or_default();
        let known: BTreeSet<_> = suite.cells.iter().map(|cell| &cell.id).collect();
        history.cells.retain(|id, _| known.contains(id));
        history.remember(record);
        file.write(&history).map_err(|error| error.to_string())
    };
    if let Err(error) = keep() {
        // The run is safe on disk, and its verdict stands.
        let warning = paint::paint(paint::REVIEW, "warning");
        output::say(&format!("{warning}: the next run will not know of this one: {error}\n"))?;
    }
    Ok(())
}

/// The cells to ask, with `--samples` put into them.
fn pick(suite: &Suite, args: &Run) -> Result<Vec<Cell>, Failure> {
    let plan = plan(suite, &args.cells.selection())?;
    let mut cells: Vec<Cell> = plan.cells.into_iter().cloned().collect();
    if args.failed {
        let last = Session::runs(suite).latest()?.ok_or_else(|| {
            Failure::usage("run::no-last-run", "there is no earlier run", "promptmatrix run")
        })?;
        let open = last
            .cells
            .iter()
            .filter(|record| !matches!(record.status, Status::Same | Status::Varies));
        // A cell that the last run was not about has not failed in it.
        let open: BTreeSet<_> = open.map(|record| &record.cell).collect();
        cells.retain(|cell| open.contains(&cell.id));
    }
    if let Some(samples) = args.samples {
        for cell in &mut cells {
            cell.samples = samples;
        }
    }
    Ok(cells)
}

/// What is said of a run before it begins.
pub(super) fn header_of(
    session: &Session,
    suite: &Suite,
    journal: &Journal,
    selection: Vec<String>,
    witness: Witness,
) -> Header {
    Header {
        id: journal.id().to_owned(),
        suite: suite.hash(),
        profile: suite.profile.clone(),
        selection,
        upgrade: None,
        routes: suite.routes.clone(),
        ci: session.environment.ci,
        setting: Setting::default(),
        history: History::default(),
        minutes: minutes(),
        witness,
    }
}

/// What a person is assumed to need.
fn minutes() -> Minutes {
    let usual = Assumptions::preset(Preset::Default);
    Minutes {
        review: usual.get(Param::ReviewMinutes),
        triage: usual.get(Param::TriageMinutes),
        fix: usual.get(Param::FixMinutes),
    }
}

/// What answers cost, and what may be spent on them.
pub(super) struct Money {
    prices: Arc<Prices>,
    budget: Option<Budget>,
}

impl Money {
    /// The prices of the suite, and its budget unless the run could cost more. Recordings cost nothing.
    pub(super) fn of(
        suite: &Suite,
        way: Way,
        limit: Option<&Limit>,
        (cells, beside): (&[Prepared], &[Prepared]),
    ) -> Result<Self, Failure> {
        let prices = Arc::new(prices::of(suite)?);
        let budget = match limit.filter(|_| way != Way::Offline) {
            None => None,
            Some(limit) => {
                let outlook = Outlook::of(suite, way)?;
                let (cells, beside) = (outlook.planned(cells), outlook.planned(beside));
                Some(limit.budget((&cells, &beside), &prices)?)
            }
        };
        Ok(Self { prices, budget })
    }
}

/// Asks the cells; Ctrl-C stops in two steps.
pub(super) fn ask(
    (session, way): (&Session, Way),
    (suite, money): (&Suite, Money),
    asked: Asked,
    header: Header,
    journal: &mut Journal,
) -> Result<RunRecord, Failure> {
    let (transport, unkept) = way.transport(suite, &asked)?;
    let mut progress = progress(session, &asked.cells);
    let mut sinks: Vec<&mut dyn Sink> = vec![journal];
    if let Some(progress) = &mut progress {
        sinks.push(progress.as_mut());
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let Money { prices, budget } = money;
    let world = World { transport, prices, budget, clock, stop: Stop::never(), sinks };
    let record = run_blocking(asked, &suite.run, header, world)
        .context("the answers cannot be kept, so the run ends")?;
    drop(progress);
    unkept.tell()?;
    Ok(record)
}

fn progress(session: &Session, prepared: &[Prepared]) -> Option<Box<dyn Sink>> {
    use std::io::IsTerminal;
    let terminal = std::io::stderr().is_terminal() && !session.environment.ci;
    let kind = match session.progress() {
        _ if session.global.quiet => ProgressKind::None,
        ProgressKind::Auto if terminal => ProgressKind::Bar,
        ProgressKind::Auto => ProgressKind::Counter,
        other => other,
    };
    match kind {
        ProgressKind::Bar => Some(Box::new(Bar::new())),
        ProgressKind::Counter | ProgressKind::Auto => {
            let cells = prepared.iter().map(|cell| &cell.cell.id);
            Some(Box::new(Counter::new(anstream::stderr(), cells)))
        }
        ProgressKind::None => None,
    }
}

/// Puts new answers up for a decision, and takes back those that have been answered.
pub(super) fn put_up(suite: &Suite, record: &RunRecord, cells: &[Cell]) -> Result<(), Failure> {
    let mut commit = Session::begin(&suite.root)?;
    let snapshots = Snapshots::open(&suite.root);
    let files: BTreeMap<_, _> = cells.iter().map(|cell| (&cell.id, &cell.prompt_file)).collect();
    for cell in &record.cells {
        match offer(cell) {
            Offer::Put(answer) => {
                let file = files.get(&cell.cell).map_or("", |file| file.as_str());
                snapshots.write_pending(&mut commit, &cell.cell, &answer, file)?;
            }
            Offer::Clear => Snapshots::clear_pending(&mut commit, &cell.cell),
            Offer::Leave => {}
        }
    }
    Ok(commit.finish()?)
}

/// Says what would be asked, and whether the budget allows it.
fn forecast(
    session: &Session,
    suite: &Suite,
    (way, limit): (Way, Option<&Limit>),
    prepared: &[Prepared],
) -> Result<Exit, Failure> {
    let prices = prices::of(suite)?;
    let planned = Outlook::of(suite, way)?.planned(prepared);
    let mut outlook = forecast::forecast(&planned, &prices);
    let varies =
        |cell: &&Prepared| cell.missing_key.is_none() && cell.counts().is_some_and(|c| c.n > 1);
    if outlook.total.calls > 0 {
        let cells = prepared.iter().filter(varies).count();
        outlook.further = most_further(cells, &suite.run.drift, false);
    }
    if session.global.json {
        output::print_json(&serde_json::to_value(&outlook)?)?;
    } else {
        let skipped = prepared
            .iter()
            .filter_map(|cell| Some((cell.cell.id.model.clone(), cell.missing_key.clone()?)));
        let wait = wait_ms(&outlook, suite);
        let cells = suite.cells.len();
        output::print(&report::forecast::render(&outlook, &skipped.collect(), cells, wait))?;
    }
    if let Some(limit) = limit {
        limit.budget((&planned, &[]), &prices)?;
    }
    Ok(Exit::Pass)
}

/// About how long a run takes: the calls of the slowest column one after the other, as far as it may
/// not make them at once, or all calls by the limit of the run.
fn wait_ms(outlook: &Forecast, suite: &Suite) -> Option<u64> {
    let at_once = |calls: usize| u64::try_from(calls.max(1)).unwrap_or(1);
    let whole = suite.run.max_concurrency;
    let mut longest = outlook.total.latency_ms? / at_once(whole);
    for (slot, share) in &outlook.slots {
        let most = suite.models.get(slot).and_then(|model| model.max_concurrency);
        longest = longest.max(share.latency_ms? / at_once(most.unwrap_or(whole).min(whole)));
    }
    Some(longest)
}

/// What would be replayed.
fn recorded(suite: &Suite, prepared: &[Prepared]) -> String {
    let recordings = Session::recordings(suite);
    let missing: Vec<&Prepared> =
        prepared.iter().filter(|cell| !Recorded::of(cell, &recordings).is_whole(cell)).collect();
    let cells = paint::count(prepared.len(), "cell");
    let mut out = format!("Would replay {cells}; {} of them cannot be.\n", missing.len());
    for cell in missing {
        let _ = writeln!(out, "  {}", cell.cell.id);
    }
    out
}
