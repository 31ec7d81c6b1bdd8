//! Alike changes together, so that a person decides once.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::domain::{CellId, Change, ChangeGroup};

/// Puts alike changes of a prompt together: every change is in exactly one group. Breaking ones
/// come first, then the largest groups. The heaviest change of a group stands for it.
pub fn group<'a>(changes: impl IntoIterator<Item = (&'a CellId, &'a Change)>) -> Vec<ChangeGroup> {
    let mut groups: BTreeMap<String, ChangeGroup> = BTreeMap::new();
    for (cell, change) in changes {
        let id = change.group_id(cell);
        let group = groups.entry(id.clone()).or_insert_with(|| ChangeGroup {
            id,
            change: change.clone(),
            cells: Vec::new(),
        });
        group.cells.push(cell.clone());
        if change.level > group.change.level {
            group.change = change.clone();
        }
    }
    let mut groups: Vec<ChangeGroup> = groups.into_values().collect();
    for group in &mut groups {
        group.cells.sort();
        group.cells.dedup();
    }
    groups.sort_by_cached_key(|group| {
        let ChangeGroup { id, change, cells } = group;
        let size = Reverse(cells.len());
        (Reverse(change.level), size, change.kind, change.pointer.clone(), id.clone())
    });
    groups
}
