//! Small statistics: a seeded generator, one distribution to draw from, and quantiles.

use crate::domain::kit::{length, real};

/// Splitmix64: small, fast, and the same on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    /// Begins a sequence.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// The next number from 0 (inclusive) to 1 (exclusive), in steps of 2^-53.
    pub(crate) fn unit(&mut self) -> f64 {
        real(self.bits() >> 11) / real(1 << 53)
    }

    /// The next index below `length`; 0 where there is nothing to pick from.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        // The remainder is uneven by less than one part in 2^40 for any list that fits in memory.
        usize::try_from(self.bits() % (length.max(1) as u64)).unwrap_or(0)
    }
}

/// The value at `unit` (0 to 1) of a triangular distribution. Where `low` is `high` there is one
/// value only.
pub(crate) fn triangular(low: f64, mode: f64, high: f64, unit: f64) -> f64 {
    let width = high - low;
    if width <= 0.0 {
        return mode;
    }
    if unit < (mode - low) / width {
        low + (unit * width * (mode - low)).sqrt()
    } else {
        high - ((1.0 - unit) * width * (high - mode)).sqrt()
    }
}

/// The value below which the share `at` of a sorted list lies; `None` of an empty list.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a length is between 0 and the length"
)]
pub(crate) fn quantile(sorted: &[f64], at: f64) -> Option<f64> {
    let index = (at.clamp(0.0, 1.0) * length(sorted.len())) as usize;
    sorted.get(index.min(sorted.len().saturating_sub(1))).copied()
}

/// Values with weights, ready to be asked for quantiles.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weighted {
    points: Vec<(f64, f64)>,
    total: f64,
}

impl Weighted {
    /// Of pairs of value and weight; weights need not add up to 1.
    pub fn new(points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut points: Vec<(f64, f64)> =
            points.into_iter().filter(|(_, weight)| *weight > 0.0).collect();
        points.sort_by(|one, two| one.0.total_cmp(&two.0));
        let total = points.iter().map(|(_, weight)| weight).sum();
        Self { points, total }
    }

    /// The smallest value at which the weights from below add up to the share `at`.
    pub fn quantile(&self, at: f64) -> Option<f64> {
        // Sums of weights like 0.1 fall short of the share by rounding alone.
        let wanted = at * self.total * (1.0 - 1e-12);
        let mut sum = 0.0;
        for (value, weight) in &self.points {
            sum += weight;
            if sum >= wanted {
                return Some(*value);
            }
        }
        self.points.last().map(|(value, _)| *value)
    }

    /// The mean; `None` where there is no value.
    pub fn mean(&self) -> Option<f64> {
        let sum: f64 = self.points.iter().map(|(value, weight)| value * weight).sum();
        (self.total > 0.0).then(|| sum / self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        let mut random = SplitMix64::new(42);
        assert_eq!(random.bits(), 13_679_457_532_755_275_413);
        assert_eq!(random.bits(), 2_949_826_092_126_892_291);
        assert!(SplitMix64::new(1).index(0) == 0);
    }

    #[test]
    fn a_triangle_without_width_has_one_value() {
        assert!((triangular(3.0, 3.0, 3.0, 0.2) - 3.0).abs() < 1e-12);
        assert!((triangular(0.0, 0.0, 1.0, 0.0)).abs() < 1e-12);
        assert!((triangular(0.0, 1.0, 1.0, 1.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn quantiles_of_nothing_are_none() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(Weighted::new([]).quantile(0.5), None);
        assert_eq!(Weighted::new([(1.0, 0.0)]).mean(), None);
    }

    #[test]
    fn a_quantile_is_the_first_value_with_enough_weight_below() {
        let ten = Weighted::new((1..=10_u32).map(|value| (f64::from(value), 0.1)));
        assert_eq!(ten.quantile(0.3), Some(3.0));
        assert_eq!(ten.quantile(0.95), Some(10.0));
        assert_eq!(ten.quantile(0.0), Some(1.0));
        assert_eq!(ten.quantile(1.0), Some(10.0));
    }
}
