//! Runs in which nothing changed: the answers of stored runs are dealt out, some as what was accepted,
//! the others as what comes now. Whatever fails then is a false alarm.

use std::collections::BTreeSet;

use super::night::night;
use super::stock::Stock;
use crate::cost::interval::exact;
use crate::domain::{
    AlarmRate, CellRecord, DriftSettings, Facet, FalseAlarms, Finding, Trial, Weight,
};
use crate::drift::Settings;
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
pub struct Dealt<'a> {
    /// How often.
    pub splits: u32,
    /// Which answers go where follows from it.
    pub seed: u64,
    /// How a change is told from noise.
    pub drift: &'a DriftSettings,
}

/// How many answers of a cell are worth to be at hand: as many as are accepted, and two runs.
pub fn wanted(cell: &Prepared, drift: &DriftSettings) -> usize {
    (cell.depth().max(1) as usize).min(DEEP) + 2 * held(drift)
}

/// How many answers a cell needs at hand to take part, for so many runs in a row.
fn needed(cell: &Prepared, runs: usize, drift: &DriftSettings) -> usize {
    (cell.depth().max(1) as usize).min(STANDS_FOR_DEEP) + held(drift) * runs
}

/// Answers that a run has to have at hand: with fewer, no cell fails alone.
fn held(drift: &DriftSettings) -> usize {
    Settings::default().least_answers.min(drift.max_trials) as usize
}

/// Deals answers out again and again, and counts how often the gate fails.
pub fn false_alarms(cells: Vec<Prepared>, stock: &Stock, how: &Dealt<'_>) -> FalseAlarms {
    let mut found = FalseAlarms { splits: how.splits, runs: stock.runs, ..FalseAlarms::default() };
    let mut table = seated(cells, stock, how.drift, &mut found);
    let bare = bare(table.iter().map(|seat| &seat.cell));
    let (mut once, mut twice) = (Tally::default(), Tally::default());
    let mut dice = Dice::new(how.seed);
    for _ in 0..how.splits {
        for seat in &mut table {
            seat.deal(&mut dice);
        }
        let staged = table.iter_mut().map(|seat| {
            let trials = seat.baseline();
            (&mut seat.cell, trials)
        });
        stage(staged.collect(), &bare);
        let first = hold(&table, how.drift, Occasion::Attended);
        once.add(&first.records);
        for record in first.records.iter().filter(|record| record.fails) {
            if let Some(worst) = record.changes.iter().map(|change| change.level).max() {
                *found.levels.entry(worst).or_default() += 1;
            }
            *found.alarming.entry(record.cell.clone()).or_default() += 1;
            found.suspected += u32::from(stock.has_failed(&record.cell));
        }
        found.exhausted += first.exhausted;
        if found.lacking_for_two == 0 {
            for (seat, record) in table.iter_mut().filter(|seat| seat.plays()).zip(&first.records) {
                seat.used = record.trials.len();
                seat.cell.past.confirmed = facts(record);
            }
            twice.add(&hold(&table, how.drift, Occasion::Unattended).records);
        }
    }
    let answers = table.iter().map(|seat| count(seat.answers.len()).min(how.splits));
    let distinct: u32 = answers.sum();
    found.one_run = once.rate(distinct);
    found.two_runs = twice.rate(distinct);
    found
}

/// The cells that have enough answers, and what is said of the others.
fn seated<'s>(
    cells: Vec<Prepared>,
    stock: &'s Stock,
    drift: &DriftSettings,
    found: &mut FalseAlarms,
) -> Vec<Seat<'s>> {
    let mut table = Vec::new();
    for cell in cells.into_iter().filter(|cell| cell.accepted.is_some()) {
        if stock.is_by_other(&cell.cell.id) {
            found.moved.insert(cell.cell.id.clone());
            continue;
        }
        let answers = stock.of(&cell.cell.id);
        let lacks = |runs| count(needed(&cell, runs, drift).saturating_sub(answers.len()));
        if lacks(1) > 0 {
            found.lacking.insert(cell.cell.id.clone(), lacks(1));
            continue;
        }
        found.lacking_for_two = found.lacking_for_two.max(lacks(2));
        found.answers += answers.len();
        let most = answers.len() - held(drift) * if lacks(2) > 0 { 1 } else { 2 };
        let accepted = (cell.depth().max(1) as usize).min(most);
        table.push(Seat { cell, answers, accepted, order: (0..answers.len()).collect(), used: 0 });
    }
    found.cells = table.len();
    found.depth = table.iter().map(|seat| count(seat.accepted)).min().unwrap_or_default();
    table
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A cell with its answers.
struct Seat<'s> {
    cell: Prepared,
    answers: &'s [Trial],
    /// How many of them count as accepted.
    accepted: usize,
    /// The order in which they were dealt out.
    order: Vec<usize>,
    /// How many an earlier run has used up.
    used: usize,
}

impl Seat<'_> {
    fn deal(&mut self, dice: &mut Dice) {
        self.used = 0;
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
        (0..self.accepted).filter_map(|at| self.dealt(at, count(at) + 1)).collect()
    }

    /// An answer of the run that is held now.
    fn held(&self, number: u32) -> Option<Trial> {
        self.dealt(self.accepted + self.used + number.saturating_sub(1) as usize, number)
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

fn hold(table: &[Seat<'_>], drift: &DriftSettings, occasion: Occasion) -> Night {
    let seats: Vec<&Seat<'_>> = table.iter().filter(|seat| seat.plays()).collect();
    let cells: Vec<&Prepared> = seats.iter().map(|seat| &seat.cell).collect();
    let mut exhausted = 0;
    let deciding = Deciding::new(drift.clone(), occasion);
    let (trials, mut decided) = night(&cells, deciding, |at, number| {
        let answer = seats.get(at)?.held(number);
        exhausted += u32::from(answer.is_none());
        answer
    });
    let judge = |(cell, trials): (&&Prepared, &Vec<Trial>)| {
        judged(cell, trials, &mut decided, Baseline::Optional).0
    };
    let records = cells.iter().zip(&trials).map(judge).collect();
    Night { records, exhausted }
}

/// What a run found for certain, so that the next one can find it again.
fn facts(record: &CellRecord) -> BTreeSet<Facet> {
    let findings = record.decision.iter().flat_map(|decision| &decision.findings);
    let is_fact = |finding: &&Finding| finding.confirmed && finding.weight > Weight::Cosmetic;
    findings.filter(is_fact).map(|finding| finding.facet.clone()).collect()
}

#[derive(Default)]
struct Tally {
    alarms: u32,
    judged: u32,
}

impl Tally {
    fn add(&mut self, records: &[CellRecord]) {
        self.judged += count(records.len());
        self.alarms += count(records.iter().filter(|record| record.fails).count());
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
