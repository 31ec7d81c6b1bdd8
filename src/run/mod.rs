//! The engine: asks the cells of a plan, many at a time, and folds the answers into a record.
//!
//! It reads and writes no file, prints nothing, and knows neither terminal nor environment: what it
//! needs is handed in, and what happens is told to [`Sink`]s.

mod accept;
mod answer;
mod ask;
mod baseline;
mod billing;
mod bucket;
mod budget_guard;
mod cache_warmup;
mod calibrate;
mod collect;
mod column;
mod compared;
mod decide;
mod exchanges;
mod fetch;
mod fit;
mod flips;
mod gather;
mod import;
mod judge;
mod kept;
mod lists;
mod measures;
mod pace;
mod places;
mod prepare;
mod replay;
pub(crate) mod retry;
mod rounds;
mod ruled;
mod run_history;
mod schedule;
mod staged;
mod standing;
mod stop;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

pub use accept::{AcceptedAnswers, identities, replace};
pub(crate) use accept::{CountedIn, RoleMoved, carry, deepen};
pub(crate) use billing::call_of;
pub(crate) use calibrate::{AnswerPool, Drilled, SplitConfig, drill, false_alarms, wanted};
pub use collect::Header;
pub(crate) use compared::{ENOUGH, RunComparison, compare_runs};
pub(crate) use decide::most_further;
pub use exchanges::Exchanges;
pub(crate) use exchanges::Replay;
pub(crate) use fetch::fetch_blocking;
pub use fit::violations;
pub(crate) use fit::{stale_of, violations_of};
pub(crate) use flips::{Answers, answers, count_flips, flipped, usable};
pub use import::import;
pub use judge::changes_of;
pub(crate) use judge::judge_plainly;
pub(crate) use kept::Kept;
pub(crate) use lists::lists_blocking;
pub use prepare::{Prepared, prepare};
pub(crate) use prepare::{Schemas, prepare_cell};
pub(crate) use replay::replay;
pub use run_history::{RunHistory, remember};
pub use stop::Stop;

use decide::{Deciding, Occasion};

use crate::cost::forecast::Budget;
use crate::cost::price::Prices;
use crate::domain::{
    Clock, JournalEntry, ModelRecord, Retiring, RunEvent, RunRecord, RunSettings, Sink, Slot,
};
use crate::drift::Side;
use crate::transport::Transport;

/// What a run needs of the world.
pub struct World<'w> {
    /// Sends requests.
    pub transport: Arc<dyn Transport>,
    /// What is recorded.
    pub exchanges: Arc<Exchanges>,
    /// What answers cost.
    pub prices: Arc<Prices>,
    /// What may be spent; `None` where nothing limits it.
    pub budget: Option<Budget>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Says when to stop early.
    pub stop: Stop,
    /// Which of the models that answered end so soon that the run fails for it.
    pub retiring: &'w RetiringOf<'w>,
    /// What an earlier process was answered in this run, before it was cut short.
    pub kept: Vec<JournalEntry>,
    /// Listens; the journal goes first, so that an answer is safe before anybody counts it.
    pub sinks: Vec<&'w mut dyn Sink>,
}

/// Says which of the models of a run end too soon.
pub type RetiringOf<'w> = dyn Fn(&BTreeMap<Slot, ModelRecord>) -> Vec<Retiring> + 'w;

/// What a run asks.
pub struct RunCells {
    /// The cells that are judged.
    pub cells: Vec<Prepared>,
    /// The same cells as they were accepted: the version that is in place, where another one is
    /// rehearsed. Asked only where that helps to decide.
    pub beside: Vec<Prepared>,
}

impl From<Vec<Prepared>> for RunCells {
    fn from(cells: Vec<Prepared>) -> Self {
        Self { cells, beside: Vec::new() }
    }
}

/// Asks every prepared cell and judges the answers.
///
/// A provider that fails is a record, not an error. The only error is a journal that cannot be
/// written: then the run ends, because an answer that is not safe does not count.
pub async fn run(
    asked: impl Into<RunCells>,
    settings: &RunSettings,
    header: Header,
    mut world: World<'_>,
) -> io::Result<RunRecord> {
    let started = world.clock.now();
    let asked = asked.into();
    let sides = [(&asked.cells, Side::Candidate), (&asked.beside, Side::Accepted)];
    let cells =
        sides.into_iter().flat_map(|(cells, side)| cells.iter().map(move |cell| (cell, side)));
    let mut deciding = Deciding::new(cells, &header.history, &settings.drift, occasion(&header));
    let trials = asked.cells.iter().map(Prepared::open_trials).sum();
    tell(&mut world.sinks, &RunEvent::Started { cells: asked.cells.len(), trials });
    let collected = schedule::ask_all(asked, settings, &mut deciding, &mut world).await?;
    let decided = deciding.decide(&collected.answered());
    let times = (started, world.clock.now());
    let decided = (collected, decided);
    Ok(collect::record(header, times, &world.prices, decided, world.retiring))
}

fn occasion(header: &Header) -> Occasion {
    match &header.upgrade {
        Some(_) => Occasion::Rehearsal,
        None => Occasion::Run(header.setting),
    }
}

/// As [`run`], for callers that are not async: on a runtime of its own, and with Ctrl-C (or
/// SIGTERM) as the way to stop it.
pub fn run_blocking(
    asked: impl Into<RunCells>,
    settings: &RunSettings,
    header: Header,
    mut world: World<'_>,
) -> io::Result<RunRecord> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (handle, stop) = Stop::new();
    world.stop = stop;
    let record = runtime.block_on(async {
        tokio::spawn(handle.on_signal());
        run(asked, settings, header, world).await
    });
    runtime.shutdown_background();
    record
}

fn tell(sinks: &mut [&mut dyn Sink], event: &RunEvent) {
    for sink in sinks {
        sink.event(event);
    }
}
