//! Decides which cells changed, and asks for as few further answers as that takes.
//!
//! Every answer is turned into deviations from what was accepted. For a scope (a cell, the cells of a
//! prompt and slot, a slot, the suite) one number says how many times better "a share of the answers is
//! new" explains them than "nothing changed": a likelihood ratio, so that unchanged cells pass a
//! threshold T in at most one of T looks, however many answers were asked for before looking. Only
//! accepted answers say how much a place varies; earlier runs are counts of deviations, and teach
//! nothing.
//!
//! Nothing is asked here: the caller adds answers, fetches those that [`Engine::next_wave`] wants, and
//! takes the decision when it wants no more.

mod accepted;
mod evidence;
mod findings;
mod further;
mod judge;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use indexmap::IndexSet;

use super::count::{Counted, deepen};
use super::facets::Facets;
use crate::domain::{
    CaseProfile, CellDecision, CellId, Deviation, Profile, PromptName, Seen, Slot,
};

pub(crate) use further::most_further;
pub(crate) use settings::MOST_OF_CELL;

use accepted::{Accepted, Difference, Varied};
use evidence::Evidence;
use judge::Scoped;

/// How a run is judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rules {
    /// Whether a change of the value of a single cell waits for the next run: where nobody waits for
    /// this one, and what it saw is remembered.
    pub hold: bool,
    /// Most further calls, as a share of the cells; `0` asks for none.
    pub further: f64,
    /// How many cells the suite has, as far as earlier runs show: a run of a part of it decides by the
    /// thresholds of the whole.
    pub cells: usize,
}

/// What is known of the cells of a run, and what follows from it.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    rules: Rules,
    pairs: Vec<Accepted>,
    /// In order.
    cells: Vec<Cell>,
    members: Members,
    deviations: IndexSet<Deviation>,
    /// The cells that deviate in this run.
    deviating: BTreeMap<u32, BTreeSet<u32>>,
    evidence: Evidence,
    /// Further answers that were asked for in this run.
    calls: u32,
    /// Of these, how many for each scope.
    spent: HashMap<Scoped, u32>,
}

/// The cells that belong together.
#[derive(Debug, Clone, Default)]
struct Members {
    pairs: BTreeMap<u32, Vec<u32>>,
    slots: BTreeMap<u32, Vec<u32>>,
    all: Vec<u32>,
}

/// A cell with what was seen of it.
#[derive(Debug, Clone)]
struct Cell {
    id: CellId,
    /// Number of its prompt and slot.
    pair: u32,
    /// Number of its slot.
    slot: u32,
    now: Now,
    past: Vec<Past>,
}

/// What this run saw of a cell.
#[derive(Debug, Clone, Default)]
struct Now {
    asked: u32,
    readable: u32,
    /// Further answers that were asked for.
    further: u32,
    seen: BTreeMap<u32, Shown>,
}

/// How a cell deviates.
#[derive(Debug, Clone, Default)]
struct Shown {
    count: u32,
    usual: String,
    /// What came instead, by how often.
    categories: BTreeMap<String, u32>,
}

/// What an earlier run saw of a cell.
#[derive(Debug, Clone)]
struct Past {
    asked: u32,
    readable: u32,
    counts: BTreeMap<u32, u32>,
}

impl Engine {
    /// Sets out to judge these cells by the profiles of their prompts and slots. `past` gives what
    /// earlier runs saw of a cell, oldest first. What is accepted of other cells counts for how much
    /// places vary, so that a part of the matrix is judged as the whole would be.
    pub(crate) fn new<'h>(
        cells: impl IntoIterator<Item = CellId>,
        profiles: Vec<Profile>,
        past: impl Fn(&CellId) -> &'h [Seen],
        rules: Rules,
    ) -> Self {
        let places: BTreeMap<(PromptName, Slot), u32> = (0u32..)
            .zip(&profiles)
            .map(|(at, profile)| ((profile.prompt.clone(), profile.slot.clone()), at))
            .collect();
        let mut engine = Self {
            rules,
            pairs: profiles.into_iter().map(Accepted::new).collect(),
            cells: Vec::new(),
            members: Members::default(),
            deviations: IndexSet::new(),
            deviating: BTreeMap::new(),
            evidence: Evidence::default(),
            calls: 0,
            spent: HashMap::new(),
        };
        engine.learn();
        let mut ids: Vec<CellId> = cells.into_iter().collect();
        ids.sort();
        ids.dedup();
        let mut slots: IndexSet<Slot> = IndexSet::new();
        for id in ids {
            let Some(pair) = places.get(&(id.prompt.clone(), id.model.clone())) else { continue };
            let at = u32::try_from(engine.cells.len()).unwrap_or(u32::MAX);
            let slot = u32::try_from(slots.insert_full(id.model.clone()).0).unwrap_or(u32::MAX);
            engine.members.pairs.entry(*pair).or_default().push(at);
            engine.members.slots.entry(slot).or_default().push(at);
            engine.members.all.push(at);
            let past = past(&id).iter().map(|seen| engine.remember(seen)).collect();
            engine.cells.push(Cell { id, pair: *pair, slot, now: Now::default(), past });
        }
        engine
    }

    fn learn(&mut self) {
        let all: Vec<(PromptName, Varied)> = self
            .pairs
            .iter()
            .map(|pair| (pair.profile.prompt.clone(), pair.varied().clone()))
            .collect();
        for (at, pair) in self.pairs.iter_mut().enumerate() {
            let others = all.iter().enumerate().filter(|(other, _)| *other != at);
            let of_prompt = others.filter(|(_, (prompt, _))| *prompt == pair.profile.prompt);
            pair.learn(&of_prompt.map(|(_, (_, varied))| varied).collect::<Vec<_>>());
        }
    }

    fn remember(&mut self, seen: &Seen) -> Past {
        let counts =
            seen.deviations.iter().map(|(deviation, count)| (self.number(deviation), *count));
        Past { asked: seen.asked, readable: seen.readable, counts: counts.collect() }
    }

    fn number(&mut self, deviation: &Deviation) -> u32 {
        let known = self.deviations.get_index_of(deviation);
        let at = known.unwrap_or_else(|| self.deviations.insert_full(deviation.clone()).0);
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// Counts a new answer. `weighs` says whether a deviation, from what is usual to what was seen,
    /// is one that the suite minds: all others count as none.
    pub(crate) fn add(
        &mut self,
        cell: &CellId,
        answer: &Facets,
        weighs: impl Fn(&Deviation, &str, &str) -> bool,
    ) {
        let Some(at) = self.position(cell) else { return };
        let Some((pair, case)) = self.accepted(at) else { return };
        let minded = |one: &Difference| weighs(&one.deviation, &one.usual, &one.seen);
        let breakage = Accepted::breakage(answer).filter(minded);
        let is_broken = breakage.is_some();
        // A breakage that the suite does not mind hides nothing else.
        let found: Vec<Difference> = match breakage {
            Some(breakage) => vec![breakage],
            None => pair.differences(case, answer).into_iter().filter(minded).collect(),
        };
        for difference in found {
            let number = self.number(&difference.deviation);
            self.deviating.entry(number).or_default().insert(at);
            let Some(cell) = self.cells.get_mut(at as usize) else { return };
            let shown = cell.now.seen.entry(number).or_default();
            shown.count += 1;
            shown.usual = difference.usual;
            *shown.categories.entry(difference.seen).or_default() += 1;
        }
        if let Some(cell) = self.cells.get_mut(at as usize) {
            cell.now.asked += 1;
            cell.now.readable += u32::from(!is_broken);
        }
    }

    /// Decides of a cell without what earlier runs saw of it.
    pub(crate) fn forget(&mut self, cell: &CellId) {
        let cell = self.position(cell).and_then(|at| self.cells.get_mut(at as usize));
        if let Some(cell) = cell {
            cell.past.clear();
        }
    }

    /// Counts answers of the accepted version that were asked for beside.
    pub(crate) fn deepen(&mut self, answers: Vec<(&CellId, Counted)>) {
        for (id, answer) in answers {
            let cell = self.position(id).and_then(|at| self.cells.get(at as usize));
            let pair = cell.and_then(|cell| self.pairs.get_mut(cell.pair as usize));
            if let Some(case) = pair.and_then(|pair| pair.profile.cases.get_mut(&id.case)) {
                deepen(Arc::make_mut(case), &[answer]);
            }
        }
        self.pairs = std::mem::take(&mut self.pairs)
            .into_iter()
            .map(|pair| Accepted::new(pair.profile))
            .collect();
        self.learn();
    }

    /// How many further answers were asked for.
    pub(crate) fn further(&self) -> u32 {
        self.calls
    }

    /// What is concluded of each cell that has an answer and something accepted. `closed` says of which
    /// cells nothing more could be asked: there, a broken answer without an accepted counterpart is a
    /// change as it stands, and a value that did not come back is suspect.
    pub(crate) fn decide(
        &mut self,
        closed: impl Fn(&CellId) -> bool,
    ) -> Vec<(CellId, CellDecision)> {
        let findings = self.findings(&closed);
        let cells = self.cells.iter().zip(findings).filter(|(cell, _)| cell.now.asked > 0);
        let decision = |(cell, findings): (&Cell, Vec<_>)| {
            let decision = CellDecision {
                baseline: self.depth(cell),
                answers: cell.now.asked,
                further: cell.now.further,
                findings,
            };
            (cell.id.clone(), decision)
        };
        cells.map(decision).collect()
    }

    fn position(&self, cell: &CellId) -> Option<u32> {
        let at = self.cells.binary_search_by(|known| known.id.cmp(cell)).ok()?;
        u32::try_from(at).ok()
    }

    /// What was accepted of a cell.
    fn accepted(&self, at: u32) -> Option<(&Accepted, &CaseProfile)> {
        let cell = self.cells.get(at as usize)?;
        let pair = self.pairs.get(cell.pair as usize)?;
        Some((pair, pair.case(&cell.id.case)?))
    }

    fn depth(&self, cell: &Cell) -> u32 {
        let pair = self.pairs.get(cell.pair as usize);
        pair.and_then(|pair| pair.case(&cell.id.case)).map_or(0, |case| case.n)
    }
}
