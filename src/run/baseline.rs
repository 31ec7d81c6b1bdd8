//! What the cells of a run are compared with: the profiles of their prompts and slots as they are today.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::ask::begun;
use super::{Prepared, ruled};
use crate::domain::{Accepted, CaseProfile, Hash, Profile, PromptName, Slot, SnapshotMeta, Trial};
use crate::drift::{self, Counted, Roles};
use crate::normalise::normalise;

/// What the places of answers are for, by prompt and slot.
pub(super) type RolesOf = BTreeMap<(PromptName, Slot), Arc<Roles>>;

/// What is known of the cells of a run before they are asked.
#[derive(Clone)]
pub(super) struct Priors {
    /// What was accepted.
    pub(super) profiles: Vec<Profile>,
    /// What the places of answers are for.
    pub(super) roles: RolesOf,
}

impl Priors {
    /// Puts together what is known of cells.
    pub(super) fn of<'c>(cells: impl IntoIterator<Item = &'c Prepared>) -> Self {
        let mut pairs: BTreeMap<(PromptName, Slot), Vec<&Prepared>> = BTreeMap::new();
        for cell in cells {
            let id = &cell.cell.id;
            pairs.entry((id.prompt.clone(), id.model.clone())).or_default().push(cell);
        }
        let mut known = Self { profiles: Vec::new(), roles: BTreeMap::new() };
        for (pair, cells) in pairs {
            let roles = Arc::new(roles(&cells));
            known.profiles.push(profile(&pair, &cells, &roles));
            known.roles.insert(pair, roles);
        }
        known
    }
}

/// An answer as it is counted; `None` where nobody answered.
pub(super) fn counted(cell: &Prepared, trial: &Trial, roles: &Roles) -> Option<Counted> {
    let schema = cell.cell.output.schema().map(|schema| &schema.document);
    Counted::of(trial, schema, roles)
}

/// The frozen roles of a pair, or those that its snapshots suggest.
fn roles(cells: &[&Prepared]) -> Roles {
    let Some(first) = cells.first() else { return Roles::default() };
    if let Some(profile) = cells.iter().find_map(|cell| cell.profile.as_ref()) {
        return ruled::roles(profile, &first.cell.compare);
    }
    let schema = first.cell.output.schema().map(|schema| &schema.document);
    let values = cells.iter().filter_map(|cell| {
        let accepted = cell.accepted.as_ref()?;
        Some(vec![&*accepted.value])
    });
    Roles::learn(schema, &first.cell.compare, &values.collect::<Vec<_>>())
}

/// The profile of a pair as it is today: a snapshot that it does not count is one answer, and what
/// it counts of a cell without a snapshot is left out.
fn profile((prompt, slot): &(PromptName, Slot), cells: &[&Prepared], roles: &Roles) -> Profile {
    let known = cells.iter().find_map(|cell| cell.profile.as_deref());
    let mut profile = known.cloned().unwrap_or_else(|| Profile::new(prompt.clone(), slot.clone()));
    for cell in cells {
        let case = &cell.cell.id.case;
        let Some(accepted) = &cell.accepted else {
            profile.cases.remove(case);
            continue;
        };
        let is_changed = ruled::is_changed(cell);
        if let Some(counts) = profile.cases.get_mut(case) {
            if is_changed {
                ruled::forget(Arc::make_mut(counts), (&profile.roles, roles), &cell.cell.compare);
            } else if counts.accepted.as_ref() == Some(&digest(&accepted.value)) {
                continue;
            }
        }
        let accepted = &Accepted {
            value: normalise(&accepted.value, &cell.cell.compare).into(),
            meta: accepted.meta.clone(),
        };
        let answer = counted(cell, &trial_of(accepted), roles);
        let Some(answer) = answer else { continue };
        let fits = profile.cases.get(case).is_some_and(|counts| holds(counts, &answer));
        if !fits {
            profile.cases.insert(case.clone(), drift::accepted(&[answer], None).into());
        }
    }
    profile
}

/// Whether the counts of a cell have its accepted answer among them. They do not where another tool
/// accepted it, or a person wrote it.
pub(super) fn holds(counts: &CaseProfile, answer: &Counted) -> bool {
    let values = answer.facets.categories.iter();
    let mut known = values
        .filter_map(|(facet, category)| Some(counts.facets.get(facet)?.contains_key(&**category)));
    counts.n > 0 && known.all(|is_known| is_known)
}

/// Tells an accepted answer from others: the first 16 digits of its hash.
pub(super) fn digest(value: &Value) -> Hash {
    Hash::from(Hash::of_ordered(value).short(SnapshotMeta::DIGITS).to_owned())
}

/// A snapshot as the answer that it was.
pub(super) fn trial_of(accepted: &Accepted) -> Trial {
    Trial {
        value: Some(accepted.value.clone()),
        how: accepted.meta.how,
        strict: accepted.meta.how.is_none(),
        ..begun(1, Timestamp::UNIX_EPOCH)
    }
}
