//! What the cells of a run are compared with: their profiles, and later answers that passed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::ask::begun;
use super::{Prepared, ruled};
use crate::domain::{Accepted, CaseProfile, CellId, FacetFamily, Profile, PromptName, Slot, Trial};
use crate::drift::{self, Baseline, Counted, Roles};
use crate::normalise::normalise;

/// With so many accepted answers of any cell of a prompt and slot, statistics decide on its cells.
const DECIDES_FROM: u32 = 2;

/// What is known of the cells of a run before they are asked.
pub(super) struct Known {
    /// The cells that statistics decide on.
    pub(super) deep: Part,
    /// The cells of which one answer is accepted: only a change that many share is told from noise.
    pub(super) shallow: Part,
    /// What the places of answers are for.
    pub(super) roles: BTreeMap<(PromptName, Slot), Arc<Roles>>,
}

/// Cells with what was accepted of them.
#[derive(Clone, Default)]
pub(super) struct Part {
    pub(super) cells: Vec<CellId>,
    pub(super) baseline: Baseline,
    /// How many cells there were before some were left out.
    pub(super) whole: usize,
}

impl Known {
    /// Puts together what is known of cells. Where the accepted version can be asked beside
    /// (`two_sided`), one accepted answer is enough to begin with.
    pub(super) fn of<'c>(cells: impl IntoIterator<Item = &'c Prepared>, two_sided: bool) -> Self {
        let mut pairs: BTreeMap<(PromptName, Slot), Vec<&Prepared>> = BTreeMap::new();
        for cell in cells {
            let id = &cell.cell.id;
            pairs.entry((id.prompt.clone(), id.model.clone())).or_default().push(cell);
        }
        let mut known =
            Self { deep: Part::default(), shallow: Part::default(), roles: BTreeMap::new() };
        for (pair, cells) in pairs {
            let roles = Arc::new(roles(&cells));
            let profile = profile(&pair, &cells, &roles);
            let is_deep = two_sided || profile.cases.values().any(|case| case.n >= DECIDES_FROM);
            let part = if is_deep { &mut known.deep } else { &mut known.shallow };
            part.add(&cells, &profile, &roles);
            known.roles.insert(pair, roles);
        }
        known
    }
}

impl Part {
    /// The same for these cells alone: what is known of the others still counts for how much places
    /// vary.
    pub(super) fn only(&self, cells: &[&Prepared]) -> Self {
        let wanted: BTreeSet<&CellId> = cells.iter().map(|cell| &cell.cell.id).collect();
        let cells = self.cells.iter().filter(|id| wanted.contains(id)).cloned().collect();
        Self { cells, baseline: self.baseline.clone(), whole: self.whole }
    }

    fn add(&mut self, cells: &[&Prepared], profile: &Profile, roles: &Roles) {
        self.baseline.add(profile);
        for cell in cells.iter().filter(|cell| profile.cases.contains_key(&cell.cell.id.case)) {
            self.cells.push(cell.cell.id.clone());
            self.whole += 1;
            for answer in cell.past.passed.iter().filter_map(|trial| counted(cell, trial, roles)) {
                self.baseline.observe(&cell.cell.id, &answer);
            }
        }
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
        Some(vec![&accepted.value])
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
        if let Some(counts) = profile.cases.get_mut(case).filter(|_| ruled::is_changed(cell)) {
            ruled::forget(counts, (&profile.roles, roles), &cell.cell.compare);
        }
        let accepted = &Accepted {
            value: normalise(&accepted.value, &cell.cell.compare),
            meta: accepted.meta.clone(),
        };
        let answer = counted(cell, &trial_of(accepted), roles);
        let Some(answer) = answer else { continue };
        let fits = profile.cases.get(case).is_some_and(|counts| holds(counts, &answer));
        if !fits {
            profile.cases.insert(case.clone(), drift::accepted(&[answer], None));
        }
    }
    profile
}

/// Whether the counts of a cell have its accepted answer among them. They do not where another tool
/// accepted it, or a person wrote it.
pub(super) fn holds(counts: &CaseProfile, answer: &Counted) -> bool {
    let around = [FacetFamily::KeyOrder, FacetFamily::Layout];
    let values =
        answer.facets.categories.iter().filter(|(facet, _)| !around.contains(&facet.family));
    let mut known = values
        .filter_map(|(facet, category)| Some(counts.facets.get(facet)?.contains_key(category)));
    counts.n > 0 && known.all(|is_known| is_known)
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
