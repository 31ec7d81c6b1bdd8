//! Chance without randomness: a stable hash, read as a number. Holds no state.

use crate::domain::Hash;

/// Everything that decides a draw, but for what the draw is about.
#[derive(Debug, Clone)]
pub(super) struct Noise {
    key: String,
}

impl Noise {
    /// Chance that follows from these parts alone.
    pub(super) fn new<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut key = String::new();
        for part in parts {
            key.push_str(part);
            key.push('\u{1f}');
        }
        Self { key }
    }

    /// A number from 0 (inclusive) to 1 (exclusive), always the same for the same label.
    pub(super) fn unit(&self, label: &str) -> f64 {
        let hash = Hash::of_bytes(format!("{}{label}", self.key).as_bytes());
        let digits = u32::from_str_radix(hash.short(8), 16).unwrap_or_default();
        f64::from(digits) / (f64::from(u32::MAX) + 1.0)
    }

    /// A number below `count`, or 0 when there is nothing to choose from.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a unit number times a small count lies between 0 and that count"
    )]
    pub(super) fn pick(&self, label: &str, count: usize) -> usize {
        let at = (self.unit(label) * count as f64) as usize;
        at.min(count.saturating_sub(1))
    }

    /// Whether something that happens at this rate happens now.
    pub(super) fn happens(&self, label: &str, rate: f64, draw: u64) -> bool {
        rate >= 1.0 || (rate > 0.0 && self.unit(&format!("{label}\u{1f}{draw}")) < rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_of_a_fifth_happens_about_a_fifth_of_the_time() {
        let noise = Noise::new(["seed", "version"]);
        let hits = (0..2000).filter(|draw| noise.happens("fenced", 0.2, *draw)).count();
        assert!((340..460).contains(&hits), "{hits}");
    }

    #[test]
    fn never_and_always_do_not_depend_on_the_draw() {
        let noise = Noise::new(["seed"]);
        assert!((0..100).all(|draw| noise.happens("x", 1.0, draw)));
        assert!(!(0..100).any(|draw| noise.happens("x", 0.0, draw)));
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let one = Noise::new(["ab", "c"]).unit("x");
        let two = Noise::new(["a", "bc"]).unit("x");
        assert!((one - two).abs() > f64::EPSILON);
        assert_eq!(Noise::new(["a"]).pick("x", 0), 0);
    }
}
