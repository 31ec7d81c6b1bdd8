//! How far each lever of the verdict may lie from where it stands.

use crate::cost::decide::{Lever, Spread};
use crate::cost::measure::{Basis, Figures};
use crate::domain::Param;

/// What the spreads are made of, besides the figures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    /// Requests a month.
    pub(super) volume: f64,
    /// The lowest price of the large model that has to be expected, as a factor.
    pub(super) large_price: f64,
    /// What a decision costs at least and at most, where it was not measured.
    pub(super) router_usd: Option<(f64, f64)>,
    /// Whether a decision is made at all: a cascade makes none.
    pub(super) decides: bool,
}

/// Assumed quantities, in the order in which they are drawn.
const DRAWN: [Param; 7] = [
    Param::HourlyRate,
    Param::FixMinutes,
    Param::BrokenShare,
    Param::SmallValid,
    Param::SmallShare,
    Param::RouterHours,
    Param::RecalibrateMinutes,
];

/// The assumed levers of a verdict with their spreads: what is drawn.
pub(super) fn drawn(figures: &Figures, decides: bool) -> Vec<Spread> {
    let is_used = |param: &Param| match param {
        Param::SmallShare | Param::RouterHours | Param::RecalibrateMinutes => decides,
        _ => true,
    };
    let spread = |param: Param| {
        let figure = figures.get(param)?;
        // What somebody wrote is what they mean.
        let is_open = figure.basis != Basis::Written && figure.low < figure.high;
        let lever = Lever::Assumed(param);
        let (low, high, basis) = (figure.low, figure.high, figure.basis);
        is_open.then_some(Spread { lever, low, high, basis })
    };
    DRAWN.into_iter().filter(is_used).filter_map(spread).collect()
}

/// All levers of a verdict with their spreads: those that are drawn, and those of the market.
pub(super) fn all(figures: &Figures, range: Range) -> Vec<Spread> {
    let mut all = drawn(figures, range.decides);
    let mut add = |lever, low, high, basis| all.push(Spread { lever, low, high, basis });
    add(Lever::Volume, range.volume / 3.0, range.volume * 10.0 / 3.0, Basis::Written);
    add(Lever::LargePrice, range.large_price, 1.0, Basis::Table);
    if let Some((low, high)) = range.router_usd.filter(|_| range.decides) {
        add(Lever::RouterUsd, low, high, Basis::Assumed);
    }
    all
}
