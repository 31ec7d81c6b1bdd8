//! What waits for a decision: pending answers, as the run that put them up judged them.

use std::collections::{BTreeMap, BTreeSet};

use super::ledger::Headers;
use super::{Project, Result};
use crate::domain::{
    Accepted, Because, Cell, CellId, CellRecord, Change, ChangeGroup, IdentityNews, Prefixes,
    RunRecord,
};
use crate::review::{Offer, PendingCell, groups, offer};
use crate::run::{Prepared, changes_of, violations};
use crate::store::Snapshots;
use crate::verdict::{self, Circumstances};

/// How many stored runs are looked through for the one that an answer comes from.
const RUNS: usize = 20;

/// Everything that waits.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Each cell with a pending answer, in order.
    pub cells: Vec<PendingCell>,
    /// Their changes, alike ones together.
    pub groups: Vec<ChangeGroup>,
}

impl Pending {
    fn new(cells: Vec<PendingCell>) -> Self {
        Self { groups: groups(&cells), cells }
    }

    /// The same without cells that are decided.
    pub(super) fn without(mut self, decided: &[CellId]) -> Self {
        let decided: BTreeSet<&CellId> = decided.iter().collect();
        self.cells.retain(|waiting| !decided.contains(&waiting.cell));
        Self::new(self.cells)
    }

    /// How the ids of its groups are shown.
    pub fn ids(&self) -> Prefixes {
        self.groups.iter().map(|group| group.id.as_str()).collect()
    }

    /// The groups of which somebody should take note.
    pub fn weighty(&self) -> impl Iterator<Item = &ChangeGroup> {
        self.groups.iter().filter(|group| group.weighs())
    }

    /// Cells without a change that weighs: nothing is accepted of them, or it was for an older
    /// request.
    pub fn others(&self) -> impl Iterator<Item = &CellId> {
        let of_groups: BTreeSet<&CellId> = self.weighty().flat_map(|group| &group.cells).collect();
        let cells = self.cells.iter().map(|waiting| &waiting.cell);
        cells.filter(move |cell| !of_groups.contains(cell))
    }
}

/// What waits, with all that a decision needs.
pub(super) struct Waiting {
    pub(super) pending: Pending,
    /// The cells that are still in the matrix.
    pub(super) prepared: Vec<Prepared>,
    /// The answers that wait.
    pub(super) answers: BTreeMap<CellId, Accepted>,
    /// The runs that put the answers up, newest first.
    pub(super) runs: Vec<RunRecord>,
}

impl Waiting {
    /// The headers of the accepted answers of cells, and of those that wait.
    pub(super) fn headers(&self, cells: &[CellId]) -> Headers {
        let cells: BTreeSet<&CellId> = cells.iter().collect();
        let header = |cell: &Prepared| {
            let id = &cell.cell.id;
            let (accepted, answer) = (cell.accepted.as_ref()?, self.answers.get(id)?);
            let both = (accepted.meta.clone(), answer.meta.clone());
            cells.contains(id).then(|| (id.clone(), both))
        };
        self.prepared.iter().filter_map(header).collect()
    }
}

impl Project {
    /// What waits for a decision.
    pub fn pending(&self) -> Result<Pending> {
        Ok(self.waiting()?.pending)
    }

    pub(super) fn waiting(&self) -> Result<Waiting> {
        let snapshots = self.snapshots();
        let stored = snapshots.list()?.stored;
        let mut waiting: BTreeSet<CellId> =
            stored.into_iter().filter(|file| file.pending).map(|file| file.cell).collect();
        let cells: Vec<&Cell> =
            self.suite.cells.iter().filter(|cell| waiting.contains(&cell.id)).collect();
        let prepared = self.prepare(cells)?;
        let mut answers = BTreeMap::new();
        for cell in &prepared {
            let id = &cell.cell.id;
            answers.extend(snapshots.pending(id)?.map(|answer| (id.clone(), answer)));
            waiting.remove(id);
        }
        let runs = self.origins(&answers)?;
        let of_cell = |cell: &Prepared| {
            let answer = answers.get(&cell.cell.id)?;
            let (changes, because) = changed(cell, answer, &runs);
            let worst = violations(cell, answer).into_iter().next();
            Some(PendingCell {
                cell: cell.cell.id.clone(),
                changes,
                because,
                outdated: verdict::stale(&answer.meta, &cell.hashes, &cell.cell.model),
                refusal: worst.map(|change| change.detail.unwrap_or_default()),
            })
        };
        let mut cells: Vec<PendingCell> = prepared.iter().filter_map(of_cell).collect();
        // A cell that left the matrix can still be rejected, or pruned.
        cells.extend(waiting.into_iter().map(|cell| PendingCell {
            cell,
            changes: Vec::new(),
            because: Vec::new(),
            outdated: Vec::new(),
            refusal: Some("the cell is no longer in the matrix".to_owned()),
        }));
        cells.sort_by(|a, b| a.cell.cmp(&b.cell));
        Ok(Waiting { pending: Pending::new(cells), prepared, answers, runs })
    }

    /// The runs that put these answers up, newest first. No rehearsal does.
    fn origins(&self, answers: &BTreeMap<CellId, Accepted>) -> Result<Vec<RunRecord>> {
        let mut open: BTreeMap<&CellId, &Accepted> = answers.iter().collect();
        let mut origins = Vec::new();
        for run in self.runs().backwards()?.take(RUNS) {
            if open.is_empty() {
                break;
            }
            let number = open.len();
            open.retain(|cell, answer| origin(cell, answer, std::slice::from_ref(&run)).is_none());
            if open.len() < number {
                origins.push(run);
            }
        }
        Ok(origins)
    }

    /// Puts new answers up for a decision, and takes back those that have been answered.
    pub(super) fn stage_pending(&self, record: &RunRecord) -> Result<()> {
        let mut commit = self.begin()?;
        let snapshots = self.snapshots();
        let cells = self.suite.cells.iter();
        let files: BTreeMap<_, _> = cells.map(|cell| (&cell.id, &cell.prompt_file)).collect();
        for cell in &record.cells {
            match offer(cell) {
                Offer::Put(value, meta) => {
                    let answer = Accepted { value: value.clone(), meta: meta.clone() };
                    let file = files.get(&cell.cell).map_or("", |file| file.as_str());
                    snapshots.write_pending(&mut commit, &cell.cell, &answer, file)?;
                }
                Offer::Clear => Snapshots::clear_pending(&mut commit, &cell.cell),
                Offer::Leave => {}
            }
        }
        Ok(commit.finish()?)
    }
}

/// The newest of these runs that put an answer up, and what it says of the cell.
pub(super) fn origin<'r>(
    cell: &CellId,
    answer: &Accepted,
    runs: &'r [RunRecord],
) -> Option<(&'r RunRecord, &'r CellRecord)> {
    let puts_up = |record: &&CellRecord| offer(record) == Offer::Put(&answer.value, &answer.meta);
    let mut runs = runs.iter().filter(|run| run.upgrade.is_none());
    runs.find_map(|run| Some((run, run.cell(cell).filter(puts_up)?)))
}

/// How a pending answer differs from the accepted one, and why: as its run said, where the same is
/// accepted today as then, since noise was told from change there; else by the headers of both.
fn changed(cell: &Prepared, answer: &Accepted, runs: &[RunRecord]) -> (Vec<Change>, Vec<Because>) {
    let Some(accepted) = &cell.accepted else { return Default::default() };
    let judged = origin(&cell.cell.id, answer, runs).map(|(_, record)| record);
    let is_same =
        |record: &&CellRecord| record.baseline.is_some() && record.baseline == cell.baseline();
    if let Some(record) = judged.filter(is_same) {
        return (record.changes.clone(), record.because.clone());
    }
    let (stale, moved) = verdict::between(&accepted.meta, &answer.meta);
    let news = moved.then_some(IdentityNews::AliasMoved);
    let because = Circumstances { stale: &stale, news, ..Circumstances::default() };
    (changes_of(cell, answer), verdict::because(because))
}
