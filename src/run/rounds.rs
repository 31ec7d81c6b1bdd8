//! Rounds of a run: what is asked next follows from what has been answered. Asks nobody itself.

use std::sync::Arc;

use super::Prepared;
use crate::domain::Trial;
use crate::drift::Side;

/// A cell and its trials so far.
#[derive(Clone, Copy)]
pub(super) struct Answered<'a> {
    pub(super) cell: &'a Prepared,
    /// Whether it is the version that is judged, or the one that was accepted, asked beside it.
    pub(super) side: Side,
    /// By number. Some may be without an answer.
    pub(super) trials: &'a [Trial],
    /// Whether nothing more can be had of it.
    pub(super) is_closed: bool,
}

/// Decides after each round which cells are asked once more.
pub(super) trait Decider: Send {
    /// Positions in `cells`; the run ends where there is none. A position may occur only once.
    fn again(&mut self, cells: &[Answered<'_>]) -> Vec<usize>;
}

/// One trial that is to be asked for.
#[derive(Debug, Clone)]
pub(super) struct PlannedTrial {
    /// Position of its cell in the run.
    pub(super) index: usize,
    pub(super) cell: Arc<Prepared>,
    /// Which answer of the cell, from 1.
    pub(super) number: u32,
}
