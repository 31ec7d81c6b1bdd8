//! Numbers that vary by themselves: no single one is news, but all of them together can move.

use std::collections::BTreeMap;

use super::Engine;
use crate::domain::Drifted;
use crate::drift::stats::{median, signed_rank};
use crate::drift::telemetry::CERTAIN;

/// A move below this share of what the cells span is too small to matter.
const SPAN: f64 = 0.10;

/// A move of fewer median deviations is too small to matter.
const DEVIATIONS: f64 = 2.0;

/// One number of all cells of a prompt and slot.
#[derive(Default)]
struct Moves {
    by: Vec<f64>,
    middles: Vec<f64>,
    deviations: Vec<f64>,
}

impl Engine {
    /// What moved on the whole, by the first new answer of each cell.
    pub(super) fn drifted(&self) -> Vec<Drifted> {
        let mut all: BTreeMap<(u32, u32), Moves> = BTreeMap::new();
        for cell in &self.cells {
            for (facet, number) in &cell.numbers {
                let middles = &cell.base.middles;
                let Some(middle) = middles.iter().find(|middle| middle.facet == *facet) else {
                    continue;
                };
                let moves = all.entry((cell.base.pair, *facet)).or_default();
                moves.by.push(number - middle.median);
                moves.middles.push(middle.median);
                moves.deviations.push(middle.mad);
            }
        }
        let mut found: Vec<Drifted> = all
            .into_iter()
            .filter_map(|((pair, facet), moves)| {
                let (z, by) = moves.certain()?;
                let (prompt, slot) = self.pairs.get_index(pair as usize)?.clone();
                let facet = self.words.facet(facet)?.clone();
                let cells = u32::try_from(moves.by.len()).unwrap_or(u32::MAX);
                Some(Drifted { prompt, slot, facet, cells, by, z })
            })
            .collect();
        found.sort_by(|one, two| {
            (&one.prompt, &one.slot, &one.facet).cmp(&(&two.prompt, &two.slot, &two.facet))
        });
        found
    }
}

impl Moves {
    /// How certain the move is and how far it goes, where both are enough.
    fn certain(&self) -> Option<(f64, f64)> {
        let (z, by) = (signed_rank(&self.by), median(&self.by)?);
        let most = self.middles.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let least = self.middles.iter().copied().fold(f64::INFINITY, f64::min);
        let floor = (SPAN * (most - least)).max(DEVIATIONS * median(&self.deviations)?);
        (z.abs() >= CERTAIN && by.abs() > floor).then_some((z, by))
    }
}
