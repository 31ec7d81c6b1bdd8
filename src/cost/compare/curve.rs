//! What a route wins at any volume, by many draws of what is uncertain, and where that breaks even.

use super::evaluate::Replayed;
use super::judge::Evaluator;
use crate::cost::break_even::{Crossing, Direction, bisect};
use crate::cost::decide::{Lever, Odds};

/// What a route wins in a month, over volumes.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Curve {
    /// At each of many volumes, those of the break-even among them.
    pub points: Vec<CurvePoint>,
    /// Where the middle of the draws changes its sign.
    pub break_even: Vec<Crossing>,
    /// From this volume on, one draw in ten pays; absent where that is at no volume that is drawn.
    pub earliest: Option<f64>,
    /// From this volume on, nine draws in ten pay; absent in the same way.
    pub latest: Option<f64>,
}

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct CurvePoint {
    /// Requests a month.
    pub volume: f64,
    /// USD won in a month, in the middle of the draws.
    pub p50: f64,
    /// One draw in ten is lower.
    pub p10: f64,
    /// One draw in ten is higher.
    pub p90: f64,
}

/// How many volumes are looked at, and by how many draws.
const POINTS: u32 = 41;
const DRAWN: usize = 1000;

impl Evaluator<'_> {
    /// The curve of a route, from a thousand requests a month to a hundred million.
    pub(super) fn curve(&self, one: &Replayed) -> Option<Curve> {
        let scenario = self.scenario(one)?;
        let year = |volume: f64| self.odds(one, &Lever::Volume.set(scenario, volume), DRAWN);
        let at = |volume: f64| {
            let odds = year(volume);
            let (p10, p50, p90) = (odds.p10 / 12.0, odds.p50 / 12.0, odds.p90 / 12.0);
            CurvePoint { volume, p50, p10, p90 }
        };
        let volumes = (0..POINTS).map(|step| 1e3 * 1e5_f64.powf(f64::from(step) / 40.0));
        let mut points: Vec<CurvePoint> = volumes.map(at).collect();
        let zeros = |drawn: fn(&CurvePoint) -> f64, of: fn(&Odds) -> f64| {
            let steps = points.iter().zip(points.iter().skip(1));
            let changes = steps.filter(|(low, high)| (drawn(low) < 0.0) != (drawn(high) < 0.0));
            let found = changes.map(|(low, high)| Crossing {
                volume: bisect(|volume| of(&year(volume)), low.volume, high.volume),
                above: if drawn(low) < 0.0 { Direction::Pays } else { Direction::Loses },
            });
            found.collect::<Vec<_>>()
        };
        let first = |zeros: Vec<Crossing>| {
            let mut pays = zeros.into_iter().filter(|zero| zero.above == Direction::Pays);
            pays.next().map(|zero| zero.volume)
        };
        let earliest = first(zeros(|point| point.p90, |odds| odds.p90));
        let latest = first(zeros(|point| point.p10, |odds| odds.p10));
        let break_even = zeros(|point| point.p50, |odds| odds.p50);
        points.extend(break_even.iter().map(|zero| at(zero.volume)));
        points.sort_by(|one, other| one.volume.total_cmp(&other.volume));
        Some(Curve { points, break_even, earliest, latest })
    }
}
