//! Which further answers would help.

use std::collections::BTreeMap;

use super::Engine;
use super::judge::{Scoped, Verdicts};
use super::settings::{
    AT_ONCE, BEFORE_ALL, LEAST_CALLS, MOST_OF_CELL, MOST_OF_SCOPE, SOFT, STRONG, SUSPECT, urgency,
};
use crate::domain::kit::length;
use crate::domain::{CellId, DeviationKind, Scope};

/// How many further calls a run of so many cells makes at most, where it may make this share of them.
pub(crate) fn most_further(cells: usize, share: f64) -> u32 {
    if cells == 0 || share <= 0.0 { 0 } else { most_calls(cells, share, LEAST_CALLS.1) }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small share; saturates"
)]
fn most_calls(cells: usize, share: f64, least: u32) -> u32 {
    least.max((share * length(cells)) as u32)
}

impl Engine {
    /// The cells to ask once more, the most surprising first; none when no further answer can or may
    /// decide anything. Each occurs at most once.
    pub(crate) fn next_wave(&mut self) -> Vec<CellId> {
        let judged = self.judge();
        let mut wanted: Vec<(f64, u32)> =
            self.wanted(&judged).into_iter().map(|(cell, urge)| (urge, cell)).collect();
        wanted.sort_by(|one, two| two.0.total_cmp(&one.0).then(one.1.cmp(&two.1)));
        let (soft, hard) = self.most_calls();
        let mut asks = Vec::new();
        for (urge, at) in wanted {
            let most = if urge >= STRONG { hard } else { soft };
            let is_paid = self.rules.further > 0.0 && (urge >= BEFORE_ALL || self.calls < most);
            if let Some(cell) = self.cells.get_mut(at as usize).filter(|_| is_paid) {
                self.calls += 1;
                cell.now.further += 1;
                asks.push(cell.id.clone());
            }
        }
        asks
    }

    /// How many further calls there are for values that are new once, and for all.
    fn most_calls(&self) -> (u32, u32) {
        let of = |share, least| most_calls(self.cells.len(), share, least);
        (of(SOFT.min(self.rules.further), LEAST_CALLS.0), of(self.rules.further, LEAST_CALLS.1))
    }

    /// The cells of scopes that are in doubt, with how much they are.
    fn wanted(&mut self, judged: &Verdicts) -> BTreeMap<u32, f64> {
        let is_settled = |engine: &Self, at: u32, number: u32| {
            let deviates = engine.deviating.get(&number).is_some_and(|cells| cells.contains(&at));
            deviates
                && engine.scopes_of(at, number).iter().any(|scoped| {
                    judged.get(scoped).is_some_and(|one| one.evidence >= one.threshold)
                })
        };
        let mut wanted: BTreeMap<u32, f64> = BTreeMap::new();
        for (scoped, one) in judged {
            let Some(deviation) = self.deviations.get_index(scoped.deviation as usize).cloned()
            else {
                continue;
            };
            let waits = self.is_held(*scoped, &deviation)
                && self.is_fresh(*scoped)
                && one.evidence >= one.threshold * SUSPECT;
            if one.evidence >= one.threshold || one.doubt < 1.0 || waits {
                continue;
            }
            let members = self.members(*scoped);
            let take: Vec<u32> = if members.iter().any(|at| is_settled(self, *at, scoped.deviation))
            {
                Vec::new()
            } else if scoped.scope == Scope::Cell {
                members
            } else {
                self.least_asked(*scoped, members)
            };
            let is_first = deviation.kind == DeviationKind::Broken && scoped.scope == Scope::Cell;
            let urge = one.doubt * if is_first { BEFORE_ALL } else { urgency(&deviation) };
            for at in take {
                let now = self.cells.get(at as usize).map(|cell| &cell.now);
                // A call that nobody answers is one, too.
                let asked = now.map_or(u32::MAX, |now| now.asked.max(now.further + 1));
                if asked <= MOST_OF_CELL {
                    let known = wanted.entry(at).or_default();
                    *known = known.max(urge);
                }
            }
        }
        wanted
    }

    fn least_asked(&mut self, scoped: Scoped, mut members: Vec<u32>) -> Vec<u32> {
        let spent = self.spent.entry(scoped).or_default();
        if *spent >= MOST_OF_SCOPE {
            return Vec::new();
        }
        members
            .sort_by_key(|at| self.cells.get(*at as usize).map_or(u32::MAX, |cell| cell.now.asked));
        members.truncate(AT_ONCE);
        *spent += u32::try_from(members.len()).unwrap_or(u32::MAX);
        members
    }
}
