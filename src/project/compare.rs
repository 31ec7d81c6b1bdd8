//! Two sets of answers compared, cell by cell, without a call: runs, slots, or revisions.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::sides::Side;
use super::{Error, Project, Result};
use crate::diff::layout;
use crate::domain::{
    Accepted, Because, Cell, CellId, CellRecord, Change, ChangeGroup, Flips, IdentityNews, Kind,
    Level, Pico, RunRecord, Slot, SnapshotMeta, Status, Structured, Trial,
};
use crate::run::{
    Answers, Prepared, RunComparison, answers, changes_of, compare_runs, count_flips, flipped,
    judge_plainly, prepare,
};
use crate::verdict::{self, Circumstances, is_evidence};

/// What came of the comparison.
#[derive(Debug)]
pub struct Comparison {
    /// What is on the left.
    pub left: String,
    /// What is on the right.
    pub right: String,
    /// The cells that both sides have.
    pub cells: Vec<CellComparison>,
    /// Their changes, alike ones together.
    pub groups: Vec<ChangeGroup>,
    /// What statistics say, where both sides are runs with enough answers.
    pub told: RunComparison,
    /// Cells that only the left side has.
    pub only_left: Vec<CellId>,
    /// Cells that only the right side has.
    pub only_right: Vec<CellId>,
    /// Right answers that became wrong ones, and the other way round.
    pub flips: Option<Flips>,
    /// What the answers of two slots to the same cases took, in the latest run.
    pub slots: Option<[SlotFigures; 2]>,
}

/// The answers of a slot in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlotFigures {
    /// The slot.
    pub slot: Slot,
    /// How it is asked for JSON.
    pub structured: Structured,
    /// How many answers there are.
    pub answers: u64,
    /// How many of them are valid.
    pub valid: u64,
    /// Tokens of all of them, in and out; `None` where one says none.
    pub tokens: Option<u64>,
    /// What all of them cost; `None` where that of one is not known.
    pub cost: Option<Pico>,
}

/// A cell that both sides have.
#[derive(Debug)]
pub struct CellComparison {
    /// Which cell.
    pub cell: CellId,
    /// How it stands, by its changes.
    pub status: Status,
    /// What differs.
    pub changes: Vec<Change>,
    /// What that comes from.
    pub because: Vec<Because>,
    /// Whether its change may be noise, for all that two runs with few answers tell.
    pub is_unsure: bool,
}

impl CellComparison {
    fn decided(record: &CellRecord) -> Self {
        Self {
            cell: record.cell.clone(),
            status: record.status,
            changes: record.changes.clone(),
            because: record.because.clone(),
            is_unsure: false,
        }
    }
}

impl Project {
    /// Compares two sides: slots, or two of runs, git revisions and, empty, today's snapshots.
    pub fn compare(&self, left: &str, right: &str) -> Result<Comparison> {
        let (left, right) = (&self.side(left)?, self.side(right)?);
        if left.slot.is_some() != right.slot.is_some() {
            return Err(Error::usage(
                "diff::unlike-sides",
                format!("`{}` and `{}` cannot be compared", left.name, right.name),
                "name two slots, or two of runs and git revisions",
            ));
        }
        let suite = &self.suite;
        // Of two slots the same cases are compared; the cell is that of the right one.
        let mut before: BTreeMap<CellId, Accepted> = BTreeMap::new();
        for (cell, answer) in &left.answers {
            let model = right.slot.clone().unwrap_or_else(|| cell.model.clone());
            before.insert(CellId { model, ..cell.clone() }, answer.clone());
        }
        let told = self.told(left, &right)?;
        let decided: BTreeMap<&CellId, &CellRecord> =
            told.records.iter().map(|record| (&record.cell, record)).collect();
        let known: BTreeSet<&CellId> = suite.cells.iter().map(|cell| &cell.id).collect();
        // An answer that cannot be used is compared with nothing, and is there all the same.
        let is_left: BTreeSet<&CellId> = before.keys().chain(left.answered()).collect();
        let is_right: BTreeSet<&CellId> = right.answers.keys().chain(right.answered()).collect();
        let only = |one: &BTreeSet<&CellId>, other: &BTreeSet<&CellId>| -> Vec<CellId> {
            let cells = known.iter().filter(|cell| one.contains(*cell) && !other.contains(*cell));
            cells.map(|cell| (*cell).clone()).collect()
        };
        let (only_left, only_right) = (only(&is_left, &is_right), only(&is_right, &is_left));
        let is_both = |cell: &&Cell| is_left.contains(&cell.id) && is_right.contains(&cell.id);
        let cells: Vec<&Cell> = suite.cells.iter().filter(is_both).collect();
        let prepared = prepare(cells, |cell| before.get(cell).cloned(), |_| true)?;
        let of_both = |cell: &Prepared| {
            let id = &cell.cell.id;
            if let Some(record) = decided.get(id) {
                return Some(CellComparison::decided(record));
            }
            match right.answers.get(id).filter(|_| cell.accepted.is_some()) {
                Some(after) => Some(plainly(cell, after, left, &right, &told)),
                None => unusable(cell, left, &right, &told),
            }
        };
        let cells: Vec<CellComparison> = prepared.iter().filter_map(of_both).collect();
        let all =
            cells.iter().map(|one| (&one.cell, one.changes.as_slice(), one.because.as_slice()));
        let groups = verdict::group(all);
        let flips = count_flips(prepared.iter().map(|cell| {
            let accepted = cell.accepted.as_ref().map(|accepted| &*accepted.value);
            let before = of_side(left.run.as_ref(), &cell.cell.id, accepted);
            let after = right.answers.get(&cell.cell.id).map(|answer| &*answer.value);
            (cell, before, of_side(right.run.as_ref(), &cell.cell.id, after))
        }));
        let slots = match (&left.slot, &right.slot) {
            (Some(one), Some(two)) => self.figures(one, two)?,
            _ => None,
        };
        let (left, right) = (left.name.clone(), right.name);
        Ok(Comparison { left, right, cells, groups, told, only_left, only_right, flips, slots })
    }

    /// What two slots took for the cases that both have in the latest run.
    fn figures(&self, one: &Slot, two: &Slot) -> Result<Option<[SlotFigures; 2]>> {
        let Some(run) = self.runs().latest()? else { return Ok(None) };
        let of = |slot: &Slot, other: &Slot| {
            let of_slot = run.cells.iter().filter(|record| record.cell.model == *slot);
            let in_both = of_slot.filter(|record| {
                run.cell(&CellId { model: other.clone(), ..record.cell.clone() }).is_some()
            });
            let trials: Vec<&Trial> =
                in_both.flat_map(|record| &record.trials).filter(|one| is_evidence(one)).collect();
            let tokens =
                |trial: &&Trial| trial.usage.and_then(|used| Some(used.input? + used.output?));
            Some(SlotFigures {
                slot: slot.clone(),
                structured: self.suite.models.get(slot)?.structured,
                answers: trials.len() as u64,
                valid: trials.iter().filter(|trial| trial.cause.is_none()).count() as u64,
                tokens: trials.iter().map(tokens).sum(),
                cost: trials.iter().map(|trial| trial.usd_pico).sum(),
            })
        };
        let both = of(one, two).zip(of(two, one));
        Ok(both.map(|(one, two)| [one, two]).filter(|both| both.iter().all(|of| of.answers > 0)))
    }

    /// What statistics say of two runs; nothing of other sides, which have one answer of each cell.
    fn told(&self, left: &Side, right: &Side) -> Result<RunComparison> {
        let (Some(before), Some(after)) = (&left.run, &right.run) else {
            return Ok(RunComparison::default());
        };
        let is_in_both = |id: &CellId| before.cell(id).is_some() && after.cell(id).is_some();
        let cells: Vec<_> = self.suite.cells.iter().filter(|cell| is_in_both(&cell.id)).collect();
        let prepared = self.prepare_unasked(cells)?;
        Ok(compare_runs(prepared, (before, after), &self.suite.run.drift))
    }
}

/// One answer compared with another one: whatever differs is a change.
fn plainly(
    cell: &Prepared,
    after: &Accepted,
    left: &Side,
    right: &Side,
    told: &RunComparison,
) -> CellComparison {
    let id = &cell.cell.id;
    let mut changes = changes_of(cell, after);
    let before = cell.accepted.as_ref().map(|accepted| &accepted.value);
    let flipped = before.map(|before| flipped(cell, before, &after.value)).unwrap_or_default();
    // That a value is another one is said by the flip.
    changes.retain(|change| flipped.iter().all(|flip| flip.pointer != change.pointer));
    changes.extend(flipped);
    let written = left.texts.get(id).zip(right.texts.get(id));
    changes.extend(written.into_iter().flat_map(|(one, two)| layout(one, two)));
    if right.slot.is_some() {
        // Two models are two models; that they differ is no news.
        changes.retain(|change| change.kind != Kind::ServedModelChanged);
    }
    CellComparison {
        cell: id.clone(),
        status: verdict::by_level(&changes),
        because: because(cell, &after.meta, right, &changes),
        is_unsure: is_unsure(id, &changes, left, right, told),
        changes,
    }
}

/// A cell that has no usable answer on a side of two runs, or of what is accepted and a run: what
/// is wrong with the right one is a change, unless the left one shows the same.
fn unusable(
    cell: &Prepared,
    left: &Side,
    right: &Side,
    told: &RunComparison,
) -> Option<CellComparison> {
    let id = &cell.cell.id;
    let mut record = judge_plainly(cell, right.record(id)?.trials.clone());
    let before = left.record(id).filter(|_| cell.accepted.is_none());
    let known =
        before.map(|before| judge_plainly(cell, before.trials.clone()).changes).unwrap_or_default();
    let known: BTreeSet<_> = known.iter().map(|one| (one.kind, &one.pointer)).collect();
    let is_known = |change: &Change| known.contains(&(change.kind, &change.pointer));
    let number = record.changes.len();
    record.changes.retain(|change| !is_known(change));
    if record.changes.len() < number {
        record.status = verdict::by_level(&record.changes);
    }
    let meta = record.meta.as_ref()?;
    record.because = because(cell, meta, right, &record.changes);
    let is_unsure = is_unsure(id, &record.changes, left, right, told);
    Some(CellComparison { is_unsure, ..CellComparison::decided(&record) })
}

/// Whether the changes weigh, and may be noise for all that two runs with few answers tell.
fn is_unsure(
    id: &CellId,
    changes: &[Change],
    left: &Side,
    right: &Side,
    told: &RunComparison,
) -> bool {
    let weighs = changes.iter().any(|change| change.level > Level::Info);
    let of_runs = left.run.is_some() && right.run.is_some();
    of_runs && weighs && !told.certain.contains(id)
}

/// All answers of a side to a cell, where it is a run; else its one answer.
fn of_side<'a>(
    run: Option<&'a RunRecord>,
    cell: &CellId,
    one: Option<&'a serde_json::Value>,
) -> Answers<'a> {
    match run.and_then(|run| run.cell(cell)) {
        Some(record) => answers(&record.trials, record.judged),
        None => vec![one],
    }
}

/// What the changes of a cell come from, by the headers of both answers. Two slots differ in
/// everything, and that is no cause.
fn because(
    cell: &Prepared,
    after: &SnapshotMeta,
    right: &Side,
    changes: &[Change],
) -> Vec<Because> {
    let accepted = cell.accepted.as_ref().filter(|_| !changes.is_empty() && right.slot.is_none());
    let Some(before) = accepted else { return Vec::new() };
    let (stale, moved) = verdict::between(&before.meta, after);
    let rules = before.meta.rules != after.rules;
    let news = moved.then_some(IdentityNews::AliasMoved);
    verdict::because(Circumstances { stale: &stale, rules, news, ..Circumstances::default() })
}
