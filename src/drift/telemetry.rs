//! Numbers around the answers: tokens, latency, cost.

use super::stats::{at_least, signed_rank};
use crate::domain::kit::median;
use crate::domain::{Metric, Shift};

/// From how many standard deviations a shift is more than chance.
pub(super) const CERTAIN: f64 = 4.0;

/// From which relative shift on it matters.
fn floor(metric: Metric) -> f64 {
    match metric {
        Metric::OutputTokens | Metric::ReasoningTokens => 0.15,
        Metric::Cost => 0.10,
        Metric::LatencyMs => 0.30,
    }
}

/// How a number moved over cells: for each, what is new and the median of what was accepted. What is
/// not above zero is left out. A latency has to be confirmed by the caller in a later wave: load
/// comes and goes.
pub(crate) fn shift(metric: Metric, cells: &[(f64, f64)]) -> Shift {
    let known = cells.iter().filter(|(now, was)| *now > 0.0 && *was > 0.0);
    let mut logs: Vec<f64> = known.map(|(now, was)| (now / was).ln()).collect();
    logs.sort_by(f64::total_cmp);
    let relative = |log: f64| log.exp() - 1.0;
    let by = relative(median(&logs).unwrap_or_default());
    let z = signed_rank(&logs);
    Shift {
        metric,
        cells: u32::try_from(logs.len()).unwrap_or(u32::MAX),
        by,
        within: within(&logs).map(|(low, high)| (relative(low), relative(high))),
        z,
        alarm: z.abs() >= CERTAIN && by.abs() >= floor(metric),
    }
}

/// Between which of the numbers, in order, the true median lies with 95 % confidence.
fn within(sorted: &[f64]) -> Option<(f64, f64)> {
    let all = u32::try_from(sorted.len()).ok()?;
    // The largest rank from the end that is passed by chance less than once in forty.
    let rank =
        (1..=all / 2).take_while(|rank| at_least(all - rank + 1, all, 0.5) <= 0.025).last()?;
    let low = sorted.get(rank as usize - 1)?;
    let high = sorted.get(sorted.len() - rank as usize)?;
    Some((*low, *high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(count: u32, factor: f64) -> Vec<(f64, f64)> {
        let cell = |at| (100.0 * factor + f64::from(at) * 1e-6, 100.0);
        (0..count).map(cell).collect()
    }

    #[test]
    fn sixteen_percent_more_in_21_cells_is_an_alarm_and_in_20_it_is_not() {
        let many = shift(Metric::OutputTokens, &cells(21, 1.16));
        assert!(many.alarm && (many.by - 0.16).abs() < 1e-3 && many.z > 4.0, "{many:?}");
        let few = shift(Metric::OutputTokens, &cells(20, 1.16));
        assert!(!few.alarm && few.z > 3.9, "{few:?}");
        let small = shift(Metric::LatencyMs, &cells(40, 1.16));
        assert!(!small.alarm, "certain, but too small to matter: {small:?}");
        assert!(shift(Metric::Cost, &cells(40, 0.8)).alarm, "less is news too");
    }

    #[test]
    fn the_bounds_hold_the_middle_and_few_cells_have_none() {
        let numbers: Vec<(f64, f64)> = (1..=20).map(|at| (100.0 + f64::from(at), 100.0)).collect();
        let found = shift(Metric::Cost, &numbers);
        let (low, high) = found.within.unwrap();
        // Of 20 numbers the 6th from both ends, as in the tables of the sign test.
        assert!((low - 0.06).abs() < 1e-9 && (high - 0.15).abs() < 1e-9, "{low} {high}");
        assert!(low < found.by && found.by < high);
        assert_eq!(shift(Metric::Cost, &numbers[..5]).within, None);
        assert_eq!(shift(Metric::Cost, &[(0.0, 1.0)]).cells, 0);
    }
}
