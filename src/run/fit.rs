//! Accepted answers against today's suite. Asks nobody, and compares with no new answer.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Prepared;
use crate::domain::{
    Accepted, Change, CompareRules, Expectation, Kind, Pointer, Rule, StaleReason, Violation,
};
use crate::normalise::normalise_at;
use crate::validate::expectations;
use crate::verdict;

/// Keywords that speak of what is there, and not of how it is.
const PRESENCE: [&str; 7] = [
    "required",
    "dependentRequired",
    "minProperties",
    "minItems",
    "contains",
    "minContains",
    "uniqueItems",
];

/// What no longer fits the request of a cell in the header of its accepted answer.
pub(crate) fn stale_of(cell: &Prepared) -> Vec<StaleReason> {
    let meta = cell.accepted.as_ref().map(|accepted| &accepted.meta);
    meta.map(|meta| verdict::stale(meta, &cell.hashes, &cell.cell.model)).unwrap_or_default()
}

/// What the accepted answer of a cell violates of today's schema, worst first, and then of the
/// case's `expect`; nothing where none is accepted.
///
/// A snapshot is normalised: what the suite ignores is not in it and cannot be missed there, and
/// the items of an unordered array have lost their numbers.
pub(crate) fn violations_of(cell: &Prepared) -> Vec<Change> {
    cell.accepted.as_ref().map(|accepted| violations(cell, accepted)).unwrap_or_default()
}

/// As [`violations_of`], of any normalised answer: what makes it one that cannot be accepted.
pub fn violations(cell: &Prepared, accepted: &Accepted) -> Vec<Change> {
    let rules = &cell.cell.compare;
    let found = cell.validator.as_ref().map(|validator| validator.violations(&accepted.value));
    let by_schema = found.into_iter().flatten().filter(|violation| shows(violation, rules));
    let by_case = expectations(&accepted.value, &expected(cell));
    by_schema.chain(by_case).map(|violation| change(cell, accepted, violation)).collect()
}

/// The hard rules of a cell's case, as a normalised answer can keep them. A text that is read from
/// other values lacks there what is ignored below.
pub(super) fn expected(cell: &Prepared) -> BTreeMap<Pointer, Vec<Expectation>> {
    let rules = &cell.cell.compare;
    let kept = cell.cell.expect.iter().filter(|(place, _)| is_kept(place, rules));
    kept.map(|(place, wanted)| {
        let depth = place.steps().count();
        let is_whole = rules.ignore.iter().all(|pattern| pattern.steps().count() <= depth);
        let of = |value: &Value| normalise_at(value, place, rules);
        let wanted = wanted.iter().filter(|wanted| is_whole || !wanted.is_of_text());
        let wanted = wanted.map(|wanted| match wanted {
            Expectation::Equals(value) => Expectation::Equals(of(value)),
            Expectation::OneOf(values) => Expectation::OneOf(values.iter().map(of).collect()),
            other => other.clone(),
        });
        (place.clone(), wanted.collect())
    })
    .collect()
}

fn change(cell: &Prepared, accepted: &Accepted, violation: Violation) -> Change {
    let by_case = violation.is_expectation();
    let kind = if by_case { Kind::ExpectationFailed } else { Kind::SchemaViolation };
    let value = accepted.value.pointer(violation.pointer.as_str());
    let change = Change::new(kind, violation.pointer)
        .between(None, value.cloned())
        .of(violation.rule.map(Rule::id))
        .saying(violation.message);
    Change { level: verdict::level(&cell.cell, &change), ..change }
}

/// Whether a normalised answer can show the violation.
fn shows(violation: &Violation, rules: &CompareRules) -> bool {
    let emptied = || rules.ignore.iter().any(|pattern| pattern.lies_below(&violation.pointer));
    let absent = PRESENCE.contains(&violation.keyword.as_str()) && emptied();
    !absent && !steps(&violation.pointer).any(|at| rules.is_ignored(&at))
}

/// Whether a normalised answer has the place where the answer had it.
fn is_kept(place: &Pointer, rules: &CompareRules) -> bool {
    steps(place).all(|at| !rules.is_ignored(&at) && (at == *place || !rules.is_unordered(&at)))
}

/// The places on the way to a place, itself included.
fn steps(place: &Pointer) -> impl Iterator<Item = Pointer> {
    let mut at = Pointer::root();
    let below = place.steps().map(move |step| {
        at = at.key(&step);
        at.clone()
    });
    std::iter::once(Pointer::root()).chain(below)
}
