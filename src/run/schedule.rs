//! Many cells at a time: limits, the order of asking, and answers collected as they come.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinError, JoinSet};

use super::ask::{Asker, ask};
use super::collect::Collected;
use super::{Prepared, World, tell};
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

/// Asks every open trial of every cell. Answers are written to the sinks before they count; those
/// that came in together are written together.
pub(super) async fn ask_all(
    cells: Vec<Prepared>,
    settings: &RunSettings,
    world: &mut World<'_>,
) -> io::Result<Collected> {
    let cells: Vec<Arc<Prepared>> = cells.into_iter().map(Arc::new).collect();
    let (tell_in, mut told) = mpsc::unbounded_channel();
    let mut running = start(&cells, settings, world, &tell_in);
    drop(tell_in);
    let mut collected = Collected::new(cells);
    for event in collected.without_call() {
        tell(&mut world.sinks, &event);
    }
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
            // Only once: a time that is over stays so, and would keep the others from their turn.
            () = &mut grace, if stage == Stage::Stopping => {
                stage = Stage::GivenUp;
                running.abort_all();
            }
            joined = running.join_next() => match joined {
                Some(joined) => answers.extend(answer(joined)),
                None => break,
            },
        }
        while let Some(joined) = running.try_join_next() {
            answers.extend(answer(joined));
        }
        count(answers, &mut collected, world)?;
    }
    Ok(collected)
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

/// One task per open trial. Each waits for a place of its slot, then for a place of the run.
fn start(
    cells: &[Arc<Prepared>],
    settings: &RunSettings,
    world: &World<'_>,
    events: &mpsc::UnboundedSender<RunEvent>,
) -> JoinSet<Option<Answer>> {
    let whole = Arc::new(Semaphore::new(settings.max_concurrency.max(1)));
    let slots = slot_limits(cells, settings);
    let mut running = JoinSet::new();
    for (index, cell) in cells.iter().enumerate() {
        for number in 1..=u32::try_from(cell.open_trials()).unwrap_or(u32::MAX) {
            let asker = Asker {
                cell: Arc::clone(cell),
                number,
                transport: Arc::clone(&world.transport),
                clock: Arc::clone(&world.clock),
                retries: settings.retries,
                stop: world.stop.clone(),
                events: events.clone(),
            };
            let slot = slots.get(&cell.cell.id.model).map(Arc::clone);
            let whole = Arc::clone(&whole);
            running.spawn(async move {
                let _slot = match &slot {
                    Some(slot) => slot.acquire().await.ok(),
                    None => None,
                };
                let _place = whole.acquire().await.ok();
                ask(asker).await.map(|trial| (index, trial))
            });
        }
    }
    running
}

fn slot_limits(cells: &[Arc<Prepared>], settings: &RunSettings) -> BTreeMap<Slot, Arc<Semaphore>> {
    let mut limits = BTreeMap::new();
    for cell in cells {
        let most = cell.cell.model.max_concurrency.unwrap_or(settings.max_concurrency).max(1);
        limits.entry(cell.cell.id.model.clone()).or_insert_with(|| Arc::new(Semaphore::new(most)));
    }
    limits
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
