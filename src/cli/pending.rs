//! What waits for a decision: pending answers, as the run that put them up judged them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::failure::Failure;
use super::session::Session;
use crate::domain::{
    Accepted, Because, CellId, CellRecord, Change, ChangeGroup, IdentityNews, Prefixes, Suite,
};
use crate::report::paint::{self, BOLD, DIM, HINT, paint};
use crate::report::{Look, changes, escape};
use crate::review::{Offer, PendingCell, groups, offer};
use crate::run::{Prepared, changes_of, unfit};
use crate::store::Snapshots;
use crate::verdict::{self, Circumstances};

/// How many stored runs are looked through for the one that an answer comes from.
pub(crate) const RUNS: usize = 20;

/// What is said of an answer: its changes, and what they come from.
type Said = (Vec<Change>, Vec<Because>);

/// Everything that waits.
pub(crate) struct Pending {
    /// Each cell with a pending answer, in order.
    pub(crate) cells: Vec<PendingCell>,
    /// Their changes, alike ones together.
    pub(crate) groups: Vec<ChangeGroup>,
}

impl Pending {
    /// Reads what waits.
    pub(crate) fn of(suite: &Suite) -> Result<Self, Failure> {
        let cells = cells(suite)?;
        Ok(Self { groups: groups(&cells), cells })
    }

    /// The same without cells that are decided.
    pub(crate) fn without(mut self, decided: &[CellId]) -> Self {
        let decided: BTreeSet<&CellId> = decided.iter().collect();
        self.cells.retain(|waiting| !decided.contains(&waiting.cell));
        Self { groups: groups(&self.cells), cells: self.cells }
    }

    /// How the ids of its groups are shown.
    pub(crate) fn ids(&self) -> Prefixes {
        self.groups.iter().map(|group| group.id.as_str()).collect()
    }

    /// The groups of which somebody should take note.
    pub(crate) fn weighty(&self) -> impl Iterator<Item = &ChangeGroup> {
        self.groups.iter().filter(|group| group.weighs())
    }

    /// Cells without a change that weighs: nothing is accepted of them, or it was for an older
    /// request.
    pub(crate) fn others(&self) -> impl Iterator<Item = &CellId> {
        let of_groups: BTreeSet<&CellId> = self.weighty().flat_map(|group| &group.cells).collect();
        let cells = self.cells.iter().map(|waiting| &waiting.cell);
        cells.filter(move |cell| !of_groups.contains(cell))
    }

    /// One line for each group.
    pub(crate) fn list(&self) -> String {
        let ids = self.ids();
        let mut out = String::new();
        for group in self.weighty() {
            let _ = writeln!(out, "{}", line(group, &ids));
        }
        let others = self.others().count();
        if others > 0 {
            let what = paint(HINT, "promptmatrix accept --all, after a look");
            let _ = writeln!(out, "{others:>5} without a change that weighs   {what}");
        }
        out
    }

    /// Each group as a run draws it.
    pub(crate) fn render(&self, look: Look) -> String {
        if self.cells.is_empty() {
            return "Nothing waits for a decision.\n".to_owned();
        }
        let mut out = changes::render(&self.groups, &[], look);
        let others = self.others().map(ToString::to_string).collect::<Vec<_>>();
        if !others.is_empty() {
            let cells = paint::count(others.len(), "cell");
            let _ = writeln!(out, "{cells} without a change that weighs: {}", others.join("  "));
        }
        let cells = self.cells.iter().map(PendingCell::changed);
        let whole = || self.weighty().find_map(|group| group.cells.first());
        let next = match verdict::acceptable(&self.groups, cells) {
            Some((group, _)) => self.ids().short(&group.id).to_owned(),
            None => whole().map_or("--all".to_owned(), ToString::to_string),
        };
        let what = paint(DIM, "or reject, by the same name");
        let _ = writeln!(out, "\n{}    promptmatrix accept {next}   {what}", paint(BOLD, "Next"));
        out
    }
}

/// `   24 cells  breaking  structure /order_id  triage@swift   promptmatrix accept 73cf04`.
fn line(group: &ChangeGroup, ids: &Prefixes) -> String {
    let kind = group.change.kind.shown();
    let slots: BTreeSet<&str> = group.cells.iter().map(|cell| cell.model.as_str()).collect();
    let prompts: BTreeSet<&str> = group.cells.iter().map(|cell| cell.prompt.as_str()).collect();
    let place = escape::line(&format!("{kind} {}", group.change.pointer));
    let homes = format!("{}@{}", joined(&prompts), joined(&slots));
    let cells = paint::count(group.cells.len(), "cell");
    format!(
        "{cells:>11}  {:<9} {}  {}   {}",
        group.change.level,
        place.trim_end(),
        paint(DIM, escape::line(&homes)),
        paint(HINT, format_args!("promptmatrix accept {}", ids.short(&group.id))),
    )
}

fn joined(names: &BTreeSet<&str>) -> String {
    names.iter().copied().collect::<Vec<_>>().join(",")
}

/// Every cell with a pending answer, with its changes.
fn cells(suite: &Suite) -> Result<Vec<PendingCell>, Failure> {
    let snapshots = Snapshots::open(&suite.root);
    let stored = snapshots.list()?.stored;
    let mut waiting: BTreeSet<CellId> =
        stored.into_iter().filter(|file| file.pending).map(|file| file.cell).collect();
    let cells: Vec<_> = suite.cells.iter().filter(|cell| waiting.contains(&cell.id)).collect();
    let prepared: Vec<Prepared> = Session::prepare(suite, cells.iter().copied())?;
    let mut answers = BTreeMap::new();
    for cell in &prepared {
        let id = &cell.cell.id;
        answers.extend(snapshots.pending(id)?.map(|answer| (id.clone(), answer)));
        waiting.remove(id);
    }
    let mut judged = judged(suite, &prepared, &answers)?;
    let mut pending: Vec<PendingCell> = Vec::new();
    for cell in &prepared {
        let Some(answer) = answers.get(&cell.cell.id) else { continue };
        let found = judged.remove(&cell.cell.id);
        let (changes, because) = found.unwrap_or_else(|| compared(cell, answer));
        let worst = unfit(cell, answer).into_iter().next();
        pending.push(PendingCell {
            cell: cell.cell.id.clone(),
            changes,
            because,
            outdated: verdict::stale(&answer.meta, &cell.hashes, &cell.cell.model),
            refusal: worst.map(|change| change.detail.unwrap_or_default()),
        });
    }
    // A cell that left the matrix can still be rejected, or pruned.
    pending.extend(waiting.into_iter().map(|cell| PendingCell {
        cell,
        changes: Vec::new(),
        because: Vec::new(),
        outdated: Vec::new(),
        refusal: Some("the cell is no longer in the matrix".to_owned()),
    }));
    pending.sort_by(|a, b| a.cell.cmp(&b.cell));
    Ok(pending)
}

/// What the runs that put answers up said of them, where the same is accepted today as then: noise
/// was told from change there.
fn judged(
    suite: &Suite,
    prepared: &[Prepared],
    answers: &BTreeMap<CellId, Accepted>,
) -> Result<BTreeMap<CellId, Said>, Failure> {
    let mut open: Vec<&Prepared> = prepared.iter().filter(|of| of.accepted.is_some()).collect();
    let mut found = BTreeMap::new();
    for run in Session::runs(suite).backwards()?.take(RUNS) {
        if open.is_empty() {
            break;
        }
        let put_up = run.cells.iter().filter(|record| {
            let answer = answers.get(&record.cell).filter(|_| run.upgrade.is_none());
            answer.is_some_and(|answer| puts_up(record, answer))
        });
        let records: BTreeMap<&CellId, &CellRecord> =
            put_up.map(|record| (&record.cell, record)).collect();
        open.retain(|cell| {
            let id = &cell.cell.id;
            let Some(record) = records.get(id) else { return true };
            if record.baseline.is_some() && record.baseline == cell.baseline() {
                found.insert(id.clone(), (record.changes.clone(), record.because.clone()));
            }
            false
        });
    }
    Ok(found)
}

/// Whether it was this record that put an answer up.
pub(crate) fn puts_up(record: &CellRecord, answer: &Accepted) -> bool {
    matches!(offer(record), Offer::Put(put) if *put == *answer)
}

/// How an answer differs from the accepted one, and by the headers of both why.
fn compared(cell: &Prepared, answer: &Accepted) -> Said {
    let Some(accepted) = &cell.accepted else { return Default::default() };
    let (stale, moved) = verdict::between(&accepted.meta, &answer.meta);
    let news = moved.then_some(IdentityNews::AliasMoved);
    let because = Circumstances { stale: &stale, news, ..Circumstances::default() };
    (changes_of(cell, answer), verdict::because(because))
}
