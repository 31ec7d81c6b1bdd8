//! What the gate says: of one answer, of one cell, of a run.
//!
//! Everything needed comes in as plain values; how answers are read, checked and compared is not
//! known here.

mod because;
mod cause;
mod gate;
mod group;
mod identity;
mod level;
mod measure;
mod rehearsed;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::domain::{
    self, Accepted, Cell, Change, Family, How, Kind, Level, Pointer, SnapshotMeta, Status, Trial,
};

pub(crate) use because::{Circumstances, because, between, stale};
pub use cause::{Cause, settle};
pub(crate) use gate::{Baseline, fails, is_misnamed, outcome};
pub(crate) use group::{acceptable, group};
pub(crate) use identity::{SlotSeen, identify};
pub(crate) use level::{kind_of, level, level_of};
pub(crate) use measure::measure;
pub use rehearsed::FixMinutes;
pub(crate) use rehearsed::rehearsed;

/// What answers say of one cell, compared with what people accepted for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// What is different from the accepted answer, or why there is no valid one; worst first.
    pub changes: Vec<Change>,
    /// One sentence for people, where the changes do not say it all.
    pub note: Option<String>,
    /// How many answers agree with the one that stands for the cell.
    pub agreeing: usize,
    /// Position of that answer, in the list that was given.
    pub judged: usize,
}

/// Compares the answers of a cell with the accepted one; `compare` gives the changes from one
/// normalised value to another. The error says why there is no answer to compare: nobody answered
/// (`transport`, `provider-error`), or what should be replayed is not recorded whole.
///
/// One answer stands for the cell: the first that `shows` what was concluded from all of them; else
/// the first that is closest to what was accepted; else, where nothing is accepted, the first of those
/// that most answers agree with.
pub fn compare_answers(
    cell: &Cell,
    trials: &[Trial],
    accepted: Option<&Accepted>,
    compare: impl Fn(&Value, &Value) -> Vec<Change>,
    shows: impl Fn(&Trial) -> bool,
) -> Result<Compared, String> {
    // A replay that is not whole proves nothing of the rest: the run it stands for had more to say.
    if trials.iter().any(|trial| trial.cause == Some(Kind::Unrecorded)) {
        return Err(unanswered(trials));
    }
    let answers: Vec<(usize, &Trial)> =
        trials.iter().enumerate().filter(|(_, trial)| is_evidence(trial)).collect();
    let ruled = accepted.is_some_and(|accepted| accepted.meta.is_ruled_otherwise(&cell.compare));
    let changes_of = |trial: &Trial| {
        let mut changes = changes(cell, trial, accepted, &compare);
        for change in &mut changes {
            let by_rules = ruled && can_come_of_rules(change.kind);
            change.level = if by_rules { Level::Info } else { level(cell, change) };
        }
        changes
    };
    let worst = |trial: &Trial| changes_of(trial).iter().map(|change| change.level).max();
    let light = |one: &Value, two: &Value| {
        compare(one, two).iter().all(|change| level(cell, change) == Level::Info)
    };
    let votes =
        |one: &Trial| answers.iter().filter(|(_, two)| same_outcome(one, two, light)).count();
    let example = answers.iter().find(|(_, trial)| shows(trial));
    let chosen = match (example, accepted) {
        (Some(example), _) => Some(example),
        (None, Some(_)) => answers.iter().min_by_key(|(_, trial)| worst(trial)),
        (None, None) => answers.iter().rev().max_by_key(|(_, trial)| votes(trial)),
    };
    let Some((judged, trial)) = chosen.copied() else { return Err(unanswered(trials)) };
    let mut changes = changes_of(trial);
    worst_first(&mut changes);
    let agreeing = votes(trial);
    let note = note(trials.len(), answers.len(), agreeing);
    Ok(Compared { changes, note, agreeing, judged })
}

/// Puts the heaviest changes first.
pub fn worst_first(changes: &mut [Change]) {
    changes.sort_by_cached_key(|change| {
        (std::cmp::Reverse(change.level), change.kind, change.pointer.clone())
    });
}

/// Whether edited rules alone can make such a change: what was left out or sorted when it was accepted
/// is not so any more.
pub fn can_come_of_rules(kind: Kind) -> bool {
    matches!(kind, Kind::FieldAdded | Kind::ItemAdded | Kind::NullToValue | Kind::OrderChanged)
}

/// Whether a trial says anything of the model: somebody answered.
pub fn is_evidence(trial: &Trial) -> bool {
    trial.cause.is_none_or(|cause| cause.info().family != Family::NoEvidence)
}

fn same_outcome(one: &Trial, two: &Trial, alike: impl Fn(&Value, &Value) -> bool) -> bool {
    match (one.cause, two.cause) {
        (None, None) => match (&one.value, &two.value) {
            (Some(one), Some(two)) => one == two || alike(one, two),
            (one, two) => one == two,
        },
        (Some(Kind::SchemaViolation | Kind::ExpectationFailed), _) => {
            one.cause == two.cause && violated(one).eq(violated(two))
        }
        (one, two) => one == two,
    }
}

fn violated(trial: &Trial) -> impl Iterator<Item = (&Pointer, &str)> {
    trial.violations.iter().map(|broken| (&broken.pointer, broken.keyword.as_str()))
}

fn unanswered(trials: &[Trial]) -> String {
    let last = trials.iter().rfind(|trial| !is_evidence(trial));
    last.and_then(|trial| trial.detail.clone()).unwrap_or_else(|| "no answer".into())
}

fn note(trials: usize, answers: usize, agreeing: usize) -> Option<String> {
    let split = (agreeing < answers).then(|| format!("{agreeing}/{answers} answers agree"));
    let silent = (answers < trials).then(|| format!("{}/{trials} not answered", trials - answers));
    match (split, silent) {
        (Some(split), Some(silent)) => Some(format!("{split}, {silent}")),
        (split, silent) => split.or(silent),
    }
}

/// Everything that is to be said of one answer. A fence that was there when people accepted is no
/// news.
fn changes(
    cell: &Cell,
    trial: &Trial,
    accepted: Option<&Accepted>,
    compare: impl Fn(&Value, &Value) -> Vec<Change>,
) -> Vec<Change> {
    let mut changes = cause::changes(trial, &cell.compare);
    // A cause that the suite takes lightly does not hide what else changed.
    let usable = changes.iter().all(|change| level(cell, change) < Level::Breaking);
    if let (true, Some(accepted), Some(value)) = (usable, accepted, &trial.value) {
        changes.extend(compare(&accepted.value, value));
    }
    let known = accepted.is_some_and(|accepted| accepted.meta.how == Some(How::Fenced));
    if trial.cause.is_none() && trial.how == Some(How::Fenced) && !known {
        changes.push(Change::new(Kind::WrappedInFence, Pointer::root()));
    }
    changes.extend(accepted.and_then(|accepted| {
        moved(&accepted.meta, &cell.model.id, trial.identity.served.as_ref())
    }));
    changes
}

/// The same model id was asked for, and another version answered: how the silent move of an alias
/// shows.
pub fn moved(accepted: &SnapshotMeta, requested: &str, served: Option<&String>) -> Option<Change> {
    let (was, is) = (accepted.served.as_ref()?, served?);
    let silent = accepted.requested == requested && domain::moved(requested, was, is);
    silent.then(|| {
        let ids = (Some(Value::from(was.as_str())), Some(Value::from(is.as_str())));
        Change::new(Kind::ServedModelChanged, Pointer::root()).between(ids.0, ids.1)
    })
}

/// The status that changes make, by the worst of them.
pub fn by_level<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Status {
    match changes.into_iter().map(|change| change.level).max() {
        Some(Level::Breaking) => Status::Broken,
        Some(Level::Review) => Status::Changed,
        Some(Level::Info) => Status::Varies,
        None => Status::Same,
    }
}
