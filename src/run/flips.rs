//! Right and wrong answers, where a case says with `expect` what is right.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Prepared;
use super::fit::expected;
use crate::domain::kit::small;
use crate::domain::{Change, Family, Flips, Kind, Pointer, Trial};
use crate::drift::{Flip, flips};
use crate::validate::expectations;
use crate::verdict;

/// The answers to one cell on one side of a comparison: normalised values, `None` where an answer
/// has none that could be used. The first stands for the side.
pub(crate) type Answers<'a> = Vec<Option<&'a Value>>;

/// Counts the cells whose answer was right and is wrong now, and the other way round. Cells whose
/// case says nothing of what is right, or that are not answered on both sides, are left out.
pub(crate) fn count_flips<'a>(
    cells: impl IntoIterator<Item = (&'a Prepared, Answers<'a>, Answers<'a>)>,
) -> Option<Flips> {
    let flip = |(cell, before, after): (&'a Prepared, Answers<'a>, Answers<'a>)| {
        let wanted = expected(cell);
        if wanted.is_empty() {
            return None;
        }
        let right = |answer: Option<&Value>| {
            answer.is_some_and(|value| expectations(value, &wanted).is_empty())
        };
        let all = before.iter().filter(|answer| right(**answer)).count();
        let known = (small(all), small(before.len()));
        Some(Flip { was: right(*before.first()?), is: right(*after.first()?), known })
    };
    let found: Vec<Flip> = cells.into_iter().filter_map(flip).collect();
    (!found.is_empty()).then(|| flips(&found))
}

/// The answers of trials, the judged one first. Where nobody answered, there is none.
pub(crate) fn answers(trials: &[Trial], judged: Option<u32>) -> Answers<'_> {
    let is_evidence =
        |trial: &&Trial| trial.cause.is_none_or(|cause| cause.info().family != Family::NoEvidence);
    let mut trials: Vec<&Trial> = trials.iter().filter(is_evidence).collect();
    trials.sort_by_key(|trial| (Some(trial.number) != judged, trial.number));
    trials.into_iter().map(|trial| usable(trial).map(AsRef::as_ref)).collect()
}

/// The value of an answer that can be used: a valid one, or one that is wrong by its case's rule.
pub(crate) fn usable(trial: &Trial) -> Option<&Arc<Value>> {
    let is_usable = trial.cause.is_none_or(|cause| cause == Kind::ExpectationFailed);
    trial.value.as_ref().filter(|_| is_usable)
}

/// What became of the values that a case fixes, from one answer to another: right before and wrong
/// now, wrong otherwise, or right now.
pub(crate) fn flipped(cell: &Prepared, before: &Value, after: &Value) -> Vec<Change> {
    let broken = |value: &Value| -> BTreeMap<Pointer, String> {
        let broken = expectations(value, &expected(cell));
        broken.into_iter().map(|broken| (broken.pointer, broken.message)).collect()
    };
    let (was, is) = (broken(before), broken(after));
    let change = |place: &Pointer| {
        let at = |value: &Value| value.pointer(place.as_str()).cloned();
        let kind = match (was.contains_key(place), is.contains_key(place)) {
            (false, true) => Kind::NegativeFlip,
            (true, false) => Kind::PositiveFlip,
            (true, true) if at(before) != at(after) => Kind::LateralFlip,
            _ => return None,
        };
        let change = Change::new(kind, place.clone()).between(at(before), at(after));
        let change = Change { detail: is.get(place).cloned(), ..change };
        Some(Change { level: verdict::level(&cell.cell, &change), ..change })
    };
    expected(cell).keys().filter_map(change).collect()
}
