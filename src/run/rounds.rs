//! Rounds of a run: what is asked next follows from what has been answered. Asks nobody itself.

use std::sync::Arc;

use super::Prepared;
use crate::domain::Trial;

/// A cell and its trials so far, by number. Some may be without an answer.
pub(super) type Answered<'a> = (&'a Prepared, &'a [Trial]);

/// Decides after each round which cells are asked once more.
pub(super) trait Decider: Send {
    /// Positions in `cells`; the run ends where there is none. A position may occur only once.
    fn again(&mut self, cells: &[Answered<'_>]) -> Vec<usize>;
}

/// Nothing is asked twice.
pub(super) struct Once;

impl Decider for Once {
    fn again(&mut self, _: &[Answered<'_>]) -> Vec<usize> {
        Vec::new()
    }
}

/// One trial that is to be asked for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Position of its cell in the run.
    pub(super) index: usize,
    pub(super) cell: Arc<Prepared>,
    /// Which answer of the cell, from 1.
    pub(super) number: u32,
}
