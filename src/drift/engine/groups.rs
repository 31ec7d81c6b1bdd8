//! Cells that belong together: those of one prompt and slot at one facet, and those of a whole slot
//! at one family.

use std::collections::BTreeMap;

use super::Engine;
use super::cache::Known;
use crate::domain::{FacetFamily, Slot};
use crate::drift::prior::{MOVED, Prior, QUIET};
use crate::drift::settings::Moved;
use crate::drift::stats::{Evidence, Shared, common_change};

/// Fewer deviating cells are no incident, by the first answer of each.
pub(super) const FEWEST: usize = 3;

/// The same where the members were asked again: what now and then breaks has had another chance.
const FEWEST_ASKED_AGAIN: usize = 4;

/// One facet of one prompt and slot.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) facet: u32,
    pub(super) family: FacetFamily,
    pub(super) pair: u32,
    /// Cell and seat.
    pub(super) members: Vec<(u32, u32)>,
    pub(super) common: Common,
    /// Whether a member was weighed anew.
    pub(super) is_fresh: bool,
}

/// Whether a change is common to cells.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Common {
    /// The highest posterior so far: only the first answers are not selected by what they say, and
    /// later ones thin out what happens rarely.
    pub(super) posterior: f64,
    /// Which share of the answers is hit.
    pub(super) share: f64,
    /// How many cells were looked at.
    pub(super) members: u32,
    /// How many of them deviate.
    pub(super) deviating: usize,
}

impl Common {
    fn take(&mut self, found: &Shared, deviating: usize, (members, answers): (usize, u32)) {
        let is_asked_again = 2 * answers as usize > 3 * members;
        let fewest = if is_asked_again { FEWEST_ASKED_AGAIN } else { FEWEST };
        let posterior =
            if deviating >= fewest { found.posterior } else { found.posterior.min(0.5) };
        self.posterior = self.posterior.max(posterior);
        self.share = found.share;
        self.deviating = deviating;
        self.members = u32::try_from(members).unwrap_or(u32::MAX);
    }
}

impl Engine {
    /// Weighs what is new, and everything that depends on it.
    pub(super) fn refresh(&mut self) {
        for cell in self.cells.iter_mut().filter(|cell| cell.is_fresh) {
            cell.weigh(&mut self.cache, &self.words);
            for seat in &cell.seats {
                if let Some(group) = self.groups.get_mut(seat.group as usize) {
                    group.is_fresh = true;
                }
            }
        }
        for at in 0..self.groups.len() {
            if self.groups.get(at).is_some_and(|group| group.is_fresh) {
                self.score(at);
            }
        }
    }

    fn score(&mut self, at: usize) {
        let Some(group) = self.groups.get(at) else { return };
        let seat = |(cell, seat): &(u32, u32)| {
            self.cells.get(*cell as usize).and_then(|cell| cell.seats.get(*seat as usize))
        };
        let mut kinds: Vec<Known> = Vec::with_capacity(group.members.len());
        let (mut deviating, mut answers) = (0, 0);
        for seat in group.members.iter().filter_map(seat) {
            kinds.extend(seat.evidence);
            answers += seat.deviation.answers;
            deviating += usize::from(seat.evidence.is_some() && seat.deviation.count > 0);
        }
        let members = kinds.len();
        kinds.sort_unstable();
        let mut kinds = counted(&kinds);
        // By value, not by number: numbers depend on which cell came first.
        kinds.sort_by(|one, two| order(&self.cache.get(one.0), &self.cache.get(two.0)));
        let (common, change) = self.odds(group.pair, Prior::of(group.family).change);
        if members > 0 {
            let shared = self.cache.share(&kinds, change, common);
            let posterior = |known: Known| {
                let found = kinds.iter().zip(&shared.cells).find(|(kind, _)| kind.0 == known);
                found.map_or(0.0, |(_, posterior)| *posterior)
            };
            for (cell, seat) in &group.members {
                let cell = self.cells.get_mut(*cell as usize);
                let Some(seat) = cell.and_then(|cell| cell.seats.get_mut(*seat as usize)) else {
                    continue;
                };
                if let Some(known) = seat.evidence {
                    seat.posterior = posterior(known);
                }
            }
            if let Some(group) = self.groups.get_mut(at) {
                group.common.take(&shared, deviating, (members, answers));
            }
        }
        if let Some(group) = self.groups.get_mut(at) {
            group.is_fresh = false;
        }
    }

    /// How likely a common change is for a pair, and a change of one of its cells.
    fn odds(&self, pair: u32, change: f64) -> (f64, f64) {
        let slot = self.pairs.get_index(pair as usize).map(|(_, slot)| slot);
        match slot.and_then(|slot| self.settings.moved.get(slot)) {
            None => (QUIET, change),
            Some(Moved::Suspected) => (MOVED, change),
            Some(Moved::Declared) => (MOVED, 2.0 * change),
        }
    }

    /// Pools whole slots, family by family: what hits few answers shows only there. Values are left
    /// out, since they differ by case.
    pub(super) fn pool(&mut self) {
        let mut pools: BTreeMap<(Slot, FacetFamily), Pool> = BTreeMap::new();
        for cell in &self.cells {
            let mut found: Vec<(FacetFamily, Evidence, bool)> = Vec::new();
            for seat in &cell.seats {
                let Some(known) = seat.evidence.filter(|_| seat.family != FacetFamily::Value)
                else {
                    continue;
                };
                let evidence = self.cache.get(known);
                let deviates = evidence.alone() > 1.0 && seat.deviation.count > 0;
                found.push((seat.family, evidence, deviates));
            }
            found.sort_by(|one, two| one.0.cmp(&two.0).then(order(&one.1, &two.1)));
            for alike in found.chunk_by(|one, two| one.0 == two.0) {
                let Some((family, ..)) = alike.first() else { continue };
                let evidence: Vec<Evidence> = alike.iter().map(|(_, one, _)| *one).collect();
                let pool = pools.entry((cell.id.model.clone(), *family)).or_default();
                pool.pair = cell.base.pair;
                pool.cells.push(Evidence::mean(&evidence));
                pool.answers += cell.answers();
                pool.deviating += usize::from(alike.iter().any(|(.., deviates)| *deviates));
            }
        }
        for (key, mut pool) in pools {
            pool.cells.sort_by(order);
            let alike = pool.cells.chunk_by(|one, two| order(one, two).is_eq());
            let size = |alike: &[Evidence]| u32::try_from(alike.len()).unwrap_or(u32::MAX);
            let kinds: Vec<(Evidence, u32)> =
                alike.filter_map(|alike| Some((*alike.first()?, size(alike)))).collect();
            let (common, change) = self.odds(pool.pair, Prior::of(key.1).change);
            let shared = common_change(&kinds, change, common);
            let slot = self.pools.entry(key).or_default();
            slot.take(&shared, pool.deviating, (pool.cells.len(), pool.answers));
        }
    }
}

/// The cells of a slot at one family.
#[derive(Default)]
struct Pool {
    cells: Vec<Evidence>,
    deviating: usize,
    answers: u32,
    pair: u32,
}

fn counted(sorted: &[Known]) -> Vec<(Known, u32)> {
    let mut counts: Vec<(Known, u32)> = Vec::new();
    for known in sorted {
        match counts.last_mut() {
            Some((last, count)) if last == known => *count += 1,
            _ => counts.push((*known, 1)),
        }
    }
    counts
}

fn order(one: &Evidence, two: &Evidence) -> std::cmp::Ordering {
    let pairs = one.all().into_iter().zip(two.all());
    pairs.fold(std::cmp::Ordering::Equal, |order, (one, two)| order.then(one.total_cmp(&two)))
}
