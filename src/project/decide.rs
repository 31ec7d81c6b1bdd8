//! Decisions about pending answers: accept, reject, and count further answers as accepted. No model
//! is asked.

use super::ledger::{Headers, LedgerRecorder};
use super::pending::Pending;
use super::{Error, Project, Result};
use crate::domain::{CellId, ChangeGroup, Prefixes, ReviewAction, RunRecord, Selection};
use crate::plan::plan;
use crate::review::{PendingCell, PickError, Picked, Picks, pick};
use crate::run::{Prepared, RoleMoved};
use crate::store::{Commit, Snapshots};

/// What was decided, and what that leaves.
#[derive(Debug)]
pub struct Decided {
    /// The cells that are decided.
    pub cells: Vec<PendingCell>,
    /// Cells that were meant, and have no answer that could be accepted.
    pub refused: Vec<PendingCell>,
    /// How many cells were named, and are left, since they changed otherwise too.
    pub left: usize,
    /// The changes that nobody named of the cells that were.
    pub others: Vec<ChangeGroup>,
    /// How the ids of groups were shown before.
    pub ids: Prefixes,
    /// What waits now.
    pub open: Pending,
    /// Roles that would be learned otherwise today.
    pub roles: Vec<RoleMoved>,
    /// Accepted cells that broke in some of the answers that now count for them.
    pub breaking: Vec<Breaking>,
}

/// A cell that is accepted although it broke in some answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaking {
    /// Which cell.
    pub cell: CellId,
    /// In how many answers it broke.
    pub broken: usize,
    /// Of how many.
    pub answers: usize,
}

impl Decided {
    fn new(waiting: &Pending, picked: &Picked<'_>) -> Self {
        Self {
            cells: picked.cells.iter().map(|cell| (*cell).clone()).collect(),
            refused: Vec::new(),
            left: picked.left.len(),
            others: picked.others.clone(),
            ids: waiting.ids(),
            open: waiting.clone(),
            roles: Vec::new(),
            breaking: Vec::new(),
        }
    }

    /// The ids of the cells that are decided.
    pub fn ids_of_cells(&self) -> Vec<CellId> {
        self.cells.iter().map(|pending| pending.cell.clone()).collect()
    }
}

/// Accepted answers that more answers were counted beside.
#[derive(Debug)]
pub struct Deepened {
    /// How many cells got deeper.
    pub deeper: usize,
    /// How many were looked at.
    pub cells: usize,
    /// By how many accepted answers the shallowest of them is judged now.
    pub depth: u32,
    /// Roles that would be learned otherwise today.
    pub roles: Vec<RoleMoved>,
}

impl Project {
    /// Takes pending answers as the accepted ones. No valid value, no acceptance: an answer that
    /// violates today's schema, or a hard rule of its case, stays where it is.
    pub fn accept(&mut self, wanted: &Picks) -> Result<Decided> {
        let mut commit = self.change()?;
        let waiting = self.waiting()?;
        let picked = decided(&waiting.pending, wanted, ReviewAction::Accept)?;
        let mut decided = Decided::new(&waiting.pending, &picked);
        let (refused, taken) = decided.cells.into_iter().partition(|cell| cell.refusal.is_some());
        (decided.refused, decided.cells) = (refused, taken);
        let cells = decided.ids_of_cells();
        if cells.is_empty() && decided.refused.is_empty() {
            return Ok(decided);
        }
        let recorder = LedgerRecorder::open(self, waiting.headers(&cells))?;
        (decided.roles, decided.breaking) = self.take_pending(waiting, &cells, &mut commit)?;
        write_down(recorder, ReviewAction::Accept, &cells, commit)?;
        decided.open = decided.open.without(&cells);
        Ok(decided)
    }

    /// Throws pending answers away.
    pub fn reject(&mut self, wanted: &Picks) -> Result<Decided> {
        let mut commit = self.change()?;
        let waiting = self.waiting()?;
        let picked = decided(&waiting.pending, wanted, ReviewAction::Reject)?;
        let mut decided = Decided::new(&waiting.pending, &picked);
        let cells = decided.ids_of_cells();
        let recorder = LedgerRecorder::open(self, waiting.headers(&cells))?;
        for cell in &cells {
            Snapshots::clear_pending(&mut commit, cell);
        }
        write_down(recorder, ReviewAction::Reject, &cells, commit)?;
        decided.open = decided.open.without(&cells);
        Ok(decided)
    }

    /// Counts the answers of stored runs as accepted too, where they are as accepted.
    pub fn deepen(&mut self, runs: &[String], cells: &Selection) -> Result<Deepened> {
        let mut commit = self.change()?;
        let stored = self.runs();
        let runs: Vec<RunRecord> =
            runs.iter().map(|run| stored.load(run)).collect::<Result<_, _>>()?;
        let mut prepared = self.prepare(plan(&self.suite, cells)?.cells)?;
        let recorder = LedgerRecorder::open(self, Headers::new())?;
        let (roles, deeper) = self.count_runs(&mut prepared, &runs, &mut commit)?;
        if let Some(recorder) = recorder.filter(|_| deeper > 0) {
            let cells: Vec<CellId> = prepared.iter().map(|cell| cell.cell.id.clone()).collect();
            recorder.deepened(&cells, &mut commit)?;
        }
        commit.finish()?;
        let depth = prepared.iter().map(Prepared::depth).filter(|answers| *answers > 0).min();
        Ok(Deepened { deeper, cells: prepared.len(), depth: depth.unwrap_or_default(), roles })
    }
}

/// Adds the decision to the ledger, and makes it hold.
fn write_down(
    recorder: Option<LedgerRecorder<'_>>,
    action: ReviewAction,
    cells: &[CellId],
    mut commit: Commit,
) -> Result<()> {
    if let Some(recorder) = recorder {
        recorder.decided(action, cells, None, &mut commit)?;
    }
    Ok(commit.finish()?)
}

/// The pending cells that are meant.
fn decided<'p>(waiting: &'p Pending, wanted: &Picks, action: ReviewAction) -> Result<Picked<'p>> {
    let nothing = |title: String| {
        let help = match waiting.cells.len() {
            0 => "nothing is pending; promptmatrix run".to_owned(),
            1 => "1 cell pending; promptmatrix status lists them".to_owned(),
            n => format!("{n} cells pending; promptmatrix status lists them"),
        };
        Error::nothing("review::unknown-change", title, help)
    };
    match pick(&waiting.cells, wanted, action) {
        Ok(picked) if picked.cells.is_empty() && picked.left.is_empty() => {
            Err(nothing("no pending cell is meant".to_owned()))
        }
        Ok(picked) => Ok(picked),
        Err(error @ PickError::Unknown(_)) => Err(nothing(error.to_string())),
        Err(error @ PickError::Ambiguous { .. }) => Err(Error::usage(
            "review::ambiguous",
            error.to_string(),
            "write more digits of the one that is meant",
        )),
    }
}
