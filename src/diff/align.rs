//! Which items of two arrays belong together.
//!
//! The cost is bounded by sizes alone, never by a clock, so that equal arrays always give equal
//! steps.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::domain::canonical_json;

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It stands in both, here and there.
    Both(usize, usize),
    /// It stood here.
    Removed(usize),
    /// It stands there now.
    Added(usize),
}

/// Whether the places of items say something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Matters,
    SaysNothing,
}

/// Most items, squared, for which the shortest way from one array to the other is searched. Longer
/// ones, without what is equal at both ends, are compared place by place.
const MOST_STEPS: usize = 4_000 * 4_000;

/// Most pairs of changed items that are compared for likeness; more are paired by place.
const MOST_PAIRS: usize = 64 * 64;

/// Whether both arrays have the same items in another order.
pub(super) fn is_reordered(before: &[Value], after: &[Value]) -> bool {
    let sorted = |items: &[Value]| {
        let mut texts: Vec<String> = items.iter().map(canonical_json).collect();
        texts.sort_unstable();
        texts
    };
    before.len() == after.len() && sorted(before) == sorted(after)
}

/// Steps from one array to the other, in order; equal items are left out.
pub(super) fn align(before: &[Value], after: &[Value], order: Order) -> Vec<Step> {
    let head = before.iter().zip(after).take_while(|(one, two)| one == two).count();
    let (before_rest, after_rest) = (tail(before, head), tail(after, head));
    let ends = before_rest.iter().rev().zip(after_rest.iter().rev());
    let foot = ends.take_while(|(one, two)| one == two).count();
    let pairing = Pairing {
        before: head..before.len() - foot,
        after: head..after.len() - foot,
        items: (before, after),
        order,
    };
    if pairing.before.len().saturating_mul(pairing.after.len()) > MOST_STEPS {
        return pairing.by_place();
    }
    let mut numbers = HashMap::new();
    let mut number = |items: &[Value]| -> Vec<usize> {
        let mut of = |item| {
            let next = numbers.len();
            *numbers.entry(canonical_json(item)).or_insert(next)
        };
        items.iter().map(&mut of).collect()
    };
    let ids = (number(before), number(after));
    let ops = capture_diff_slices(Algorithm::Myers, &ids.0, &ids.1);
    ops.into_iter().flat_map(|op| pairing.step(op)).collect()
}

fn tail(items: &[Value], from: usize) -> &[Value] {
    items.get(from..).unwrap_or_default()
}

/// Two stretches of changed items.
struct Pairing<'a> {
    before: std::ops::Range<usize>,
    after: std::ops::Range<usize>,
    items: (&'a [Value], &'a [Value]),
    order: Order,
}

impl Pairing<'_> {
    fn step(&self, op: DiffOp) -> Vec<Step> {
        let (before, after) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => Vec::new(),
            DiffOp::Delete { .. } => before.map(Step::Removed).collect(),
            DiffOp::Insert { .. } => after.map(Step::Added).collect(),
            DiffOp::Replace { .. } => {
                let stretch = Pairing { before, after, items: self.items, order: self.order };
                if stretch.before.len().saturating_mul(stretch.after.len()) > MOST_PAIRS {
                    stretch.by_place()
                } else {
                    stretch.by_likeness()
                }
            }
        }
    }

    fn by_place(&self) -> Vec<Step> {
        let both: Vec<_> = self.before.clone().zip(self.after.clone()).collect();
        self.steps(both)
    }

    /// The most alike first. Where order matters, pairs do not cross, and as many items on both
    /// sides are a hint that they were changed in place.
    fn by_likeness(&self) -> Vec<Step> {
        let in_place = self.order == Order::Matters && self.before.len() == self.after.len();
        let mut likely: Vec<(usize, usize, usize)> = Vec::new();
        for (row, was) in self.before.clone().enumerate() {
            for (column, is) in self.after.clone().enumerate() {
                let same_place = usize::from(in_place && row == column);
                let likeness = 2 * self.likeness(was, is) + same_place;
                likely.extend((likeness > 0).then_some((likeness, was, is)));
            }
        }
        likely.sort_by_key(|(likeness, was, is)| (Reverse(*likeness), *was, *is));
        let mut both: Vec<(usize, usize)> = Vec::new();
        for (_, was, is) in likely {
            let fits = |&(other_was, other_is): &(usize, usize)| {
                let crosses = (other_was < was) != (other_is < is);
                other_was != was && other_is != is && !(crosses && self.order == Order::Matters)
            };
            if both.iter().all(fits) {
                both.push((was, is));
            }
        }
        self.steps(both)
    }

    /// How many members two objects share; for other values nothing can be said.
    fn likeness(&self, was: usize, is: usize) -> usize {
        match (self.items.0.get(was), self.items.1.get(is)) {
            (Some(Value::Object(was)), Some(Value::Object(is))) => {
                was.iter().filter(|(name, value)| is.get(*name) == Some(*value)).count()
            }
            _ => 0,
        }
    }

    fn steps(&self, mut both: Vec<(usize, usize)>) -> Vec<Step> {
        both.sort_unstable();
        let is_paired_before: Vec<usize> = both.iter().map(|(was, _)| *was).collect();
        let mut is_paired_after: Vec<usize> = both.iter().map(|(_, is)| *is).collect();
        is_paired_after.sort_unstable();
        let removed = self.before.clone().filter(|at| is_paired_before.binary_search(at).is_err());
        let added = self.after.clone().filter(|at| is_paired_after.binary_search(at).is_err());
        both.iter()
            .map(|(was, is)| Step::Both(*was, *is))
            .chain(removed.map(Step::Removed))
            .chain(added.map(Step::Added))
            .collect()
    }
}
