//! Alike changes together, so that people decide once.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::domain::{CellId, Change, ChangeGroup};

/// Puts alike changes into groups: every change is in exactly one. Breaking groups come first,
/// then the largest, then by kind and place.
pub fn group(changes: impl IntoIterator<Item = (CellId, Change)>) -> Vec<ChangeGroup> {
    let mut groups: BTreeMap<(String, Reverse<crate::domain::Level>), ChangeGroup> =
        BTreeMap::new();
    for (cell, change) in changes {
        let id = change.group_id(&cell);
        // The level may differ from cell to cell by override; those are not alike.
        groups
            .entry((id.clone(), Reverse(change.level)))
            .or_insert_with(|| ChangeGroup { id, change, cells: Vec::new() })
            .cells
            .push(cell);
    }
    let mut groups: Vec<ChangeGroup> = groups.into_values().collect();
    for group in &mut groups {
        group.cells.sort();
        group.cells.dedup();
    }
    groups.sort_by(|a, b| {
        let rank = |group: &ChangeGroup| {
            (Reverse(group.change.level), Reverse(group.cells.len()), group.change.kind)
        };
        rank(a)
            .cmp(&rank(b))
            .then_with(|| a.change.pointer.cmp(&b.change.pointer))
            .then_with(|| a.id.cmp(&b.id))
    });
    groups
}
