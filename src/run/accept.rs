//! Profiles made of the answers that people accept. Reads and writes no file.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::Prepared;
use super::baseline::{counted, digest, holds, trial_of};
use crate::domain::{
    CaseProfile, CellDecision, CellRecord, CompareRules, Confirmed, FieldRole, Hash, Pointer,
    PointerPattern, Profile, PromptName, RunRecord, Slot, SnapshotMeta, Status, Trial,
};
use crate::drift::{self, Counted, Roles};

/// So many answers of a cell say something of what its places are for.
const LEARNS_FROM: usize = 3;

/// Answers of one cell that are accepted.
#[derive(Debug, Clone)]
pub struct AcceptedAnswers<'a> {
    /// Which cell.
    pub cell: &'a Prepared,
    /// The run that they come from, if it is known.
    pub run: Option<&'a str>,
    /// The answers, by number.
    pub trials: Cow<'a, [Trial]>,
}

/// A place that looks as if it were for something else than it was when its answers were accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleMoved {
    /// Of which prompt.
    pub prompt: PromptName,
    /// Which place.
    pub place: PointerPattern,
    /// What it was, and still is.
    pub was: FieldRole,
    /// What it looks like.
    pub looks: FieldRole,
}

/// What counting changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CountedIn {
    /// The profiles that are another now.
    pub profiles: Vec<Profile>,
    /// Roles that are frozen, and would be learned otherwise today.
    pub moved: Vec<RoleMoved>,
}

impl<'a> AcceptedAnswers<'a> {
    /// The one answer that a snapshot is.
    pub fn snapshot(cell: &'a Prepared) -> Option<Self> {
        let trials = vec![trial_of(cell.accepted.as_ref()?)].into();
        Some(Self { cell, run: None, trials })
    }

    /// What a run adds to the baseline of a cell: nothing where the cell changed in it, was asked
    /// something else, or is counted already. Replayed answers and those that were asked for because
    /// others deviated do not count.
    pub fn deeper(cell: &'a Prepared, run: &'a RunRecord) -> Option<Self> {
        let record = run.cell(&cell.cell.id).filter(|_| run.upgrade.is_none())?;
        let is_known = |counts: &CaseProfile| counts.runs.contains(&run.id);
        let is_same = record.hashes.request == cell.hashes.request
            && super::fit::stale_of(cell).is_empty()
            && cell.accepted.is_some();
        if !is_same || !is_steady(record) || cell.counts().is_some_and(is_known) {
            return None;
        }
        let fresh = first(record).filter(|trial| trial.source.is_new());
        let trials: Vec<Trial> = fresh.cloned().collect();
        (!trials.is_empty()).then(|| Self { cell, run: Some(&run.id), trials: trials.into() })
    }
}

/// Who gave the answers that are accepted, by slot.
pub fn identities(taken: &[AcceptedAnswers<'_>]) -> BTreeMap<Slot, Confirmed> {
    let mut slots: BTreeMap<Slot, Confirmed> = BTreeMap::new();
    for of in taken {
        let Some(meta) = of.cell.accepted.as_ref().map(|accepted| &accepted.meta) else { continue };
        let valid = of.trials.iter().filter(|trial| trial.cause.is_none());
        let days = valid.clone().map(|trial| trial.source.recorded_at().unwrap_or(trial.at));
        let day = days.max().unwrap_or(Timestamp::UNIX_EPOCH);
        let day = day.to_zoned_datetime(TimeZone::UTC).date();
        let slot = of.cell.cell.id.model.clone();
        let seen = slots.entry(slot).or_insert_with(|| Confirmed {
            requested: meta.requested.clone(),
            served: BTreeSet::new(),
            fingerprints: BTreeSet::new(),
            api_version: meta.api_version.clone(),
            since: day,
        });
        seen.since = seen.since.max(day);
        seen.served.extend(meta.served.clone());
        seen.served.extend(valid.clone().filter_map(|trial| trial.identity.served.clone()));
        seen.fingerprints.extend(valid.filter_map(|trial| trial.identity.fingerprint.clone()));
    }
    slots
}

/// Counts answers in place of what was accepted of their cells before.
pub fn replace(known: &[Profile], taken: &[AcceptedAnswers<'_>]) -> CountedIn {
    count(known, taken, |case, answers, request| {
        *case = drift::accepted(answers, Some(request));
    })
}

/// Counts answers beside what was accepted of their cells before. What was counted for another
/// request, or without the accepted answer, is given up for them.
pub(crate) fn deepen(known: &[Profile], taken: &[AcceptedAnswers<'_>]) -> CountedIn {
    count(known, taken, |case, answers, request| {
        if case.n == 0 || case.request.as_ref() != Some(&request) {
            *case = drift::accepted(answers, Some(request));
        } else {
            drift::deepen(case, answers);
        }
    })
}

/// Counts answers of another version beside what was accepted of the one before, since nothing
/// weighty lies between them.
pub(crate) fn carry(known: &[Profile], taken: &[AcceptedAnswers<'_>]) -> CountedIn {
    count(known, taken, |case, answers, request| {
        if case.n == 0 {
            *case = drift::accepted(answers, Some(request));
        } else {
            case.request = Some(request);
            drift::deepen(case, answers);
        }
    })
}

fn count(
    known: &[Profile],
    taken: &[AcceptedAnswers<'_>],
    add: impl Fn(&mut CaseProfile, &[Counted], Hash),
) -> CountedIn {
    let mut prompts: BTreeMap<&PromptName, Vec<&AcceptedAnswers<'_>>> = BTreeMap::new();
    for taken in taken {
        prompts.entry(&taken.cell.cell.id.prompt).or_default().push(taken);
    }
    let mut all = known.to_vec();
    let mut homes: BTreeMap<(PromptName, Slot), usize> = BTreeMap::new();
    for (at, of) in all.iter().enumerate() {
        homes.entry((of.prompt.clone(), of.slot.clone())).or_insert(at);
    }
    let mut touched = BTreeSet::new();
    let mut moved = Vec::new();
    for (prompt, taken) in prompts {
        let (roles, other) = roles(prompt, known, &taken);
        moved.extend(other);
        for taken in taken {
            let id = &taken.cell.cell.id;
            let at = *homes.entry((id.prompt.clone(), id.model.clone())).or_insert_with(|| {
                all.push(Profile::new(id.prompt.clone(), id.model.clone()));
                all.len() - 1
            });
            let Some(profile) = all.get_mut(at) else { continue };
            touched.insert(at);
            profile.roles.clone_from(roles.all());
            take(profile, taken, &roles, &add);
        }
    }
    let profiles = all.into_iter().enumerate().filter(|(at, _)| touched.contains(at));
    CountedIn { profiles: profiles.map(|(_, profile)| profile).collect(), moved }
}

fn take(
    profile: &mut Profile,
    taken: &AcceptedAnswers<'_>,
    roles: &Roles,
    add: impl Fn(&mut CaseProfile, &[Counted], Hash),
) {
    let cell = taken.cell;
    if profile.requested != cell.cell.model.id {
        // Who answered for another id says nothing of this one.
        profile.requested.clone_from(&cell.cell.model.id);
        profile.served.clear();
        profile.fingerprints.clear();
    }
    let answers: Vec<Counted> =
        taken.trials.iter().filter_map(|trial| counted(cell, trial, roles)).collect();
    let case = profile.cases.entry(cell.cell.id.case.clone()).or_default();
    let case = Arc::make_mut(case);
    let digest = cell.accepted.as_ref().map(|accepted| digest(&accepted.value));
    if case.n > 0 && (digest.is_none() || case.accepted != digest) {
        let accepted = cell.accepted.as_ref().and_then(|a| counted(cell, &trial_of(a), roles));
        if accepted.is_some_and(|accepted| !holds(case, &accepted)) {
            *case = CaseProfile::default();
        }
    }
    let is_known = case.accepted == digest;
    let runs = std::mem::take(&mut case.runs);
    let before = case.n;
    let request = cell.hashes.request.short(SnapshotMeta::DIGITS).to_owned();
    add(case, &answers, Hash::from(request));
    // What was counted before still is, where these answers were counted beside it.
    let is_known = is_known && case.n as usize == before as usize + answers.len();
    case.accepted = digest.filter(|_| is_known || is_among(cell, &taken.trials));
    // Runs stay named as long as their answers are counted.
    case.runs = if case.n > before && before > 0 { runs } else { Vec::new() };
    case.runs.extend(taken.run.map(str::to_owned));
    case.runs.sort();
    case.runs.dedup();
    for answer in &answers {
        profile.served.extend(answer.identity.served.clone());
        profile.fingerprints.extend(answer.identity.fingerprint.clone());
    }
    for names in [&mut profile.served, &mut profile.fingerprints] {
        names.sort();
        names.dedup();
    }
}

/// Whether one of these answers is the accepted one.
fn is_among(cell: &Prepared, trials: &[Trial]) -> bool {
    cell.accepted.as_ref().is_some_and(|accepted| {
        trials.iter().any(|trial| {
            trial.value.as_ref() == Some(&accepted.value)
                && trial.cause.is_none()
                && trial.strict == accepted.meta.how.is_none()
        })
    })
}

/// Whether the answers of a cell are for the most part as accepted, however often they differ.
fn is_steady(record: &CellRecord) -> bool {
    // Beside one accepted answer, whether a cell varies is what these answers are to show.
    let is_unsure = record.decision.as_ref().is_some_and(CellDecision::is_unsure);
    matches!(record.status, Status::Same | Status::Varies)
        || (record.status == Status::Suspect && is_unsure)
}

/// The answers that were asked for in any case. Further ones were asked for because these deviated.
pub(super) fn first(record: &CellRecord) -> impl DoubleEndedIterator<Item = &Trial> {
    let further = record.decision.as_ref().map_or(0, |decision| decision.further);
    let all = record.trials.len();
    record.trials.iter().take(all.saturating_sub(further as usize))
}

/// The roles of a prompt: those that are frozen, those that are new, and those that the suite says
/// itself, which win. With them the frozen ones that would be learned otherwise today.
fn roles(
    prompt: &PromptName,
    known: &[Profile],
    taken: &[&AcceptedAnswers<'_>],
) -> (Roles, Vec<RoleMoved>) {
    let mut frozen: BTreeMap<PointerPattern, FieldRole> = BTreeMap::new();
    for profile in known.iter().filter(|profile| profile.prompt == *prompt) {
        frozen.extend(profile.roles.clone());
    }
    let valid = |trial: &&Trial| trial.cause.is_none();
    let values = taken.iter().map(|taken| taken.trials.iter().filter(valid));
    let cells: Vec<Vec<&Value>> =
        values.map(|trials| trials.filter_map(|trial| trial.value.as_deref()).collect()).collect();
    let Some(first) = taken.first().map(|taken| &taken.cell.cell) else {
        return (Roles::from(frozen), Vec::new());
    };
    let schema = first.output.schema().map(|schema| &schema.document);
    let learned = Roles::learn(schema, &first.compare, &cells);
    let bare = schema.cloned().map(without_roles);
    // Where nobody says anything of roles, they are learned the same without it.
    let is_silent = bare.as_ref() == schema && first.compare == CompareRules::default();
    let bare = (!is_silent).then(|| Roles::learn(bare.as_ref(), &CompareRules::default(), &cells));
    let is_said = |place: &PointerPattern| {
        let pointer = place.as_str().parse::<Pointer>().ok();
        bare.as_ref().is_some_and(|bare| learned.of(place) != bare.of(place))
            || pointer.is_some_and(|pointer| first.compare.role(&pointer).is_some())
    };
    let is_deep = cells.iter().any(|answers| answers.len() >= LEARNS_FROM);
    let other = learned.changed_since(&Roles::from(frozen.clone())).into_iter();
    let other = other.filter(|(place, ..)| is_deep && !is_said(place));
    let moved = other
        .map(|(place, was, looks)| RoleMoved { prompt: prompt.clone(), place, was, looks })
        .collect();
    for (place, role) in learned.all() {
        if is_said(place) {
            frozen.insert(place.clone(), *role);
        } else {
            frozen.entry(place.clone()).or_insert(*role);
        }
    }
    (Roles::from(frozen), moved)
}

/// The schema without what it says of roles.
fn without_roles(schema: Value) -> Value {
    match schema {
        Value::Object(members) => {
            let members = members.into_iter();
            let kept =
                members.filter(|(name, value)| name != FieldRole::KEYWORD || !value.is_string());
            Value::Object(kept.map(|(name, value)| (name, without_roles(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_roles).collect()),
        other => other,
    }
}
