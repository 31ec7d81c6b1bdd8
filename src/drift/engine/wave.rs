//! Which further answers would help to decide.

use super::cell::{Cell, Seat};
use super::{Engine, Group};
use crate::domain::{FacetFamily, Weight};
use crate::drift::prior::Prior;
use crate::drift::settings::{Ask, Side};

/// Below this posterior the reach of the absolute gate is no reason to ask.
const GATE_FROM: f64 = 0.05;

/// A group whose posterior lies above this, and below an incident, is helped a little.
const HELPED_FROM: f64 = 0.2;

/// How many answers of a cell such help takes at most.
const HELP: u32 = 3;

/// From this posterior on, all members of a group are asked again: those that deviated show by
/// themselves only that they did.
const WIDENED_FROM: f64 = 0.5;

/// Deviating members without which nothing seems to be shared.
const SEVERAL: usize = 2;

/// How many answers of a cell that takes.
const WIDE: u32 = 3;

/// Answers of the accepted side that one cell is worth.
const DEEP: u32 = 8;

impl Engine {
    /// The answers that would help most, worst and likeliest cells first; none when no further one
    /// can or may decide anything. A cell occurs at most once on each side. Asking again without
    /// adding answers ends too: what was asked for counts, whether it came or not.
    pub fn next_wave(&mut self) -> Vec<Ask> {
        self.refresh();
        if self.waves == 0 {
            self.pool();
        }
        self.waves += 1;
        let mut wanted: Vec<(Weight, f64, usize)> = Vec::new();
        for at in 0..self.cells.len() {
            if let Some((weight, posterior)) = self.want(at) {
                wanted.push((weight, posterior, at));
            }
        }
        wanted.sort_by(|one, two| {
            two.0.cmp(&one.0).then(two.1.total_cmp(&one.1)).then(one.2.cmp(&two.2))
        });
        let mut asks = Vec::new();
        for (_, _, at) in wanted {
            self.ask(at, &mut asks);
        }
        asks
    }

    fn ask(&mut self, at: usize, asks: &mut Vec<Ask>) {
        if self.extra >= self.most_extra() {
            return;
        }
        let two_sided = self.settings.two_sided;
        let Some(cell) = self.cells.get_mut(at) else { return };
        asks.push(Ask { cell: cell.id.clone(), side: Side::Candidate });
        cell.asked.candidate += 1;
        self.extra += 1;
        if two_sided && cell.base.n < DEEP && cell.asked.accepted < DEEP {
            asks.push(Ask { cell: cell.id.clone(), side: Side::Accepted });
            cell.asked.accepted += 1;
            self.extra += 1;
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a small multiple of the number of cells; casting a float saturates"
    )]
    pub(super) fn most_extra(&self) -> u32 {
        (self.settings.budget * self.cells.len() as f64).ceil() as u32
    }

    /// What the weightiest open question of a cell is, if a further answer may settle it.
    fn want(&mut self, at: usize) -> Option<(Weight, f64)> {
        let cell = self.cells.get(at)?;
        let taken = cell.taken();
        if cell.answers() == 0 || taken >= self.settings.most_answers {
            return None;
        }
        let open = |seat: &Seat| {
            let deviates =
                seat.posterior > self.settings.clear && self.evidence(seat).alone() > 1.0;
            Prior::of(seat.family).weight > Weight::Cosmetic
                && (deviates || (taken < WIDE && self.is_undecided(seat)))
        };
        let seats: Vec<usize> = (0..cell.seats.len())
            .filter(|at| cell.seats.get(*at).is_some_and(open))
            .filter(|at| !self.is_confirmed(cell, *at))
            .collect();
        if seats.is_empty() || self.has_fact(cell) {
            return None;
        }
        let left = self.settings.most_answers - taken;
        let mut best: Option<(Weight, f64)> = None;
        for place in seats {
            if self.is_alive(at, place, left) {
                let seat = self.cells.get(at)?.seats.get(place)?;
                let found = (Prior::of(seat.family).weight, seat.posterior);
                let more = best.is_none_or(|best| {
                    found.0.cmp(&best.0).then(found.1.total_cmp(&best.1)).is_gt()
                });
                best = if more { Some(found) } else { best };
            }
        }
        best
    }

    /// Whether several members of its group seem to share a change, and too few to be certain.
    fn is_undecided(&self, seat: &Seat) -> bool {
        let Some(Group { common, .. }) = self.groups.get(seat.group as usize) else { return false };
        let is_likely = common.posterior >= WIDENED_FROM && common.deviating >= SEVERAL;
        is_likely && common.posterior < self.settings.incident
    }

    /// Whether the question can still be settled by the answers that are left: a cell that cannot
    /// be confirmed any more is not looked at again.
    fn is_alive(&mut self, at: usize, place: usize, left: u32) -> bool {
        let Some(cell) = self.cells.get(at) else { return false };
        let Some(seat) = cell.seats.get(place).copied() else { return false };
        let deviation = seat.deviation;
        let accepted = self.accepted_left(cell);
        let best = cell.at_best(place, (left, accepted), &mut self.cache);
        let best = best.map_or(0.0, |known| self.cache.get(known).alone());
        let gate = seat.family == FacetFamily::Contract
            && self.can_fail(cell, left)
            && best >= self.settings.new_from
            && seat.posterior > GATE_FROM;
        let group = self.groups.get(seat.group as usize).map_or(0.0, |g| g.common.posterior);
        let helps =
            group > HELPED_FROM && group < self.settings.incident && deviation.answers < HELP;
        let odds =
            if seat.posterior < 1.0 { seat.posterior / (1.0 - seat.posterior) } else { 1e12 };
        let reached = odds * best / self.evidence(&seat).alone().max(1e-9);
        let reachable = reached / (1.0 + reached) >= self.settings.confirm
            && deviation.count + left >= self.settings.least_deviating;
        gate || helps || reachable
    }

    /// Whether so many answers more, all of them broken, would make the cell unreliable.
    fn can_fail(&self, cell: &Cell, left: u32) -> bool {
        let (broken, answers) = (cell.broken() + left, cell.answers() + left);
        broken >= self.settings.least_deviating
            && f64::from(broken) >= self.settings.broken * f64::from(answers)
    }

    /// How many answers of the accepted side may still be asked for.
    fn accepted_left(&self, cell: &Cell) -> u32 {
        if self.settings.two_sided { DEEP.saturating_sub(cell.base.n) } else { 0 }
    }
}
