//! What is not beyond doubt has to show in two runs before it counts.

use std::collections::BTreeSet;

use crate::domain::{CellDecision, CellId, Decision, Facet, Hold, PromptName, Slot};

/// Lets those held findings count that an earlier decision had confirmed as well: in the same cell at
/// the same facet, or, of what cells share, in any cell of the same prompt and slot. Both decisions
/// must rest on the same accepted answers.
pub fn settle(decision: &mut Decision, earlier: &Decision) {
    let mut alone: BTreeSet<(&CellId, &Facet)> = BTreeSet::new();
    let mut shared: BTreeSet<(&PromptName, &Slot, &Facet)> = BTreeSet::new();
    for CellDecision { cell, findings, .. } in &earlier.cells {
        for fact in findings.iter().filter(|finding| finding.confirmed) {
            alone.insert((cell, &fact.facet));
            if fact.shared {
                shared.insert((&cell.prompt, &cell.model, &fact.facet));
            }
        }
    }
    for cell in &mut decision.cells {
        for finding in &mut cell.findings {
            let again = alone.contains(&(&cell.cell, &finding.facet))
                || (finding.shared
                    && shared.contains(&(&cell.cell.prompt, &cell.cell.model, &finding.facet)));
            if again && finding.hold == Some(Hold::NextRun) {
                finding.hold = None;
            }
        }
    }
}
