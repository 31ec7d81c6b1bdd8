//! From a completion to the record of a trial: extract, validate, normalise.

use std::sync::Arc;

use super::Prepared;
use crate::domain::{Completion, Trial};
use crate::extract::{Reading, extract};
use crate::normalise::normalise;
use crate::provider;
use crate::validate::{exceeded, expectations};
use crate::verdict::{Cause, settle};

/// Fills in what the answer says. The trial already knows how it was asked for.
pub(super) fn read(prepared: &Prepared, completion: Completion, mut trial: Trial) -> Trial {
    let cell = &prepared.cell;
    let asked = Reading::of(&cell.output, cell.model.structured, cell.tolerant);
    let extracted = extract(&completion, asked);
    trial.stop = completion.stop;
    trial.stop_raw = completion.stop_raw;
    trial.usage = completion.usage;
    trial.identity = completion.identity;
    trial.text = extracted.text;
    trial.how = extracted.how;
    trial.strict = extracted.strict;
    let (sub, detail) = (extracted.sub.map(str::to_owned), extracted.detail);
    let unread = extracted.cause.map(|kind| Cause { sub, ..Cause::new(kind, detail) });
    let value = extracted.value.map(|value| match &prepared.wire_schema {
        // Only a null that our own lowering made necessary is taken back.
        Some(sent) => provider::lift(value, sent),
        None => value,
    });
    if let Some(value) = &value {
        // Under a cause too: whether the payload is fine decides where the repair is made.
        if let Some(validator) = &prepared.validator {
            trial.violations = validator.violations(value);
        }
        trial.violations.extend(expectations(value, &cell.expect));
    }
    if let Some(cause) = settle(unread, &trial.violations, value.as_ref()) {
        trial.cause = Some(cause.kind);
        trial.sub = cause.sub;
        trial.recoverable = cause.recoverable;
        trial.detail = cause.detail;
    }
    let normal = value.map(|value| normalise(&value, &cell.compare));
    let accepted = prepared.accepted.as_ref().map(|accepted| &accepted.value);
    // Most answers are the accepted one: those are kept once.
    trial.value = normal.map(|normal| match accepted.filter(|accepted| ***accepted == normal) {
        Some(accepted) => Arc::clone(accepted),
        None => Arc::new(normal),
    });
    trial
}

/// Breaks an answer that takes more than its case allows, once it is known what it took.
pub(super) fn hold_to_limits(prepared: &Prepared, trial: &mut Trial) {
    let exceeded = exceeded(trial, &prepared.cell.limits);
    if exceeded.is_empty() || trial.value.is_none() {
        return;
    }
    trial.violations.extend(exceeded);
    if trial.cause.is_none()
        && let Some(cause) = settle(None, &trial.violations, trial.value.as_deref())
    {
        (trial.cause, trial.sub, trial.detail) = (Some(cause.kind), cause.sub, cause.detail);
    }
}
