//! Cells as they would be if people had accepted certain answers, and nothing else. Writes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Prepared;
use super::accept::{AcceptedAnswers, replace};
use super::judge::judge_plainly;
use crate::domain::{Accepted, CellRecord, Profile, PromptName, Slot, Trial};

/// Profiles that know what places are for, and no answer.
pub(super) fn bare<'c>(cells: impl IntoIterator<Item = &'c Prepared>) -> Vec<Profile> {
    let mut profiles: BTreeMap<(&PromptName, &Slot), Profile> = BTreeMap::new();
    for profile in cells.into_iter().filter_map(|cell| cell.profile.as_ref()) {
        profiles
            .entry((&profile.prompt, &profile.slot))
            .or_insert_with(|| Profile { cases: BTreeMap::new(), ..Profile::clone(profile) });
    }
    profiles.into_values().collect()
}

/// Accepts these answers of the cells, as `accept` would after a run of them. A cell without a valid
/// answer to accept has nothing accepted afterwards.
pub(super) fn stage(cells: Vec<(&mut Prepared, Vec<Trial>)>, bare: &[Profile]) {
    let mut staged = cells;
    for (cell, trials) in &mut staged {
        (cell.accepted, cell.profile) = (None, None);
        cell.accepted = accepted(judge_plainly(cell, trials.clone()));
    }
    let taken: Vec<AcceptedAnswers<'_>> = staged
        .iter()
        .filter(|(cell, _)| cell.accepted.is_some())
        .map(|(cell, trials)| AcceptedAnswers { cell, run: None, trials: trials.as_slice().into() })
        .collect();
    let profiles = replace(bare, &taken).profiles.into_iter().map(Arc::new);
    let profiles: BTreeMap<(PromptName, Slot), Arc<Profile>> =
        profiles.map(|of| ((of.prompt.clone(), of.slot.clone()), of)).collect();
    for (cell, _) in staged {
        let id = &cell.cell.id;
        cell.profile = profiles.get(&(id.prompt.clone(), id.model.clone())).map(Arc::clone);
    }
}

/// The judged answer, where it is a valid one.
fn accepted(record: CellRecord) -> Option<Accepted> {
    let trial = record.trials.into_iter().find(|trial| Some(trial.number) == record.judged)?;
    let value = trial.value.filter(|_| trial.cause.is_none())?;
    Some(Accepted { value, meta: record.meta? })
}
