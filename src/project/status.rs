//! What waits, what no longer fits, how the last run ended. Asks nobody.

use std::collections::{BTreeMap, BTreeSet};

use super::{Pending, Project, Result, Resumed};
use crate::domain::{
    CellId, CellRecord, Hash, History, Profile, RunHead, RunRecord, StaleReason, Status, Suite,
};
use crate::run::{Prepared, stale_of};
use crate::store::{Holder, Listing, RunLock};

/// How a suite stands.
#[derive(Debug)]
pub struct SuiteStatus {
    /// How many cells the matrix has.
    pub cells: usize,
    /// What its snapshots look like today.
    pub upkeep: Upkeep,
    /// What waits for a decision.
    pub open: Pending,
    /// The last run that was judged.
    pub last: Option<RunRecord>,
    /// The process that asks for the suite now.
    pub running: Option<Holder>,
    /// The last run of all, where it was cut short and nobody asks.
    pub interrupted: Option<Resumed>,
    /// Runs whose batches are not collected.
    pub uncollected: Vec<String>,
    /// What is not armed yet: a further run that sees it again fails.
    pub suspects: Vec<Suspect>,
}

/// What the snapshots of a suite look like today.
#[derive(Debug)]
pub struct Upkeep {
    /// Cells with a pending answer.
    pub pending: Vec<CellId>,
    /// Cells without an accepted answer.
    pub missing: Vec<CellId>,
    /// Cells whose snapshot was accepted for another request, and what differs.
    pub stale: BTreeMap<CellId, Vec<StaleReason>>,
    /// Snapshot files of cells that are not in the matrix.
    pub obsolete: Vec<(CellId, String)>,
    /// Files in `snapshots/` that name no cell.
    pub strays: Vec<String>,
    /// How many accepted answers each cell with a snapshot is judged by.
    pub depth: BTreeMap<CellId, u32>,
}

/// A change that the last run held back, and the run that saw it first.
#[derive(Debug, serde::Serialize)]
pub struct Suspect {
    /// Which cell.
    pub cell: CellId,
    /// Where in its answer; empty for the whole of it.
    pub place: String,
    /// The run.
    pub since: String,
}

impl Project {
    /// Looks at snapshots and stored runs.
    pub fn status(&self) -> Result<SuiteStatus> {
        let prepared = self.prepare(&self.suite.cells)?;
        let last = self.runs().latest()?;
        let running = RunLock::holder(&self.suite.root);
        let uncollected = self.runs().uncollected()?;
        let history = self.known_history().unwrap_or_default();
        Ok(SuiteStatus {
            cells: self.suite.cells.len(),
            upkeep: self.upkeep(&prepared)?,
            open: self.pending()?,
            suspects: suspects(last.as_ref(), &prepared, &history),
            last,
            interrupted: if running.is_some() { None } else { self.interrupted()? },
            uncollected: uncollected.into_iter().map(|(run, _)| run).collect(),
            running,
        })
    }

    fn interrupted(&self) -> Result<Option<Resumed>> {
        let Some(RunHead { id, trials, .. }) = self.runs().interrupted()? else { return Ok(None) };
        if self.runs().batches(&id)?.is_some() {
            return Ok(None);
        }
        let answers = self.runs().answered(&id)?;
        Ok(Some(Resumed { run: id, answers, trials, damaged: Vec::new() }))
    }

    /// Looks at every snapshot; `prepared` are all cells of the suite.
    pub(super) fn upkeep(&self, prepared: &[Prepared]) -> Result<Upkeep> {
        let listing = self.snapshots().list()?;
        let pending = listing.stored.iter().filter(|file| file.pending);
        let stale = prepared.iter().map(|cell| (cell.cell.id.clone(), stale_of(cell)));
        let missing = prepared.iter().filter(|cell| cell.accepted.is_none());
        let counted: BTreeMap<CellId, u32> = counted(&self.profiles()?).collect();
        let accepted = prepared.iter().filter(|cell| cell.accepted.is_some());
        let depth = accepted.map(|cell| {
            // A snapshot that no profile counts is one answer all the same.
            let id = cell.cell.id.clone();
            let answers = counted.get(&id).copied().unwrap_or_default().max(1);
            (id, answers)
        });
        Ok(Upkeep {
            depth: depth.collect(),
            pending: pending.map(|file| file.cell.clone()).collect(),
            missing: missing.map(|cell| cell.cell.id.clone()).collect(),
            stale: stale.filter(|(_, reasons)| !reasons.is_empty()).collect(),
            obsolete: obsolete(&self.suite, &listing),
            strays: listing.strays,
        })
    }
}

/// The cells that profiles count answers of, and how many.
pub(super) fn counted(profiles: &[Profile]) -> impl Iterator<Item = (CellId, u32)> {
    profiles.iter().flat_map(|profile| {
        profile.cases.iter().map(|(case, counts)| {
            let (prompt, model) = (profile.prompt.clone(), profile.slot.clone());
            (CellId { prompt, case: case.clone(), model }, counts.n)
        })
    })
}

/// Snapshot files of cells that are not in the matrix.
pub(super) fn obsolete(suite: &Suite, listing: &Listing) -> Vec<(CellId, String)> {
    let known: BTreeSet<_> = suite.cells.iter().map(|cell| &cell.id).collect();
    let obsolete = listing.stored.iter().filter(|file| !known.contains(&file.cell));
    obsolete.map(|file| (file.cell.clone(), file.path.clone())).collect()
}

/// What is not armed yet: a further run that sees it again fails. What was decided meanwhile is not.
fn suspects(last: Option<&RunRecord>, prepared: &[Prepared], history: &History) -> Vec<Suspect> {
    let today: BTreeMap<&CellId, Option<Hash>> =
        prepared.iter().map(|cell| (&cell.cell.id, cell.baseline())).collect();
    let run = last.filter(|run| run.upgrade.is_none());
    let records = run.into_iter().flat_map(|run| run.cells.iter().map(move |cell| (run, cell)));
    let suspect = |(run, record): (&RunRecord, &CellRecord)| {
        let baseline = record.baseline.as_ref().filter(|_| record.status == Status::Suspect)?;
        let is_open = today.get(&record.cell)?.as_ref() == Some(baseline);
        let finding = record.decision.as_ref()?.leading().filter(|_| is_open)?;
        let mut runs = history.of(&record.cell, baseline).iter();
        let first = runs.find(|seen| seen.deviations.contains_key(&finding.deviation));
        Some(Suspect {
            cell: record.cell.clone(),
            place: finding.deviation.facet.place.to_string(),
            since: first.map_or(&run.id, |seen| &seen.run).clone(),
        })
    };
    records.filter_map(suspect).collect()
}
