//! How much a family of facets varies, learned from counts (empirical Bayes).

use std::collections::BTreeMap;

use super::urn::log_likelihood;
use crate::drift::prior::{CONCENTRATIONS, GRID, Weights};

/// No concentration is thought impossible.
const FLOOR: f64 = 1e-4;

/// Counts of cells, alike ones together: the counts of the categories, largest first, and how many
/// cells have them.
pub type Patterns = BTreeMap<Vec<u32>, u32>;

/// The weights that explain the counts best, pulled towards `prior` as if `pull` further cells had
/// been seen that are as it says. Rounded to five digits; the prior itself where no cell has two
/// answers.
pub fn fit(patterns: &Patterns, prior: &Weights, pull: f64, steps: u32) -> Weights {
    let cells: Vec<(Weights, f64)> = patterns
        .iter()
        .filter(|(counts, _)| counts.iter().sum::<u32>() >= 2)
        .map(|(counts, cells)| (likelihoods(counts), f64::from(*cells)))
        .collect();
    if cells.is_empty() {
        return *prior;
    }
    let floored = prior.map(|weight| weight.max(FLOOR));
    let mut weights = scaled(floored);
    for _ in 0..steps {
        let mut mass = floored.map(|weight| pull * weight);
        for (likely, cells) in &cells {
            let joint: f64 = likely.iter().zip(&weights).map(|(one, two)| one * two).sum();
            for (mass, (likely, weight)) in mass.iter_mut().zip(likely.iter().zip(&weights)) {
                *mass += cells * likely * weight / joint;
            }
        }
        weights = scaled(mass);
    }
    weights.map(|weight| (weight * 1e5).round() / 1e5)
}

/// How likely the counts are at each concentration, up to a factor.
fn likelihoods(counts: &[u32]) -> Weights {
    let logs = GRID.map(|concentration| log_likelihood(counts, concentration));
    let most = logs.into_iter().fold(f64::NEG_INFINITY, f64::max);
    logs.map(|log| (log - most).exp())
}

fn scaled(weights: [f64; CONCENTRATIONS]) -> Weights {
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}
