//! The number that decides: how many times better a change explains what was seen than noise does.

use std::collections::{BTreeMap, HashMap};

use super::settings::{Alternatives, OFTEN, Prior, SELDOM, SHARES, SURELY, VARYING, Weights};
use crate::domain::FacetFamily;

/// Rates at which a place may vary, all alike likely.
const RATES: u32 = 20;

/// How often unchanged cells break: 85 % never, 14 % in up to 8 % of their answers, 1 % in 5 to 40 %.
const FLAKES: [(f64, f64); 12] = [
    (0.0005, 0.85),
    (0.01, 0.035),
    (0.03, 0.035),
    (0.05, 0.035),
    (0.07, 0.035),
    (0.075, 0.01 / 7.0),
    (0.125, 0.01 / 7.0),
    (0.175, 0.01 / 7.0),
    (0.225, 0.01 / 7.0),
    (0.275, 0.01 / 7.0),
    (0.325, 0.01 / 7.0),
    (0.375, 0.01 / 7.0),
];

/// Likelier than this nothing is never.
const TINY: f64 = 1e-300;

/// One cell of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Counts {
    pub(super) prior: Prior,
    /// Whether the cell itself is known to vary, whatever its neighbours do.
    pub(super) varies: bool,
    /// How often the accepted answers deviate, and how often not; in halves.
    pub(super) accepted: (u32, u32),
    /// How often the new ones do, and how often not.
    pub(super) new: (u32, u32),
}

/// Weights of [`VARYING`], after `varied` of `cells` varied in `answers` accepted answers each.
/// Rounded to two digits, so that alike places share their figures.
pub(super) fn share_varying(family: FacetFamily, varied: f64, cells: f64, answers: f64) -> Weights {
    let shown = if answers > 1.0 { 1.0 - 2.0 / (answers + 1.0) } else { 0.0 };
    let before = if family == FacetFamily::Value { OFTEN } else { SELDOM };
    // In logarithms, since many cells leave nothing of a product.
    let mut logs = before;
    for (log, share) in logs.iter_mut().zip(VARYING) {
        let chance = if share > 0.0 {
            share * shown
        } else {
            1.0 - (-share).powf(answers) - (1.0 + share).powf(answers)
        };
        *log = log.ln() + times(varied, chance.ln()) + times(cells - varied, (1.0 - chance).ln());
    }
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        // One answer a cell shows nothing that varies, whatever other slots do.
        return before;
    }
    let sum: f64 = logs.iter().map(|log| (log - top).exp()).sum();
    logs.map(|log| two_digits((log - top).exp() / sum))
}

/// What never happens and was not seen either is no reason against it.
fn times(number: f64, log: f64) -> f64 {
    if number > 0.0 { number * log } else { 0.0 }
}

fn two_digits(number: f64) -> f64 {
    format!("{number:.1e}").parse().unwrap_or(number)
}

/// The chance of what was seen in one cell, if nothing changed, and with each of [`SHARES`].
pub(super) type Likelihoods = [f64; 1 + SHARES.len()];

/// Remembers chances, since most cells are alike.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    known: HashMap<(Counts, usize), Likelihoods>,
}

impl Evidence {
    /// How many times better a change explains these cells than noise does. `weights` are those of
    /// [`VARYING`], where the prior asks for them.
    pub(super) fn of(
        &mut self,
        cells: impl IntoIterator<Item = Counts>,
        weights: Option<&Weights>,
        alternatives: Alternatives,
    ) -> f64 {
        let mut kinds: BTreeMap<Counts, f64> = BTreeMap::new();
        for cell in cells {
            *kinds.entry(cell).or_default() += 1.0;
        }
        let shares: Vec<(usize, f64)> = match weights {
            Some(weights) => {
                weights.iter().copied().enumerate().filter(|(_, w)| *w > 0.0).collect()
            }
            None => vec![(0, 1.0)],
        };
        let (mut changed, mut unchanged) = (Vec::new(), Vec::new());
        for (share, weight) in shares {
            let mut noise = weight.ln();
            let mut change = vec![weight.ln(); alternatives.len()];
            for (cell, number) in &kinds {
                let likely = self.likelihoods(*cell, share);
                let [base, rest @ ..] = likely;
                noise += number * base.ln();
                for (sum, (at, part)) in change.iter_mut().zip(alternatives) {
                    let new = rest.get(*at).copied().unwrap_or_default();
                    *sum += number * ((1.0 - part) * base + part * new).max(TINY).ln();
                }
            }
            unchanged.push(noise);
            changed.extend(change);
        }
        let top = changed.iter().chain(&unchanged).copied().fold(f64::NEG_INFINITY, f64::max);
        let sum = |logs: &[f64]| logs.iter().map(|log| (log - top).exp()).sum::<f64>();
        let all = f64::from(u32::try_from(alternatives.len()).unwrap_or(u32::MAX));
        sum(&changed) / all / sum(&unchanged).max(TINY)
    }

    fn likelihoods(&mut self, cell: Counts, share: usize) -> Likelihoods {
        let share = match cell.prior {
            Prior::Unseen if cell.varies => SURELY,
            Prior::Unseen => share,
            Prior::Broken | Prior::Share => 0,
        };
        *self.known.entry((cell, share)).or_insert_with(|| likelihoods(cell, share))
    }
}

pub(super) fn likelihoods(cell: Counts, share: usize) -> Likelihoods {
    let half = |halves: u32| f64::from(halves) / 2.0;
    let (failed, passed) = (half(cell.accepted.0), half(cell.accepted.1));
    let (new, old) = (f64::from(cell.new.0), f64::from(cell.new.1));
    let varying = VARYING.get(share).copied().unwrap_or_default();
    let rates = prior(cell.prior, varying);
    let logs = rates.iter().map(|(rate, weight)| {
        weight.ln() + times(failed, rate.ln()) + times(passed, (1.0 - rate).ln())
    });
    let logs: Vec<f64> = logs.collect();
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut found = [0.0; 1 + SHARES.len()];
    let mut sum = 0.0;
    for ((rate, _), log) in rates.iter().zip(logs) {
        let weight = (log - top).exp();
        sum += weight;
        for (likely, share) in found.iter_mut().zip([0.0].into_iter().chain(SHARES)) {
            let hit = rate + share - rate * share;
            let miss = (1.0 - rate) * (1.0 - share);
            *likely += weight * hit.powf(new) * miss.powf(old);
        }
    }
    found.map(|likely| likely / sum)
}

/// Rates of an unchanged cell, with their weights.
fn prior(prior: Prior, varying: f64) -> Vec<(f64, f64)> {
    let any = |weight: f64| {
        let rate = |at: u32| f64::from(2 * at + 1) / f64::from(2 * RATES);
        (0..RATES).map(move |at| (rate(at), weight / f64::from(RATES)))
    };
    match prior {
        Prior::Broken => FLAKES.to_vec(),
        Prior::Unseen if varying < 0.0 => vec![(-varying, 1.0)],
        Prior::Unseen => [(0.0002, 1.0 - varying)].into_iter().chain(any(varying)).collect(),
        Prior::Share => [(0.0005, 0.25), (0.9995, 0.25)].into_iter().chain(any(0.5)).collect(),
    }
}
