//! What an answer cost: by the prices of its slot, the id that answered, and the moment it was asked.

use jiff::Timestamp;

use super::Prepared;
use super::answer::hold_to_limits;
use crate::cost::price::{Billed, Call, Mode, Prices, Unpriced};
use crate::domain::{Bill, Model, Source, Trial};
use crate::provider;

/// The call that an answer of a model came from, as far as its price depends on it.
pub(crate) fn call_of<'m>(model: &'m Model, served: Option<&'m str>, at: Timestamp) -> Call<'m> {
    let (provider, requested) = provider::price_key(model);
    // Who says that another entry is meant means it whatever answers.
    let served = served.filter(|_| model.billing.price_as.is_none());
    let own = model.billing.own.as_ref();
    Call { provider, requested, served, at, mode: Mode::Sync, own }
}

/// What an answer cost when it was asked for, which of a recording is when it was made.
pub(crate) fn cost_of(model: &Model, trial: &Trial, prices: &Prices) -> Result<Billed, Unpriced> {
    let at = trial.source.recorded_at().unwrap_or(trial.at);
    let mode = if trial.source == Source::Batch { Mode::Batch } else { Mode::Sync };
    let call = Call { mode, ..call_of(model, trial.identity.served.as_deref(), at) };
    prices.bill(&call, trial.usage.as_ref())
}

/// Writes into a trial what it cost, nothing where that is not known, and holds it to the limits of
/// its case.
pub(super) fn bill(trial: &mut Trial, cell: &Prepared, prices: &Prices) {
    let billed = cost_of(&cell.cell.model, trial, prices).ok();
    trial.usd_pico = billed.map(|billed| billed.cost);
    trial.priced_by_family = billed.is_some_and(|billed| billed.is_by_family());
    hold_to_limits(cell, trial);
}

/// What trials cost now. Recordings, and answers that others asked for, cost nothing: they have been
/// paid for.
pub(super) fn sum<'t>(trials: impl IntoIterator<Item = &'t Trial>) -> Bill {
    let mut sum = Bill::default();
    for trial in trials.into_iter().filter(|trial| trial.source.is_asked()) {
        let failed = trial.attempts.iter().filter(|attempt| attempt.error.is_some()).count();
        sum.unbilled += failed;
        if failed == trial.attempts.len() {
            continue;
        }
        match trial.usd_pico {
            Some(cost) => sum.cost += cost,
            None => sum.unpriced += 1,
        }
        sum.by_family += usize::from(trial.priced_by_family);
    }
    sum
}
