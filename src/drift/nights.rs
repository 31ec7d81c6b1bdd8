//! A single cell has to show a change in two runs before it counts.

use std::collections::BTreeSet;

use crate::domain::{CellId, Decision, Facet, Hold};

/// Lets those held findings count that an earlier decision had confirmed as well, in the same cell
/// at the same facet. Both decisions must rest on the same accepted answers.
pub fn settle(decision: &mut Decision, earlier: &Decision) {
    let known: BTreeSet<(&CellId, &Facet)> = earlier
        .cells
        .iter()
        .flat_map(|cell| cell.findings.iter().map(move |finding| (cell, finding)))
        .filter(|(_, finding)| finding.confirmed)
        .map(|(cell, finding)| (&cell.cell, &finding.facet))
        .collect();
    for cell in &mut decision.cells {
        for finding in &mut cell.findings {
            let again = known.contains(&(&cell.cell, &finding.facet));
            if again && finding.hold == Some(Hold::NextRun) {
                finding.hold = None;
            }
        }
    }
}
