//! Alike changes together, so that a person decides once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Because, CellId, Change, ChangeGroup};

/// Puts alike changes of a prompt together: every change is in exactly one group. Breaking ones
/// come first, then the largest groups. The heaviest change of a group stands for it.
pub fn group<'a>(changes: impl IntoIterator<Item = (&'a CellId, &'a Change)>) -> Vec<ChangeGroup> {
    let mut groups: BTreeMap<String, ChangeGroup> = BTreeMap::new();
    let mut spread = BTreeSet::new();
    for (cell, change) in changes {
        let id = change.group_id(cell);
        let group = groups.entry(id.clone()).or_insert_with(|| ChangeGroup {
            id,
            change: change.clone(),
            cells: Vec::new(),
            because: Vec::new(),
        });
        group.cells.push(cell.clone());
        if group.change.pointer != change.pointer {
            spread.insert(group.id.clone());
        }
        if change.level > group.change.level {
            group.change = change.clone();
        }
    }
    let mut groups: Vec<ChangeGroup> = groups.into_values().collect();
    for group in &mut groups {
        group.cells.sort();
        group.cells.dedup();
        if spread.contains(&group.id) {
            group.change.pointer = group.change.pointer.of_any_item();
        }
    }
    groups.sort_by_cached_key(|group| {
        let ChangeGroup { id, change, cells, .. } = group;
        let size = Reverse(cells.len());
        (Reverse(change.level), size, change.kind, change.pointer.clone(), id.clone())
    });
    groups
}

/// Tells groups what the changes of their cells come from: several causes where the cells differ.
pub fn explain<'a>(
    groups: &mut [ChangeGroup],
    cells: impl IntoIterator<Item = (&'a CellId, &'a [Because])>,
) {
    let reasons: BTreeMap<&CellId, &[Because]> = cells.into_iter().collect();
    for group in groups {
        let all = group.cells.iter().filter_map(|cell| reasons.get(cell)).copied().flatten();
        let mut all: Vec<Because> = all.copied().collect();
        all.sort_unstable();
        all.dedup();
        group.because = all;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use crate::domain::{Kind, Level, Pointer};

    use super::*;

    fn any_change() -> impl Strategy<Value = (CellId, Change)> {
        let kinds = [Kind::FieldRemoved, Kind::ValueChanged, Kind::TextReworded];
        ("[pq]/[cd]@[mn]", prop::sample::select(kinds.to_vec()), "(/[ab])?", 0..3u8).prop_map(
            |(cell, kind, pointer, after)| {
                let change = Change::new(kind, pointer.parse().unwrap());
                (cell.parse().unwrap(), change.between(None, Some(json!(after))))
            },
        )
    }

    #[test]
    fn the_heaviest_change_stands_for_a_group_and_a_cell_is_named_once() {
        let cell = |text: &str| -> CellId { text.parse().unwrap() };
        let at = |level| Change { level, ..Change::new(Kind::ValueChanged, Pointer::root()) };
        let (light, heavy) = (at(Level::Info), at(Level::Breaking));
        let (one, two) = (cell("p/c@m"), cell("p/c@n"));
        let groups = group([(&two, &light), (&one, &heavy), (&one, &light)]);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].change.level, Level::Breaking);
        assert_eq!(groups[0].cells, [one, two]);
    }

    #[test]
    fn answers_that_break_a_rule_at_the_same_place_are_one_group_whatever_they_say() {
        let short = |text: &str| {
            let change = Change::new(Kind::SchemaViolation, "/summary".parse().unwrap());
            change.between(None, Some(json!(text))).saying(format!("\"{text}\" is too short"))
        };
        let (one, two) = ("p/c@m".parse().unwrap(), "p/d@m".parse().unwrap());
        let groups = group([(&one, &short("a")), (&two, &short("b"))]);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].cells, [one, two]);
    }

    #[test]
    fn alike_changes_in_several_items_are_one_group_at_all_of_them() {
        let at = |place: &str| Change::new(Kind::FieldRemoved, place.parse().unwrap());
        let cell: CellId = "p/c@m".parse().unwrap();
        let changes = ["/items/3/x", "/items/14/x", "/items/3/y", "/v2/x", "/v3/x"].map(at);
        let groups = group(changes.iter().map(|change| (&cell, change)));
        let places: BTreeSet<_> =
            groups.iter().map(|group| group.change.pointer.as_str()).collect();
        assert_eq!(places, BTreeSet::from(["/items/*/x", "/items/3/y", "/v2/x", "/v3/x"]));
    }

    proptest! {
        #[test]
        fn grouping_is_a_partition(changes in prop::collection::vec(any_change(), 0..30)) {
            let groups = group(changes.iter().map(|(cell, change)| (cell, change)));
            for (cell, change) in &changes {
                let id = change.group_id(cell);
                let homes: Vec<_> = groups.iter().filter(|group| group.id == id).collect();
                prop_assert_eq!(homes.len(), 1);
                prop_assert!(homes[0].cells.contains(cell));
                prop_assert_eq!((homes[0].change.kind, &homes[0].change.pointer), (change.kind, &change.pointer));
            }
            for group in &groups {
                for cell in &group.cells {
                    let belongs = |(other, change): &(CellId, Change)| {
                        other == cell && change.group_id(cell) == group.id
                    };
                    prop_assert!(changes.iter().any(belongs));
                }
            }
            let weights: Vec<_> = groups.iter().map(|g| (g.change.level, g.cells.len())).collect();
            prop_assert!(weights.windows(2).all(|pair| pair[0] >= pair[1]));
            let again = group(changes.iter().rev().map(|(cell, change)| (cell, change)));
            let ids = |groups: &[ChangeGroup]| -> Vec<String> {
                groups.iter().map(|group| group.id.clone()).collect()
            };
            prop_assert_eq!(ids(&groups), ids(&again));
        }
    }
}
