//! One cell judged by its answers and by what is concluded from them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Prepared;
use super::baseline::counted;
use super::fit::stale_of;
use crate::diff::diff;
use crate::domain::{
    Accepted, CellDecision, CellRecord, Change, Conclusion, Family, Finding, Level, Pointer,
    Status, Trial,
};
use crate::drift::Roles;
use crate::normalise::normalise;
use crate::report::evidence::{self, Next};
use crate::verdict::{self, Baseline, Compared};

/// What was concluded of a cell.
pub(super) struct Concluded<'r> {
    pub(super) decision: CellDecision,
    /// What its places are for.
    pub(super) roles: &'r Roles,
    /// Whether a next run looks again.
    pub(super) next: Next,
}

/// The record of a cell. Without a conclusion, the answer that is closest to the accepted one is
/// compared with it, and every difference counts.
pub(super) fn judge(
    cell: &Prepared,
    trials: Vec<Trial>,
    concluded: Option<Concluded<'_>>,
    baseline: Baseline,
) -> CellRecord {
    let leading = concluded.as_ref().and_then(|of| {
        Some((of.decision.leading().filter(|one| one.conclusion > Conclusion::Noise)?, of.roles))
    });
    let shows =
        |trial: &Trial| leading.is_some_and(|(finding, roles)| has(cell, trial, finding, roles));
    let compared = compared(cell, &trials, shows);
    let mut record = bare(cell, trials);
    let Compared { mut changes, note, agreeing, judged } = match compared {
        Ok(compared) if cell.missing_key.is_none() => compared,
        Ok(_) => return record,
        Err(why) => {
            record.note = record.note.or(Some(why));
            return record;
        }
    };
    let number = crate::domain::kit::small(record.trials.len());
    let trial = record.trials.get(judged);
    let is_valid = trial.is_some_and(|trial| trial.cause.is_none());
    record.meta = trial.map(|trial| cell.meta(trial, number));
    record.judged = trial.map(|trial| trial.number);
    record.agreeing = agreeing;
    record.note = note;
    record.status = match concluded {
        Some(Concluded { decision, roles, next }) => {
            let status = weigh(cell, &mut changes, &decision, roles);
            record.agreeing = decision.leading().map_or(agreeing, |one| one.deviating as usize);
            record.note = evidence::note(&decision, next).or(record.note);
            record.decision = Some(decision);
            status
        }
        None => by_changes(cell, is_valid, &changes),
    };
    record.changes = changes;
    record.fails = verdict::fails(record.status, baseline);
    record
}

fn compared(
    cell: &Prepared,
    trials: &[Trial],
    shows: impl Fn(&Trial) -> bool,
) -> Result<Compared, String> {
    let compare = |before: &Value, after: &Value| differences(cell, before, after);
    verdict::compare_answers(&cell.cell, trials, cell.accepted.as_ref(), compare, shows)
}

fn by_changes(cell: &Prepared, is_valid: bool, changes: &[Change]) -> Status {
    if cell.accepted.is_none() && is_valid { Status::New } else { verdict::by_level(changes) }
}

/// What holds of a cell by its answers alone, before anything is concluded from all cells.
pub(super) fn status_of(cell: &Prepared, trials: &[Trial]) -> Status {
    if cell.missing_key.is_some() {
        return Status::Skipped;
    }
    let Ok(Compared { changes, judged, .. }) = compared(cell, trials, |_| false) else {
        return Status::Error;
    };
    let is_valid = trials.get(judged).is_some_and(|trial| trial.cause.is_none());
    by_changes(cell, is_valid, &changes)
}

/// The record of a cell of which nothing is judged yet: it is an error until then, or was not asked.
fn bare(cell: &Prepared, trials: Vec<Trial>) -> CellRecord {
    let skipped = cell.missing_key.as_ref().map(|key| format!("`{key}` is not set"));
    CellRecord {
        cell: cell.cell.id.clone(),
        status: if skipped.is_some() { Status::Skipped } else { Status::Error },
        fails: false,
        note: skipped,
        changes: Vec::new(),
        // Priors when the run ends: whether a version moved shows only over the whole column.
        because: Vec::new(),
        stale: stale_of(cell),
        judged: None,
        agreeing: 0,
        trials,
        beside: Vec::new(),
        baseline: cell.baseline(),
        decision: None,
        hashes: cell.hashes.clone(),
        meta: None,
        place: format!("{}:{}", cell.cell.place.file, cell.cell.place.line),
    }
}

/// Lets changes count that a conclusion speaks of, adds those that show in no single answer, and says
/// what that makes of the cell.
fn weigh(
    cell: &Prepared,
    changes: &mut Vec<Change>,
    decision: &CellDecision,
    roles: &Roles,
) -> Status {
    let of = |conclusion: Conclusion| {
        decision.findings.iter().filter(move |finding| finding.conclusion == conclusion)
    };
    let counts = |finding: &Finding| finding.conclusion > Conclusion::Noise;
    for finding in decision.findings.iter().filter(|finding| counts(finding)) {
        let shows = |change: &Change| finding.deviation.shows_as(change);
        if !changes.iter().any(|change| shows(change) && change.level > Level::Info) {
            // What the suite calls harmless there is part of it.
            changes.retain(|change| !shows(change));
            changes.push(told(cell, finding, roles));
        }
    }
    let is_identity = |change: &Change| change.kind.info().family == Family::Telemetry;
    let mut suspects = BTreeSet::new();
    for (at, change) in changes.iter_mut().enumerate() {
        let speaks = |finding: &Finding| finding.deviation.shows_as(change);
        if is_identity(change) || of(Conclusion::Change).any(speaks) {
            continue;
        }
        if of(Conclusion::Suspect).any(speaks) {
            suspects.insert(at);
        } else {
            change.level = Level::Info;
        }
    }
    let certain = changes.iter().enumerate().filter(|(at, _)| !suspects.contains(at));
    let certain = verdict::by_level(certain.map(|(_, change)| change));
    verdict::worst_first(changes);
    match certain {
        Status::Broken | Status::Changed => certain,
        _ if of(Conclusion::Suspect).next().is_some() => Status::Suspect,
        _ if !changes.is_empty() || decision.leading().is_some() => Status::Varies,
        other => other,
    }
}

/// Whether an answer deviates like that.
fn has(cell: &Prepared, trial: &Trial, finding: &Finding, roles: &Roles) -> bool {
    let Some(answer) = counted(cell, trial, roles) else { return false };
    let facet = &finding.deviation.facet;
    let number = answer.facets.numbers.iter().find(|(known, _)| known == facet);
    match number {
        Some((_, number)) => number.to_string() == finding.seen,
        None => answer.facets.category(facet) == Some(&finding.seen),
    }
}

/// A deviation that shows in no single comparison, as a change.
fn told(cell: &Prepared, finding: &Finding, roles: &Roles) -> Change {
    let Finding { deviation, usual, seen, .. } = finding;
    let place = &deviation.facet.place;
    let role = roles.of(place);
    let kind = verdict::kind_of(deviation, usual, seen, role);
    let pointer = place.as_str().parse().unwrap_or_else(|_| Pointer::root());
    let text = |text: &str| Some(Value::from(text));
    let before = text(usual).filter(|_| usual != seen);
    let change = Change { role, ..Change::new(kind, pointer).between(before, text(seen)) };
    Change { level: verdict::level(&cell.cell, &change), ..change }
}

/// The record of a cell whose answers are compared one by one: every difference counts.
pub(crate) fn judge_plainly(cell: &Prepared, trials: Vec<Trial>) -> CellRecord {
    judge(cell, trials, None, Baseline::Optional)
}

/// Both sides by the rules of today, whatever rules the accepted answer was written under.
fn differences(cell: &Prepared, before: &Value, after: &Value) -> Vec<Change> {
    if before == after {
        return Vec::new();
    }
    let rules = &cell.cell.compare;
    let (before, after) = (normalise(before, rules), normalise(after, rules));
    diff(&before, &after, &cell.rules(), &cell.cell.output)
}

/// How an answer differs from the accepted one; nothing where none is accepted.
pub fn changes_of(cell: &Prepared, answer: &Accepted) -> Vec<Change> {
    let Some(accepted) = &cell.accepted else { return Vec::new() };
    let mut changes = differences(cell, &accepted.value, &answer.value);
    let served = answer.meta.served.as_ref();
    changes.extend(verdict::moved(&accepted.meta, &answer.meta.requested, served));
    for change in &mut changes {
        change.level = verdict::level(&cell.cell, change);
    }
    changes
}
