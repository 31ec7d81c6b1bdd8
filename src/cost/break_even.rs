//! At how many requests a month a saving per request pays for the standing cost: every crossing,
//! with its direction.

/// Where the balance changes its sign.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Crossing {
    /// Requests a month.
    pub volume: f64,
    /// What happens above it.
    pub above: Direction,
}

/// What happens above a crossing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// It pays.
    Pays,
    /// It does not.
    Loses,
}

/// Smallest and largest volume that is looked at, and at how many points between them.
const FROM: f64 = 1e2;
const TO: f64 = 1e9;
const POINTS: u32 = 200;

/// With one saving per request at any volume: standing cost over saving; `None` is never.
pub(crate) fn constant(standing_month: f64, saving: f64) -> Option<f64> {
    if standing_month <= 0.0 {
        return (saving > 0.0).then_some(0.0);
    }
    (saving > 0.0).then(|| standing_month / saving)
}

/// Every volume between 100 and a thousand million where `net` (USD a month at a volume) changes its
/// sign.
pub(crate) fn crossings(net: impl Fn(f64) -> f64) -> Vec<Crossing> {
    let at = |index: u32| {
        let share = f64::from(index) / f64::from(POINTS - 1);
        FROM * (TO / FROM).powf(share)
    };
    (1..POINTS)
        .filter_map(|index| {
            let (low, high) = (at(index - 1), at(index));
            let rises = net(low) < 0.0 && net(high) >= 0.0;
            let falls = net(low) >= 0.0 && net(high) < 0.0;
            let above = if rises { Direction::Pays } else { Direction::Loses };
            (rises || falls).then(|| Crossing { volume: bisect(&net, low, high), above })
        })
        .collect()
}

/// Where a function changes its sign between two arguments at which it has different ones.
pub(crate) fn bisect(of: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let below = of(low) < 0.0;
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if (high - low).abs() <= 1e-12 * middle.abs() {
            break;
        }
        if (of(middle) < 0.0) == below {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn at_the_break_even_nothing_is_won_or_lost(standing in 1.0_f64..1e5, saving in 1e-6_f64..1e-2) {
            let volume = constant(standing, saving).unwrap();
            prop_assert!((volume * saving - standing).abs() < 1e-6);
            let found = crossings(|volume| volume * saving - standing);
            if (FROM..TO).contains(&volume) {
                prop_assert_eq!(found.len(), 1);
                prop_assert!((found[0].volume / volume - 1.0).abs() < 1e-9);
                prop_assert_eq!(found[0].above, Direction::Pays);
            }
        }
    }

    #[test]
    fn a_saving_that_melts_is_crossed_twice() {
        let found = crossings(|volume| volume * (0.01 - volume * 1e-9) - 100.0);
        let above: Vec<Direction> = found.iter().map(|crossing| crossing.above).collect();
        assert_eq!(above, [Direction::Pays, Direction::Loses]);
    }

    #[test]
    fn what_costs_more_per_request_never_pays() {
        assert_eq!(constant(100.0, -0.1), None);
        assert_eq!(constant(100.0, 0.0), None);
        assert_eq!(constant(0.0, 0.1), Some(0.0));
        assert_eq!(constant(0.0, 0.0), None);
        assert_eq!(crossings(|_| -1.0), []);
    }
}
