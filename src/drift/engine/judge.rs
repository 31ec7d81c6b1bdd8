//! What the answers so far say of every scope.

use std::collections::BTreeMap;

use super::evidence::Counts;
use super::settings::{
    Alternatives, CELL, DEEP, GROUP, LEAST_BROKEN, LONE, MOST_OF_SHALLOW, Prior, STRONG, SUSPECT,
    WINDOWS, cells, thresholds, waits,
};
use super::{Cell, Engine};
use crate::domain::kit::{length, small};
use crate::domain::{Conclusion, Deviation, DeviationKind, Scope};

/// Cells at one deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Scoped {
    pub(super) deviation: u32,
    pub(super) scope: Scope,
    /// Number of the cell, of the prompt and slot, or of the slot.
    pub(super) of: u32,
}

/// What the answers say of a scope.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    /// How many times better a change explains them than noise.
    pub(super) evidence: f64,
    /// How many times that is what a further call is worth.
    pub(super) doubt: f64,
    pub(super) threshold: f64,
    /// By how much it has grown with the suite.
    growth: f64,
    /// Cells that deviate in this run.
    pub(super) cells: u32,
    pub(super) of_cells: u32,
    pub(super) conclusion: Conclusion,
}

pub(super) type Verdicts = BTreeMap<Scoped, Judged>;

impl Engine {
    /// The scopes that have a deviation in this run.
    fn scopes(&self) -> Vec<Scoped> {
        let mut scopes = Vec::new();
        for (number, cells) in &self.deviating {
            let Some(deviation) = self.deviations.get_index(*number as usize) else { continue };
            let mut add = |scope, of| scopes.push(Scoped { deviation: *number, scope, of });
            for at in cells {
                let Some(cell) = self.cells.get(*at as usize) else { continue };
                if Prior::of(deviation) != Prior::Share {
                    add(Scope::Cell, *at);
                }
                add(Scope::Prompt, cell.pair);
                if deviation.kind == DeviationKind::Broken {
                    add(Scope::Slot, cell.slot);
                    add(Scope::Suite, 0);
                }
            }
        }
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    pub(super) fn members(&self, scoped: Scoped) -> Vec<u32> {
        match scoped.scope {
            Scope::Cell => vec![scoped.of],
            Scope::Prompt => self.members.pairs.get(&scoped.of).cloned().unwrap_or_default(),
            Scope::Slot => self.members.slots.get(&scoped.of).cloned().unwrap_or_default(),
            Scope::Suite => self.members.all.clone(),
        }
    }

    pub(super) fn judge(&mut self) -> Verdicts {
        let scopes = self.scopes();
        let mut judged: Verdicts = scopes
            .into_iter()
            .filter_map(|scoped| Some((scoped, self.evidence_of(scoped)?)))
            .collect();
        self.raise_thresholds(&mut judged);
        for (scoped, one) in &mut judged {
            let Some(deviation) = self.deviations.get_index(scoped.deviation as usize) else {
                continue;
            };
            if self.is_alone(*scoped, deviation) {
                self.conclude_alone(*scoped, one);
            } else {
                one.conclusion = self.conclude(*scoped, deviation, one);
            }
        }
        judged
    }

    /// In a suite of many cells something unlikely is seen in every run, so thresholds grow with it. Where
    /// many single cells stand out at once, each needs a part of that only: k of them pass where each
    /// has the k-th part, which keeps the error of the whole suite (e-BH: Wang and Ramdas 2022, False
    /// discovery rate control with e-values).
    fn raise_thresholds(&self, judged: &mut Verdicts) {
        let size = length(self.cells.len().max(self.rules.cells));
        let mut strongest: BTreeMap<u32, f64> = BTreeMap::new();
        for (scoped, one) in judged.iter_mut() {
            let Some(deviation) = self.deviations.get_index(scoped.deviation as usize) else {
                continue;
            };
            let least = one.threshold;
            one.threshold *= (size / cells(deviation, scoped.scope)).max(1.0);
            one.growth = one.threshold / least;
            if scoped.scope == Scope::Cell && !self.is_shallow(scoped.of) {
                let known = strongest.entry(scoped.of).or_default();
                *known = known.max(one.evidence / one.threshold);
            }
        }
        let mut parts: Vec<f64> = strongest.into_values().collect();
        parts.sort_by(|one, two| two.total_cmp(one));
        let as_strong = |part: f64| length(parts.partition_point(|other| *other >= part));
        let passed = parts.iter().map(|part| (*part, as_strong(*part)));
        let passed = passed.filter(|(part, cells)| part * cells >= 1.0);
        let passed = passed.map(|(_, cells)| cells).fold(1.0, f64::max);
        for (_, one) in judged.iter_mut().filter(|(scoped, _)| scoped.scope == Scope::Cell) {
            let together = passed.max(as_strong(one.evidence / one.threshold));
            one.threshold /= together.min(one.growth);
        }
    }

    fn evidence_of(&mut self, scoped: Scoped) -> Option<Judged> {
        let deviation = self.deviations.get_index(scoped.deviation as usize)?.clone();
        let members = self.members(scoped);
        let deviating =
            members.iter().filter(|at| self.seen(**at, scoped.deviation, 8).0 > 0).count();
        let of_contract = deviation.is_of_contract();
        let (least, enough) = match scoped.scope {
            Scope::Cell => (0, 0),
            Scope::Prompt if of_contract => (1, 2),
            _ => (2, 3),
        };
        if deviating < least {
            return None;
        }
        if Prior::of(&deviation) == Prior::Share {
            let now =
                members.iter().filter(|at| self.seen(**at, scoped.deviation, 1).0 > 0).count();
            if 2 * now < members.len() {
                return None;
            }
        }
        let alternatives = match scoped.scope {
            Scope::Cell if of_contract => CELL,
            Scope::Cell => LONE,
            _ => GROUP,
        };
        let (mut evidence, doubt) =
            self.weigh(&members, &deviation, scoped.deviation, alternatives);
        let few = match scoped.scope {
            Scope::Cell if of_contract => {
                self.seen(scoped.of, scoped.deviation, 8).0 < LEAST_BROKEN
            }
            _ => deviating < enough,
        };
        if few {
            evidence = 0.0;
        }
        let (threshold, alive) = thresholds(&deviation, scoped.scope);
        let doubt = if of_contract { doubt } else { evidence.max(doubt) } / alive;
        Some(Judged {
            evidence,
            doubt,
            threshold,
            growth: 1.0,
            cells: self
                .deviating
                .get(&scoped.deviation)
                .map_or(0, |now| small(members.iter().filter(|at| now.contains(at)).count())),
            of_cells: small(members.len()),
            conclusion: Conclusion::Noise,
        })
    }

    fn conclude(&self, scoped: Scoped, deviation: &Deviation, judged: &Judged) -> Conclusion {
        let is_lone = scoped.scope == Scope::Cell;
        let waits = self.is_held(scoped, deviation) && self.is_fresh(scoped);
        let is_in_doubt = deviation.is_of_contract() && judged.doubt >= 1.0;
        if judged.evidence >= judged.threshold && !waits {
            Conclusion::Change
        } else if is_lone && (is_in_doubt || judged.evidence >= judged.threshold * SUSPECT) {
            Conclusion::Suspect
        } else {
            Conclusion::Noise
        }
    }

    /// A value of a cell of which one answer is accepted.
    fn is_alone(&self, scoped: Scoped, deviation: &Deviation) -> bool {
        scoped.scope == Scope::Cell
            && deviation.kind != DeviationKind::Broken
            && self.is_shallow(scoped.of)
    }

    /// Whether the new answers agree on another value is all that can be told there, and whether that is
    /// noise cannot.
    fn conclude_alone(&self, scoped: Scoped, judged: &mut Judged) {
        let now = self.cells.get(scoped.of as usize).map(|cell| &cell.now);
        let shown = now.and_then(|now| Some((now, now.seen.get(&scoped.deviation)?)));
        let Some((now, shown)) = shown else { return };
        let agree = shown.count == now.asked && shown.categories.len() == 1;
        let enough = now.asked >= MOST_OF_SHALLOW;
        let is_open = shown.count == now.asked && !enough;
        judged.doubt = if is_open { STRONG } else { 0.0 };
        judged.conclusion = if agree && enough { Conclusion::Suspect } else { Conclusion::Noise };
    }

    fn is_shallow(&self, at: u32) -> bool {
        self.cells.get(at as usize).is_some_and(|cell| self.depth(cell) < DEEP)
    }

    pub(super) fn is_held(&self, scoped: Scoped, deviation: &Deviation) -> bool {
        self.rules.hold && scoped.scope == Scope::Cell && waits(deviation)
    }

    /// Whether none of the last two runs saw it.
    pub(super) fn is_fresh(&self, scoped: Scoped) -> bool {
        let past = self.cells.get(scoped.of as usize).map(|cell| cell.past.as_slice());
        let last = past.into_iter().flatten().rev().take(2);
        !last.into_iter().any(|run| run.counts.contains_key(&scoped.deviation))
    }

    /// How often a cell deviates, and how often not, over the last runs, this one included.
    fn seen(&self, at: u32, number: u32, runs: usize) -> (u32, u32) {
        let Some(cell) = self.cells.get(at as usize) else { return (0, 0) };
        let is_contract = self
            .deviations
            .get_index(number as usize)
            .is_some_and(|deviation| deviation.kind == DeviationKind::Broken);
        let mut hits = cell.now.seen.get(&number).map_or(0, |shown| shown.count);
        let mut all = if is_contract { cell.now.asked } else { cell.now.readable };
        for run in cell.past.iter().rev().take(runs.saturating_sub(1)) {
            hits += run.counts.get(&number).copied().unwrap_or_default();
            all += if is_contract { run.asked } else { run.readable };
        }
        (hits, all.saturating_sub(hits))
    }

    /// The evidence for a change: the largest over several numbers of runs; and that of this run alone,
    /// which says whether a further answer helps. Of the contract of several cells the latter is taken
    /// as if each cell broke once at most, since one broken cell is no reason to ask its neighbours.
    fn weigh(
        &mut self,
        members: &[u32],
        deviation: &Deviation,
        number: u32,
        alternatives: Alternatives,
    ) -> (f64, f64) {
        let past = |at: &u32| self.cells.get(*at as usize).map_or(0, |cell: &Cell| cell.past.len());
        let is_kept = members.iter().map(past).max().unwrap_or_default() > 0;
        let windows = WINDOWS.iter().filter(|runs| **runs == 1 || is_kept);
        let found: Vec<f64> = windows
            .map(|runs| {
                let seen = |at, engine: &Self| engine.seen(at, number, *runs);
                self.weigh_once(members, deviation, alternatives, seen)
            })
            .collect();
        let best = found.iter().copied().fold(0.0, f64::max);
        if !deviation.is_of_contract() || alternatives == CELL {
            return (best, found.first().copied().unwrap_or_default());
        }
        let once = self.weigh_once(members, deviation, alternatives, |at, engine| {
            let (hits, rest) = engine.seen(at, number, 1);
            (hits.min(1), rest)
        });
        (best, once)
    }

    fn weigh_once(
        &mut self,
        members: &[u32],
        deviation: &Deviation,
        alternatives: Alternatives,
        seen: impl Fn(u32, &Self) -> (u32, u32),
    ) -> f64 {
        let counts = |at: &u32| {
            let (pair, case) = self.accepted(*at)?;
            pair.counts(case, deviation, seen(*at, self))
        };
        let cells: Vec<Counts> = members.iter().filter_map(counts).collect();
        if cells.is_empty() {
            return 0.0;
        }
        let home = members.first().and_then(|at| self.accepted(*at));
        let weights = home.and_then(|(pair, _)| pair.weights(deviation)).copied();
        self.evidence.of(cells, weights.as_ref(), alternatives)
    }

    /// The scopes that a deviation of a cell is part of.
    pub(super) fn scopes_of(&self, at: u32, number: u32) -> Vec<Scoped> {
        let Some(cell) = self.cells.get(at as usize) else { return Vec::new() };
        [(Scope::Cell, at), (Scope::Prompt, cell.pair), (Scope::Slot, cell.slot), (Scope::Suite, 0)]
            .map(|(scope, of)| Scoped { deviation: number, scope, of })
            .to_vec()
    }
}
