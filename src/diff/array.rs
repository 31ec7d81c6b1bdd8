//! Arrays: items aligned, so that one more item is one difference and not many.

use std::collections::BTreeMap;

use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Finder, Place};
use crate::domain::{Kind, canonical_json};

/// Above this many pairs items are compared by place: alignment would cost more than it tells.
const MOST_PAIRS: usize = 4_000_000;

impl<'b> Finder<'b> {
    pub(super) fn items(&mut self, old: &[Value], new: &[Value], place: &Place<'b>) {
        let unordered = self.basis.rules.is_unordered(&place.pointer);
        let (old_keys, new_keys) = (keys(old), keys(new));
        let surplus = surplus(&old_keys, &new_keys);
        if unordered {
            self.set(old, new, place, &surplus);
        } else if surplus.is_empty() {
            let sides = (Value::from(old), Value::from(new));
            self.push(Kind::OrderChanged, &place.pointer, (Some(&sides.0), Some(&sides.1)));
        } else if old.len().saturating_mul(new.len()) > MOST_PAIRS {
            self.pairs(old, new, (0, 0), place);
        } else {
            for op in capture_diff_slices(Algorithm::Myers, &old_keys, &new_keys) {
                self.step(op, old, new, place);
            }
        }
    }

    fn step(&mut self, op: DiffOp, old: &[Value], new: &[Value], place: &Place<'b>) {
        if matches!(op, DiffOp::Equal { .. }) {
            return;
        }
        let (was, is) = (op.old_range(), op.new_range());
        let start = (was.start, is.start);
        let old = old.get(was).unwrap_or_default();
        let new = new.get(is).unwrap_or_default();
        self.pairs(old, new, start, place);
    }

    /// Compares items one by one; what one side has more was removed or added.
    fn pairs(&mut self, old: &[Value], new: &[Value], start: (usize, usize), place: &Place<'b>) {
        for index in 0..old.len().max(new.len()) {
            match (old.get(index), new.get(index)) {
                (Some(before), Some(after)) => {
                    self.compare(before, after, &place.index(start.1 + index));
                }
                (Some(gone), None) => {
                    let at = place.pointer.index(start.0 + index);
                    self.push(Kind::ItemRemoved, &at, (Some(gone), None));
                }
                (None, added) => {
                    let at = place.pointer.index(start.1 + index);
                    self.push(Kind::ItemAdded, &at, (None, added));
                }
            }
        }
    }

    /// A set: what one side has more often than the other. Items have no place of their own.
    fn set(&mut self, old: &[Value], new: &[Value], place: &Place<'b>, surplus: &Surplus) {
        let at = place.pointer.key("*");
        for (key, difference) in surplus {
            let (kind, side) =
                if *difference > 0 { (Kind::ItemRemoved, old) } else { (Kind::ItemAdded, new) };
            let Some(item) = side.iter().find(|item| canonical_json(item) == *key) else {
                continue;
            };
            for _ in 0..difference.unsigned_abs() {
                let sides = if *difference > 0 { (Some(item), None) } else { (None, Some(item)) };
                self.push(kind, &at, sides);
            }
        }
    }
}

/// How much more often an item stands in the old array than in the new one; zeros left out.
type Surplus = BTreeMap<String, i64>;

fn surplus(old: &[String], new: &[String]) -> Surplus {
    let mut surplus = Surplus::new();
    for key in old {
        *surplus.entry(key.clone()).or_default() += 1;
    }
    for key in new {
        *surplus.entry(key.clone()).or_default() -= 1;
    }
    surplus.retain(|_, difference| *difference != 0);
    surplus
}

fn keys(items: &[Value]) -> Vec<String> {
    items.iter().map(canonical_json).collect()
}
