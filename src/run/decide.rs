//! The part of statistics in a run: which cells are asked again, and what holds of each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Prepared;
use super::baseline::{Known, Part, counted};
use super::rounds::{Answered, Decider};
use crate::domain::{
    self, CellDecision, CellId, DriftSettings, Evidence, PromptName, Ruling, Slot, Trial, Weight,
};
use crate::drift::{Ask, Engine, Moved, Roles, Settings, Side};
use crate::report::evidence::Next;

/// With `strict-fdr`: the expected share of false alarms among single cells.
const STRICT: f64 = 0.05;

/// Cells that a run has calls for in any case, however small it is: of a single version, and of two.
const CELLS_AT_LEAST: (f64, f64) = (1.0, 3.0);

/// How a run is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// Somebody waits for it.
    Attended,
    /// Nobody does, and it is one of many: what a single cell shows once is put off.
    Unattended,
    /// Another version is rehearsed.
    Rehearsal,
    /// Nobody asks: two stored runs are compared.
    Comparison,
}

/// Judges the answers of a run as they come.
#[derive(Clone)]
pub(super) struct Deciding {
    drift: DriftSettings,
    occasion: Occasion,
    at_work: Option<AtWork>,
}

#[derive(Clone)]
struct AtWork {
    deep: Engine,
    shallow: Engine,
    roles: BTreeMap<(PromptName, Slot), Arc<Roles>>,
    /// Position and side of each cell.
    positions: BTreeMap<(CellId, Side), usize>,
    /// How many trials of each position are counted.
    counted: Vec<usize>,
    two_runs: bool,
}

/// What statistics say of a run.
pub(super) struct Decided {
    /// Of each cell that they decide on.
    pub(super) cells: BTreeMap<CellId, CellDecision>,
    /// Cells of which one answer is accepted, and which share their change with many.
    pub(super) shared: BTreeSet<CellId>,
    /// Of the whole.
    pub(super) evidence: Option<Evidence>,
    /// What the places of answers are for.
    pub(super) roles: BTreeMap<(PromptName, Slot), Arc<Roles>>,
    /// What can settle what is left open.
    pub(super) next: Next,
}

impl Deciding {
    pub(super) fn new(drift: DriftSettings, occasion: Occasion) -> Self {
        Self { drift, occasion, at_work: None }
    }

    /// One for a part of the cells of a run: it judges them as the whole would, with the further
    /// calls of the whole. A copy of it judges the same cells anew.
    pub(super) fn of_part(known: &Known, cells: &[&Prepared], drift: &DriftSettings) -> Self {
        let part = Known {
            deep: known.deep.only(cells),
            shallow: known.shallow.only(cells),
            roles: known.roles.clone(),
        };
        let unanswered = |cell| Answered { cell, side: Side::Candidate, trials: &[] };
        let cells: Vec<Answered<'_>> = cells.iter().copied().map(unanswered).collect();
        let at_work = AtWork::with(part, &cells, drift, Occasion::Attended);
        Self { drift: drift.clone(), occasion: Occasion::Attended, at_work: Some(at_work) }
    }

    /// Counts what came since the last time.
    fn take(&mut self, cells: &[Answered<'_>]) -> &mut AtWork {
        let fresh = || AtWork::new(cells, &self.drift, self.occasion);
        let at_work = self.at_work.get_or_insert_with(fresh);
        at_work.take(cells);
        at_work
    }

    /// What holds, when no more is asked.
    pub(super) fn decide(mut self, cells: &[Answered<'_>]) -> Decided {
        self.take(cells);
        let next = if self.occasion == Occasion::Comparison { Next::Nothing } else { Next::Run };
        match self.at_work {
            Some(at_work) => Decided { next, ..at_work.decide() },
            None => Decided {
                next,
                cells: BTreeMap::new(),
                shared: BTreeSet::new(),
                evidence: None,
                roles: BTreeMap::new(),
            },
        }
    }
}

impl Decider for Deciding {
    fn again(&mut self, cells: &[Answered<'_>]) -> Vec<usize> {
        let is_adaptive = self.drift.adaptive;
        let at_work = self.take(cells);
        if !is_adaptive {
            return Vec::new();
        }
        let asks = at_work.deep.next_wave();
        let position = |Ask { cell, side }: Ask| at_work.positions.get(&(cell, side)).copied();
        asks.into_iter().filter_map(position).collect()
    }
}

impl AtWork {
    fn new(cells: &[Answered<'_>], drift: &DriftSettings, occasion: Occasion) -> Self {
        let is_judged = |cell: &&Answered<'_>| cell.side == Side::Candidate;
        let judged: Vec<&Prepared> = cells.iter().filter(is_judged).map(|of| of.cell).collect();
        let known = Known::of(judged.iter().copied(), judged.len() < cells.len());
        Self::with(known, cells, drift, occasion)
    }

    fn with(
        Known { deep, shallow, roles }: Known,
        cells: &[Answered<'_>],
        drift: &DriftSettings,
        occasion: Occasion,
    ) -> Self {
        let of = |side: Side| cells.iter().filter(move |cell| cell.side == side);
        let two_sided = of(Side::Accepted).next().is_some();
        let settings = Settings {
            most_answers: drift.max_trials,
            two_sided,
            two_runs: occasion == Occasion::Unattended && drift.confirm_nights > 1,
            strict_fdr: drift.strict_fdr.then_some(STRICT),
            moved: moved(of(Side::Candidate), occasion),
            ..Settings::default()
        };
        let position = |(at, answered): (usize, &Answered<'_>)| {
            ((answered.cell.cell.id.clone(), answered.side), at)
        };
        let start = |Part { cells, baseline, whole }: Part| {
            let budget = budget(cells.len(), whole, drift, two_sided);
            Engine::new(&cells, baseline, Settings { budget, ..settings.clone() })
        };
        Self {
            two_runs: settings.two_runs,
            deep: start(deep),
            shallow: start(shallow),
            roles,
            positions: cells.iter().enumerate().map(position).collect(),
            counted: vec![0; cells.len()],
        }
    }

    fn take(&mut self, cells: &[Answered<'_>]) {
        for (answered, taken) in cells.iter().zip(&mut self.counted) {
            let id = &answered.cell.cell.id;
            let Some(roles) = self.roles.get(&(id.prompt.clone(), id.model.clone())) else {
                continue;
            };
            for trial in answered.trials.iter().skip(*taken) {
                if answered.side == Side::Accepted && !is_of_accepted_version(answered, trial) {
                    continue;
                }
                if let Some(answer) = counted(answered.cell, trial, roles) {
                    self.deep.add(id, answered.side, &answer.facets);
                    self.shallow.add(id, answered.side, &answer.facets);
                }
            }
            *taken = answered.trials.len();
        }
    }

    fn decide(mut self) -> Decided {
        let deep = self.deep.decide();
        let shallow = self.shallow.decide();
        // Cells that are only written alike share no change.
        let weighty = shallow.incidents.iter().filter(|of| of.weight > Weight::Cosmetic);
        let shared = weighty.flat_map(|incident| incident.deviating.clone()).collect();
        let judged =
            |cell: &&CellDecision| !matches!(cell.ruling, Ruling::NoBaseline | Ruling::NoEvidence);
        let depth = deep.cells.iter().filter(judged).map(|cell| cell.baseline).min();
        let evidence = Evidence {
            decided: deep.cells.iter().filter(judged).count(),
            depth: depth.unwrap_or_default(),
            false_alarms: Evidence::stated(depth.unwrap_or_default(), self.two_runs),
            unsure: 0,
            false_share: deep.false_share,
            incidents: deep.incidents.into_iter().chain(shallow.incidents).collect(),
            numbers: deep.numbers.into_iter().chain(shallow.numbers).collect(),
            detectable: deep.detectable,
            further: deep.extra_calls,
        };
        let is_silent =
            evidence.decided == 0 && evidence.incidents.is_empty() && evidence.numbers.is_empty();
        Decided {
            shared,
            cells: deep.cells.into_iter().map(|cell| (cell.cell.clone(), cell)).collect(),
            evidence: (!is_silent).then_some(evidence),
            roles: self.roles,
            next: Next::Run,
        }
    }
}

/// Whether an answer of the version in place is one of the version that people accepted: an alias
/// that moved would make the very change that is looked for count as noise.
fn is_of_accepted_version(answered: &Answered<'_>, trial: &Trial) -> bool {
    let accepted = answered.cell.accepted.as_ref().and_then(|it| it.meta.served.as_ref());
    let requested = &answered.cell.cell.model.id;
    let served = accepted.zip(trial.identity.served.as_ref());
    served.is_none_or(|(was, is)| !domain::moved(requested, was, is))
}

/// How many further calls a run of so many cells makes at most, of both versions where it asks two.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a small multiple of the number of cells; casting a float saturates"
)]
pub fn most_further(cells: usize, drift: &DriftSettings, two_sided: bool) -> usize {
    if !drift.adaptive {
        return 0;
    }
    (budget(cells, cells, drift, two_sided) * cells as f64).ceil() as usize
}

/// How many further calls there are for `cells` of a `whole` that shares them, as a share of the
/// cells. What is asked of two versions counts twice.
fn budget(cells: usize, whole: usize, drift: &DriftSettings, two_sided: bool) -> f64 {
    let real = |cells: usize| f64::from(u32::try_from(cells.max(1)).unwrap_or(u32::MAX));
    let (cells, whole) = (real(cells), real(whole));
    let (sides, least) = if two_sided { (2.0, CELLS_AT_LEAST.1) } else { (1.0, CELLS_AT_LEAST.0) };
    if drift.max_extra <= 0.0 {
        return 0.0;
    }
    let most = f64::from(drift.max_trials.saturating_sub(1));
    drift.max_extra.max(least * most / whole) * sides * whole / cells
}

/// The slots whose version is known or suspected to have moved.
fn moved<'a>(
    cells: impl Iterator<Item = &'a Answered<'a>>,
    occasion: Occasion,
) -> BTreeMap<Slot, Moved> {
    let mut moved = BTreeMap::new();
    for Answered { cell, trials, .. } in cells {
        let slot = cell.cell.id.model.clone();
        if occasion == Occasion::Rehearsal {
            moved.insert(slot, Moved::Declared);
            continue;
        }
        let served = cell.profile.as_ref().map(|profile| &profile.served);
        let is_other = |trial: &Trial| {
            let known = served.zip(trial.identity.served.as_ref());
            let moved = |was: &String, id| domain::moved(&cell.cell.model.id, was, id);
            known.is_some_and(|(known, id)| {
                !known.is_empty() && known.iter().all(|was| moved(was, id))
            })
        };
        let counts = cell.counts().filter(|_| cell.is_accepted_request(&cell.hashes.request));
        let counts_otherwise = |trial: &Trial| {
            let tokens = trial.usage.and_then(|usage| usage.input);
            tokens.zip(counts.and_then(|c| c.input_tokens)).is_some_and(|(now, then)| now != then)
        };
        if trials.iter().any(|trial| is_other(trial) || counts_otherwise(trial)) {
            moved.entry(slot).or_insert(Moved::Suspected);
        }
    }
    moved
}
