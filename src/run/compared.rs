//! Two stored runs compared by the same statistics as any run: the answers of the first count as
//! accepted, those of the second are judged by what is there. Asks nobody, and writes nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Prepared;
use super::accept::first;
use super::collect::judged;
use super::column::because;
use super::decide::{Decided, Deciding, Occasion};
use super::flips::{flipped, usable};
use super::rounds::Answered;
use super::staged::{bare, stage};
use crate::domain::{
    CellId, CellRecord, Change, Conclusion, DriftSettings, History, Kind, RunRecord, Setting,
    Status, Trial,
};
use crate::drift::{Observation, Side};
use crate::verdict::{self, Baseline};

/// With fewer answers of the first run it is not known how a cell varies, and of the second no cell
/// alone is said to have changed.
pub(crate) const ENOUGH: usize = 3;

/// What came of it.
#[derive(Debug, Default)]
pub struct RunComparison {
    /// The cells that both runs have enough answers of, in order.
    pub records: Vec<CellRecord>,
    /// Cells of fewer answers whose change is no noise all the same: many share it, or it breaks them.
    pub certain: BTreeSet<CellId>,
}

/// Judges the answers of `after` by those of `before`.
pub(crate) fn compare_runs(
    cells: Vec<Prepared>,
    (before, after): (&RunRecord, &RunRecord),
    drift: &DriftSettings,
) -> RunComparison {
    let pairs = cells.into_iter().filter_map(|cell| {
        let (was, is) = (before.cell(&cell.cell.id)?, after.cell(&cell.cell.id)?);
        let pair = Pair { was, is, old: answers(first(was)), new: answers(is.trials.iter()), cell };
        (!pair.old.is_empty() && !pair.new.is_empty()).then_some(pair)
    });
    let (deep, mut shallow): (Vec<_>, Vec<_>) = pairs.partition(Pair::is_deep);
    for pair in &mut shallow {
        pair.old.retain(|trial| Some(trial.number) == pair.was.judged);
    }
    let (deep, shallow) = (staged(deep), staged(shallow));
    let mut decided = decide(&deep, drift);
    let record = |pair: &Pair<'_>| {
        let mut record = judged(&pair.cell, pair.new.clone(), &mut decided, Baseline::Optional);
        name_flips(&pair.cell, &mut record);
        record.because = because(&pair.cell, &record, None);
        record
    };
    let records = deep.iter().map(record).collect();
    let shallow = decide(&shallow, drift).cells.into_iter();
    let certain = shallow.filter(|(_, decision)| decision.conclusion() == Conclusion::Change);
    RunComparison { records, certain: certain.map(|(cell, _)| cell).collect() }
}

fn decide(pairs: &[Pair<'_>], drift: &DriftSettings) -> Decided {
    let answered: Vec<Answered<'_>> = pairs.iter().map(Pair::answered).collect();
    let cells = pairs.iter().map(|pair| (&pair.cell, Side::Candidate));
    let occasion = Occasion::Run(Setting::Closed);
    Deciding::new(cells, &History::default(), drift, occasion).decide(&answered)
}

/// A cell of both runs.
struct Pair<'r> {
    cell: Prepared,
    was: &'r CellRecord,
    is: &'r CellRecord,
    old: Vec<Trial>,
    new: Vec<Trial>,
}

impl Pair<'_> {
    fn is_deep(&self) -> bool {
        self.old.len() >= ENOUGH && self.new.len() >= ENOUGH
    }

    fn answered(&self) -> Answered<'_> {
        Answered { cell: &self.cell, side: Side::Candidate, trials: &self.new, is_closed: true }
    }
}

/// Those that say something of the prompt.
fn answers<'r>(trials: impl Iterator<Item = &'r Trial>) -> Vec<Trial> {
    trials.filter(|trial| Observation::of(trial).is_some()).cloned().collect()
}

/// The cells with their old answers accepted, asked as the new ones were; those that had no valid
/// answer are left out.
fn staged(mut pairs: Vec<Pair<'_>>) -> Vec<Pair<'_>> {
    let bare = bare(pairs.iter().map(|pair| &pair.cell));
    for pair in &mut pairs {
        ask_as(&mut pair.cell, pair.was);
    }
    stage(pairs.iter_mut().map(|pair| (&mut pair.cell, pair.old.clone())).collect(), &bare);
    pairs.retain(|pair| pair.cell.accepted.is_some());
    for pair in &mut pairs {
        ask_as(&mut pair.cell, pair.is);
    }
    pairs
}

/// Takes a cell for what it was when a run asked it.
fn ask_as(cell: &mut Prepared, record: &CellRecord) {
    cell.hashes = record.hashes.clone();
    if let Some(meta) = &record.meta {
        let model = Arc::make_mut(&mut cell.cell.model);
        model.id.clone_from(&meta.requested);
        model.structured = meta.structured;
    }
}

/// Calls an answer that is wrong by its case what it is beside a right one.
fn name_flips(cell: &Prepared, record: &mut CellRecord) {
    let judged = record.trials.iter().find(|trial| Some(trial.number) == record.judged);
    let values = cell.accepted.as_ref().zip(judged.and_then(usable));
    let Some((accepted, now)) = values else { return };
    let mut is_named = false;
    for flip in flipped(cell, &accepted.value, now) {
        let same = |change: &&mut Change| {
            change.kind == Kind::ExpectationFailed && change.pointer == flip.pointer
        };
        if let Some(change) = record.changes.iter_mut().find(same) {
            *change = Change { level: change.level.min(flip.level), ..flip };
            is_named = true;
        }
    }
    if is_named && record.status == Status::Broken {
        record.status = verdict::by_level(&record.changes);
        record.fails = verdict::fails(record.status, Baseline::Optional);
    }
}
