//! One cell: from its trials and what was accepted to a status and its reasons.

use serde_json::Value;

use crate::domain::{
    Accepted, CellRecord, Change, Exit, Family, FlakyPolicy, Gate, How, Kind, Level, Levels,
    Pointer, ServedModelPolicy, SnapshotMeta, Status, Trial, Violation,
};

/// What a cell is judged by.
pub struct Evidence<'e> {
    /// Its answers.
    pub trials: &'e [Trial],
    /// What people accepted.
    pub accepted: Option<&'e Accepted>,
    /// The model id that was asked for.
    pub requested: &'e str,
    /// What fails.
    pub gate: Gate,
    /// What weighs how much.
    pub levels: &'e Levels,
    /// Finds the differences between two normalised values.
    pub differ: &'e dyn Fn(&Value, &Value) -> Vec<Change>,
}

/// What the gate says of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Its status.
    pub status: Status,
    /// Why; worst first.
    pub changes: Vec<Change>,
    /// One sentence for people, where the status does not say it all.
    pub note: Option<String>,
    /// Number of the trial that is judged.
    pub judged: Option<u32>,
    /// How many trials agree with it, itself included.
    pub agreeing: usize,
}

/// Judges a cell.
///
/// Trials that nobody answered are no evidence. Of the others, those that agree (no difference, or
/// only of level info) are one outcome; the most frequent outcome is judged, the earliest of
/// several. Where outcomes differ the cell is flaky, unless none of them has a valid value.
pub fn judge(evidence: &Evidence<'_>) -> Verdict {
    let answered: Vec<&Trial> =
        evidence.trials.iter().filter(|trial| family(trial) != Some(Family::NoEvidence)).collect();
    let outcomes = outcomes(&answered, evidence);
    let Some(outcome) = outcomes.iter().rev().max_by_key(|outcome| outcome.len()) else {
        return unanswered(evidence.trials);
    };
    let Some(trial) = outcome.first() else { return unanswered(evidence.trials) };
    let changes = changes(trial, evidence);
    let any_valid = answered.iter().any(|trial| trial.cause.is_none());
    let flaky = outcomes.len() > 1 && any_valid;
    let note = (answered.len() > 1 && outcomes.len() > 1)
        .then(|| format!("{} of {} samples agree", outcome.len(), answered.len()));
    Verdict {
        status: if flaky { Status::Flaky } else { status(trial, &changes, evidence.accepted) },
        changes,
        note,
        judged: Some(trial.number),
        agreeing: outcome.len(),
    }
}

fn family(trial: &Trial) -> Option<Family> {
    trial.cause.map(|cause| cause.info().family)
}

fn unanswered(trials: &[Trial]) -> Verdict {
    Verdict {
        status: Status::Error,
        changes: Vec::new(),
        note: trials.iter().rev().find_map(|trial| trial.detail.clone()),
        judged: None,
        agreeing: 0,
    }
}

/// Trials by what came of them, in order of first appearance.
fn outcomes<'t>(answered: &[&'t Trial], evidence: &Evidence<'_>) -> Vec<Vec<&'t Trial>> {
    let mut outcomes: Vec<Vec<&Trial>> = Vec::new();
    for trial in answered {
        let same = outcomes
            .iter_mut()
            .find(|outcome| outcome.first().is_some_and(|first| agree(first, trial, evidence)));
        match same {
            Some(outcome) => outcome.push(trial),
            None => outcomes.push(vec![trial]),
        }
    }
    outcomes
}

fn agree(one: &Trial, other: &Trial, evidence: &Evidence<'_>) -> bool {
    match (one.cause, other.cause, &one.value, &other.value) {
        (None, None, Some(one), Some(other)) => (evidence.differ)(one, other)
            .iter()
            .all(|change| evidence.levels.level(change.kind) == Level::Info),
        (one, other, _, _) => one == other,
    }
}

fn status(trial: &Trial, changes: &[Change], accepted: Option<&Accepted>) -> Status {
    let worst = changes.iter().map(|change| change.level).max();
    if trial.cause.is_some() || worst == Some(Level::Breaking) {
        return Status::Broken;
    }
    match (accepted, worst) {
        (None, _) => Status::New,
        (_, Some(Level::Review | Level::Breaking)) => Status::Changed,
        (_, Some(Level::Info)) => Status::Drifted,
        (_, None) => Status::Same,
    }
}

/// Everything that is to be said of the judged trial, worst first.
fn changes(trial: &Trial, evidence: &Evidence<'_>) -> Vec<Change> {
    let mut changes = match trial.cause {
        Some(cause) => causes(cause, trial),
        None => differences(trial, evidence),
    };
    let served = trial.identity.served.as_ref();
    let accepted = evidence.accepted.map(|accepted| &accepted.meta);
    changes.extend(
        accepted
            .zip(served)
            .and_then(|(accepted, served)| served_change(accepted, (evidence.requested, served))),
    );
    let passes = evidence.gate.served_model == ServedModelPolicy::Pass;
    for change in &mut changes {
        change.level = match change.kind {
            Kind::ServedModelChanged if passes => Level::Info,
            kind => evidence.levels.level(kind),
        };
    }
    changes.sort_by(|a, b| {
        b.level.cmp(&a.level).then(a.kind.cmp(&b.kind)).then_with(|| a.pointer.cmp(&b.pointer))
    });
    changes
}

/// A cause as a change: one for each violation of a schema or a hard rule, one for anything else.
fn causes(cause: Kind, trial: &Trial) -> Vec<Change> {
    let at = |pointer: &Pointer| trial.value.as_ref().and_then(|v| v.pointer(pointer.as_str()));
    let by_place = matches!(cause, Kind::SchemaViolation | Kind::ExpectationFailed);
    if by_place && !trial.violations.is_empty() {
        let change = |violation: &Violation| {
            Change::new(cause, violation.pointer.clone())
                .between(None, at(&violation.pointer).cloned())
                .saying(violation.message.clone())
        };
        return trial.violations.iter().map(change).collect();
    }
    let text = trial.text.clone().map(Value::String);
    let mut change = Change::new(cause, Pointer::root()).between(None, text);
    change.detail.clone_from(&trial.detail);
    vec![change]
}

fn differences(trial: &Trial, evidence: &Evidence<'_>) -> Vec<Change> {
    let mut changes = match (evidence.accepted, &trial.value) {
        (Some(accepted), Some(value)) => (evidence.differ)(&accepted.value, value),
        _ => Vec::new(),
    };
    if trial.how == Some(How::Fenced) {
        changes.push(Change::new(Kind::WrappedInFence, Pointer::root()));
    }
    changes
}

/// The same id was asked for, and another version answered: how a silent move of an alias shows.
pub fn bump(accepted: &SnapshotMeta, now: &SnapshotMeta) -> Option<Change> {
    served_change(accepted, (&now.requested, now.served.as_ref()?))
}

fn served_change(accepted: &SnapshotMeta, (requested, now): (&str, &String)) -> Option<Change> {
    let then = accepted.served.as_ref()?;
    if accepted.requested != requested || then == now {
        return None;
    }
    let id = |id: &String| Some(Value::String(id.clone()));
    Some(Change::new(Kind::ServedModelChanged, Pointer::root()).between(id(then), id(now)))
}

/// Whether the cell fails the gate. `ci` says that a missing snapshot is a failure.
pub fn fails(record: &CellRecord, gate: &Gate, ci: bool) -> bool {
    let heavy = record.changes.iter().any(|change| change.level >= gate.fail_on);
    match record.status {
        Status::Same | Status::Error | Status::Skipped => false,
        Status::New => ci,
        Status::Stale => true,
        Status::Flaky => gate.flaky == FlakyPolicy::Fail,
        Status::Drifted | Status::Changed | Status::Broken => heavy,
    }
}

/// The exit code of a run, from which of its cells failed and which were not answered. What is
/// proven bad goes before what is not known.
pub fn exit(cells: impl IntoIterator<Item = (Status, bool)>) -> Exit {
    let mut exit = Exit::Pass;
    for (status, failed) in cells {
        if failed {
            return Exit::Fail;
        }
        if matches!(status, Status::Error | Status::Skipped) {
            exit = Exit::Inconclusive;
        }
    }
    exit
}
