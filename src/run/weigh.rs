//! What a cell's record says once statistics have spoken: its status, which of its changes count,
//! and the answer that shows them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Prepared;
use super::baseline::counted;
use super::judge::judge;
use crate::domain::{
    CellDecision, CellId, CellRecord, Change, FacetFamily, Family, Finding, Hold, Kind, Level,
    Pointer, Ruling, SnapshotMeta, Status, Weight,
};
use crate::drift::{Observation, Roles, category};
use crate::report::evidence::{self, Next};
use crate::verdict;

/// Up to this posterior a deviation is taken for noise.
const OPEN: f64 = 0.05;

/// Puts a decision into the record of its cell.
pub(super) fn weigh(
    cell: &Prepared,
    record: &mut CellRecord,
    mut decision: CellDecision,
    (roles, next): (&Roles, Next),
) {
    if matches!(decision.ruling, Ruling::NoBaseline | Ruling::NoEvidence) {
        return;
    }
    for finding in &mut decision.findings {
        finding.hold = finding.hold.filter(|hold| is_held(cell, finding, *hold));
    }
    let leading = leading(&decision).cloned();
    let shown = leading.as_ref().filter(|_| decision.ruling != Ruling::Noisy);
    if let Some(shows) = shown.and_then(|finding| witness(cell, record, finding, roles)) {
        // The answer that shows what was found stands for the cell, however many others do not.
        let trials = record.meta.as_ref().map(|meta| meta.trials);
        record.changes = shows.changes;
        record.judged = shows.judged;
        record.meta =
            shows.meta.map(|meta| SnapshotMeta { trials: trials.unwrap_or(meta.trials), ..meta });
    }
    let alarms: Vec<&Finding> = decision.findings.iter().filter(|f| alarms(f)).collect();
    // In a cell that fails anyway, what is not told from noise is shown as what it may be.
    let open = |finding: &Finding| {
        !alarms.is_empty() && finding.weight > Weight::Cosmetic && finding.posterior > OPEN
    };
    for change in &mut record.changes {
        let mut findings = decision.findings.iter();
        let is_backed = findings.any(|f| (self::alarms(f) || open(f)) && f.speaks_of(change));
        if !is_backed && change.kind.info().family != Family::Telemetry {
            change.level = Level::Info;
        }
    }
    for finding in &alarms {
        if !record.changes.iter().any(|change| finding.speaks_of(change)) {
            record.changes.push(told(cell, finding, roles));
        }
    }
    record.changes.sort_by_cached_key(|change| {
        (std::cmp::Reverse(change.level), change.kind, change.pointer.clone())
    });
    record.status = status(&decision, !alarms.is_empty(), record);
    if let Some(finding) = &leading {
        record.agreeing = finding.deviating as usize;
    }
    record.note = evidence::note(&decision, leading.as_ref(), next);
    record.decision = Some(decision);
}

/// Says of a cell of which one answer is accepted whether others share its change, and gives back
/// whether it changed alone: then it may be noise.
pub(super) fn unsure(record: &mut CellRecord, shared: &BTreeSet<CellId>) -> bool {
    let changed =
        |change: &Change| change.level > Level::Info && change.kind.info().family == Family::Change;
    if record.decision.is_some() || !record.changes.iter().any(changed) {
        return false;
    }
    let is_shared = shared.contains(&record.cell);
    record.note = record.note.take().or_else(|| Some(evidence::alone(is_shared).to_owned()));
    !is_shared
}

/// Whether a fact still waits. What the suite changed itself, or what breaks the contract, waits
/// for nothing; what the last runs have found too has waited long enough.
fn is_held(cell: &Prepared, finding: &Finding, hold: Hold) -> bool {
    let is_own_doing = !super::fit::stale_of(cell).is_empty();
    let past = &cell.past;
    let is_known = past.confirmed.contains(&finding.facet)
        || (finding.shared && past.shared.contains(&finding.facet));
    let is_found_again = hold == Hold::NextRun && is_known;
    finding.weight != Weight::Contract && !is_own_doing && !is_found_again
}

/// Whether a finding fails its cell.
fn alarms(finding: &Finding) -> bool {
    finding.confirmed
        && finding.hold.is_none()
        && finding.weight > Weight::Cosmetic
        && !is_better(finding)
}

fn is_better(finding: &Finding) -> bool {
    finding.facet.family == FacetFamily::Contract && finding.seen == Observation::OK
}

/// The finding that stands for what is decided, where the answers that show it are of interest.
fn leading(decision: &CellDecision) -> Option<&Finding> {
    let matters = |finding: &&Finding| finding.weight > Weight::Cosmetic;
    match decision.ruling {
        Ruling::Regression | Ruling::Unreliable => {
            let facts = || decision.findings.iter().filter(|f| f.confirmed).filter(matters);
            facts().find(|finding| alarms(finding)).or_else(|| facts().next())
        }
        Ruling::Suspect | Ruling::Noisy => {
            decision.findings.iter().filter(matters).max_by(|one, two| {
                one.posterior.total_cmp(&two.posterior).then(one.weight.cmp(&two.weight))
            })
        }
        _ => None,
    }
}

/// The cell judged by the first answer that shows a finding.
fn witness(
    cell: &Prepared,
    record: &CellRecord,
    finding: &Finding,
    roles: &Roles,
) -> Option<CellRecord> {
    let numbers = cell.counts().and_then(|counts| counts.numbers.get(&finding.facet));
    let median = numbers.map(|spread| spread.median);
    let shows = |trial: &&crate::domain::Trial| {
        let answer = counted(cell, trial, roles);
        answer.is_some_and(|answer| {
            category(&answer.facets, &finding.facet, median).as_ref() == Some(&finding.seen)
        })
    };
    let trial = record.trials.iter().find(shows)?;
    Some(judge(cell, std::slice::from_ref(trial)))
}

/// A finding that shows in no single answer, as a change.
fn told(cell: &Prepared, finding: &Finding, roles: &Roles) -> Change {
    let Finding { facet, usual, seen, .. } = finding;
    let role = roles.of(&facet.place);
    let kind = verdict::kind_of(facet, usual, seen, role).unwrap_or(Kind::ValueChanged);
    let pointer = finding.facet.place.as_str().parse().unwrap_or_else(|_| Pointer::root());
    let text = |text: &str| Some(Value::from(text));
    let change = Change::new(kind, pointer).between(text(usual), text(seen));
    let change = Change { role, ..change };
    Change { level: verdict::level(&cell.cell, &change), ..change }
}

fn status(decision: &CellDecision, alarms: bool, record: &CellRecord) -> Status {
    match decision.ruling {
        Ruling::Regression | Ruling::Unreliable if !alarms => Status::Flaky,
        Ruling::Suspect | Ruling::Flaky => Status::Flaky,
        Ruling::Improved => Status::Changed,
        Ruling::Noisy => verdict::by_level(&record.changes).max(Status::Drifted),
        _ => verdict::by_level(&record.changes),
    }
}
