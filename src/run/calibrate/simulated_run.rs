//! A run that is answered at once, from what is at hand: the same rounds, the same decision.

use crate::domain::Trial;
use crate::drift::Side;
use crate::run::Prepared;
use crate::run::decide::{Decided, Deciding};
use crate::run::rounds::{Answered, Decider};

/// Asks cells until nothing more would help to decide, or can be had. `answer` gives the answer of
/// that number of the cell at that position.
pub(super) fn simulated_run(
    cells: &[&Prepared],
    mut deciding: Deciding,
    mut answer: impl FnMut(usize, u32) -> Option<Trial>,
) -> (Vec<Vec<Trial>>, Decided) {
    let mut trials: Vec<Vec<Trial>> = Vec::with_capacity(cells.len());
    for (at, cell) in cells.iter().enumerate() {
        let first = 1..=cell.cell.samples.max(1);
        trials.push(first.filter_map(|number| answer(at, number)).collect());
    }
    loop {
        let mut is_more = false;
        for at in deciding.again(&answered(cells, &trials)) {
            let Some(known) = trials.get_mut(at) else { continue };
            let number = crate::domain::kit::small(known.len()).saturating_add(1);
            if let Some(trial) = answer(at, number) {
                known.push(trial);
                is_more = true;
            }
        }
        if !is_more {
            break;
        }
    }
    let decided = deciding.decide(&answered(cells, &trials));
    (trials, decided)
}

fn answered<'a>(cells: &[&'a Prepared], trials: &'a [Vec<Trial>]) -> Vec<Answered<'a>> {
    let cells = cells.iter().zip(trials);
    cells
        .map(|(cell, trials)| Answered { cell, side: Side::Candidate, trials, is_closed: false })
        .collect()
}
