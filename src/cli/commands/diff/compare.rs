//! What two sides differ in, cell by cell.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::diff::layout;
use crate::domain::{
    Accepted, Because, Cell, CellId, CellRecord, Change, ChangeGroup, Flips, IdentityNews, Kind,
    Level, RunRecord, SnapshotMeta, Status, Suite,
};
use crate::run::{
    Answers, Prepared, Told, answers, changes_of, compare_runs, count_flips, flipped,
    judge_plainly, prepare,
};
use crate::verdict::{self, Circumstances};

/// What came of the comparison.
pub(super) struct Compared {
    pub(super) right: String,
    pub(super) cells: Vec<One>,
    pub(super) groups: Vec<ChangeGroup>,
    /// What statistics say, where both sides are runs with enough answers.
    pub(super) told: Told,
    pub(super) only_left: Vec<CellId>,
    pub(super) only_right: Vec<CellId>,
    pub(super) flips: Option<Flips>,
}

/// A cell that both sides have.
pub(super) struct One {
    pub(super) cell: CellId,
    pub(super) status: Status,
    pub(super) changes: Vec<Change>,
    pub(super) because: Vec<Because>,
    /// Whether its change may be noise, for all that two runs with few answers tell.
    pub(super) is_unsure: bool,
}

impl One {
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

pub(super) fn compare(suite: &Suite, left: &Side, right: Side) -> Result<Compared, Failure> {
    // Of two slots the same cases are compared; the cell is that of the right one.
    let mut before: BTreeMap<CellId, Accepted> = BTreeMap::new();
    for (cell, answer) in &left.answers {
        let model = right.slot.clone().unwrap_or_else(|| cell.model.clone());
        before.insert(CellId { model, ..cell.clone() }, answer.clone());
    }
    let told = told(suite, left, &right)?;
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
            return Some(One::decided(record));
        }
        match right.answers.get(id).filter(|_| cell.accepted.is_some()) {
            Some(after) => Some(plainly(cell, after, left, &right, &told)),
            None => unusable(cell, left, &right, &told),
        }
    };
    let cells: Vec<One> = prepared.iter().filter_map(of_both).collect();
    let all = cells.iter().map(|one| (&one.cell, one.changes.as_slice(), one.because.as_slice()));
    let groups = verdict::group(all);
    let flips = count_flips(prepared.iter().map(|cell| {
        let accepted = cell.accepted.as_ref().map(|accepted| &accepted.value);
        let before = of_side(left.run.as_ref(), &cell.cell.id, accepted);
        let after = right.answers.get(&cell.cell.id).map(|answer| &answer.value);
        (cell, before, of_side(right.run.as_ref(), &cell.cell.id, after))
    }));
    Ok(Compared { right: right.name, groups, cells, told, only_left, only_right, flips })
}

/// What statistics say of two runs; nothing of other sides, which have one answer of each cell.
fn told(suite: &Suite, left: &Side, right: &Side) -> Result<Told, Failure> {
    let (Some(before), Some(after)) = (&left.run, &right.run) else { return Ok(Told::default()) };
    let is_in_both = |id: &CellId| before.cell(id).is_some() && after.cell(id).is_some();
    let cells: Vec<_> = suite.cells.iter().filter(|cell| is_in_both(&cell.id)).collect();
    let prepared = Session::prepare_with(suite, cells, |_| true)?;
    Ok(compare_runs(prepared, (before, after), &suite.run.drift))
}

/// One answer compared with another one: whatever differs is a change.
fn plainly(cell: &Prepared, after: &Accepted, left: &Side, right: &Side, told: &Told) -> One {
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
    One {
        cell: id.clone(),
        status: verdict::by_level(&changes),
        because: because(cell, &after.meta, right, &changes),
        is_unsure: is_unsure(id, &changes, (left, right), told),
        changes,
    }
}

/// A cell that has no usable answer on a side of two runs, or of what is accepted and a run: what
/// is wrong with the right one is a change, unless the left one shows the same.
fn unusable(cell: &Prepared, left: &Side, right: &Side, told: &Told) -> Option<One> {
    let id = &cell.cell.id;
    let mut record = judge_plainly(cell, &right.record(id)?.trials);
    let before = left.record(id).filter(|_| cell.accepted.is_none());
    let known =
        before.map(|before| judge_plainly(cell, &before.trials).changes).unwrap_or_default();
    let is_known = |change: &Change| {
        known.iter().any(|one| (one.kind, &one.pointer) == (change.kind, &change.pointer))
    };
    record.changes.retain(|change| !is_known(change));
    let meta = record.meta.as_ref()?;
    record.because = because(cell, meta, right, &record.changes);
    let is_unsure = is_unsure(id, &record.changes, (left, right), told);
    Some(One { is_unsure, ..One::decided(&record) })
}

/// Whether the changes weigh, and may be noise for all that two runs with few answers tell.
fn is_unsure(id: &CellId, changes: &[Change], (left, right): (&Side, &Side), told: &Told) -> bool {
    let weighs = changes.iter().any(|change| change.level > Level::Info);
    let of_runs = left.run.is_some() && right.run.is_some();
    of_runs && weighs && !told.shared.contains(id)
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
