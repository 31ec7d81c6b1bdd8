//! From a completion to the record of a trial: extract, validate, normalise.

use serde_json::Value;

use super::Prepared;
use crate::domain::{Completion, Kind, Structured, Trial, Violation};
use crate::extract::{Asked, Extracted, extract};
use crate::normalise::normalise;
use crate::provider;
use crate::validate::expectations;

/// Fills in what the answer says. The trial already knows how it was asked for.
pub(super) fn read(cell: &Prepared, completion: Completion, mut trial: Trial) -> Trial {
    let asked = Asked::of(&cell.cell.output, cell.cell.model.structured);
    let extracted = extract(&completion, asked);
    trial.strict = extracted.cause.is_none();
    trial.how = extracted.how;
    trial.stop = completion.stop;
    trial.stop_raw = completion.stop_raw;
    trial.usage = completion.usage;
    trial.identity = completion.identity;
    let forgiven = extracted.cause.is_some_and(|cause| is_forgiven(cell, cause));
    let Extracted { text, value, cause, detail, .. } = extracted;
    trial.text = text;
    (trial.cause, trial.detail) = if forgiven { (None, None) } else { (cause, detail) };
    let Some(value) = value else { return trial };
    let value = cell.encoded.wire_schema.as_ref().map_or(value.clone(), |lowered| {
        // Only a null that our own lowering made necessary is taken back.
        provider::lift(value.clone(), lowered)
    });
    check(cell, &value, &mut trial);
    trial.value = Some(normalise(&value, &cell.cell.compare));
    trial
}

/// The value against the schema and the hard rules of the case. Under a cause it is checked too:
/// whether the payload is fine decides where the repair is made.
fn check(cell: &Prepared, value: &Value, trial: &mut Trial) {
    trial.violations = cell.validator.as_ref().map(|v| v.violations(value)).unwrap_or_default();
    if let Some(cause) = trial.cause {
        let payload = match trial.violations.first() {
            None => "the payload itself is valid".to_owned(),
            Some(Violation { message, .. }) => {
                format!("the payload is not valid either: {message}")
            }
        };
        if cause != Kind::Truncated {
            let detail = trial.detail.take().unwrap_or_default();
            trial.detail = Some(format!("{detail}; {payload}"));
        }
        return;
    }
    if trial.violations.is_empty() {
        trial.violations = expectations(value, &cell.cell.expect);
        trial.cause = (!trial.violations.is_empty()).then_some(Kind::ExpectationFailed);
    } else {
        trial.cause = Some(Kind::SchemaViolation);
    }
    trial.detail = trial.violations.first().map(|violation| violation.message.clone());
}

/// What the suite takes nevertheless. In the provider's own structured modes nothing, elsewhere a
/// code fence; `extract = "tolerant"` takes prose and byte order marks as well, `"strict"` nothing.
fn is_forgiven(cell: &Prepared, cause: Kind) -> bool {
    let own = matches!(cell.cell.model.structured, Structured::Native | Structured::Tool);
    match cell.cell.tolerant {
        Some(false) => false,
        Some(true) => {
            matches!(cause, Kind::Fenced | Kind::SurroundingProse | Kind::ByteOrderMark)
        }
        None => !own && cause == Kind::Fenced,
    }
}
