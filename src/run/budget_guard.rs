//! The money of a run with a budget: a call is made only if the most that it can cost is left.
//!
//! What is held for calls under way is not spent yet. A call that does not fit waits for them, since
//! most cost less than they could; where none is under way, the run is over.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::cost::forecast::Budget;
use crate::domain::{CellId, Pico, Trial};

/// What may be spent, and what is.
#[derive(Debug)]
pub(super) struct BudgetGuard {
    budget: Option<Budget>,
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    spent: Pico,
    held: Pico,
    is_empty: bool,
}

/// Money held for one call. Dropped without being settled, it counts as spent: nobody knows.
#[derive(Debug)]
pub(super) struct Reservation {
    budget_guard: Arc<BudgetGuard>,
    bound: Pico,
    cost: Option<Pico>,
}

impl BudgetGuard {
    /// A budget of which so much is spent.
    pub(super) fn new(budget: Option<Budget>, spent: Pico) -> Self {
        let state = Mutex::new(State { spent, ..State::default() });
        Self { budget, state, freed: Notify::new() }
    }

    /// Whether a call did not fit any more.
    pub(super) fn is_empty(&self) -> bool {
        self.state().is_empty
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds what a call of the cell can cost; `None` where that is not left.
    pub(super) async fn hold(self: Arc<Self>, cell: &CellId) -> Option<Reservation> {
        let Some(budget) = &self.budget else {
            return Some(Reservation { bound: Pico::ZERO, cost: None, budget_guard: self });
        };
        let limit = budget.limit;
        let bound = budget.bounds.get(cell).copied();
        loop {
            // Listens before it looks, so that what is freed in between is not missed.
            let freed = self.freed.notified();
            {
                let mut state = self.state();
                let fits = bound.filter(|bound| state.spent + state.held + *bound <= limit);
                if let (Some(bound), false) = (fits, state.is_empty) {
                    state.held += bound;
                    drop(state);
                    return Some(Reservation {
                        bound,
                        cost: None,
                        budget_guard: Arc::clone(&self),
                    });
                }
                if state.is_empty || bound.is_none() || state.held == Pico::ZERO {
                    state.is_empty = true;
                    drop(state);
                    self.freed.notify_waiters();
                    return None;
                }
            }
            freed.await;
        }
    }
}

impl Reservation {
    /// The call is over. Where its answer does not say what it cost, or there is no response at all,
    /// the most that it can have cost counts.
    pub(super) fn settle(mut self, trial: &Trial) {
        let unheard = trial.attempts.iter().filter(|attempt| attempt.status.is_none()).count();
        let unheard = self.bound.checked_mul(unheard as u128).unwrap_or(self.bound);
        let answered = trial.attempts.last().is_some_and(|attempt| attempt.error.is_none());
        let answer = if answered && trial.source.is_asked() {
            trial.usd_pico.unwrap_or(self.bound)
        } else {
            Pico::ZERO
        };
        self.cost = Some(unheard + answer);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        {
            let mut state = self.budget_guard.state();
            state.held = state.held.checked_sub(self.bound).unwrap_or_default();
            state.spent += self.cost.unwrap_or(self.bound);
        }
        self.budget_guard.freed.notify_waiters();
    }
}
