//! Numbers around the answers, compared cell by cell.

use crate::domain::kit::median;
use crate::domain::{Measure, Metric};

/// The change of a number from the first of each pair to the second, over the cells that have both.
/// Nothing where there is no pair of numbers above 0.
///
/// Each cell gives the logarithm of its ratio, so that ten times as long and a tenth cancel out.
/// The range is that of the order statistics: right for any distribution.
pub(crate) fn measure(metric: Metric, pairs: &[(f64, f64)]) -> Option<Measure> {
    let pairs: Vec<(f64, f64)> =
        pairs.iter().copied().filter(|(before, after)| *before > 0.0 && *after > 0.0).collect();
    let mut ratios: Vec<f64> = pairs.iter().map(|(before, after)| (after / before).ln()).collect();
    ratios.sort_by(f64::total_cmp);
    let middle = |side: fn(&(f64, f64)) -> f64| median(&pairs.iter().map(side).collect::<Vec<_>>());
    let range = rank(ratios.len()).and_then(|rank| {
        let last = ratios.len().checked_sub(rank)?;
        Some((ratios.get(rank - 1)?.exp() - 1.0, ratios.get(last)?.exp() - 1.0))
    });
    Some(Measure {
        metric,
        before: middle(|pair| pair.0)?,
        after: middle(|pair| pair.1)?,
        change: median(&ratios)?.exp() - 1.0,
        range,
        cells: pairs.len(),
    })
}

/// The rank, from 1, such that the median lies between it and its mirror 19 times out of 20: the
/// largest with a binomial tail of at most 2.5 %. None for fewer than six numbers.
fn rank(number: usize) -> Option<usize> {
    let total = f64::from(u32::try_from(number).ok()?);
    // Of half of all outcomes each: the probability of none, in logarithms, so that it never
    // vanishes.
    let mut term = -total * std::f64::consts::LN_2;
    let mut tail = term.exp();
    let mut rank = 0;
    while tail <= 0.025 && rank < number {
        rank += 1;
        let at = f64::from(u32::try_from(rank).ok()?);
        term += ((total - at + 1.0) / at).ln();
        tail += term.exp();
    }
    (rank > 0).then_some(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_more_everywhere_is_a_tenth_more() {
        let pairs: Vec<(f64, f64)> = (1..=20).map(|n| (f64::from(n), f64::from(n) * 1.1)).collect();
        let found = measure(Metric::OutputTokens, &pairs).unwrap();
        assert!((found.change - 0.1).abs() < 1e-9);
        let (low, high) = found.range.unwrap();
        assert!((low - 0.1).abs() < 1e-9 && (high - 0.1).abs() < 1e-9);
        assert!((found.before - 10.5).abs() < 1e-9 && found.cells == 20);
    }

    #[test]
    fn the_range_is_that_of_the_textbooks() {
        // Conover: the median lies between these ranks with at least 95 %.
        for (number, first) in
            [(5, None), (6, Some(1)), (8, Some(1)), (9, Some(2)), (20, Some(6)), (100, Some(40))]
        {
            assert_eq!(rank(number), first, "{number}");
        }
        for (number, first) in [(12, 3), (15, 4), (17, 5), (25, 8), (30, 10), (50, 18), (75, 29)] {
            assert_eq!(rank(number), Some(first), "{number}");
        }
        assert_eq!(rank(0), None);
        assert_eq!(rank(100_000).map(|rank| rank / 100), Some(496));
    }

    #[test]
    fn few_cells_have_no_range_and_nothing_is_compared_with_nothing() {
        assert_eq!(measure(Metric::LatencyMs, &[(1.0, 2.0)]).unwrap().range, None);
        assert_eq!(measure(Metric::LatencyMs, &[(0.0, 2.0)]), None);
        assert_eq!(measure(Metric::LatencyMs, &[(2.0, 0.0)]), None);
        assert_eq!(measure(Metric::LatencyMs, &[(2.0, -1.0)]), None);
        assert_eq!(measure(Metric::LatencyMs, &[]), None);
        let tiny = measure(Metric::LatencyMs, &[(0.1, 0.2), (0.0, 5.0), (5.0, 0.0)]).unwrap();
        assert_eq!((tiny.cells, tiny.before, tiny.after), (1, 0.1, 0.2));
    }
}
