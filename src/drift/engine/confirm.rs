//! When a deviation is certain enough to be told as a fact.

use super::cell::{Cell, Seat};
use super::{Engine, Group};
use crate::domain::{FacetFamily, Slot, Weight};
use crate::drift::prior::Prior;
use crate::drift::stats::Evidence;

/// With fewer accepted answers it is not known how much shapes and values vary.
const SHALLOW: u32 = 3;

/// With fewer accepted answers no value of a single cell is said to have changed.
const ALONE: u32 = 5;

/// What a shallow baseline has to show of a group instead.
const CERTAIN: (f64, f64) = (0.9999, 0.5);

impl Engine {
    pub(super) fn evidence(&self, seat: &Seat) -> Evidence {
        seat.evidence.map_or(Evidence::NONE, |known| self.cache.get(known))
    }

    /// Whether so many of the new answers are broken that this alone is a fact, and news.
    pub(super) fn is_unreliable(&self, cell: &Cell) -> bool {
        let contract = cell.seats.iter().find(|seat| seat.family == FacetFamily::Contract);
        let new =
            contract.is_some_and(|seat| self.evidence(seat).alone() >= self.settings.new_from);
        let (broken, answers) = (cell.broken(), cell.answers());
        new && answers >= self.least_answers(cell)
            && broken >= self.settings.least_deviating
            && f64::from(broken) >= self.settings.broken * f64::from(answers)
    }

    /// How many answers one cell alone is judged by. A cell that varies shows the same deviation
    /// three times in a row now and then; over some more answers it hardly does. Where no more may
    /// be asked for, what is there decides.
    fn least_answers(&self, cell: &Cell) -> u32 {
        let most = self.settings.most_answers;
        if cell.taken() < most && self.extra < self.most_extra() {
            self.settings.least_answers.min(most)
        } else {
            self.settings.least_deviating
        }
    }

    /// Whether the cell has changed at this facet.
    pub(super) fn is_confirmed(&self, cell: &Cell, at: usize) -> bool {
        let Some(seat) = cell.seats.get(at) else { return false };
        if seat.family == FacetFamily::Contract && self.is_unreliable(cell) {
            return true;
        }
        if seat.posterior < self.settings.confirm {
            return false;
        }
        let deviation = seat.deviation;
        let deviating = deviation.count;
        let group = self.groups.get(seat.group as usize);
        if Self::is_shallow(cell) && varies(seat.family) && seat.total < SHALLOW {
            return deviating >= 1 && group.is_some_and(is_certain);
        }
        let shared = group.is_some_and(|group| group.common.posterior >= self.settings.incident);
        if shared && deviating >= 1 {
            return true;
        }
        let deep = seat.family != FacetFamily::Value || seat.total >= ALONE;
        deep && deviating >= self.settings.least_deviating
            && deviation.answers >= self.least_answers(cell)
    }

    /// Whether something that matters is confirmed, so that there is no more to ask.
    pub(super) fn has_fact(&self, cell: &Cell) -> bool {
        let matters = |seat: &Seat| Prior::of(seat.family).weight > Weight::Cosmetic;
        cell.seats.iter().enumerate().any(|(at, seat)| matters(seat) && self.is_confirmed(cell, at))
    }

    /// Whether the members share a change.
    pub(super) fn is_incident(&self, group: &Group) -> bool {
        if group.common.posterior < self.settings.incident {
            return false;
        }
        !(varies(group.family) && self.is_shallow_group(group)) || is_certain(group)
    }

    /// Whether a family of a slot is known from too few answers to be judged over the slot.
    pub(super) fn is_shallow_slot(&self, slot: &Slot, family: FacetFamily) -> bool {
        let cells: Vec<&Cell> = self.cells.iter().filter(|cell| cell.id.model == *slot).collect();
        let shallow = cells.iter().filter(|cell| Self::is_shallow(cell)).count();
        varies(family) && 2 * shallow > cells.len()
    }

    /// Whether what was accepted of the cell says too little of how it varies.
    pub(super) fn is_shallow(cell: &Cell) -> bool {
        cell.base.n.saturating_sub(cell.asked.accepted) < SHALLOW
    }

    /// Whether that holds for most members.
    fn is_shallow_group(&self, group: &Group) -> bool {
        let members = group.members.iter().filter_map(|(cell, _)| self.cells.get(*cell as usize));
        let shallow = members.filter(|cell| Self::is_shallow(cell)).count();
        2 * shallow > group.members.len()
    }
}

/// Families whose noise is not known from a few answers.
pub(super) fn varies(family: FacetFamily) -> bool {
    matches!(
        family,
        FacetFamily::Shape
            | FacetFamily::Value
            | FacetFamily::Count
            | FacetFamily::Order
            | FacetFamily::Magnitude
    )
}

fn is_certain(group: &Group) -> bool {
    group.common.posterior >= CERTAIN.0 && group.common.share >= CERTAIN.1
}
