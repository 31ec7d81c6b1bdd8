//! Tests that are in every textbook.

use statrs::distribution::{Binomial, DiscreteCDF};
use statrs::function::factorial::ln_binomial;

/// Chance of at least this many flips to one side of `worse + better`, if both sides are equally
/// likely, two-sided (exact test of `McNemar`).
pub(crate) fn mcnemar(worse: u32, better: u32) -> f64 {
    let all = worse + better;
    let tail: f64 = (0..=worse.min(better)).map(|hits| log_choose(all, hits).exp()).sum();
    (2.0 * tail / 2f64.powi(i32::try_from(all).unwrap_or(i32::MAX))).min(1.0)
}

fn log_choose(all: u32, chosen: u32) -> f64 {
    ln_binomial(u64::from(all), u64::from(chosen))
}

/// Chance of at least `hits` in `tries`, each with probability `share`.
pub(crate) fn at_least(hits: u32, tries: u32, share: f64) -> f64 {
    let Some(less) = hits.checked_sub(1) else { return 1.0 };
    Binomial::new(share.clamp(0.0, 1.0), u64::from(tries))
        .map_or(0.0, |tries| tries.sf(u64::from(less)))
}

/// Wilcoxon's signed-rank statistic in standard deviations: how far numbers lie on one side of
/// zero. Zeros are left out, ties share their rank; 0 where nothing is left.
pub(crate) fn signed_rank(differences: &[f64]) -> f64 {
    let mut sorted: Vec<f64> =
        differences.iter().copied().filter(|d| d.abs() > 0.0 && d.is_finite()).collect();
    sorted.sort_by(|one, two| one.abs().total_cmp(&two.abs()));
    let count = f64::from(u32::try_from(sorted.len()).unwrap_or(u32::MAX));
    let mut rank = 0.0;
    let mut above = 0.0;
    let mut ties = 0.0;
    for alike in sorted.chunk_by(|one, two| one.abs().total_cmp(&two.abs()).is_eq()) {
        let size = f64::from(u32::try_from(alike.len()).unwrap_or(u32::MAX));
        let shared = rank + f64::midpoint(size, 1.0);
        above += alike.iter().filter(|d| **d > 0.0).map(|_| shared).sum::<f64>();
        ties += size.powi(3) - size;
        rank += size;
    }
    let mean = count * (count + 1.0) / 4.0;
    let variance = count * (count + 1.0) * (2.0 * count + 1.0) / 24.0 - ties / 48.0;
    if variance > 0.0 { (above - mean) / variance.sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_on_one_side_are_far_from_zero_and_a_balance_is_not() {
        let all_up = |count: usize| signed_rank(&vec![0.148_420; count]);
        assert!((all_up(20) - 4.0).abs() < 0.6, "{}", all_up(20));
        assert!(signed_rank(&[1.0, -1.0, 2.0, -2.0]).abs() < 1e-12);
        assert!(signed_rank(&[0.0, 0.0]).abs() < 1e-12);
        let distinct = |count: u32| {
            signed_rank(&(1..=count).map(|at| 0.16 + f64::from(at) * 1e-9).collect::<Vec<_>>())
        };
        // Figures of the paper.
        assert!((distinct(20) - 3.92).abs() < 0.005, "{}", distinct(20));
        assert!((distinct(21) - 4.01).abs() < 0.006, "{}", distinct(21));
    }

    #[test]
    fn chances_of_hits_add_up() {
        assert!((at_least(1, 10, 0.05) - (1.0 - 0.95_f64.powi(10))).abs() < 1e-9);
        assert!((at_least(59, 59, 1.0) - 1.0).abs() < 1e-12);
        assert!(at_least(5, 4, 0.9) < 1e-12);
        // The paper's figure: 59 calls show a fault of 5 % at least once, 19 times out of 20.
        assert!(at_least(1, 59, 0.05) >= 0.95 && at_least(1, 58, 0.05) < 0.95);
    }
}
