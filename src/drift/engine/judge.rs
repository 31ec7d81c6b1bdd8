//! What the answers so far say of every scope, and which further ones would help.

use std::collections::BTreeMap;

use super::evidence::Counts;
use super::settings::{
    AT_ONCE, Alternatives, BEFORE_ALL, CELL, CELLS, DEEP, GROUP, LEAST_BROKEN, LEAST_CALLS, LONE,
    MOST_OF_CELL, MOST_OF_SCOPE, MOST_OF_SHALLOW, Prior, SOFT, STRONG, SUSPECT, WINDOWS,
    thresholds, urgency, waits,
};
use super::{Cell, Engine};
use crate::domain::{CellId, Conclusion, Deviation, DeviationKind, Scope};

/// Cells at one deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Scoped {
    deviation: u32,
    pub(super) scope: Scope,
    /// Number of the cell, of the prompt and slot, or of the slot.
    of: u32,
}

#[cfg(test)]
impl Scoped {
    pub(super) fn deviation(self) -> usize {
        self.deviation as usize
    }
}

/// What the answers say of a scope.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    /// How many times better a change explains them than noise.
    pub(super) evidence: f64,
    /// How many times that is what a further call is worth.
    pub(super) doubt: f64,
    pub(super) threshold: f64,
    /// Cells that deviate in this run.
    pub(super) cells: u32,
    pub(super) of_cells: u32,
    pub(super) conclusion: Conclusion,
}

pub(super) type Verdicts = BTreeMap<Scoped, Judged>;

impl Engine {
    /// The cells to ask once more, the most surprising first; none when no further answer can or may
    /// decide anything. Each occurs at most once.
    pub fn next_wave(&mut self) -> Vec<CellId> {
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
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small share; saturates"
    )]
    fn most_calls(&self) -> (u32, u32) {
        let cells = f64::from(u32::try_from(self.cells.len()).unwrap_or(u32::MAX));
        let of = |share: f64, least: u32| least.max((share * cells) as u32);
        (of(SOFT.min(self.rules.further), LEAST_CALLS.0), of(self.rules.further, LEAST_CALLS.1))
    }

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

    fn members(&self, scoped: Scoped) -> Vec<u32> {
        match scoped.scope {
            Scope::Cell => vec![scoped.of],
            Scope::Prompt => self.members.pairs.get(&scoped.of).cloned().unwrap_or_default(),
            Scope::Slot => self.members.slots.get(&scoped.of).cloned().unwrap_or_default(),
            Scope::Suite => self.members.all.clone(),
        }
    }

    pub(super) fn judge(&mut self) -> Verdicts {
        let scopes = self.scopes();
        scopes.into_iter().filter_map(|scoped| Some((scoped, self.judge_one(scoped)?))).collect()
    }

    fn judge_one(&mut self, scoped: Scoped) -> Option<Judged> {
        let deviation = self.deviations.get_index(scoped.deviation as usize)?.clone();
        let members = self.members(scoped);
        let deviating =
            members.iter().filter(|at| self.seen(**at, scoped.deviation, 8).0 > 0).count();
        let is_lone = scoped.scope == Scope::Cell;
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
            self.weigh(&members, (&deviation, scoped.deviation), alternatives);
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
        let threshold = threshold * self.size();
        let doubt = if of_contract { doubt } else { evidence.max(doubt) } / alive;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let judged = Judged {
            evidence,
            doubt,
            threshold,
            cells: self
                .deviating
                .get(&scoped.deviation)
                .map_or(0, |now| count(members.iter().filter(|at| now.contains(at)).count())),
            of_cells: count(members.len()),
            conclusion: Conclusion::Noise,
        };
        let is_value = !of_contract || deviation.kind == DeviationKind::Lost;
        Some(if is_lone && is_value && self.is_shallow(scoped.of) {
            self.alone(scoped, judged)
        } else {
            Judged { conclusion: self.conclude(scoped, &deviation, &judged), ..judged }
        })
    }

    /// By how much thresholds grow with the suite.
    pub(super) fn size(&self) -> f64 {
        let cells = self.cells.len().max(self.rules.cells);
        (f64::from(u32::try_from(cells).unwrap_or(u32::MAX)) / CELLS).max(1.0)
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

    /// A value of a cell of which one answer is accepted: whether the new answers agree on another one
    /// is all that can be told, and whether that is noise cannot.
    fn alone(&self, scoped: Scoped, judged: Judged) -> Judged {
        let now = self.cells.get(scoped.of as usize).map(|cell| &cell.now);
        let shown = now.and_then(|now| Some((now, now.seen.get(&scoped.deviation)?)));
        let Some((now, shown)) = shown else { return judged };
        let agree = shown.count == now.asked && shown.categories.len() == 1;
        let enough = now.asked >= MOST_OF_SHALLOW;
        let conclusion = if agree && enough { Conclusion::Suspect } else { Conclusion::Noise };
        let is_open = shown.count == now.asked && !enough;
        Judged { conclusion, doubt: if is_open { STRONG } else { 0.0 }, ..judged }
    }

    fn is_shallow(&self, at: u32) -> bool {
        self.cells.get(at as usize).is_some_and(|cell| self.depth(cell) < DEEP)
    }

    fn is_held(&self, scoped: Scoped, deviation: &Deviation) -> bool {
        self.rules.hold && scoped.scope == Scope::Cell && waits(deviation)
    }

    /// Whether none of the last two runs saw it.
    fn is_fresh(&self, scoped: Scoped) -> bool {
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
        (deviation, number): (&Deviation, u32),
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

    /// The scopes that a deviation of a cell is part of.
    pub(super) fn scopes_of(&self, at: u32, number: u32) -> Vec<Scoped> {
        let Some(cell) = self.cells.get(at as usize) else { return Vec::new() };
        [(Scope::Cell, at), (Scope::Prompt, cell.pair), (Scope::Slot, cell.slot), (Scope::Suite, 0)]
            .map(|(scope, of)| Scoped { deviation: number, scope, of })
            .to_vec()
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
