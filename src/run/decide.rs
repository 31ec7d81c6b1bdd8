//! The part of statistics in a run: which cells are asked again, and what is concluded of each.

use std::collections::{BTreeMap, BTreeSet};

use super::baseline::{Priors, RolesOf, counted};
use super::rounds::{Answered, Decider};
use super::{Prepared, ruled};
use crate::domain::{
    Break, CellDecision, CellId, Conclusion, Deviation, DriftSettings, Evidence, FacetFamily,
    History, Level, Scope, Setting, Sight, Source, Strictness, Trial,
};
use crate::drift::promise::{ROWS, Row};
use crate::drift::{Counted, Engine, Roles, Rules, Side};
use crate::report::evidence::Next;
use crate::verdict;

/// Answers of the accepted side that one cell is worth.
const DEEP: u32 = 8;

/// How a run is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// A run of the suite as it is.
    Run(Setting),
    /// Another version is rehearsed.
    Rehearsal,
}

/// Judges the answers of a run as they come.
#[derive(Clone)]
pub(super) struct Deciding {
    engine: Engine,
    occasion: Occasion,
    is_adaptive: bool,
    roles: RolesOf,
    /// Position and side of each cell.
    positions: BTreeMap<(CellId, Side), usize>,
    /// How many trials of each position are counted.
    counted: Vec<usize>,
    /// How many earlier runs are remembered, of the cell that has most.
    runs: usize,
}

/// What statistics say of a run.
pub(super) struct Decided {
    /// Of each cell that has something accepted.
    pub(super) cells: BTreeMap<CellId, CellDecision>,
    /// Of the whole; absent where nothing was compared.
    pub(super) evidence: Option<Evidence>,
    /// What the places of answers are for.
    pub(super) roles: RolesOf,
    /// Whether a next run looks again.
    pub(super) next: Next,
}

impl Deciding {
    /// Sets out to judge cells of both sides, of which nothing is answered yet. Earlier runs say what
    /// they saw of them.
    pub(super) fn new<'c>(
        cells: impl IntoIterator<Item = (&'c Prepared, Side)>,
        history: &History,
        drift: &DriftSettings,
        occasion: Occasion,
    ) -> Self {
        let cells: Vec<(&Prepared, Side)> = cells.into_iter().collect();
        let judged: Vec<&Prepared> = cells
            .iter()
            .filter(|(_, side)| *side == Side::Candidate)
            .map(|(cell, _)| *cell)
            .collect();
        Self::of_part(Priors::of(judged.iter().copied()), &cells, history, (drift, occasion))
    }

    /// For a part of the cells of a run: it judges them as the whole would.
    pub(super) fn of_part(
        known: Priors,
        cells: &[(&Prepared, Side)],
        history: &History,
        (drift, occasion): (&DriftSettings, Occasion),
    ) -> Self {
        let is_adaptive =
            drift.adaptive && drift.max_extra > 0.0 && occasion != Occasion::Run(Setting::Closed);
        let rules = Rules {
            hold: occasion == Occasion::Run(Setting::RunsKept),
            further: if is_adaptive { drift.max_extra } else { 0.0 },
            cells: history.cells.len(),
        };
        let judged =
            cells.iter().filter(|(_, side)| *side == Side::Candidate).map(|(cell, _)| *cell);
        let accepted: Vec<&Prepared> = judged.filter(|cell| cell.accepted.is_some()).collect();
        let seen = accepted.iter().filter(|cell| history.cells.contains_key(&cell.cell.id));
        let keys: BTreeMap<&CellId, _> =
            seen.filter_map(|cell| Some((&cell.cell.id, cell.baseline()?))).collect();
        let past = |id: &CellId| keys.get(id).map(|key| history.of(id, key)).unwrap_or_default();
        let ids = accepted.iter().map(|cell| cell.cell.id.clone());
        let position =
            |(at, (cell, side)): (usize, &(&Prepared, Side))| ((cell.cell.id.clone(), *side), at);
        Self {
            runs: accepted.iter().map(|cell| past(&cell.cell.id).len()).max().unwrap_or_default(),
            engine: Engine::new(ids, known.profiles, past, rules),
            occasion,
            is_adaptive,
            roles: known.roles,
            positions: cells.iter().enumerate().map(position).collect(),
            counted: vec![0; cells.len()],
        }
    }

    /// Counts what came since the last time.
    fn take(&mut self, cells: &[Answered<'_>]) {
        let mut beside: Vec<(&CellId, Counted)> = Vec::new();
        for (answered, taken) in cells.iter().zip(&mut self.counted) {
            let cell = answered.cell;
            let id = &cell.cell.id;
            let Some(roles) = self.roles.get(&(id.prompt.clone(), id.model.clone())) else {
                continue;
            };
            // Nothing is compared where nothing is accepted.
            let trials = answered.trials.iter().skip(*taken).filter(|_| cell.accepted.is_some());
            for trial in trials {
                let Some(answer) = counted(cell, trial, roles) else { continue };
                if answered.side == Side::Candidate {
                    if matches!(trial.source, Source::Replayed { .. }) {
                        // The history has this answer already.
                        self.engine.forget(id);
                    }
                    let weighs = |deviation: &Deviation, usual: &str, seen: &str| {
                        weighs(cell, roles, (deviation, usual, seen))
                    };
                    self.engine.add(id, &answer.facets, weighs);
                } else if is_of_accepted_version(answered, trial) {
                    beside.push((id, answer));
                }
            }
            *taken = answered.trials.len();
        }
        if !beside.is_empty() {
            self.engine.deepen(beside);
        }
    }

    /// What holds, when no more is asked.
    pub(super) fn decide(mut self, cells: &[Answered<'_>]) -> Decided {
        self.take(cells);
        let is_closed = !self.is_adaptive;
        let closed: BTreeSet<&CellId> = cells
            .iter()
            .filter(|cell| cell.side == Side::Candidate)
            .filter(|cell| is_closed || cell.is_closed || is_silent(cell))
            .map(|answered| &answered.cell.cell.id)
            .collect();
        let decided = self.engine.decide(|id| closed.contains(id));
        let judged = cells.iter().filter(|cell| cell.side == Side::Candidate);
        let judged: Vec<&Prepared> = judged.map(|answered| answered.cell).collect();
        let cells: BTreeMap<CellId, CellDecision> = decided.into_iter().collect();
        let unsure =
            |cell: &&CellDecision| cell.conclusion() == Conclusion::Suspect && cell.is_unsure();
        let setting = match self.occasion {
            Occasion::Run(setting) => setting,
            Occasion::Rehearsal => Setting::ByHand,
        };
        let depth = cells.values().map(|cell| cell.baseline).min().unwrap_or_default();
        let evidence = (!cells.is_empty()).then(|| Evidence {
            decided: cells.len(),
            depth,
            unsure: cells.values().filter(unsure).count(),
            setting,
            runs: self.runs,
            further: self.engine.further(),
            sees: if self.is_adaptive { sees(&judged, depth, setting) } else { Vec::new() },
        });
        let next = match self.occasion {
            Occasion::Run(Setting::Closed) | Occasion::Rehearsal => Next::Nothing,
            Occasion::Run(_) => Next::Run,
        };
        Decided { cells, evidence, roles: self.roles, next }
    }
}

impl Decider for Deciding {
    fn again(&mut self, cells: &[Answered<'_>]) -> Vec<usize> {
        self.take(cells);
        if !self.is_adaptive {
            return Vec::new();
        }
        let mut positions = Vec::new();
        for cell in self.engine.next_wave() {
            let beside = self.positions.get(&(cell.clone(), Side::Accepted)).copied();
            let is_worth_it = |at: &usize| {
                cells.get(*at).is_some_and(|known| known.cell.depth() + number(known) < DEEP)
            };
            positions.extend(beside.filter(is_worth_it));
            positions.extend(self.positions.get(&(cell, Side::Candidate)).copied());
        }
        positions.retain(|at| cells.get(*at).is_some_and(|answered| !is_silent(answered)));
        positions
    }
}

/// What a run of these cells could have seen, as far as it was measured of suites like it.
fn sees(cells: &[&Prepared], depth: u32, setting: Setting) -> Vec<Sight> {
    let (mut prompts, mut slots) = (BTreeMap::new(), BTreeMap::new());
    for id in cells.iter().map(|cell| &cell.cell.id) {
        *prompts.entry((&id.prompt, &id.model)).or_default() += 1;
        *slots.entry(&id.model).or_default() += 1;
    }
    let minds_values = cells.iter().any(|cell| cell.cell.gate.strictness != Strictness::Schema);
    let is_there = |row: &&Row| {
        let most: usize = match row.scope {
            Scope::Prompt => prompts.values().copied().max().unwrap_or_default(),
            Scope::Slot => slots.values().copied().max().unwrap_or_default(),
            Scope::Cell | Scope::Suite => cells.len(),
        };
        most >= row.size() && (row.kind == Break::Broken || minds_values)
    };
    let sight = |row: &Row| {
        let red = row.red(depth, setting)?;
        Some(Sight { kind: row.kind, scope: row.scope, share: row.share, red })
    };
    ROWS.iter().filter(is_there).filter_map(sight).collect()
}

/// Whether nobody answered the last call: to ask once more is no use.
fn is_silent(answered: &Answered<'_>) -> bool {
    answered.trials.last().is_some_and(|trial| !verdict::is_evidence(trial))
}

fn number(answered: &Answered<'_>) -> u32 {
    crate::domain::kit::small(answered.trials.len())
}

/// Whether the suite minds a deviation in this cell.
fn weighs(
    cell: &Prepared,
    roles: &Roles,
    (deviation, usual, seen): (&Deviation, &str, &str),
) -> bool {
    let place = &deviation.facet.place;
    let is_number = deviation.facet.family == FacetFamily::Number;
    let number = |text: &str| text.parse().ok().filter(|_| is_number);
    if let (Some(was), Some(is), Ok(at)) = (number(usual), number(seen), place.as_str().parse())
        && cell.cell.compare.allows(&at, was, is)
    {
        return false;
    }
    let role = roles.of(place);
    let kind = verdict::kind_of(deviation, usual, seen, role);
    let is_of_rules = ruled::is_changed(cell) && verdict::can_come_of_rules(kind);
    !is_of_rules && verdict::level_of(&cell.cell, kind, role) > Level::Info
}

/// Whether an answer of the version in place is one of the version that people accepted: an alias
/// that moved would make the very change that is looked for count as noise.
fn is_of_accepted_version(answered: &Answered<'_>, trial: &Trial) -> bool {
    let accepted = answered.cell.accepted.as_ref().and_then(|it| it.meta.served.as_ref());
    let requested = &answered.cell.cell.model.id;
    let served = accepted.zip(trial.identity.served.as_ref());
    served.is_none_or(|(was, is)| !crate::domain::moved(requested, was, is))
}

/// How many further calls a run of so many cells makes at most, of both versions where it asks two.
pub(crate) fn most_further(cells: usize, drift: &DriftSettings, two_sided: bool) -> usize {
    let share = if drift.adaptive { drift.max_extra } else { 0.0 };
    let most = crate::drift::most_further(cells, share) as usize;
    if two_sided { 2 * most } else { most }
}
