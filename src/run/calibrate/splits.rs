//! Runs in which nothing changed: the answers of stored runs are dealt out, some as what was accepted,
//! the others as what comes now. Whatever fails then is a false alarm.

use super::answer_pool::AnswerPool;
use super::simulated_run::simulated_run;
use crate::cost::interval::exact;
use crate::domain::kit::small;
use crate::domain::{AlarmRate, CellRecord, DriftSettings, FalseAlarms, History, Setting, Trial};
use crate::drift::Side;
use crate::drift::drill::Dice;
use crate::run::Prepared;
use crate::run::collect::judged;
use crate::run::decide::{Deciding, Occasion};
use crate::run::staged::{bare, stage};
use crate::verdict::Baseline;

/// With fewer answers a baseline does not stand for a deeper one.
const STANDS_FOR_DEEP: usize = 3;

/// From so many accepted answers on, more of them change little.
const DEEP: usize = 5;

/// How answers are dealt out.
#[derive(Debug, Clone)]
pub(crate) struct SplitConfig<'a> {
    /// How often.
    pub splits: u32,
    /// Which answers go where follows from it.
    pub seed: u64,
    /// How a change is told from noise.
    pub drift: &'a DriftSettings,
}

/// Answers that a run has to have at hand: most cells need no more of them to be judged.
const HELD: usize = 6;

/// How many answers of a cell are worth to be at hand: as many as are accepted, and those of a run.
pub(crate) fn wanted(cell: &Prepared) -> usize {
    (cell.depth().max(1) as usize).min(DEEP) + HELD
}

/// How many answers a cell needs at hand to take part.
fn needed(cell: &Prepared) -> usize {
    (cell.depth().max(1) as usize).min(STANDS_FOR_DEEP) + HELD
}

/// Deals answers out again and again, and counts how often the gate fails.
pub(crate) fn false_alarms(
    cells: Vec<Prepared>,
    answer_pool: &AnswerPool,
    how: &SplitConfig<'_>,
) -> FalseAlarms {
    let mut found =
        FalseAlarms { splits: how.splits, runs: answer_pool.runs, ..FalseAlarms::default() };
    let mut table = seated(cells, answer_pool, &mut found);
    let bare = bare(table.iter().map(|split_cell| &split_cell.cell));
    let mut tally = Tally::default();
    let mut dice = Dice::new(how.seed);
    for _ in 0..how.splits {
        for split_cell in &mut table {
            split_cell.deal(&mut dice);
        }
        let staged = table.iter_mut().map(|split_cell| {
            let trials = split_cell.baseline();
            (&mut split_cell.cell, trials)
        });
        stage(staged.collect(), &bare);
        let simulated_run = hold(&table, how.drift);
        tally.add(&simulated_run.records);
        for record in simulated_run.records.iter().filter(|record| record.fails) {
            if let Some(worst) = record.changes.iter().map(|change| change.level).max() {
                *found.levels.entry(worst).or_default() += 1;
            }
            *found.alarming.entry(record.cell.clone()).or_default() += 1;
            found.suspected += u32::from(answer_pool.has_failed(&record.cell));
        }
        found.exhausted += simulated_run.exhausted;
    }
    let answers = table.iter().map(|split_cell| small(split_cell.answers.len()).min(how.splits));
    found.rate = tally.rate(answers.sum());
    found
}

/// The cells that have enough answers, and what is said of the others.
fn seated<'s>(
    cells: Vec<Prepared>,
    answer_pool: &'s AnswerPool,
    found: &mut FalseAlarms,
) -> Vec<SplitCell<'s>> {
    let mut table = Vec::new();
    for cell in cells.into_iter().filter(|cell| cell.accepted.is_some()) {
        if answer_pool.is_by_other(&cell.cell.id) {
            found.moved.insert(cell.cell.id.clone());
            continue;
        }
        let answers = answer_pool.of(&cell.cell.id);
        let lacks = small(needed(&cell).saturating_sub(answers.len()));
        if lacks > 0 {
            found.lacking.insert(cell.cell.id.clone(), lacks);
            continue;
        }
        found.answers += answers.len();
        let accepted = (cell.depth().max(1) as usize).min(answers.len() - HELD);
        table.push(SplitCell { cell, answers, accepted, order: (0..answers.len()).collect() });
    }
    found.cells = table.len();
    found.depth =
        table.iter().map(|split_cell| small(split_cell.accepted)).min().unwrap_or_default();
    table
}

/// A cell with its answers.
struct SplitCell<'s> {
    cell: Prepared,
    answers: &'s [Trial],
    /// How many of them count as accepted.
    accepted: usize,
    /// The order in which they were dealt out.
    order: Vec<usize>,
}

impl SplitCell<'_> {
    fn deal(&mut self, dice: &mut Dice) {
        for at in (1..self.order.len()).rev() {
            self.order.swap(at, dice.below(at + 1));
        }
    }

    /// The answer of that number, if it is there.
    fn dealt(&self, at: usize, number: u32) -> Option<Trial> {
        let trial = self.answers.get(*self.order.get(at)?)?;
        Some(Trial { number, ..trial.clone() })
    }

    fn baseline(&self) -> Vec<Trial> {
        (0..self.accepted).filter_map(|at| self.dealt(at, small(at) + 1)).collect()
    }

    /// An answer of the run that is held now.
    fn held(&self, number: u32) -> Option<Trial> {
        self.dealt(self.accepted + number.saturating_sub(1) as usize, number)
    }

    /// Whether there was a valid answer to accept.
    fn plays(&self) -> bool {
        self.cell.accepted.is_some()
    }
}

/// A run of answers that were dealt out.
struct Night {
    records: Vec<CellRecord>,
    /// How often an answer was missing.
    exhausted: u32,
}

fn hold(table: &[SplitCell<'_>], drift: &DriftSettings) -> Night {
    let seats: Vec<&SplitCell<'_>> = table.iter().filter(|split_cell| split_cell.plays()).collect();
    let cells: Vec<&Prepared> = seats.iter().map(|split_cell| &split_cell.cell).collect();
    let mut exhausted = 0;
    let sides = cells.iter().map(|cell| (*cell, Side::Candidate));
    let occasion = Occasion::Run(Setting::ByHand);
    let deciding = Deciding::new(sides, &History::default(), drift, occasion);
    let (trials, mut decided) = simulated_run(&cells, deciding, |at, number| {
        let answer = seats.get(at)?.held(number);
        exhausted += u32::from(answer.is_none());
        answer
    });
    let judge = |(cell, trials): (&&Prepared, &Vec<Trial>)| {
        judged(cell, trials.clone(), &mut decided, Baseline::Optional)
    };
    let records = cells.iter().zip(&trials).map(judge).collect();
    Night { records, exhausted }
}

#[derive(Default)]
struct Tally {
    alarms: u32,
    judged: u32,
}

impl Tally {
    fn add(&mut self, records: &[CellRecord]) {
        self.judged += small(records.len());
        self.alarms += small(records.iter().filter(|record| record.fails).count());
    }

    /// `distinct` answers were the first of a run; to deal one out again tells nothing new of it.
    fn rate(&self, distinct: u32) -> Option<AlarmRate> {
        let Self { alarms, judged } = *self;
        let told = f64::from(distinct.min(judged));
        (judged > 0).then(|| {
            let share = exact(f64::from(alarms) / f64::from(judged) * told, told);
            AlarmRate {
                alarms,
                judged,
                per_thousand: 1000.0 * share.mean,
                low: 1000.0 * share.low,
                high: 1000.0 * share.high,
            }
        })
    }
}
