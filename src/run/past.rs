//! What stored runs say of the cells of a new one: further answers of a version that passed, and
//! what the last runs have found already.

use std::collections::{BTreeMap, BTreeSet};

use super::Prepared;
use crate::domain::{
    CellId, CellRecord, Facet, Finding, Level, PromptName, Ruling, RunRecord, Slot, Source, Status,
    Trial, Weight,
};

/// Most answers that count for a cell, those of its profile included.
const MOST: usize = 20;

/// Below this posterior a change is less likely than noise.
const EVEN: f64 = 0.5;

/// What stored runs say of a cell.
#[derive(Debug, Default)]
pub struct Past {
    /// Later answers to the accepted request, of runs in which the cell passed; newest first.
    pub passed: Vec<Trial>,
    /// Where each of the last runs found the same change against the same baseline.
    pub confirmed: BTreeSet<Facet>,
    /// The same for what cells of its prompt and slot shared, whichever of them.
    pub shared: BTreeSet<Facet>,
    /// How many of the last runs have been looked at for that.
    looked: u32,
}

/// Tells cells what stored runs, newest first, say of them. A change counts as found again where
/// the last `nights - 1` runs of the cell found it. Only what was asked for counts: a replay says
/// the same however often it is read.
pub fn past(cells: &mut [Prepared], runs: &[RunRecord], nights: u32) {
    let places: BTreeMap<CellId, usize> =
        cells.iter().enumerate().map(|(at, cell)| (cell.cell.id.clone(), at)).collect();
    let needed = nights.saturating_sub(1);
    for run in runs.iter().filter(|run| run.upgrade.is_none()) {
        for record in &run.cells {
            let cell = places.get(&record.cell).and_then(|at| cells.get_mut(*at));
            if let Some(cell) = cell {
                remember(cell, &run.id, record, needed);
            }
        }
    }
    for cell in cells.iter_mut().filter(|cell| cell.past.looked < needed) {
        cell.past.confirmed.clear();
        cell.past.shared.clear();
    }
    let mut shared: BTreeMap<(PromptName, Slot), BTreeSet<Facet>> = BTreeMap::new();
    let pair = |cell: &Prepared| (cell.cell.id.prompt.clone(), cell.cell.id.model.clone());
    for cell in cells.iter() {
        shared.entry(pair(cell)).or_default().extend(cell.past.shared.iter().cloned());
    }
    for cell in cells {
        cell.past.shared = shared.get(&pair(cell)).cloned().unwrap_or_default();
    }
}

fn remember(cell: &mut Prepared, run: &str, record: &CellRecord, needed: u32) {
    let Some(counts) = cell.counts() else { return };
    let answers_it = cell.is_accepted_request(&record.hashes.request);
    let is_counted = counts.runs.iter().any(|counted| counted == run);
    let room = MOST.saturating_sub(counts.n as usize + cell.past.passed.len());
    if answers_it && !is_counted && passed(record) {
        let answers = first(record).filter(|trial| trial.source == Source::Fresh);
        let answers: Vec<Trial> = answers.rev().take(room).cloned().collect();
        cell.past.passed.extend(answers);
    }
    let Some(decision) = &record.decision else { return };
    if cell.past.looked >= needed || record.trials.iter().any(|t| t.source != Source::Fresh) {
        return;
    }
    let is_fact = |finding: &&Finding| finding.confirmed && finding.weight > Weight::Cosmetic;
    let is_comparable = record.baseline == cell.baseline();
    let facts = |shared: bool| -> BTreeSet<Facet> {
        let facts = decision.findings.iter().filter(is_fact).filter(|_| is_comparable);
        facts.filter(|fact| fact.shared || !shared).map(|fact| fact.facet.clone()).collect()
    };
    let found = [(&mut cell.past.confirmed, facts(false)), (&mut cell.past.shared, facts(true))];
    for (known, facts) in found {
        if cell.past.looked == 0 {
            *known = facts;
        } else {
            known.retain(|facet| facts.contains(facet));
        }
    }
    cell.past.looked += 1;
}

/// Whether a cell was as accepted. What is most likely noise belongs to it: leaving it out would make
/// the model look steadier than it is, and the next noise more suspicious.
fn passed(record: &CellRecord) -> bool {
    let Some(decision) = &record.decision else {
        return matches!(record.status, Status::Same | Status::Drifted);
    };
    let is_likely =
        |finding: &Finding| finding.weight > Weight::Cosmetic && finding.posterior >= EVEN;
    let is_noise = matches!(decision.ruling, Ruling::Pass | Ruling::Noisy | Ruling::Suspect);
    let usable = matches!(record.status, Status::Same | Status::Drifted | Status::Flaky);
    usable && is_noise && !decision.findings.iter().any(is_likely)
}

/// Whether the answers of a cell are for the most part as accepted, however often they differ.
pub(super) fn is_steady(record: &CellRecord) -> bool {
    let ruling = record.decision.as_ref().map(|decision| decision.ruling);
    let usable = matches!(record.status, Status::Same | Status::Drifted | Status::Flaky);
    let is_noise = matches!(ruling, None | Some(Ruling::Pass | Ruling::Noisy | Ruling::Suspect));
    usable && is_noise && record.changes.iter().all(|change| change.level == Level::Info)
}

/// The answers that were asked for in any case. Further ones were asked for because these deviated.
pub(super) fn first(record: &CellRecord) -> impl DoubleEndedIterator<Item = &Trial> {
    let further = record.decision.as_ref().map_or(0, |decision| decision.further);
    let all = record.trials.len();
    record.trials.iter().take(all.saturating_sub(further as usize))
}
