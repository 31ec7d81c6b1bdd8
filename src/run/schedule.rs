//! Many cells at a time, in rounds: limits, the order of asking, and answers collected as they come.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinError, JoinSet};

use super::ask::{Asker, ask};
use super::budget_guard::BudgetGuard;
use super::cache_warmup::CacheWarmup;
use super::gather::Collected;
use super::kept::Kept;
use super::rounds::{Decider, Wanted};
use super::standing::Standings;
use super::{Asked, Prepared, World, tell};
use crate::domain::{JournalEntry, RunEvent, RunSettings, Slot, Trial};

/// How long running calls may go on after the first request to stop.
const GRACE: Duration = Duration::from_secs(5);

/// How far a run is on its way to an early end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Running,
    /// Running calls may end.
    Stopping,
    /// They took too long.
    GivenUp,
}

/// One answer and whose it is: the index of its cell.
type Answer = (usize, Trial);

/// Asks every open trial of every cell, and then, round by round, what `decider` wants to know
/// more about. Answers are written to the sinks before they count; those that came in together are
/// written together.
pub(super) async fn ask_all(
    Asked { cells, beside }: Asked,
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
        ask_round(&open, (&limits, &standings, &budget_guard), settings, &mut collected, world)
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
    round: Vec<Wanted>,
    kept: &mut Kept,
    standings: &Standings,
    collected: &mut Collected,
    world: &mut World<'_>,
) -> Vec<Wanted> {
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

/// Asks these trials, many at a time, until all are in or the run is stopped.
async fn ask_round(
    round: &[Wanted],
    limits: (&Limits, &Standings, &Arc<BudgetGuard>),
    settings: &RunSettings,
    collected: &mut Collected,
    world: &mut World<'_>,
) -> io::Result<()> {
    let (tell_in, mut told) = mpsc::unbounded_channel();
    let mut running = start(round, limits, settings, (world, &tell_in));
    drop(tell_in);
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
                running.abort_all();
            }
            joined = running.join_next() => match joined {
                Some(joined) => answers.extend(answer(joined)),
                None => return Ok(()),
            },
        }
        while let Some(joined) = running.try_join_next() {
            answers.extend(answer(joined));
        }
        count(answers, collected, world)?;
    }
}

/// The answer of a task that is over; none of one that was stopped. A panic goes on here: it is our
/// fault, and no interruption.
fn answer(joined: Result<Option<Answer>, JoinError>) -> Option<Answer> {
    match joined.map_err(JoinError::try_into_panic) {
        Ok(answer) => answer,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(_stopped)) => None,
    }
}

/// One task per trial. Each waits for a place of its slot, then for a place of the run.
fn start(
    round: &[Wanted],
    (limits, standings, budget_guard): (&Limits, &Standings, &Arc<BudgetGuard>),
    settings: &RunSettings,
    (world, events): (&World<'_>, &mpsc::UnboundedSender<RunEvent>),
) -> JoinSet<Option<Answer>> {
    let mut running = JoinSet::new();
    let mut warmup = CacheWarmup::default();
    for Wanted { index, cell, number } in round {
        let (index, cell) = (*index, Arc::clone(cell));
        let slot = limits.slots.get(&cell.cell.id.model).map(Arc::clone);
        let whole = Arc::clone(&limits.whole);
        let budget_guard = Arc::clone(budget_guard);
        let standing = standings.get(&cell);
        let mut gate = warmup.gate(&cell, standing.has_answered());
        let asker = Asker {
            cell,
            number: *number,
            transport: Arc::clone(&world.transport),
            prices: Arc::clone(&world.prices),
            clock: Arc::clone(&world.clock),
            retries: settings.retries,
            stop: world.stop.clone(),
            events: events.clone(),
        };
        running.spawn(async move {
            gate.come().await;
            let _slot = match &slot {
                Some(slot) => slot.acquire().await.ok(),
                None => None,
            };
            let _place = whole.acquire().await.ok();
            if let Some(trial) = standing.gone(asker.number) {
                return Some((index, trial));
            }
            let cell = Arc::clone(&asker.cell);
            let hold = budget_guard.hold(&cell.cell.id).await?;
            let trial = ask(asker).await?;
            hold.settle(&trial);
            let trial = standing.heard(&cell.cell.model.id, trial);
            drop(gate);
            Some((index, trial))
        });
    }
    running
}

/// How many calls may run at once: of the whole run, and of each slot.
struct Limits {
    whole: Arc<Semaphore>,
    slots: BTreeMap<Slot, Arc<Semaphore>>,
}

impl Limits {
    fn of<'c>(cells: impl IntoIterator<Item = &'c Arc<Prepared>>, settings: &RunSettings) -> Self {
        let whole = Arc::new(Semaphore::new(settings.max_concurrency.max(1)));
        let mut slots = BTreeMap::new();
        for cell in cells {
            let most = cell.cell.model.max_concurrency.unwrap_or(settings.max_concurrency).max(1);
            slots
                .entry(cell.cell.id.model.clone())
                .or_insert_with(|| Arc::new(Semaphore::new(most)));
        }
        Self { whole, slots }
    }
}

/// Makes the answers safe, then counts them.
fn count(answers: Vec<Answer>, collected: &mut Collected, world: &mut World<'_>) -> io::Result<()> {
    if answers.is_empty() {
        return Ok(());
    }
    let entries: Vec<JournalEntry> =
        answers.iter().filter_map(|(index, trial)| collected.entry(*index, trial)).collect();
    for sink in &mut world.sinks {
        blocking(|| sink.answers(&entries))?;
    }
    for (index, trial) in answers {
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
mod tests;
