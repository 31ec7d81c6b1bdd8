//! What would have been seen: the smallest share of broken answers that the cells of a run give away.

use std::collections::BTreeMap;

use super::cell::Cell;
use super::groups::FEWEST;
use super::{Engine, is_new};
use crate::domain::{Detectable, FacetFamily, Slot};
use crate::drift::prior::{MOVED, Prior, QUIET};
use crate::drift::stats::{Evidence, at_least, common_change, weigh};

/// How sure one wants to be that a change of that size is noticed.
const POWER: f64 = 0.8;

/// Shares are looked for in steps of this size.
const STEP: f64 = 0.005;

impl Engine {
    /// By slot, for the baseline that its cells have.
    pub(super) fn detectable(&self) -> BTreeMap<Slot, Detectable> {
        let mut slots: BTreeMap<&Slot, Vec<&Cell>> = BTreeMap::new();
        for cell in self.cells.iter().filter(|cell| !is_new(&cell.base) && cell.answers() > 0) {
            slots.entry(&cell.id.model).or_default().push(cell);
        }
        slots.into_iter().map(|(slot, cells)| (slot.clone(), self.of_slot(slot, &cells))).collect()
    }

    fn of_slot(&self, slot: &Slot, cells: &[&Cell]) -> Detectable {
        let mut prompts: BTreeMap<u32, u32> = BTreeMap::new();
        for cell in cells {
            *prompts.entry(cell.base.pair).or_default() += 1;
        }
        let mut sizes: Vec<u32> = prompts.into_values().collect();
        sizes.sort_unstable();
        let prompt = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
        let all = u32::try_from(cells.len()).unwrap_or(u32::MAX);
        let mut depths: Vec<u32> = cells.iter().map(|cell| cell.base.n).collect();
        depths.sort_unstable();
        let depth = depths.get(depths.len() / 2).copied().unwrap_or_default();
        let common = if self.settings.moved.contains_key(slot) { MOVED } else { QUIET };
        let share = |family, members| {
            let kind = Kind { family, weights: self.typical(cells, family)?, depth, common };
            kind.share(self.settings.incident, members)
        };
        let contract = FacetFamily::Contract;
        Detectable {
            slot: share(contract, all),
            prompt: share(contract, prompt),
            cell: self.alone(cells, depth),
            // Below three answers nothing is said of values.
            value: if depth < 3 { None } else { share(FacetFamily::Value, prompt) },
        }
    }

    /// The weights that most cells have at a family.
    fn typical(&self, cells: &[&Cell], family: FacetFamily) -> Option<[f64; 7]> {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        let seats = cells.iter().flat_map(|cell| &cell.seats);
        for seat in seats.filter(|seat| seat.family == family) {
            *counts.entry(seat.weights).or_default() += 1;
        }
        let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
        most.map(|(weights, _)| self.cache.weights_of(weights))
    }

    /// One cell alone is asked again only if its first answer deviates, and then needs some more.
    fn alone(&self, cells: &[&Cell], depth: u32) -> Option<f64> {
        let weights = self.typical(cells, FacetFamily::Contract)?;
        let most = self.settings.most_answers;
        let is_seen = |hits: u32| {
            let sequence: Vec<usize> = (0..most).map(|at| usize::from(at < hits)).collect();
            weigh(&[depth], &sequence, &weights).alone() >= self.settings.new_from
        };
        let needed = (self.settings.least_deviating..=most).find(|hits| is_seen(*hits))?;
        let chance = |share: f64| share * at_least(needed - 1, most - 1, share);
        smallest(chance)
    }
}

/// Cells that are alike.
struct Kind {
    family: FacetFamily,
    weights: [f64; 7],
    depth: u32,
    common: f64,
}

impl Kind {
    /// The smallest share at which so many of `members` deviate at the first answer that it is an
    /// incident.
    fn share(&self, incident: f64, members: u32) -> Option<f64> {
        let of = |category| weigh(&[self.depth], &[category], &self.weights);
        let (usual, new) = (of(0), of(1));
        let fewest = u32::try_from(FEWEST).unwrap_or(u32::MAX);
        let is_seen = |hits: u32| {
            let cells: [(Evidence, u32); 2] = [(new, hits), (usual, members - hits)];
            let change = Prior::of(self.family).change;
            common_change(&cells, change, self.common).posterior >= incident
        };
        let needed = (fewest..=members).find(|hits| is_seen(*hits))?;
        smallest(|share| at_least(needed, members, share))
    }
}

/// The smallest share with enough power.
fn smallest(chance: impl Fn(f64) -> f64) -> Option<f64> {
    (1..=200).map(|step| f64::from(step) * STEP).find(|share| chance(*share) >= POWER)
}
