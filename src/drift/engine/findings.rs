//! What is said of each cell in the end: how it deviates, and what is concluded.

use std::cmp::Reverse;

use super::Engine;
use super::judge::{Judged, Scoped, Verdicts};
use crate::domain::{CellId, Conclusion, DeviationKind, Finding, Scope};

impl Engine {
    /// What deviates in each cell, most certain first.
    pub(super) fn findings(&mut self, closed: &dyn Fn(&CellId) -> bool) -> Vec<Vec<Finding>> {
        let judged = self.judge();
        (0..self.cells.len()).map(|at| self.findings_of(at, &judged, closed)).collect()
    }

    fn findings_of(
        &self,
        at: usize,
        judged: &Verdicts,
        closed: &dyn Fn(&CellId) -> bool,
    ) -> Vec<Finding> {
        let Some(cell) = self.cells.get(at) else { return Vec::new() };
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let mut findings: Vec<Finding> = Vec::new();
        for (number, shown) in &cell.now.seen {
            let Some(deviation) = self.deviations.get_index(*number as usize) else { continue };
            let seen = shown.categories.iter().rev().max_by_key(|(_, count)| **count);
            let seen = seen.map(|(category, _)| category.clone()).unwrap_or_default();
            let known = self.scopes_of(at, *number).into_iter();
            let judged = known.filter_map(|scoped| Some((scoped, *judged.get(&scoped)?)));
            let is_open = closed(&cell.id)
                && (judged.clone().any(|(_, one)| one.doubt >= 1.0)
                    || deviation.kind == DeviationKind::Lost);
            // The smallest scope that says most.
            let rank = |(scoped, one): &(Scoped, Judged)| (one.conclusion, Reverse(scoped.scope));
            let (scoped, one) = judged.max_by_key(rank).unzip();
            let accepted = self.accepted(at).map_or(0, |(pair, case)| pair.had(case, deviation));
            let conclusion = one.map_or(Conclusion::Noise, |one| one.conclusion);
            // What other cells do without may be missing here.
            let is_optional = deviation.kind == DeviationKind::Lost
                && self.accepted(at).is_some_and(|(pair, _)| pair.is_optional(&deviation.facet));
            let unsettled = match deviation.kind {
                _ if !is_open => Conclusion::Noise,
                _ if deviation.is_of_contract() && accepted == 0 && !is_optional => {
                    Conclusion::Change
                }
                _ if shown.count == cell.now.asked && accepted < self.depth(cell) => {
                    Conclusion::Suspect
                }
                _ => Conclusion::Noise,
            };
            findings.push(Finding {
                deviation: deviation.clone(),
                // A field that this cell never had is gone from others only.
                conclusion: if seen == shown.usual {
                    Conclusion::Noise
                } else {
                    conclusion.max(unsettled)
                },
                scope: scoped.map_or(Scope::Cell, |scoped| scoped.scope),
                cells: one.map_or(1, |one| one.cells),
                of_cells: one.map_or(1, |one| one.of_cells),
                evidence: one.map_or(0.0, |one| one.evidence),
                threshold: one.map_or(0.0, |one| one.threshold),
                usual: shown.usual.clone(),
                seen,
                deviating: shown.count,
                accepted,
            });
        }
        // What a quiet group does anyway tells the next run nothing.
        findings.retain(|finding| finding.is_news() || finding.evidence >= 1.0);
        findings.sort_by(|one, two| {
            let order = two.conclusion.cmp(&one.conclusion);
            order
                .then(one.deviation.kind.cmp(&two.deviation.kind))
                .then(two.evidence.total_cmp(&one.evidence))
                .then_with(|| one.deviation.cmp(&two.deviation))
        });
        findings
    }
}
