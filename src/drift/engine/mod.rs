//! Decides which cells changed, and asks for as few further answers as that takes.
//!
//! Nothing is asked here: the caller adds answers, fetches those that [`Engine::next_wave`] wants,
//! and takes the decision when it wants no more. The order in which answers of different cells come
//! makes no difference.

mod cache;
mod cell;
mod confirm;
mod decide;
mod groups;
mod numbers;
mod power;
#[cfg(test)]
mod tests;
mod wave;

use std::collections::BTreeMap;

use indexmap::IndexSet;

use super::baseline::{Base, Baseline, Pair, Words};
use super::facets::Facets;
use super::observe::Observation;
use super::settings::{Settings, Side};
use crate::domain::{CellId, Facet, FacetFamily, Slot};

use cache::Cache;
use cell::Cell;
use groups::{Common, Group};

/// What is known of the cells of a run, and what follows from it.
#[derive(Debug, Clone)]
pub struct Engine {
    settings: Settings,
    words: Words,
    pairs: IndexSet<Pair>,
    /// In order.
    cells: Vec<Cell>,
    groups: Vec<Group>,
    pools: BTreeMap<(Slot, FacetFamily), Common>,
    cache: Cache,
    /// Further answers that were asked for, of both sides.
    extra: u32,
    waves: u32,
}

impl Engine {
    /// Sets out to judge these cells. What is accepted of other cells counts for how much facets
    /// vary, so that a part of the matrix is judged as the whole would be.
    pub fn new(cells: &[CellId], baseline: Baseline, settings: Settings) -> Self {
        let weights = baseline.weights();
        let Baseline { words, cells: mut bases, pairs, .. } = baseline;
        let mut ids = cells.to_vec();
        ids.sort();
        ids.dedup();
        let cells = ids.into_iter().map(|id| {
            let base = bases.remove(&id).unwrap_or_default();
            Cell::new(id, base, &words)
        });
        let mut engine = Self {
            settings,
            cells: cells.collect(),
            words,
            pairs,
            groups: Vec::new(),
            pools: BTreeMap::new(),
            cache: Cache::default(),
            extra: 0,
            waves: 0,
        };
        let weights: BTreeMap<(u32, u32), u32> = weights
            .into_iter()
            .map(|(key, weights)| (key, engine.cache.weights(&weights)))
            .collect();
        engine.group(&weights);
        engine
    }

    fn group(&mut self, weights: &BTreeMap<(u32, u32), u32>) {
        let mut numbers: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        for (at, cell) in (0u32..).zip(&mut self.cells) {
            let pair = cell.base.pair;
            for (place, seat) in (0u32..).zip(&mut cell.seats) {
                let key = (pair, seat.facet);
                seat.weights = weights.get(&key).copied().unwrap_or_default();
                let next = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
                seat.group = *numbers.entry(key).or_insert(next);
                if seat.group == next {
                    self.groups.push(Group {
                        facet: seat.facet,
                        family: seat.family,
                        pair,
                        members: Vec::new(),
                        common: Common::default(),
                        is_fresh: false,
                    });
                }
                if let Some(group) = self.groups.get_mut(seat.group as usize) {
                    group.members.push((at, place));
                }
            }
        }
    }

    /// Counts an answer: a new one, or a further one of the accepted side. Answers of one cell are
    /// given in the order of their numbers.
    pub fn add(&mut self, cell: &CellId, side: Side, answer: &Facets) {
        let Ok(at) = self.cells.binary_search_by(|known| known.id.cmp(cell)) else { return };
        let Some(cell) = self.cells.get_mut(at) else { return };
        let categories = self.words.resolve(answer, &cell.base.middles);
        match side {
            Side::Candidate => {
                let code = answer.category(&Facet::whole(FacetFamily::Contract));
                if cell.answers() == 0 {
                    cell.numbers = self.words.numbers(answer);
                }
                cell.add(&categories, code.is_some_and(|code| code != Observation::OK));
            }
            Side::Accepted => cell.deepen(&categories, &self.words),
        }
    }
}

/// A cell of which nothing was accepted.
fn is_new(base: &Base) -> bool {
    base.n == 0
}
