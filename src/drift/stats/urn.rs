//! How well a sequence of answers is explained by noise, and how well by a change.
//!
//! Answers of an unchanged cell are draws from a Pólya urn: what was drawn before is drawn again,
//! or, with a chance that the concentration gives, something new. Against it stand three
//! alternatives. An e-value is the ratio of both explanations; under noise its mean is 1, whenever
//! one stops to look.

use crate::drift::prior::{ALONE, GRID, RATES, Weights};

/// Exponents beyond this are cut, so that no number is infinite.
const MOST: f64 = 600.0;

/// Share of the mass that the first alternative keeps for something new.
const NEW: f64 = 0.5;

/// The e-values of one facet of one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Against "it now has a behaviour of its own".
    pub own: f64,
    /// Against "a fifth of the answers do something new".
    pub some: f64,
    /// Against "one answer in twenty does something new".
    pub rare: f64,
}

impl Evidence {
    /// What no answer at all says.
    pub const NONE: Self = Self { own: 1.0, some: 1.0, rare: 1.0 };

    /// All three.
    pub fn all(self) -> [f64; 3] {
        [self.own, self.some, self.rare]
    }

    /// The three in one, for a cell that is looked at alone.
    pub fn alone(self) -> f64 {
        ALONE.into_iter().zip(self.all()).map(|(weight, e)| weight * e).sum()
    }

    /// The mean of several, which is an e-value again.
    pub fn mean(several: &[Self]) -> Self {
        let count = f64::from(u32::try_from(several.len()).unwrap_or(u32::MAX)).max(1.0);
        let mean = |of: fn(&Self) -> f64| several.iter().map(of).sum::<f64>() / count;
        if several.is_empty() {
            return Self::NONE;
        }
        Self { own: mean(|e| e.own), some: mean(|e| e.some), rare: mean(|e| e.rare) }
    }
}

/// The logarithm of the probability that an urn of this concentration gives these counts.
pub fn log_likelihood(counts: &[u32], concentration: f64) -> f64 {
    let mut log = 0.0;
    let mut drawn = 0;
    for count in counts.iter().filter(|count| **count > 0) {
        log += concentration.ln();
        log += (1..*count).map(|factor| f64::from(factor).ln()).sum::<f64>();
        drawn += count;
    }
    log - (0..drawn).map(|step| (concentration + f64::from(step)).ln()).sum::<f64>()
}

/// Weighs new answers against the counts of accepted ones.
///
/// `base` counts the accepted answers per category. `new` names the category of each new answer:
/// an index into `base`, or, from `base.len()` on, a category that was never accepted, numbered by
/// first appearance.
pub fn weigh(base: &[u32], new: &[usize], weights: &Weights) -> Evidence {
    let accepted: u32 = base.iter().sum();
    if accepted == 0 || new.is_empty() {
        return Evidence::NONE;
    }
    let noise = noise(base, new, weights);
    let ratio = |change: f64| (change - noise).clamp(-MOST, MOST).exp();
    let shares: Vec<f64> =
        base.iter().map(|count| f64::from(*count) / f64::from(accepted)).collect();
    let [some, rare] = RATES.map(|rate| ratio(novelty(&shares, new, rate)));
    Evidence { own: ratio(own(&shares, new)), some, rare }
}

/// Log probability of the new answers under noise: the concentration is not known, and what the
/// accepted answers say of it counts.
fn noise(base: &[u32], new: &[usize], weights: &Weights) -> f64 {
    let accepted: u32 = base.iter().sum();
    let mut before = [0.0; GRID.len()];
    let mut after = [0.0; GRID.len()];
    let places = before.iter_mut().zip(&mut after).zip(GRID.iter().zip(weights));
    for ((before, after), (concentration, weight)) in places {
        *before = weight.max(1e-12).ln() + log_likelihood(base, *concentration);
        let mut seen = Seen::default();
        *after = *before;
        let mut drawn = f64::from(accepted);
        for category in new {
            let known = base.get(*category).copied().unwrap_or(0) + seen.count(*category);
            let mass = if known > 0 { f64::from(known) } else { *concentration };
            *after += (mass / (drawn + concentration)).ln();
            seen.add(*category);
            drawn += 1.0;
        }
    }
    log_sum(&after) - log_sum(&before)
}

/// Log probability under a behaviour of its own: half of the first mass goes to something new.
fn own(shares: &[f64], new: &[usize]) -> f64 {
    let mut seen = Seen::default();
    let mut log = 0.0;
    let mut drawn = 0.0;
    for category in new {
        let count = f64::from(seen.count(*category));
        let mass = match shares.get(*category) {
            Some(share) => count + (1.0 - NEW) * share,
            None if count > 0.0 => count,
            None => NEW,
        };
        log += (mass / (drawn + 1.0)).ln();
        seen.add(*category);
        drawn += 1.0;
    }
    log
}

/// Log probability where something new comes at this rate, and all else stays.
fn novelty(shares: &[f64], new: &[usize], rate: f64) -> f64 {
    let mut seen = Seen::default();
    let mut log = 0.0;
    let mut novel = 0.0;
    for category in new {
        if let Some(share) = shares.get(*category) {
            log += ((1.0 - rate) * share).ln();
            continue;
        }
        let count = f64::from(seen.count(*category));
        let mass = if count > 0.0 { count } else { NEW };
        log += if novel > 0.0 { (rate * mass / (novel + NEW)).ln() } else { rate.ln() };
        seen.add(*category);
        novel += 1.0;
    }
    log
}

/// The logarithm of a sum of exponentials.
pub(super) fn log_sum(logs: &[f64]) -> f64 {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + logs.iter().map(|log| (log - most).exp()).sum::<f64>().ln()
}

/// Counts of few categories.
#[derive(Default)]
struct Seen(Vec<(usize, u32)>);

impl Seen {
    fn count(&self, category: usize) -> u32 {
        self.0.iter().find(|(seen, _)| *seen == category).map_or(0, |(_, count)| *count)
    }

    fn add(&mut self, category: usize) {
        match self.0.iter_mut().find(|(seen, _)| *seen == category) {
            Some((_, count)) => *count += 1,
            None => self.0.push((category, 1)),
        }
    }
}
