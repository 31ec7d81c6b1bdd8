//! One suite of a row: answers are accepted, something breaks or nothing does, and nights follow.

use std::collections::BTreeSet;
use std::sync::Arc;

use promptmatrix::domain::Break;
use promptmatrix::domain::{Scope, Setting};
use promptmatrix::drift::promise::Row;

use crate::dice::Dice;
use crate::faults::{FAULTS, Fault, Needs, Tier};
use crate::product::{Model, Outcome, Product};
use crate::world::{Kinds, Night, SLOTS, Shift, World};

/// Nights without a change before something breaks, where earlier runs are kept.
const BEFORE: u32 = 4;
/// Runs in which a break has to be found.
const RUNS: u32 = 3;
/// Nights of a slow move.
const SLOW: u32 = 60;

pub(crate) type Faults = Vec<Option<(&'static Fault, f64)>>;

/// What came of one break.
#[derive(Debug, Clone)]
pub(crate) struct Shot {
    pub(crate) fault: &'static str,
    /// The run in which it was red.
    pub(crate) run: Option<u32>,
    /// In what share of the answers it was then.
    pub(crate) share: f64,
    pub(crate) calls: usize,
    pub(crate) asked: usize,
}

/// What came of nights without a change.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Quiet {
    pub(crate) cells: usize,
    pub(crate) nights: usize,
    pub(crate) red: usize,
    /// Of these, cells that were not red in an earlier night.
    pub(crate) newly: usize,
    pub(crate) suspect: usize,
    pub(crate) red_nights: usize,
    pub(crate) newly_nights: usize,
    /// Nights that fail by something that belongs to no cell.
    pub(crate) columns: usize,
    pub(crate) calls: usize,
}

/// A suite with `n` accepted answers a cell.
pub(crate) struct Scene {
    pub(crate) world: Arc<World>,
    product: Product,
    /// Broken ones among the accepted answers.
    broken: Vec<Option<u32>>,
    seed: u64,
}

impl Scene {
    pub(crate) fn new(seed: u64, n: u32, kinds: Kinds) -> Self {
        let world = Arc::new(World::new(seed, kinds));
        let product = Product::new(&world.plan());
        let mut scene = Self { world, product, broken: Vec::new(), seed };
        let model = scene.model(0, None, Vec::new());
        scene.broken = scene.product.accept(n, &model);
        scene
    }

    fn model(&self, day: u32, shift: Option<Shift>, faults: Faults) -> Arc<dyn Model> {
        let seed = Dice::of(&[self.seed, 4, u64::from(day)]).draw();
        Arc::new(Night { world: Arc::clone(&self.world), seed, shift, faults })
    }

    pub(crate) fn night(&mut self, setting: Setting, day: u32, faults: Faults) -> Outcome {
        let model = self.model(day, None, faults);
        self.product.night(setting, day, &model)
    }

    /// What breaks, and where.
    fn target(&self, row: &Row, dice: &mut Dice) -> Option<(&'static Fault, Vec<usize>)> {
        let fits = |fault: &Fault, cell: &usize| fault.fits(&self.world, *cell);
        let all: Vec<usize> = (0..self.world.cells.len()).collect();
        match (row.kind, row.scope) {
            (Break::Optional | Break::Numbers, _) => {
                let name =
                    if row.kind == Break::Optional { "optional_vanished" } else { "numbers_up" };
                let fault = Fault::named(name);
                let cells: Vec<usize> = all
                    .into_iter()
                    .filter(|cell| fault.applies(self.world.prompt(*cell)))
                    .collect();
                let cell = (!cells.is_empty()).then(|| *dice.pick(&cells))?;
                Some((fault, self.world.group(cell)))
            }
            (_, Scope::Slot) => {
                let faults = of(&[Tier::Contract]).filter(|fault| fault.needs == Needs::Nothing);
                let fault = *dice.pick(&faults.collect::<Vec<_>>());
                let slot = dice.below(SLOTS.len());
                Some((
                    fault,
                    all.into_iter().filter(|at| self.world.cells[*at].slot == slot).collect(),
                ))
            }
            (_, Scope::Cell) => {
                let tier = if row.kind == Break::Broken { Tier::Contract } else { Tier::Lone };
                let faults: Vec<_> = of(&[tier]).collect();
                loop {
                    let (fault, cell) = (*dice.pick(&faults), dice.below(all.len()));
                    if fits(fault, &cell) && self.broken[cell] == Some(0) {
                        return Some((fault, vec![cell]));
                    }
                }
            }
            (_, Scope::Prompt | Scope::Suite) => Some(self.group(tiers(row.kind), dice)),
        }
    }

    /// A prompt and slot of which at least five cells can show the fault.
    fn group(&self, tiers: &[Tier], dice: &mut Dice) -> (&'static Fault, Vec<usize>) {
        let faults: Vec<_> = of(tiers).collect();
        loop {
            let fault = *dice.pick(&faults);
            let mut cells = self.world.group(dice.below(self.world.cells.len()));
            cells.retain(|cell| fault.fits(&self.world, *cell));
            if cells.len() >= 5 {
                return (fault, cells);
            }
        }
    }

    /// The fault in so many of the answers of these cells.
    pub(crate) fn faults(&self, fault: &'static Fault, cells: &[usize], share: f64) -> Faults {
        let all = 0..self.world.cells.len();
        all.map(|cell| cells.contains(&cell).then_some((fault, share))).collect()
    }

    /// Nights with something broken, until it is red.
    fn shoot(
        &mut self,
        setting: Setting,
        (fault, cells): (&'static Fault, &[usize]),
        shares: impl Iterator<Item = f64>,
    ) -> Shot {
        let mut shot = Shot { fault: fault.name, run: None, share: 0.0, calls: 0, asked: 0 };
        if setting != Setting::FreshMachine {
            for day in 1..=BEFORE {
                self.night(setting, day, Vec::new());
            }
        }
        for (run, share) in (1..).zip(shares) {
            let faults = self.faults(fault, cells, share);
            let outcome = self.night(setting, BEFORE + run, faults);
            shot.calls += outcome.calls;
            shot.asked += self.broken.iter().flatten().count();
            shot.share = share;
            if outcome.column || outcome.red.iter().any(|cell| cells.contains(cell)) {
                shot.run = Some(run);
                break;
            }
        }
        shot
    }
}

fn tiers(kind: Break) -> &'static [Tier] {
    if kind == Break::Broken { &[Tier::Contract] } else { &[Tier::Value, Tier::Lone] }
}

fn of(tiers: &[Tier]) -> impl Iterator<Item = &'static Fault> {
    FAULTS.iter().filter(move |fault| tiers.contains(&fault.tier))
}

/// One suite with the break of this row; none where the suite has no place for it.
pub(crate) fn shot(row: &Row, n: u32, setting: Setting, seed: u64) -> Option<Shot> {
    let kinds = if row.kind == Break::Optional { Kinds::HalfOptional } else { Kinds::Usual };
    let mut scene = Scene::new(seed, n, kinds);
    let mut dice = Dice::of(&[seed, 5]);
    let (fault, cells) = scene.target(row, &mut dice)?;
    let share = f64::from(row.share) / 100.0;
    Some(scene.shoot(setting, (fault, &cells), (0..RUNS).map(|_| share)))
}

/// One suite in which one more of 100 answers is another every night.
pub(crate) fn slow(n: u32, setting: Setting, seed: u64) -> Shot {
    let mut scene = Scene::new(seed, n, Kinds::Usual);
    let (fault, cells) = scene.group(tiers(Break::Value), &mut Dice::of(&[seed, 5]));
    let shares = (1..=SLOW).map(|night| f64::from(night) / 100.0);
    scene.shoot(setting, (fault, &cells), shares)
}

/// One suite with a fault in all answers of a group; the fault is given.
pub(crate) fn each(fault: &'static Fault, n: u32, setting: Setting, seed: u64) -> Option<Shot> {
    let mut scene = Scene::new(seed, n, Kinds::Usual);
    let mut dice = Dice::of(&[seed, 5]);
    let mut groups = (0..100).map(|_| scene.world.group(dice.below(scene.world.cells.len())));
    let fits = |cells: &Vec<usize>| {
        cells.iter().filter(|cell| fault.fits(&scene.world, **cell)).count() >= 5
    };
    let cells = groups.find(fits)?;
    Some(scene.shoot(setting, (fault, &cells), (0..RUNS).map(|_| 1.0)))
}

/// Nights without a change of one suite.
pub(crate) fn quiet(n: u32, setting: Setting, seed: u64, nights: u32, world: Quietness) -> Quiet {
    let kinds = match world {
        Quietness::Steady | Quietness::Shifting => Kinds::Usual,
        Quietness::Labels(permille) => Kinds::Labels(permille),
    };
    let mut scene = Scene::new(seed, n, kinds);
    let mut sum = Quiet::default();
    let mut known = BTreeSet::new();
    for day in 1..=nights {
        let mut dice = Dice::of(&[seed, 6, u64::from(day)]);
        let shift = (world == Quietness::Shifting)
            .then(|| Shift { night: dice.draw(), flakes: dice.normal(0.0, 0.5).exp() });
        let model = scene.model(day, shift, Vec::new());
        let outcome = scene.product.night(setting, day, &model);
        sum.add(&outcome, scene.broken.iter().flatten().count(), &mut known);
    }
    sum
}

/// How a world is without a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quietness {
    Steady,
    /// Cells vary more one night and less the next.
    Shifting,
    /// 2,000 cells whose label is another in so many of 1,000 answers.
    Labels(u32),
}

impl Quiet {
    pub(crate) fn add(&mut self, outcome: &Outcome, cells: usize, known: &mut BTreeSet<usize>) {
        let newly = outcome.red.iter().filter(|cell| !known.contains(cell)).count();
        let is_red = outcome.exit == 1;
        self.cells += cells;
        self.nights += 1;
        self.calls += outcome.calls;
        self.red += outcome.red.len();
        self.newly += newly;
        self.suspect += outcome.suspect.len();
        self.red_nights += usize::from(is_red);
        self.newly_nights += usize::from(is_red && (newly > 0 || outcome.column));
        self.columns += usize::from(outcome.column);
        known.extend(&outcome.red);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.cells += other.cells;
        self.nights += other.nights;
        self.red += other.red;
        self.newly += other.newly;
        self.suspect += other.suspect;
        self.red_nights += other.red_nights;
        self.newly_nights += other.newly_nights;
        self.columns += other.columns;
        self.calls += other.calls;
    }
}
