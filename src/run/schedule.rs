//! Many cells at a time, in rounds: limits, the order of asking, and answers collected as they come.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};

use super::ask::{Asker, ask};
use super::budget_guard::BudgetGuard;
use super::cache_warmup::CacheWarmup;
use super::gather::Collected;
use super::kept::Kept;
use super::places::{Limits, Unwritten};
use super::rounds::{Decider, PlannedTrial};
use super::standing::Standings;
use super::{Prepared, RunCells, World, tell};
use crate::domain::{JournalEntry, RunEvent, RunSettings, Slot, Trial};

/// How long running calls may go on after the first request to stop.
const GRACE: Duration = Duration::from_secs(5);

/// So many tasks of a slot wait for their turn beside those that can be under way.
const AHEAD: usize = 128;

/// How far a run is on its way to an early end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Running,
    /// Running calls may end.
    Stopping,
    /// They took too long.
    GivenUp,
}

/// One answer.
struct Answer {
    /// Of its cell.
    index: usize,
    trial: Trial,
    /// Held until the answer is written.
    unwritten: Option<Unwritten>,
}

/// Asks every open trial of every cell, and then, round by round, what `decider` wants to know
/// more about. Answers are written to the sinks before they count; those that came in together are
/// written together.
pub(super) async fn ask_all(
    RunCells { cells, beside }: RunCells,
    settings: &RunSettings,
    decider: &mut dyn Decider,
    world: &mut World<'_>,
) -> io::Result<Collected> {
    let cells: Vec<Arc<Prepared>> = cells.into_iter().map(Arc::new).collect();
    let beside: Vec<Arc<Prepared>> = beside.into_iter().map(Arc::new).collect();
    let limits = Limits::of(cells.iter().chain(&beside), settings);
    let standings = Standings::of(cells.iter().chain(&beside));
    let mut collected = Collected::new(cells, beside);
    for event in collected.without_call() {
        tell(&mut world.sinks, &event);
    }
    let mut kept = Kept::of(std::mem::take(&mut world.kept));
    let budget_guard = Arc::new(BudgetGuard::new(world.budget.take(), kept.cost()));
    let mut round = collected.first_round();
    loop {
        let open = without_kept(round, &mut kept, &standings, &mut collected, world);
        ask_round(open, (&limits, &standings, &budget_guard), settings, &mut collected, world)
            .await?;
        if budget_guard.is_empty() {
            collected.over_budget();
            tell(&mut world.sinks, &RunEvent::OverBudget);
            break;
        }
        if world.stop.is_draining() {
            break;
        }
        round = collected.further_round(&decider.again(&collected.answered()));
        if round.is_empty() {
            break;
        }
        let wait_ms = u64::try_from(settings.drift.wave_delay.as_millis()).unwrap_or(u64::MAX);
        tell(&mut world.sinks, &RunEvent::AskingAgain { trials: round.len(), wait_ms });
        let mut stop = world.stop.clone();
        tokio::select! {
            () = stop.draining() => {}
            () = tokio::time::sleep(settings.drift.wave_delay) => {}
        }
    }
    Ok(collected)
}

/// Counts the answers that are there, and gives the trials that are still open.
fn without_kept(
    round: Vec<PlannedTrial>,
    kept: &mut Kept,
    standings: &Standings,
    collected: &mut Collected,
    world: &mut World<'_>,
) -> Vec<PlannedTrial> {
    let mut open = Vec::new();
    for wanted in round {
        let Some(trial) = kept.take(&wanted.cell, wanted.number) else {
            open.push(wanted);
            continue;
        };
        let trial = standings.get(&wanted.cell).heard(&wanted.cell.cell.model.id, trial);
        for event in collected.add(wanted.index, trial) {
            tell(&mut world.sinks, &event);
        }
    }
    open
}

/// What the calls of a run share.
type Shared<'r> = (&'r Limits, &'r Standings, &'r Arc<BudgetGuard>);

/// Asks these trials, many at a time, until all are in or the run is stopped.
async fn ask_round(
    wanted: Vec<PlannedTrial>,
    shared: Shared<'_>,
    settings: &RunSettings,
    collected: &mut Collected,
    world: &mut World<'_>,
) -> io::Result<()> {
    let (tell_in, mut told) = mpsc::unbounded_channel();
    let mut round = Round::new(wanted, tell_in);
    round.start(shared, settings, world);
    let mut stage = Stage::Running;
    let mut grace = Box::pin(tokio::time::sleep(GRACE));
    let mut stop = world.stop.clone();
    loop {
        let mut answers = Vec::new();
        tokio::select! {
            biased;
            Some(event) = told.recv() => tell(&mut world.sinks, &event),
            () = stop.draining(), if stage == Stage::Running => {
                stage = Stage::Stopping;
                grace.as_mut().reset(tokio::time::Instant::now() + GRACE);
                tell(&mut world.sinks, &RunEvent::Stopping);
            }
            // Only once: a time that is over stays so, and would keep the others from their gate.
            () = &mut grace, if stage == Stage::Stopping => {
                stage = Stage::GivenUp;
                round.running.abort_all();
            }
            joined = round.running.join_next() => match joined {
                Some(joined) => answers.extend(round.answer(joined)),
                None => return Ok(()),
            },
        }
        while let Some(joined) = round.running.try_join_next() {
            answers.extend(round.answer(joined));
        }
        count(answers, collected, world)?;
        if stage == Stage::Running {
            round.start(shared, settings, world);
        }
    }
}

/// The trials of a round. Of those that wait for their turn only some have a task: there may be a
/// hundred thousand.
struct Round {
    slots: BTreeMap<Slot, InSlot>,
    warmup: CacheWarmup,
    running: JoinSet<(Slot, Option<Answer>)>,
    events: mpsc::UnboundedSender<RunEvent>,
}

/// Those of a slot. What keeps one slot waiting is no matter of the others.
#[derive(Default)]
struct InSlot {
    wanted: VecDeque<PlannedTrial>,
    running: usize,
}

impl Round {
    fn new(wanted: Vec<PlannedTrial>, events: mpsc::UnboundedSender<RunEvent>) -> Self {
        let mut slots = BTreeMap::<Slot, InSlot>::new();
        for wanted in wanted {
            slots.entry(wanted.cell.cell.id.model.clone()).or_default().wanted.push_back(wanted);
        }
        Self { slots, warmup: CacheWarmup::default(), running: JoinSet::new(), events }
    }

    /// Starts as many tasks as can be under way, and some that wait at their heels.
    fn start(&mut self, shared: Shared<'_>, settings: &RunSettings, world: &World<'_>) {
        let Self { slots, warmup, running, events } = self;
        for (slot, of) in slots {
            while of.running < settings.max_concurrency.max(1) + AHEAD {
                let Some(PlannedTrial { index, cell, number }) = of.wanted.pop_front() else {
                    break;
                };
                of.running += 1;
                let (limits, standings, budget_guard) = shared;
                let standing = standings.get(&cell);
                let mut gate = warmup.gate(&cell, standing.has_answered());
                let asker = Asker {
                    places: limits.places(&cell),
                    cell,
                    number,
                    transport: Arc::clone(&world.transport),
                    exchanges: Arc::clone(&world.exchanges),
                    prices: Arc::clone(&world.prices),
                    clock: Arc::clone(&world.clock),
                    retries: settings.retries,
                    standing,
                    budget_guard: Arc::clone(budget_guard),
                    stop: world.stop.clone(),
                    events: events.clone(),
                };
                let slot = slot.clone();
                running.spawn(async move {
                    gate.come().await;
                    let answered = ask(asker).await;
                    drop(gate);
                    let answer = |(trial, unwritten)| Answer { index, trial, unwritten };
                    (slot, answered.map(answer))
                });
            }
        }
    }

    /// The answer of a task that is over; none of one that was stopped. A panic goes on here: it is our
    /// fault, and no interruption.
    fn answer(&mut self, joined: Result<(Slot, Option<Answer>), JoinError>) -> Option<Answer> {
        let (slot, answer) = match joined.map_err(JoinError::try_into_panic) {
            Ok(over) => over,
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            Err(Err(_stopped)) => return None,
        };
        if let Some(of) = self.slots.get_mut(&slot) {
            of.running -= 1;
        }
        answer
    }
}

/// Makes the answers safe, then counts them.
fn count(answers: Vec<Answer>, collected: &mut Collected, world: &mut World<'_>) -> io::Result<()> {
    if answers.is_empty() {
        return Ok(());
    }
    let entries: Vec<JournalEntry> =
        answers.iter().filter_map(|of| collected.entry(of.index, &of.trial)).collect();
    for sink in &mut world.sinks {
        blocking(|| sink.answers(&entries))?;
    }
    for Answer { index, trial, unwritten } in answers {
        drop(unwritten);
        for event in collected.add(index, trial) {
            tell(&mut world.sinks, &event);
        }
    }
    Ok(())
}

/// Writing and syncing blocks: where there are other threads, the tasks of this one move there.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}

#[cfg(test)]
pub(super) mod tests;
