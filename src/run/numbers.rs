//! Numbers inside the answers that moved over the cells of a prompt and slot, as changes of the
//! column: no single cell says anything.

use super::Prepared;
use crate::domain::{Because, CellRecord, ColumnChange, Drifted, IdentityNews, Kind, StaleReason};
use crate::report::column as words;
use crate::verdict::{self, Circumstances};

/// Tells those of these cells. What their own requests do not explain comes from `because`.
pub(super) fn moved(
    numbers: &[Drifted],
    cells: &[(&Prepared, &CellRecord)],
    because: &[Because],
) -> Vec<ColumnChange> {
    let change = |number: &Drifted| {
        let mine = cells.iter().filter(|(_, record)| {
            record.cell.prompt == number.prompt && record.cell.model == number.slot
        });
        let (home, _) = mine.clone().next()?;
        let gate = &home.cell.gate;
        let level = verdict::weigh(&home.cell, Kind::ConfidenceShift, None);
        let own = explained(mine.map(|(_, record)| *record));
        Some(ColumnChange {
            kind: Kind::ConfidenceShift,
            slot: number.slot.clone(),
            prompt: Some(number.prompt.clone()),
            level,
            fails: level >= gate.fail_on,
            detail: words::of_number(number),
            cells: number.cells as usize,
            by: Some(number.by),
            because: if own == [Because::Unexplained] { because.to_vec() } else { own },
        })
    };
    numbers.iter().filter_map(change).collect()
}

/// What the records of cells have to say of why they moved.
fn explained<'a>(records: impl Iterator<Item = &'a CellRecord> + Clone) -> Vec<Because> {
    let mut stale: Vec<StaleReason> =
        records.clone().flat_map(|record| record.stale.iter().copied()).collect();
    stale.sort_unstable();
    stale.dedup();
    let mut changes = records.flat_map(|record| &record.changes);
    let moved = changes.any(|change| change.kind == Kind::ServedModelChanged);
    let news = moved.then_some(IdentityNews::AliasMoved);
    verdict::because(Circumstances { stale: &stale, news, ..Circumstances::default() })
}
