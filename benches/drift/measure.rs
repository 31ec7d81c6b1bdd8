//! Nights without a change, nights with one, and what the engine makes of them.

use std::collections::{BTreeMap, BTreeSet};

use promptmatrix::domain::{
    CellId, CompareRules, Decision, Profile, PromptName, Slot, Trial, Weight,
};
use promptmatrix::drift::drill::{BREAKAGES, Breakage, Dice};
use promptmatrix::drift::{
    Baseline, Counted, Engine, Facets, Observation, Roles, Settings, Side, accepted, facets, learn,
    settle,
};
use serde_json::Value;

use crate::world::{Fault, MODELS, Night, PROMPTS, World};

/// A world with a baseline of `n` answers per cell.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) roles: Vec<Roles>,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) dice: Dice,
}

/// What happened over nights without a change.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Quiet {
    pub(crate) cells: f64,
    pub(crate) nights: f64,
    /// Cells that were said to be worse.
    pub(crate) alarms: f64,
    /// The same, where a single cell has to show it twice.
    pub(crate) twice: f64,
    /// Of the alarms, those about the contract.
    pub(crate) contract: f64,
    pub(crate) incidents: f64,
    pub(crate) slot_incidents: f64,
    pub(crate) calls: f64,
}

/// How many cells a breakage hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    Cell,
    Tenth,
    Prompt,
    Model,
}

impl Scope {
    pub(crate) const ALL: [Self; 4] = [Self::Cell, Self::Tenth, Self::Prompt, Self::Model];
}

/// One breakage on some cells, and what was noticed.
#[derive(Debug, Clone)]
pub(crate) struct Shot {
    pub(crate) row: &'static Breakage,
    pub(crate) scope: Scope,
    pub(crate) rate: f64,
    pub(crate) affected: f64,
    /// Cells in which it shows.
    pub(crate) visible: f64,
    /// Of these, cells in which it was noticed.
    pub(crate) hits: f64,
    /// Whether it was noticed at all.
    pub(crate) noticed: bool,
    /// Further calls.
    pub(crate) extra: f64,
    /// Share of noticed cells whose code names the breakage.
    pub(crate) named: Option<f64>,
    /// Cells without a change that were said to be worse.
    pub(crate) collateral: f64,
    /// Affected cells with an alarm at a text, where nothing but a text changed.
    pub(crate) text_alarms: f64,
}

impl Scene {
    /// `turn` tells baselines of the same world apart. `shifting` gives every night its own noise; the baseline then comes from `n` nights.
    pub(crate) fn new(seed: u64, n: usize, shifting: bool, turn: u64) -> Self {
        let world = World::new(seed);
        let mut dice = Dice::new((seed * 1000 + n as u64) * 1000 + turn);
        let trials: Vec<Vec<Trial>> = (0..world.cells.len())
            .map(|cell| {
                (0..n)
                    .map(|day| {
                        let shift = shifting.then(|| seed * 1_000_003 + turn * 1000 + day as u64);
                        let night = Night { day: day as u32, shift };
                        world.answer(cell, &mut dice, night, None)
                    })
                    .collect()
            })
            .collect();
        let roles = (0..PROMPTS).map(|prompt| roles(&world, prompt, &trials)).collect();
        let mut scene = Self { world, roles, profiles: Vec::new(), dice };
        scene.profiles = scene.profiles(&trials);
        scene
    }

    fn profiles(&self, trials: &[Vec<Trial>]) -> Vec<Profile> {
        let mut profiles: BTreeMap<(PromptName, Slot), Profile> = BTreeMap::new();
        for (at, cell) in self.world.cells.iter().enumerate() {
            let roles = &self.roles[cell.prompt];
            let schema = &self.world.prompts[cell.prompt].schema.document;
            let counted: Vec<Counted> = trials[at]
                .iter()
                .map(|trial| Counted::of(trial, Some(schema), roles).unwrap())
                .collect();
            let profile = profiles
                .entry((cell.id.prompt.clone(), cell.id.model.clone()))
                .or_insert_with(|| Profile {
                    format: Profile::FORMAT,
                    prompt: cell.id.prompt.clone(),
                    slot: cell.id.model.clone(),
                    requested: "simulated".to_owned(),
                    served: Vec::new(),
                    fingerprints: Vec::new(),
                    roles: roles.all().clone(),
                    weights: BTreeMap::new(),
                    cases: BTreeMap::new(),
                });
            profile.cases.insert(cell.id.case.clone(), accepted(&counted, None));
        }
        let mut profiles: Vec<Profile> = profiles.into_values().collect();
        learn(&mut profiles);
        profiles
    }

    pub(crate) fn baseline(&self) -> Baseline {
        let mut baseline = Baseline::default();
        for profile in &self.profiles {
            baseline.add(profile);
        }
        baseline
    }

    pub(crate) fn facets(&self, cell: usize, trial: &Trial) -> Facets {
        let prompt = self.world.cells[cell].prompt;
        let schema = &self.world.prompts[prompt].schema.document;
        facets(&Observation::of(trial).unwrap(), Some(schema), &self.roles[prompt])
    }

    fn draw(&mut self, cell: usize, night: Night, fault: Option<&Fault>) -> Facets {
        let trial = self.world.answer(cell, &mut self.dice, night, fault);
        self.facets(cell, &trial)
    }

    fn ids(&self) -> Vec<CellId> {
        self.world.cells.iter().map(|cell| cell.id.clone()).collect()
    }

    fn at(&self, id: &CellId) -> usize {
        self.world.cells.binary_search_by(|cell| cell.id.cmp(id)).unwrap()
    }

    /// Nights without a change.
    pub(crate) fn quiet(&mut self, nights: u32, shifting: bool) -> Quiet {
        let settings = Settings { two_runs: true, ..Settings::default() };
        let empty = Engine::new(&self.ids(), self.baseline(), settings);
        let mut sum = Quiet::default();
        let mut before = Decision::default();
        for night in 0..nights {
            let day = 100 + night;
            let shift = shifting.then(|| self.dice.draw());
            let night = Night { day, shift };
            let mut engine = empty.clone();
            for cell in 0..self.world.cells.len() {
                let answer = self.draw(cell, night, None);
                engine.add(&self.world.cells[cell].id, Side::Candidate, &answer);
            }
            self.finish(&mut engine, |_| None, night);
            let raw = engine.decide();
            let mut decision = raw.clone();
            settle(&mut decision, &before);
            sum.add(&raw, &decision);
            before = raw;
        }
        sum
    }

    /// Asks until nothing is open.
    fn finish<'f>(
        &mut self,
        engine: &mut Engine,
        fault: impl Fn(usize) -> Option<&'f Fault>,
        night: Night,
    ) {
        loop {
            let asks = engine.next_wave();
            if asks.is_empty() {
                return;
            }
            for ask in asks {
                let cell = self.at(&ask.cell);
                let fault = (ask.side == Side::Candidate).then(|| fault(cell)).flatten();
                let answer = self.draw(cell, night, fault);
                engine.add(&ask.cell, ask.side, &answer);
            }
        }
    }
}

fn roles(world: &World, prompt: usize, trials: &[Vec<Trial>]) -> Roles {
    let cells = world.cells.iter().zip(trials).filter(|(cell, _)| cell.prompt == prompt);
    let values: Vec<Vec<&Value>> = cells
        .map(|(_, trials)| trials.iter().filter_map(|trial| trial.value.as_ref()).collect())
        .collect();
    let schema = &world.prompts[prompt].schema.document;
    Roles::learn(Some(schema), &CompareRules::default(), &values)
}

impl Quiet {
    fn add(&mut self, raw: &Decision, settled: &Decision) {
        self.nights += 1.0;
        self.cells += raw.cells.len() as f64;
        let alarms: Vec<_> = raw.cells.iter().filter(|cell| cell.ruling.is_alarm()).collect();
        self.alarms += alarms.len() as f64;
        let contract = |cell: &&&promptmatrix::domain::CellDecision| {
            cell.findings[0].weight == Weight::Contract
        };
        self.contract += alarms.iter().filter(contract).count() as f64;
        self.twice += settled.cells.iter().filter(|cell| cell.is_alarm()).count() as f64;
        let all = raw.incidents.iter();
        let (groups, slots): (Vec<_>, Vec<_>) = all.partition(|incident| incident.prompt.is_some());
        self.incidents += groups.len() as f64;
        self.slot_incidents += slots.len() as f64;
        self.calls += f64::from(raw.calls);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.cells += other.cells;
        self.nights += other.nights;
        self.alarms += other.alarms;
        self.twice += other.twice;
        self.contract += other.contract;
        self.incidents += other.incidents;
        self.slot_incidents += other.slot_incidents;
        self.calls += other.calls;
    }
}

impl Scene {
    /// Every breakage, on these scopes, at these rates. Single cells are tried `often`.
    pub(crate) fn shots(&mut self, rates: &[f64], often: usize, wanted: &[Scope]) -> Vec<Shot> {
        let templates = self.templates();
        let usual: Vec<Facets> = (0..self.world.cells.len())
            .map(|cell| self.draw(cell, Night::default(), None))
            .collect();
        let mut shots = Vec::new();
        for row in BREAKAGES {
            for (scope, affected) in self.scopes(row, often) {
                if !wanted.contains(&scope) {
                    continue;
                }
                for rate in rates {
                    if scope == Scope::Cell && *rate < 0.25 {
                        continue;
                    }
                    let fault = Fault { row, rate: *rate };
                    shots.push(self.shoot(&fault, scope, &affected, &templates, &usual));
                }
            }
        }
        shots
    }

    /// An engine without answers for the cells of each model.
    fn templates(&self) -> Vec<Engine> {
        let of = |model: usize| {
            let cells = self.world.cells.iter().filter(|cell| cell.model == model);
            let ids: Vec<CellId> = cells.map(|cell| cell.id.clone()).collect();
            // The budget is that of the whole matrix.
            let budget = 0.6 * self.world.cells.len() as f64 / ids.len() as f64;
            Engine::new(&ids, self.baseline(), Settings { budget, ..Settings::default() })
        };
        (0..MODELS.len()).map(of).collect()
    }

    fn scopes(&mut self, row: &Breakage, often: usize) -> Vec<(Scope, Vec<usize>)> {
        let hit: Vec<usize> = (0..self.world.cells.len())
            .filter(|cell| self.world.place(*cell, row).is_some())
            .collect();
        let visible: Vec<usize> =
            hit.iter().copied().filter(|cell| self.world.is_visible(*cell, row)).collect();
        let mut scopes = Vec::new();
        if visible.is_empty() {
            return scopes;
        }
        for _ in 0..often {
            scopes.push((Scope::Cell, vec![visible[self.dice.below(visible.len())]]));
        }
        let key = |world: &World, cell: usize| (world.cells[cell].prompt, world.cells[cell].model);
        let pairs: BTreeSet<_> = visible.iter().map(|cell| key(&self.world, *cell)).collect();
        let pairs: Vec<_> = pairs.into_iter().collect();
        for _ in 0..often {
            let pair = pairs[self.dice.below(pairs.len())];
            let cells = hit.iter().copied().filter(|cell| key(&self.world, *cell) == pair);
            scopes.push((Scope::Prompt, cells.collect()));
        }
        for _ in 0..often.div_ceil(2) {
            let model = self.dice.below(3);
            let here = hit.iter().copied().filter(|cell| self.world.cells[*cell].model == model);
            let cells: Vec<usize> = here.collect();
            if cells.is_empty() {
                continue;
            }
            let tenth: Vec<usize> =
                cells.iter().copied().filter(|_| self.dice.happens(0.1)).collect();
            let one = vec![cells[self.dice.below(cells.len())]];
            scopes.push((Scope::Tenth, if tenth.is_empty() { one } else { tenth }));
            scopes.push((Scope::Model, cells));
        }
        scopes
    }

    fn shoot(
        &mut self,
        fault: &Fault,
        scope: Scope,
        affected: &[usize],
        templates: &[Engine],
        usual: &[Facets],
    ) -> Shot {
        let hit: BTreeSet<usize> = affected.iter().copied().collect();
        let first = &self.world.cells[affected[0]];
        let (prompt, model) = (first.prompt, first.model);
        let one_pair = matches!(scope, Scope::Cell | Scope::Prompt);
        let mut engine = templates[model].clone();
        for (cell, usual) in usual.iter().enumerate() {
            let known = &self.world.cells[cell];
            let (id, here) = (known.id.clone(), known.model == model);
            if !here || (one_pair && known.prompt != prompt) {
                continue;
            }
            if hit.contains(&cell) {
                let answer = self.draw(cell, Night::default(), Some(fault));
                engine.add(&id, Side::Candidate, &answer);
            } else {
                engine.add(&id, Side::Candidate, usual);
            }
        }
        let of = |cell: usize| hit.contains(&cell).then_some(fault);
        self.finish(&mut engine, of, Night::default());
        self.judge(fault, scope, &hit, &engine.decide())
    }

    fn judge(
        &self,
        fault: &Fault,
        scope: Scope,
        hit: &BTreeSet<usize>,
        decision: &Decision,
    ) -> Shot {
        let row = fault.row;
        let mut shot = Shot {
            row,
            scope,
            rate: fault.rate,
            affected: hit.len() as f64,
            visible: 0.0,
            hits: 0.0,
            noticed: false,
            extra: f64::from(decision.extra_calls),
            named: None,
            collateral: 0.0,
            text_alarms: 0.0,
        };
        let mut named = 0.0;
        for cell in &decision.cells {
            let at = self.at(&cell.cell);
            let facts: Vec<_> = cell.findings.iter().filter(|finding| finding.confirmed).collect();
            let alarm = facts.iter().any(|fact| fact.weight > Weight::Cosmetic);
            if !hit.contains(&at) || !self.world.is_visible(at, row) {
                shot.collateral += f64::from(u8::from(alarm));
                continue;
            }
            shot.visible += 1.0;
            let texts = facts.iter().filter(|fact| fact.facet.place.as_str() == "/summary");
            shot.text_alarms += f64::from(u8::from(texts.count() > 0));
            if !facts.iter().any(|fact| row.shows_in(fact.facet.family)) {
                continue;
            }
            shot.hits += 1.0;
            let code = cell.findings.iter().find(|finding| finding.weight == Weight::Contract);
            let is_named = code.is_some_and(|code| code.seen.starts_with(row.code));
            named += f64::from(u8::from(is_named));
        }
        let incident =
            decision.incidents.iter().any(|incident| row.shows_in(incident.facet.family));
        shot.noticed = shot.hits > 0.0 || incident;
        shot.named = (!row.code.is_empty() && shot.hits > 0.0).then(|| named / shot.hits);
        shot
    }
}
