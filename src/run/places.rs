//! Where a call waits before it is made: for the limits of its account, for a place of its slot, and for
//! one of the run.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::Prepared;
use super::pace::{Going, Lane, Lanes};
use super::retry::Failure;
use crate::domain::{Completion, HttpResponse, RunSettings, Slot};

/// How many calls may run at once: of the whole run, of each slot, and to each account.
pub(super) struct Limits {
    whole: Arc<Semaphore>,
    unwritten: Arc<Semaphore>,
    slots: BTreeMap<Slot, Arc<Semaphore>>,
    lanes: Lanes,
}

/// What a call of one cell has to pass.
pub(super) struct Places {
    whole: Arc<Semaphore>,
    unwritten: Arc<Semaphore>,
    slot: Option<Arc<Semaphore>>,
    lane: Option<Arc<Lane>>,
}

/// A call that may be made. Its place is free again when this is dropped.
pub(super) struct Place<'p> {
    going: Option<Going<'p>>,
    _slot: Option<SemaphorePermit<'p>>,
    _whole: Option<SemaphorePermit<'p>>,
    unwritten: Option<Unwritten>,
}

/// Held from before the call until its answer is on disk. A slow disk holds up the calls by it, so that
/// a kill loses at most twice as many answers as there are calls at once.
pub(super) type Unwritten = OwnedSemaphorePermit;

impl Limits {
    pub(super) fn of<'c>(
        cells: impl IntoIterator<Item = &'c Arc<Prepared>> + Clone,
        settings: &RunSettings,
    ) -> Self {
        let most = settings.max_concurrency.max(1);
        let mut slots = BTreeMap::new();
        for cell in cells.clone() {
            let of_slot = cell.cell.model.max_concurrency.unwrap_or(most).max(1);
            slots
                .entry(cell.cell.id.model.clone())
                .or_insert_with(|| Arc::new(Semaphore::new(of_slot)));
        }
        let lanes = Lanes::of(cells, most, &settings.retries);
        let [whole, unwritten] = [most, 2 * most].map(|most| Arc::new(Semaphore::new(most)));
        Self { whole, unwritten, slots, lanes }
    }

    pub(super) fn places(&self, cell: &Prepared) -> Places {
        Places {
            whole: Arc::clone(&self.whole),
            unwritten: Arc::clone(&self.unwritten),
            slot: self.slots.get(&cell.cell.id.model).map(Arc::clone),
            lane: self.lanes.get(cell),
        }
    }
}

impl Places {
    /// Waits; the error says why no call is made any more.
    pub(super) async fn enter(&self, cell: &Prepared) -> Result<Place<'_>, Failure> {
        let going = match &self.lane {
            Some(lane) => Some(lane.go(cell).await?),
            None => None,
        };
        let slot = match &self.slot {
            Some(slot) => slot.acquire().await.ok(),
            None => None,
        };
        let whole = self.whole.acquire().await.ok();
        let unwritten = Arc::clone(&self.unwritten).acquire_owned().await.ok();
        Ok(Place { going, _slot: slot, _whole: whole, unwritten })
    }
}

impl Place<'_> {
    /// Gives the place to others; what is left is for whoever writes the answer.
    pub(super) fn leave(mut self) -> Option<Unwritten> {
        self.unwritten.take()
    }

    /// Learns from what came back.
    pub(super) fn heard(
        &self,
        response: Option<&HttpResponse>,
        outcome: Result<&Completion, &Failure>,
    ) {
        if let Some(going) = &self.going {
            going.heard(response, outcome);
        }
    }
}
