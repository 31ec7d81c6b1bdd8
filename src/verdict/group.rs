//! Alike changes together, so that a person decides once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::domain::{Because, CellId, Change, ChangeGroup, Family, Level, Pair};

/// The changes of a cell, and what they come from.
pub(crate) type Changed<'a> = (&'a CellId, &'a [Change], &'a [Because]);

/// A group as it fills: its pairs by what they are, each with the last cell that showed it.
struct Filling<'a> {
    group: ChangeGroup,
    pairs: BTreeMap<String, (Pair, &'a CellId)>,
    is_spread: bool,
}

/// Puts alike changes together: every change is in exactly one group. Breaking ones come first, then
/// the largest groups. The heaviest change of a group stands for it.
pub(crate) fn group<'a>(cells: impl IntoIterator<Item = Changed<'a>>) -> Vec<ChangeGroup> {
    let mut groups: BTreeMap<String, Filling<'a>> = BTreeMap::new();
    for (cell, changes, because) in cells {
        for change in changes {
            let id = change.group_id(cell, because);
            groups
                .entry(id)
                .or_insert_with_key(|id| Filling::of(id, change))
                .add(cell, change, because);
        }
    }
    let mut groups: Vec<ChangeGroup> = groups.into_values().map(Filling::done).collect();
    groups.sort_by_cached_key(|group| {
        let ChangeGroup { id, change, cells, .. } = group;
        let size = Reverse(cells.len());
        (Reverse(change.level), size, change.kind, change.pointer.clone(), id.clone())
    });
    groups
}

/// The first group of which `accept` takes something, and of how many cells: of those that changed in
/// no other way, and have an answer that can be used.
pub(crate) fn acceptable<'g, 'a>(
    groups: &'g [ChangeGroup],
    cells: impl IntoIterator<Item = Changed<'a>>,
) -> Option<(&'g ChangeGroup, usize)> {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for (cell, changes, because) in cells {
        if changes.iter().any(|change| change.kind.info().family == Family::Cause) {
            continue;
        }
        let ids = |wanted: &dyn Fn(&&Change) -> bool| -> BTreeSet<String> {
            changes.iter().filter(wanted).map(|change| change.group_id(cell, because)).collect()
        };
        let mut own = ids(&|change| change.wants_a_look());
        if own.is_empty() {
            own = ids(&|change| change.level > Level::Info);
        }
        if let (Some(id), true) = (own.pop_first(), own.is_empty()) {
            *taken.entry(id).or_default() += 1;
        }
    }
    groups.iter().find_map(|group| Some((group, *taken.get(&group.id)?)))
}

impl<'a> Filling<'a> {
    fn of(id: &str, change: &Change) -> Self {
        let (id, change) = (id.to_owned(), change.clone());
        let (cells, pairs, because) = (Vec::new(), Vec::new(), Vec::new());
        let group = ChangeGroup { id, change, cells, pairs, because };
        Self { group, pairs: BTreeMap::new(), is_spread: false }
    }

    fn add(&mut self, cell: &'a CellId, change: &Change, because: &[Because]) {
        let Change { before, after, detail, .. } = change;
        let key = json!([before, after, detail]).to_string();
        let (before, after, detail) = (before.clone(), after.clone(), detail.clone());
        let pair = || (Pair { before, after, detail, cells: 1 }, cell);
        let (pair, last) = self.pairs.entry(key).or_insert_with(pair);
        // In several items of an array it is one cell all the same.
        if *last != cell {
            pair.cells += 1;
            *last = cell;
        }
        self.is_spread |= self.group.change.pointer != change.pointer;
        if change.level > self.group.change.level {
            self.group.change = change.clone();
        }
        self.group.cells.push(cell.clone());
        self.group.because.extend(because);
    }

    fn done(self) -> ChangeGroup {
        let Self { mut group, pairs, is_spread } = self;
        group.cells.sort();
        group.cells.dedup();
        group.because.sort_unstable();
        group.because.dedup();
        group.pairs = pairs.into_values().map(|(pair, _)| pair).collect();
        group.pairs.sort_by_key(|pair| Reverse(pair.cells));
        if is_spread {
            group.change.pointer = group.change.pointer.of_any_item();
        }
        group
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::domain::{Kind, Pointer};

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
        let (one, two) = (cell("p/c@m"), cell("p/d@m"));
        let groups = group([
            (&two, [light.clone()].as_slice(), [].as_slice()),
            (&one, &[heavy, light], &[]),
        ]);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].change.level, Level::Breaking);
        assert_eq!(groups[0].cells, [one, two]);
    }

    #[test]
    fn accept_takes_a_group_of_cells_that_changed_in_no_other_way() {
        let cell: CellId = "p/c@m".parse().unwrap();
        let at = |kind, place: &str, level| Change {
            level,
            ..Change::new(kind, place.parse().unwrap())
        };
        let look = at(Kind::FieldRemoved, "/a", Level::Review);
        let other = at(Kind::FieldRemoved, "/b", Level::Review);
        let moved = at(Kind::ServedModelChanged, "", Level::Review);
        let light = at(Kind::FieldRemoved, "/c", Level::Info);
        let cause = at(Kind::NotJson, "", Level::Breaking);
        let offered = |changes: &[Change]| {
            let groups = group([(&cell, changes, [].as_slice())]);
            let found = acceptable(&groups, [(&cell, changes, [].as_slice())]);
            found.map(|(group, cells)| (group.change.pointer.as_str().to_owned(), cells))
        };
        let one = Some(("/a".to_owned(), 1));
        assert_eq!(offered(std::slice::from_ref(&look)), one);
        assert_eq!(offered(&[look.clone(), light.clone()]), one, "what is light does not count");
        assert_eq!(offered(&[look.clone(), moved.clone()]), one, "nor who answered");
        assert_eq!(offered(&[moved]), Some((String::new(), 1)), "but alone it does");
        assert_eq!(offered(&[look.clone(), other]), None, "it changed in two ways");
        assert_eq!(offered(&[light]), None);
        assert_eq!(offered(&[look, cause]), None, "there is no answer to accept");
    }

    #[test]
    fn answers_that_break_a_rule_at_the_same_place_are_one_group_whatever_they_say() {
        let short = |text: &str| {
            let change = Change::new(Kind::SchemaViolation, "/summary".parse().unwrap());
            change.between(None, Some(json!(text))).saying(format!("\"{text}\" is too short"))
        };
        let (one, two) = ("p/c@m".parse().unwrap(), "p/d@m".parse().unwrap());
        let (short, other) = ([short("a")], [short("b")]);
        let third = "p/e@m".parse().unwrap();
        let groups = group([
            (&one, short.as_slice(), [].as_slice()),
            (&two, &other, &[]),
            (&third, &other, &[]),
        ]);
        assert_eq!(groups.len(), 1);
        let pairs = groups[0].pairs.iter().map(|pair| (pair.after.clone(), pair.cells));
        assert_eq!(pairs.collect::<Vec<_>>(), [(Some(json!("b")), 2), (Some(json!("a")), 1)]);
        assert_eq!(groups[0].cells, [one, two, third]);
    }

    #[test]
    fn alike_changes_in_several_items_are_one_group_at_all_of_them() {
        let at = |place: &str| Change::new(Kind::FieldRemoved, place.parse().unwrap());
        let cell: CellId = "p/c@m".parse().unwrap();
        let changes = ["/items/3/x", "/items/14/x", "/items/3/y", "/v2/x", "/v3/x"].map(at);
        let groups = group([(&cell, changes.as_slice(), [].as_slice())]);
        let places: BTreeSet<_> =
            groups.iter().map(|group| group.change.pointer.as_str()).collect();
        assert_eq!(places, BTreeSet::from(["/items/*/x", "/items/3/y", "/v2/x", "/v3/x"]));
        assert!(groups.iter().all(|group| group.pairs[0].cells == 1));
    }

    #[test]
    fn what_comes_from_the_model_is_one_group_over_prompts_and_what_was_edited_is_not() {
        let change = [Change::new(Kind::FieldRemoved, "/tags".parse().unwrap())];
        let (one, two) = ("p/c@m".parse().unwrap(), "q/c@m".parse().unwrap());
        let groups = |because: &[Because]| {
            group([(&one, change.as_slice(), because), (&two, &change, because)]).len()
        };
        assert_eq!(groups(&[Because::AliasMoved]), 1);
        assert_eq!(groups(&[Because::Unexplained]), 2);
        assert_eq!(groups(&[Because::PromptEdited, Because::AliasMoved]), 2);
    }

    proptest! {
        #[test]
        fn grouping_is_a_partition(changes in prop::collection::vec(any_change(), 0..30)) {
            let group = |changes: &[(CellId, Change)]| {
                let one = |(cell, change): &'_ (CellId, Change)| (cell.clone(), [change.clone()]);
                let all: Vec<_> = changes.iter().map(one).collect();
                group(all.iter().map(|(cell, change)| (cell, change.as_slice(), [].as_slice())))
            };
            let groups = group(&changes);
            for (cell, change) in &changes {
                let id = change.group_id(cell, &[]);
                let homes: Vec<_> = groups.iter().filter(|group| group.id == id).collect();
                prop_assert_eq!(homes.len(), 1);
                prop_assert!(homes[0].cells.contains(cell));
                prop_assert_eq!((homes[0].change.kind, &homes[0].change.pointer), (change.kind, &change.pointer));
                prop_assert!(homes[0].pairs.iter().any(|pair| pair.after == change.after));
            }
            for group in &groups {
                for cell in &group.cells {
                    let belongs = |(other, change): &(CellId, Change)| {
                        other == cell && change.group_id(cell, &[]) == group.id
                    };
                    prop_assert!(changes.iter().any(belongs));
                }
            }
            let weights: Vec<_> = groups.iter().map(|g| (g.change.level, g.cells.len())).collect();
            prop_assert!(weights.windows(2).all(|pair| pair[0] >= pair[1]));
            let mut turned = changes;
            turned.reverse();
            let again = group(&turned);
            let ids = |groups: &[ChangeGroup]| -> Vec<String> {
                groups.iter().map(|group| group.id.clone()).collect()
            };
            prop_assert_eq!(ids(&groups), ids(&again));
        }
    }
}
