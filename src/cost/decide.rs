//! The verdict on routing: which assumption moves it how far, at which value it flips, and how sure
//! it is.

use schemars::JsonSchema;
use serde::Serialize;

use super::break_even::bisect;
use super::measure::Basis;
use super::scenario::Scenario;
use super::stats::{SplitMix64, quantile, triangular};
use crate::domain::Param;
use crate::domain::kit::length;

/// Something that the verdict depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lever {
    /// Requests a month.
    Volume,
    /// What the large model's price is multiplied by.
    LargePrice,
    /// What a routing decision costs.
    RouterUsd,
    /// One of the assumed parameters.
    #[serde(untagged)]
    Assumed(Param),
}

impl Lever {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Volume => "requests a month",
            Self::LargePrice => "price of the large model",
            Self::RouterUsd => "fee per decision",
            Self::Assumed(param) => param.info().name,
        }
    }

    /// Its value in a scenario.
    pub fn get(self, scenario: &Scenario) -> f64 {
        match self {
            Self::Volume => scenario.volume,
            Self::LargePrice => scenario.large_factor,
            Self::RouterUsd => scenario.router_usd,
            Self::Assumed(param) => scenario.assumed.get(param),
        }
    }

    /// The scenario with another value.
    #[must_use]
    pub fn set(self, scenario: Scenario, to: f64) -> Scenario {
        match self {
            Self::Volume => Scenario { volume: to, ..scenario },
            Self::LargePrice => Scenario { large_factor: to, ..scenario },
            Self::RouterUsd => Scenario { router_usd: to, ..scenario },
            Self::Assumed(param) => {
                Scenario { assumed: scenario.assumed.with(param, to), ..scenario }
            }
        }
    }

    /// Values that can be at all: nobody works less than no minutes, and a share ends at 1.
    pub fn domain(self) -> (f64, f64) {
        match self {
            Self::Volume => (0.0, 1e12),
            Self::LargePrice | Self::RouterUsd => (0.0, 1e3),
            Self::Assumed(param) => (0.0, param.info().most),
        }
    }
}

/// How far a lever may lie from its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub lever: Lever,
    /// Its lowest value that has to be expected.
    pub low: f64,
    pub high: f64,
    /// What its value rests on.
    pub basis: Basis,
}

/// How far the verdict moves with one lever.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Bar {
    pub lever: Lever,
    /// Its lowest value, the value it has, and its highest.
    pub low: f64,
    /// The value it has.
    pub value: f64,
    pub high: f64,
    /// What its value rests on.
    pub basis: Basis,
    /// USD won in a year at its lowest.
    pub net_low: f64,
    /// USD won in a year at its highest.
    pub net_high: f64,
    /// The value at which nothing is won or lost; absent where no possible value does that.
    pub flip: Option<f64>,
}

impl Bar {
    /// How far apart the ends are, in USD a year.
    pub fn swing(&self) -> f64 {
        (self.net_high - self.net_low).abs()
    }
}

/// Each lever moved alone from low to high; the one that moves most goes first.
pub(crate) fn tornado(base: &Scenario, spreads: &[Spread]) -> Vec<Bar> {
    let net = |lever: Lever, value| lever.set(*base, value).net_year();
    let mut bars: Vec<Bar> = spreads
        .iter()
        .map(|spread| Bar {
            lever: spread.lever,
            low: spread.low,
            value: spread.lever.get(base),
            high: spread.high,
            basis: spread.basis,
            net_low: net(spread.lever, spread.low),
            net_high: net(spread.lever, spread.high),
            flip: flip(base, spread.lever),
        })
        .collect();
    bars.sort_by(|one, two| two.swing().total_cmp(&one.swing()));
    bars
}

/// The value of a lever at which routing neither wins nor loses, wherever it lies; `None` where no
/// value does that.
///
/// Most levers act along a line, and one step of the secant is exact. Others are searched for in
/// what is possible for them.
pub(crate) fn crossing(base: &Scenario, lever: Lever) -> Option<f64> {
    let net = |value| lever.set(*base, value).net_year();
    let at = lever.get(base);
    let step = if at.abs() > 0.0 { at * 0.5 } else { 1.0 };
    let slope = (net(at + step) - net(at)) / step;
    if slope.abs() > 0.0 {
        let guess = at - net(at) / slope;
        // What is left at the root of a line is rounding; of a curve it is more.
        if net(guess).abs() <= 1e-6 * net(at).abs().max(1.0) {
            return Some(guess);
        }
    }
    let (low, high) = lever.domain();
    ((net(low) < 0.0) != (net(high) < 0.0)).then(|| bisect(net, low, high))
}

/// The same, where it is a value that can be.
pub(crate) fn flip(base: &Scenario, lever: Lever) -> Option<f64> {
    let (low, high) = lever.domain();
    crossing(base, lever).filter(|value| (low..=high).contains(value))
}

/// What many draws of all uncertain levers come to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Odds {
    /// How probable it is that routing pays.
    pub pays: f64,
    /// USD won in a year: one draw in ten is lower.
    pub p10: f64,
    /// One draw in two is lower.
    pub p50: f64,
    /// Nine draws in ten are lower.
    pub p90: f64,
}

/// How many draws, and where they begin.
pub(crate) const DRAWS: usize = 10_000;
/// The seed of the draws: a report of the same numbers is the same report.
pub(crate) const SEED: u64 = 42;

/// Draws every lever from a triangle over its spread, in the order given.
pub(crate) fn odds(base: &Scenario, spreads: &[Spread], draws: usize, seed: u64) -> Odds {
    let mut random = SplitMix64::new(seed);
    let mut nets: Vec<f64> = (0..draws.max(1))
        .map(|_| {
            let scenario = spreads.iter().fold(*base, |scenario, spread| {
                let mode = spread.lever.get(base).clamp(spread.low, spread.high.max(spread.low));
                let value = triangular(spread.low, mode, spread.high, random.unit());
                spread.lever.set(scenario, value)
            });
            scenario.net_year()
        })
        .collect();
    let wins = nets.iter().filter(|net| **net > 0.0).count();
    nets.sort_by(f64::total_cmp);
    let at = |share| quantile(&nets, share).unwrap_or_default();
    Odds { pays: length(wins) / length(nets.len()), p10: at(0.10), p50: at(0.50), p90: at(0.90) }
}

/// What is said in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nine draws in ten win.
    Pays,
    /// Nine draws in ten lose.
    DoesNotPay,
    /// Neither.
    Unclear,
}

impl Verdict {
    /// Of a probability.
    pub fn of(pays: f64) -> Self {
        match pays {
            pays if pays >= 0.90 => Self::Pays,
            pays if pays <= 0.10 => Self::DoesNotPay,
            _ => Self::Unclear,
        }
    }

    /// As it is said.
    pub fn words(self) -> &'static str {
        match self {
            Self::Pays => "pays",
            Self::DoesNotPay => "does not pay",
            Self::Unclear => "unclear",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_needs_nine_in_ten() {
        let said = [0.95, 0.90, 0.5, 0.10, 0.0].map(|pays| Verdict::of(pays).words());
        assert_eq!(said, ["pays", "pays", "unclear", "does not pay", "does not pay"]);
    }
}
