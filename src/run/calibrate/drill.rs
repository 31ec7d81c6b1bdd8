//! The drill: every breakage at every place of every prompt and slot, through the whole of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::answer_pool::AnswerPool;
use super::remedy::Slip;
use super::simulated_run::simulated_run;
use super::target::Target;
use crate::domain::{
    Catch, CellId, CellRecord, Change, Conclusion, DriftSettings, Drill, Family, History, LeftOut,
    Level, PointerPattern, PromptName, Scope, Setting, Shot, Slot, Status, Trial,
};
use crate::drift::drill::{BREAKAGES, Breakage, Dice};
use crate::drift::{Roles, Side};
use crate::run::Prepared;
use crate::run::baseline::Priors;
use crate::run::collect::judged;
use crate::run::decide::{Deciding, Occasion};
use crate::verdict::Baseline;

/// How often a breakage is tried that not every answer has.
const TRIES: u32 = 5;

/// How a drill is done.
#[derive(Debug, Clone)]
pub(crate) struct Drilled<'a> {
    /// Which shares of the answers are broken, from 0 to 1.
    pub rates: &'a [f64],
    /// Which cells are hit, and which answers, follows from it.
    pub seed: u64,
    /// How a change is told from noise.
    pub drift: &'a DriftSettings,
}

/// Breaks the accepted answers of cells in every way that there is, and says what the gate makes of it.
pub(crate) fn drill(cells: &[Prepared], answer_pool: &AnswerPool, how: &Drilled<'_>) -> Drill {
    let (targets, left_out) = targets(cells, answer_pool);
    let mut drill = Drill { left_out, ..Drill::default() };
    let known = Priors::of(targets.iter().map(|target| target.cell));
    let mut pairs: BTreeMap<(&PromptName, &Slot), Vec<&Target<'_>>> = BTreeMap::new();
    for target in &targets {
        let id = &target.cell.cell.id;
        pairs.entry((&id.prompt, &id.model)).or_default().push(target);
    }
    let mut dice = Dice::new(how.seed);
    for ((prompt, _), hit) in pairs {
        let kin = targets.iter().filter(|kin| kin.cell.cell.id.prompt == *prompt).collect();
        let range = Range::new(&known, hit, kin, how);
        drill.left_out.extend(range.failing());
        for row in BREAKAGES {
            drill.shots.extend(range.shoot(row, how, &mut dice));
        }
    }
    drill.not_applicable = not_applicable(&targets, &drill.shots);
    drill
}

/// The cells that have an answer to be broken, and why the others have none.
fn targets<'c>(
    cells: &'c [Prepared],
    answer_pool: &AnswerPool,
) -> (Vec<Target<'c>>, BTreeMap<CellId, LeftOut>) {
    let mut left_out = BTreeMap::new();
    let mut targets = Vec::new();
    for cell in cells {
        match Target::of(cell, answer_pool.of(&cell.cell.id)) {
            Ok(target) => targets.push(target),
            Err(why) => {
                left_out.insert(cell.cell.id.clone(), why);
            }
        }
    }
    (targets, left_out)
}

fn numbered(trial: &Trial, number: u32) -> Trial {
    Trial { number, ..trial.clone() }
}

/// Breakages that found nothing to break in a prompt.
fn not_applicable(
    targets: &[Target<'_>],
    shots: &[Shot],
) -> BTreeMap<PromptName, BTreeSet<String>> {
    let prompts: BTreeSet<&PromptName> =
        targets.iter().map(|target| &target.cell.cell.id.prompt).collect();
    let unhit = |prompt: &&PromptName| {
        let hit: BTreeSet<&str> = shots
            .iter()
            .filter(|shot| shot.prompt == **prompt)
            .map(|shot| shot.breakage.as_str())
            .collect();
        let rows = BREAKAGES.iter().filter(|row| !hit.contains(row.name));
        rows.map(|row| row.name.to_owned()).collect()
    };
    prompts.into_iter().map(|prompt| (prompt.clone(), unhit(&prompt))).collect()
}

/// The cells of a prompt and slot, ready to be broken again and again.
struct Range<'s, 'c> {
    targets: Vec<&'s Target<'c>>,
    /// Those of the same prompt in every slot.
    kin: Vec<&'s Target<'c>>,
    cells: Vec<&'c Prepared>,
    roles: Option<Arc<Roles>>,
    /// Whether the gate lets a cell pass as it is.
    is_sound: Vec<bool>,
    deciding: Deciding,
}

/// What a simulated run with a breakage came to.
#[derive(Default)]
struct Seen {
    caught: Option<Catch>,
    is_doubted: bool,
}

impl<'s, 'c> Range<'s, 'c> {
    fn new(
        known: &Priors,
        targets: Vec<&'s Target<'c>>,
        kin: Vec<&'s Target<'c>>,
        how: &Drilled<'_>,
    ) -> Self {
        let cells: Vec<&Prepared> = targets.iter().map(|target| target.cell).collect();
        let sides: Vec<(&Prepared, Side)> =
            cells.iter().map(|cell| (*cell, Side::Candidate)).collect();
        let occasion = (how.drift, Occasion::Run(Setting::ByHand));
        let deciding = Deciding::of_part(known.clone(), &sides, &History::default(), occasion);
        let home = cells.first().map(|cell| &cell.cell.id);
        let home = home.map(|id| (id.prompt.clone(), id.model.clone()));
        let roles = home.and_then(|home| known.roles.get(&home)).map(Arc::clone);
        let mut range = Self { is_sound: Vec::new(), deciding, cells, roles, kin, targets };
        let all: Vec<usize> = (0..range.cells.len()).collect();
        let records =
            range.records(&all, |target, _, number| Some(numbered(&target.usual, number)));
        range.is_sound = records.iter().map(|record| !record.fails).collect();
        range
    }

    fn failing(&self) -> impl Iterator<Item = (CellId, LeftOut)> {
        let failing = self.cells.iter().zip(&self.is_sound).filter(|(_, is_sound)| !**is_sound);
        failing.map(|(cell, _)| (cell.cell.id.clone(), LeftOut::Fails))
    }

    /// The records of some cells after a simulated run.
    fn records(
        &self,
        of: &[usize],
        mut answer: impl FnMut(&Target<'_>, usize, u32) -> Option<Trial>,
    ) -> Vec<CellRecord> {
        let (trials, mut decided) =
            simulated_run(&self.cells, self.deciding.clone(), |at, number| {
                answer(self.targets.get(at)?, at, number)
            });
        let judge = |at: &usize| {
            let (cell, trials) = (self.cells.get(*at)?, trials.get(*at)?);
            Some(judged(cell, trials.clone(), &mut decided, Baseline::Optional))
        };
        of.iter().filter_map(judge).collect()
    }

    /// Every place, rate and scope of a breakage.
    fn shoot(&self, row: &Breakage, how: &Drilled<'_>, dice: &mut Dice) -> Vec<Shot> {
        let mut places: Vec<PointerPattern> = Vec::new();
        for place in self.targets.iter().flat_map(|target| target.places(row)) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let mut shots = Vec::new();
        for place in places {
            let broken: Vec<Option<Trial>> = self.break_all(row, &place);
            let hit: Vec<usize> = (0..broken.len())
                .filter(|at| broken.get(*at).is_some_and(Option::is_some))
                .collect();
            if hit.is_empty() {
                continue;
            }
            let one = hit.get(dice.below(hit.len())).copied().into_iter().collect();
            for (scope, hit) in [(Scope::Prompt, hit), (Scope::Cell, one)] {
                for rate in how.rates {
                    let aim = Aim { row, place: &place, scope, rate: *rate, hit: &hit };
                    shots.extend(self.shot(&aim, &broken, dice));
                }
            }
        }
        shots
    }

    /// The broken answer of each cell that has something to break and passes otherwise.
    fn break_all(&self, row: &Breakage, place: &PointerPattern) -> Vec<Option<Trial>> {
        let targets = self.targets.iter().zip(&self.is_sound);
        targets
            .map(|(target, is_sound)| is_sound.then(|| target.broken(row, place)).flatten())
            .collect()
    }

    fn shot(&self, aim: &Aim<'_>, broken: &[Option<Trial>], dice: &mut Dice) -> Option<Shot> {
        let Aim { row, place, scope, rate, hit } = aim;
        let first = self.targets.get(*hit.first()?)?;
        let tries = if *rate < 1.0 { TRIES } else { 1 };
        let mut shot = Shot {
            prompt: first.cell.cell.id.prompt.clone(),
            slot: first.cell.cell.id.model.clone(),
            breakage: row.name.to_owned(),
            weight: row.weight,
            place: if row.is_of_writing() {
                PointerPattern::root()
            } else {
                first.in_answer(place)
            },
            scope: *scope,
            rate: *rate,
            cells: hit.iter().filter_map(|at| Some(self.cells.get(*at)?.cell.id.clone())).collect(),
            tries,
            caught: BTreeMap::new(),
            doubted: 0,
            remedy: None,
        };
        for _ in 0..tries {
            let seen = self.look(hit, broken, *rate, dice);
            match seen.caught {
                Some(catch) => *shot.caught.entry(catch).or_default() += 1,
                None => shot.doubted += u32::from(seen.is_doubted),
            }
        }
        let hit: Vec<&Target<'_>> =
            hit.iter().filter_map(|at| self.targets.get(*at).copied()).collect();
        let roles = self.roles.as_deref();
        let slip = Slip { row, place, hit: &hit, kin: &self.kin, roles };
        shot.remedy = match shot.slipped() {
            _ if !shot.matters() => None,
            0 if shot.caught.contains_key(&Catch::Contract) => None,
            0 => slip.rule(),
            _ => slip.remedy(),
        };
        Some(shot)
    }

    /// One simulated run with the breakage.
    fn look(&self, hit: &[usize], broken: &[Option<Trial>], rate: f64, dice: &mut Dice) -> Seen {
        let records = self.records(hit, |target, at, number| {
            let broken = broken.get(at)?.as_ref();
            let struck = broken.filter(|_| hit.contains(&at) && dice.happens(rate));
            Some(numbered(struck.unwrap_or(&target.usual), number))
        });
        let caught = records.iter().filter_map(catch).min();
        let is_doubted = records.iter().any(|record| record.status == Status::Suspect);
        Seen { caught, is_doubted }
    }
}

/// A breakage at a place of some cells, in a share of their answers.
struct Aim<'a> {
    row: &'a Breakage,
    place: &'a PointerPattern,
    scope: Scope,
    rate: f64,
    hit: &'a [usize],
}

/// What gave a breakage away, where the gate fails for the cell.
fn catch(record: &CellRecord) -> Option<Catch> {
    if !record.fails {
        return None;
    }
    let by_contract =
        |change: &Change| change.level > Level::Info && change.kind.info().family == Family::Cause;
    if record.changes.iter().any(by_contract) {
        return Some(Catch::Contract);
    }
    let findings = record.decision.iter().flat_map(|decision| &decision.findings);
    let mut changes = findings.filter(|finding| finding.conclusion == Conclusion::Change);
    let is_alone = changes.any(|finding| !finding.is_shared());
    Some(if is_alone { Catch::Comparison } else { Catch::Shared })
}
