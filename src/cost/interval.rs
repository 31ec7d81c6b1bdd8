//! How sure a share, a rate or a ratio is: intervals and posteriors.

use statrs::distribution::{Beta as BetaLaw, ContinuousCDF, Gamma as GammaLaw};

use super::stats::{SplitMix64, quantile};
use crate::domain::kit::{length, real};

/// The value of the normal distribution with 2.5 % above it.
const Z: f64 = 1.959_963_984_540_054;

/// A value with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Estimate {
    /// The best single value.
    pub mean: f64,
    /// 2.5 % lie below.
    pub low: f64,
    /// 2.5 % lie above; `null` where nothing bounds it.
    #[schemars(with = "Option<f64>")]
    pub high: f64,
}

/// Wilson's interval of a share: `hits` of `of`. All of 0 to 1 where nothing was seen.
pub(crate) fn wilson(hits: u64, of: u64) -> Estimate {
    if of == 0 {
        return Estimate { mean: 0.0, low: 0.0, high: 1.0 };
    }
    let (number, share) = (real(of), real(hits) / real(of));
    let squared = Z * Z;
    let middle = (share + squared / (2.0 * number)) / (1.0 + squared / number);
    let spread = share * (1.0 - share) / number + squared / (4.0 * number * number);
    let half = Z * spread.sqrt() / (1.0 + squared / number);
    // At the ends the interval reaches the end, which rounding alone would miss.
    let low = if hits == 0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if hits == of { 1.0 } else { (middle + half).min(1.0) };
    Estimate { mean: share, low, high }
}

/// The exact interval of a share (Clopper and Pearson), for counts that need not be whole: `hits` of
/// `of`. Wider than Wilson's where little was seen.
pub(crate) fn exact(hits: f64, of: f64) -> Estimate {
    if of <= 0.0 {
        return Estimate { mean: 0.0, low: 0.0, high: 1.0 };
    }
    let misses = (of - hits).max(0.0);
    let low = if hits <= 0.0 { 0.0 } else { Share::prior(hits, misses + 1.0).quantile(0.025) };
    let high = if misses <= 0.0 { 1.0 } else { Share::prior(hits + 1.0, misses).quantile(0.975) };
    Estimate { mean: hits / of, low, high }
}

/// What is believed of a share before and after it was watched: a beta distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Share {
    hits: f64,
    misses: f64,
}

impl Share {
    /// A belief worth so many observations.
    pub(crate) fn prior(hits: f64, misses: f64) -> Self {
        Self { hits, misses }
    }

    /// The belief after `hits` of `of` were seen.
    #[must_use]
    pub(crate) fn seen(self, hits: u64, of: u64) -> Self {
        let misses = of.saturating_sub(hits);
        Self { hits: self.hits + real(hits), misses: self.misses + real(misses) }
    }

    pub(crate) fn mean(self) -> f64 {
        self.hits / (self.hits + self.misses)
    }

    /// The value with the share `at` of the belief below it.
    pub(crate) fn quantile(self, at: f64) -> f64 {
        BetaLaw::new(self.hits, self.misses)
            .map_or_else(|_| self.mean(), |belief| belief.inverse_cdf(at))
    }
}

/// What is believed of how often something happens in a year: a gamma distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rate {
    events: f64,
    years: f64,
}

impl Rate {
    /// A belief worth so many events in so many years.
    pub(crate) fn prior(events: f64, years: f64) -> Self {
        Self { events, years }
    }

    /// A belief worth two events at this many a year.
    pub(crate) fn around(per_year: f64) -> Self {
        Self::prior(2.0, 2.0 / per_year.max(1e-9))
    }

    /// The belief after so many events in so many years.
    #[must_use]
    pub(crate) fn seen(self, events: u64, years: f64) -> Self {
        Self { events: self.events + real(events), years: self.years + years.max(0.0) }
    }

    /// Events a year.
    pub(crate) fn mean(self) -> f64 {
        self.events / self.years
    }

    /// The value with the share `at` of the belief below it.
    pub(crate) fn quantile(self, at: f64) -> f64 {
        GammaLaw::new(self.events, self.years)
            .map_or_else(|_| self.mean(), |belief| belief.inverse_cdf(at))
    }
}

/// One cluster of observations that are not independent, such as the repeated answers of one case:
/// what is summed, and over how many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cluster {
    /// Above the line.
    pub sum: f64,
    /// Below it.
    pub over: f64,
}

/// The ratio of sums over clusters, with an interval from drawing whole clusters `draws` times.
/// `None` where the sum below the line is 0.
pub(crate) fn bootstrap(clusters: &[Cluster], draws: usize, seed: u64) -> Option<Estimate> {
    let ratio = |picked: &mut dyn Iterator<Item = Cluster>| {
        let (sum, over) =
            picked.fold((0.0, 0.0), |(sum, over), one| (sum + one.sum, over + one.over));
        (over > 0.0).then(|| sum / over)
    };
    let mean = ratio(&mut clusters.iter().copied())?;
    let mut random = SplitMix64::new(seed);
    let mut ratios: Vec<f64> = (0..draws)
        .filter_map(|_| {
            let mut picks =
                clusters.iter().filter_map(|_| clusters.get(random.index(clusters.len())).copied());
            ratio(&mut picks)
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let at = |share| quantile(&ratios, share).unwrap_or(mean);
    Some(Estimate { mean, low: at(0.025), high: at(0.975) })
}

/// The mean of a list; `None` of an empty one.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / length(values.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_interval_holds_its_share((hits, of) in (1_u64..500).prop_flat_map(|of| (0..=of, Just(of)))) {
            let estimate = wilson(hits, of);
            prop_assert!(0.0 <= estimate.low && estimate.low <= estimate.mean);
            prop_assert!(estimate.mean <= estimate.high && estimate.high <= 1.0);
        }

        #[test]
        fn more_evidence_of_the_same_share_narrows_the_interval(hits in 1_u64..20, of in 20_u64..40) {
            let (few, many) = (wilson(hits, of), wilson(hits * 10, of * 10));
            prop_assert!(many.high - many.low < few.high - few.low);
        }
    }

    #[test]
    fn an_exact_interval_without_a_hit_ends_where_even_that_would_be_luck() {
        // (1 - x)^10 = 0.025
        let none = exact(0.0, 10.0);
        let high = 1.0 - 0.025_f64.powf(0.1);
        assert!(none.low.abs() < 1e-12 && (none.high - high).abs() < 1e-6, "{none:?}");
        let all = exact(10.0, 10.0);
        assert!((all.low - (1.0 - high)).abs() < 1e-6 && (all.high - 1.0).abs() < 1e-12, "{all:?}");
        let half = exact(5.0, 10.0);
        assert!((half.low - 0.187_086).abs() < 1e-4 && (half.high - 0.812_914).abs() < 1e-4);
        assert_eq!(exact(0.0, 0.0), Estimate { mean: 0.0, low: 0.0, high: 1.0 });
    }

    #[test]
    fn nothing_seen_says_nothing() {
        assert_eq!(wilson(0, 0), Estimate { mean: 0.0, low: 0.0, high: 1.0 });
        assert_eq!(bootstrap(&[], 100, 1), None);
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn quantiles_of_beliefs_enclose_their_means() {
        let share = Share::prior(0.5, 4.5).seen(2, 12);
        assert!(share.quantile(0.025) < share.mean() && share.mean() < share.quantile(0.975));
        // P(X <= x) of a beta(1, n) is 1 - (1 - x)^n.
        let plain = Share::prior(1.0, 4.0).quantile(0.5);
        assert!((plain - (1.0 - 0.5_f64.powf(0.25))).abs() < 1e-6, "{plain}");
        // The median of an exponential law is ln 2 over its rate.
        let rate = Rate::prior(1.0, 3.0).quantile(0.5);
        assert!((rate - 2.0_f64.ln() / 3.0).abs() < 1e-6, "{rate}");
        assert!((Rate::around(4.51).mean() - 4.51).abs() < 1e-12);
    }

    #[test]
    fn drawing_whole_cases_is_honest_about_repeated_ones() {
        // Ten cases, each asked ten times: five always right, five always wrong.
        let cases: Vec<Cluster> = (0..10)
            .map(|case| Cluster { sum: if case < 5 { 10.0 } else { 0.0 }, over: 10.0 })
            .collect();
        let drawn = bootstrap(&cases, 2000, 42).unwrap();
        let naive = wilson(50, 100);
        assert!((drawn.mean - 0.5).abs() < 1e-12);
        assert!(drawn.high - drawn.low > 1.5 * (naive.high - naive.low), "{drawn:?} {naive:?}");
        assert_eq!(bootstrap(&cases, 2000, 42), Some(drawn), "the same seed, the same interval");
    }
}
