//! Whether cells that belong together share a change, and how sure each of them is to have changed.

use super::urn::{Evidence, log_sum};
use crate::drift::prior::{SHARES, TOGETHER};

/// What the evidence of several cells says together.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// Probability that a common change hit them, against "nothing changed anywhere".
    pub posterior: f64,
    /// Which share of them is then expected to have changed.
    pub share: f64,
    /// Probability that a cell with that evidence changed, alone or with the others; in the order
    /// of the input.
    pub cells: Vec<f64>,
}

/// Weighs the evidence of cells that belong together. Alike cells are given once, with their
/// number. `change` is the probability that a cell changes alone, `common` that a change is common.
pub fn common_change(cells: &[(Evidence, u32)], change: f64, common: f64) -> Shared {
    let parts = parts(change, common);
    let logs: Vec<f64> = parts.iter().map(|part| part.log(cells)).collect();
    let together = logs.get(1..).unwrap_or_default();
    let sum = log_sum(together);
    let quiet = (1.0 - common).ln();
    let total = log_sum(&logs);
    let posterior: Vec<f64> = logs.iter().map(|log| (log - total).exp()).collect();
    let cell = |evidence: Evidence| -> f64 {
        let weighed = posterior.iter().zip(&parts).filter(|(weight, _)| **weight > 1e-12);
        weighed.map(|(weight, part)| weight * part.cell(evidence)).sum()
    };
    let shares = parts.iter().skip(1).map(|part| part.share);
    Shared {
        posterior: 1.0 / (1.0 + (quiet - sum).min(700.0).exp()),
        share: together.iter().zip(shares).map(|(log, share)| (log - sum).exp() * share).sum(),
        cells: cells.iter().map(|(evidence, _)| cell(*evidence).min(1.0)).collect(),
    }
}

/// Two numbers of this range have a product that is neither lost nor infinite.
const PLAIN: std::ops::Range<f64> = 1e-100..1e100;

/// One explanation of what the cells show.
struct Part {
    log_weight: f64,
    share: f64,
    evidence: fn(Evidence) -> f64,
}

/// Cells change alone; or one of the alternatives hit a share of them together.
fn parts(change: f64, common: f64) -> Vec<Part> {
    let alternatives: [fn(Evidence) -> f64; 3] = [|e| e.own, |e| e.some, |e| e.rare];
    let alone = Part { log_weight: (1.0 - common).ln(), share: change, evidence: Evidence::alone };
    let mut parts = vec![alone];
    for (weight, evidence) in TOGETHER.into_iter().zip(alternatives) {
        for share in SHARES {
            let log_weight = (common * weight / 6.0).ln();
            parts.push(Part { log_weight, share, evidence });
        }
    }
    parts
}

impl Part {
    fn log(&self, cells: &[(Evidence, u32)]) -> f64 {
        let mut log = self.log_weight;
        // Logarithms are what takes time, so they are taken of products.
        let mut product = 1.0;
        for (evidence, count) in cells {
            let e = (self.evidence)(*evidence);
            let factor =
                if self.share < 1.0 { 1.0 + self.share * (e - 1.0) } else { e.max(1e-300) };
            let power = i32::try_from(*count).map_or(0.0, |count| factor.powi(count));
            if PLAIN.contains(&power) {
                product *= power;
                if !PLAIN.contains(&product) {
                    log += f64::ln(product);
                    product = 1.0;
                }
            } else {
                log += f64::from(*count) * factor.ln();
            }
        }
        log + product.ln()
    }

    fn cell(&self, evidence: Evidence) -> f64 {
        let changed = self.share * (self.evidence)(evidence);
        let all = 1.0 - self.share + changed;
        if all > 0.0 { changed / all } else { 0.0 }
    }
}
