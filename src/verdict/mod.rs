//! What the gate says: of one answer, of one cell, of a run.
//!
//! Everything needed comes in as plain values; how answers are read, checked and compared is not
//! known here.

mod because;
mod cause;
mod gate;
mod group;
mod identity;
mod measure;
mod rehearsed;
mod stale;
#[cfg(test)]
mod tests;
mod weigh;

use serde_json::Value;

use crate::domain::{
    self, Accepted, Cell, Change, Family, How, Kind, Level, Pointer, SnapshotMeta, Status, Trial,
};

pub use because::{Circumstances, because, between};
pub use cause::{Cause, settle};
pub use gate::{Baseline, Judged, fails, is_misnamed, outcome};
pub use group::{explain, group};
pub use identity::{SlotSeen, identify, shows_swap};
pub use measure::measure;
pub use rehearsed::{Minutes, rehearsed};
pub use stale::stale;
pub use weigh::{kind_of, level, weigh};

/// What the gate says of one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The status.
    pub status: Status,
    /// What is different from the accepted answer, or why there is no valid one; worst first.
    pub changes: Vec<Change>,
    /// One sentence for people, where the status does not say it all.
    pub note: Option<String>,
    /// How many answers agree with the one that is judged; 0 where nobody answered.
    pub agreeing: usize,
    /// Position of the trial that is judged, in the list that was given.
    pub judged: Option<usize>,
}

/// Judges a cell by its trials and what people accepted for it. `compare` gives the changes from
/// one normalised value to another.
///
/// The outcome that most answers agree on is judged; the earliest of these, and the earliest
/// outcome where two are as frequent. Two answers agree when they have the same cause, violating
/// the same places of the schema, or when both are valid and nothing but changes of level info lies
/// between them. Trials that nobody answered (`transport`, `provider-error`) count neither way.
///
/// - no answer at all, or one that should be replayed and is not recorded: `error`
/// - answers that disagree, at least one of them valid: `flaky`, with the changes of the judged one
/// - no snapshot, and the judged answer is valid and stands for most of the answers, or all of them
///   are valid: `new`, however they differ, since nothing says yet how much they may
/// - else by the worst change: breaking is `broken`, review is `changed`, info is `drifted`, and
///   none is `same`. A cause is a change too, so `[levels]` speaks of it as of any other.
pub fn judge(
    cell: &Cell,
    trials: &[Trial],
    accepted: Option<&Accepted>,
    compare: impl Fn(&Value, &Value) -> Vec<Change>,
) -> Verdict {
    // A replay that is not whole proves nothing of the rest: the run it stands for had more to say.
    if trials.iter().any(|trial| trial.cause == Some(Kind::Unrecorded)) {
        return unanswered(trials);
    }
    let answers: Vec<usize> = positions(trials, is_evidence);
    let agrees = |one: &Trial, two: &Trial| {
        let light = |change: &Change| level(cell, change) == Level::Info;
        same_outcome(one, two, |one, two| compare(one, two).iter().all(light))
    };
    let Some((judged, agreeing)) = most_frequent(trials, &answers, agrees) else {
        return unanswered(trials);
    };
    let Some(trial) = trials.get(judged) else { return unanswered(trials) };
    let mut changes = changes(cell, trial, accepted, compare);
    let ruled = accepted.is_some_and(|accepted| accepted.meta.is_ruled_otherwise(&cell.compare));
    for change in &mut changes {
        let by_rules = ruled && can_come_of_rules(change.kind);
        change.level = if by_rules { Level::Info } else { level(cell, change) };
    }
    changes.sort_by_cached_key(|change| {
        (std::cmp::Reverse(change.level), change.kind, change.pointer.clone())
    });
    let valid = answers.iter().filter_map(|at| trials.get(*at)).any(|trial| trial.cause.is_none());
    let split = agreeing < answers.len() && valid;
    let sound = answers.iter().filter_map(|at| trials.get(*at)).all(|trial| trial.cause.is_none());
    let usable = trial.cause.is_none() && (sound || 2 * agreeing > answers.len());
    let status = match (split, accepted) {
        (_, None) if usable => Status::New,
        (true, _) => Status::Flaky,
        _ => by_level(&changes),
    };
    let note = note(trials.len(), answers.len(), agreeing);
    Verdict { status, changes, note, agreeing, judged: Some(judged) }
}

/// Whether edited rules alone can make such a change: what was left out or sorted when it was accepted
/// is not so any more.
fn can_come_of_rules(kind: Kind) -> bool {
    matches!(kind, Kind::FieldAdded | Kind::ItemAdded | Kind::NullToValue | Kind::OrderChanged)
}

fn is_evidence(trial: &Trial) -> bool {
    trial.cause.is_none_or(|cause| cause.info().family != Family::NoEvidence)
}

fn positions(trials: &[Trial], pick: impl Fn(&Trial) -> bool) -> Vec<usize> {
    trials.iter().enumerate().filter(|(_, trial)| pick(trial)).map(|(at, _)| at).collect()
}

/// Which trial stands for the outcome that most of the answers agree on, and how many those are.
fn most_frequent(
    trials: &[Trial],
    answers: &[usize],
    agrees: impl Fn(&Trial, &Trial) -> bool,
) -> Option<(usize, usize)> {
    let answer = |at: &usize| trials.get(*at);
    let votes = |at: &usize| {
        let one = answer(at)?;
        let count = answers.iter().filter_map(answer).filter(|two| agrees(one, two)).count();
        Some((*at, count))
    };
    answers.iter().filter_map(votes).rev().max_by_key(|(_, count)| *count)
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

fn unanswered(trials: &[Trial]) -> Verdict {
    let last = trials.iter().rfind(|trial| !is_evidence(trial));
    let note = last.and_then(|trial| trial.detail.clone()).unwrap_or_else(|| "no answer".into());
    Verdict {
        status: Status::Error,
        changes: Vec::new(),
        note: Some(note),
        agreeing: 0,
        judged: None,
    }
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
pub fn by_level(changes: &[Change]) -> Status {
    match changes.iter().map(|change| change.level).max() {
        Some(Level::Breaking) => Status::Broken,
        Some(Level::Review) => Status::Changed,
        Some(Level::Info) => Status::Drifted,
        None => Status::Same,
    }
}
