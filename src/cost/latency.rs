//! How long an answer takes under routing: the exact mixture of the measured times, no sampling.

use super::stats::Weighted;
use crate::domain::kit::length;

/// Times of answers in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Times {
    /// The mean.
    pub mean: f64,
    /// Half are faster.
    pub p50: f64,
    /// Nine in ten are faster.
    pub p90: f64,
    /// 95 in 100 are faster.
    pub p95: f64,
    /// 99 in 100 are faster.
    pub p99: f64,
}

/// Above this many pairs both lists are thinned.
const MOST_PAIRS: usize = 4_000_000;
/// To so many values each.
const THIN: usize = 2_000;

impl Times {
    /// Of times with weights; `None` where there are none.
    pub fn of(weighted: &Weighted) -> Option<Self> {
        Some(Self {
            mean: weighted.mean()?,
            p50: weighted.quantile(0.50)?,
            p90: weighted.quantile(0.90)?,
            p95: weighted.quantile(0.95)?,
            p99: weighted.quantile(0.99)?,
        })
    }

    /// Of times that all weigh the same.
    pub fn plain(times: &[f64]) -> Option<Self> {
        Self::of(&Weighted::new(times.iter().map(|time| (*time, 1.0))))
    }
}

/// Two models behind a router.
#[derive(Debug, Clone, Copy)]
pub struct Mixture<'t> {
    /// What the router takes.
    pub router: f64,
    /// Share of the requests that go to the small model first.
    pub share: f64,
    /// Share of its answers that are not valid, and are asked of the large one.
    pub failure: f64,
    /// Times of the small model.
    pub small: &'t [f64],
    /// Times of the large model.
    pub large: &'t [f64],
}

impl Mixture<'_> {
    /// The times of answers, as if the two models were slow independently of each other.
    pub fn times(&self) -> Option<Times> {
        let (small, large) = self.thinned();
        let (of_small, of_large) = (length(small.len()), length(large.len()));
        let kept = self.share * (1.0 - self.failure) / of_small;
        let doubled = self.share * self.failure / (of_small * of_large);
        let direct = (1.0 - self.share) / of_large;
        let mut points: Vec<(f64, f64)> =
            small.iter().map(|time| (self.router + time, kept)).collect();
        points.extend(large.iter().map(|time| (self.router + time, direct)));
        if doubled > 0.0 {
            let both = |one: f64| large.iter().map(move |two| (self.router + one + two, doubled));
            points.extend(small.iter().flat_map(|one| both(*one)));
        }
        Times::of(&Weighted::new(points))
    }

    fn thinned(&self) -> (Vec<f64>, Vec<f64>) {
        if self.small.len().saturating_mul(self.large.len()) <= MOST_PAIRS {
            return (self.small.to_vec(), self.large.to_vec());
        }
        (thin(self.small), thin(self.large))
    }
}

fn thin(times: &[f64]) -> Vec<f64> {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let step = sorted.len().div_ceil(THIN).max(1);
    sorted.into_iter().step_by(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_traffic_to_the_small_model_the_large_one_is_left() {
        let large = [700.0, 800.0, 900.0];
        let mixture =
            Mixture { router: 0.0, share: 0.0, failure: 0.2, small: &[1.0], large: &large };
        assert_eq!(mixture.times(), Times::plain(&large));
        assert_eq!(Times::plain(&[]), None);
    }

    #[test]
    fn long_lists_are_thinned_and_say_nearly_the_same() {
        let small: Vec<f64> = (0..3000_u32).map(f64::from).collect();
        let large: Vec<f64> = (0..3000_u32).map(|time| 5000.0 + f64::from(time)).collect();
        let whole = Mixture { router: 0.0, share: 1.0, failure: 0.5, small: &small, large: &large };
        let times = whole.times().unwrap();
        assert!((times.mean - (1499.5 + 0.5 * 6499.5)).abs() < 30.0, "{times:?}");
    }
}
