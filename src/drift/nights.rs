//! What is not beyond doubt has to show in two runs before it counts.

use std::collections::BTreeSet;

use crate::domain::{CellDecision, CellId, Decision, Facet, Hold};

/// Lets those held findings count that an earlier decision had confirmed as well: in the same cell at
/// the same facet, or, of what cells share, in any cell of the same prompt and slot. Both decisions
/// must rest on the same accepted answers.
pub fn settle(decision: &mut Decision, earlier: &Decision) {
    let facts = |cell: &'_ CellDecision| -> Vec<(CellId, Facet, bool)> {
        let confirmed = cell.findings.iter().filter(|finding| finding.confirmed);
        confirmed.map(|fact| (cell.cell.clone(), fact.facet.clone(), fact.shared)).collect()
    };
    let earlier: Vec<_> = earlier.cells.iter().flat_map(facts).collect();
    let alone: BTreeSet<_> = earlier.iter().map(|(cell, facet, _)| (cell, facet)).collect();
    let pair = |cell: &CellId| (cell.prompt.clone(), cell.model.clone());
    let shared = earlier.iter().filter(|(.., shared)| *shared);
    let shared: BTreeSet<_> = shared.map(|(cell, facet, _)| (pair(cell), facet)).collect();
    for cell in &mut decision.cells {
        for finding in &mut cell.findings {
            let again = alone.contains(&(&cell.cell, &finding.facet))
                || (finding.shared && shared.contains(&(pair(&cell.cell), &finding.facet)));
            if again && finding.hold == Some(Hold::NextRun) {
                finding.hold = None;
            }
        }
    }
}
