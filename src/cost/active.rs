//! How long people were at it: the time between what they did, without their breaks.
//!
//! A gap counts for five minutes at most. After the last thing they did, the median of the short
//! gaps is added, since nothing marks the end of the last look.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::kit::median;
use crate::domain::{CellId, LedgerEvent, LedgerLine, ReviewAction, ReviewEvent};

/// The longest gap that counts in full, in seconds: what is longer is a break.
pub(crate) const IDLE_CAP_S: f64 = 300.0;

/// The active time of one session.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_field_names, reason = "each says its unit")]
pub(crate) struct Active<K> {
    /// Sum of the gaps, each at most [`IDLE_CAP_S`], in seconds.
    pub capped_s: f64,
    /// What is added for the last look, in seconds.
    pub tail_s: f64,
    /// The whole time, by what was open, in seconds. Under `None` stands what cannot be told.
    pub shares_s: BTreeMap<Option<K>, f64>,
}

#[cfg(test)]
impl<K> Active<K> {
    /// All of it, in seconds.
    pub(crate) fn total_s(&self) -> f64 {
        self.capped_s + self.tail_s
    }
}

/// The active time of the moments of one session, in any order. Each says what it was about; what
/// happens in the same second is one moment.
///
/// A gap belongs to what was open when it began, in equal parts; where that is nothing in
/// particular, to what was decided when it ended.
pub(crate) fn active<K: Ord + Clone>(
    events: impl IntoIterator<Item = (Timestamp, Vec<K>)>,
) -> Active<K> {
    let mut moments: BTreeMap<i64, Vec<K>> = BTreeMap::new();
    for (at, about) in events {
        moments.entry(at.as_second()).or_default().extend(about);
    }
    for keys in moments.values_mut() {
        keys.sort();
        keys.dedup();
    }
    let pairs = || moments.iter().zip(moments.iter().skip(1));
    let gaps: Vec<f64> = pairs().map(|((from, _), (to, _))| seconds(to - from)).collect();
    let short: Vec<f64> = gaps.iter().copied().filter(|gap| *gap <= IDLE_CAP_S).collect();
    let capped = gaps.iter().map(|gap| gap.min(IDLE_CAP_S));
    let mut active = Active {
        capped_s: capped.clone().sum(),
        tail_s: median(&short).unwrap_or_default(),
        shares_s: BTreeMap::new(),
    };
    for (((_, open), (_, next)), gap) in pairs().zip(capped) {
        active.share(if open.is_empty() { next } else { open }, gap);
    }
    let last = moments.values().next_back().map_or(&[][..], Vec::as_slice);
    active.share(last, active.tail_s);
    active
}

impl<K: Ord + Clone> Active<K> {
    /// Adds time to several things in equal parts.
    fn share(&mut self, keys: &[K], seconds: f64) {
        if seconds <= 0.0 {
            return;
        }
        let keys: Vec<Option<K>> =
            if keys.is_empty() { vec![None] } else { keys.iter().cloned().map(Some).collect() };
        #[expect(clippy::cast_precision_loss, reason = "cells of one moment")]
        let part = seconds / keys.len() as f64;
        for key in keys {
            *self.shares_s.entry(key).or_default() += part;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 seconds")]
fn seconds(seconds: i64) -> f64 {
    seconds as f64
}

/// Time that a session spent on one cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spent {
    pub session: String,
    /// Whose, as far as checkouts are told apart.
    pub who: Option<String>,
    /// Which cell; `None` is what cannot be told.
    pub cell: Option<CellId>,
    /// Id of the bump that the cell was looked at for.
    pub bump: Option<String>,
    /// How the cell was settled in the session, if it was.
    pub decision: Option<ReviewAction>,
    /// How long, in seconds.
    pub seconds: f64,
}

/// The time of all review events of a ledger, by session and cell.
pub(crate) fn spent(lines: &[LedgerLine]) -> Vec<Spent> {
    let mut sessions: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in lines {
        if let LedgerEvent::Review(review) = &line.event {
            let session = (&review.session, &review.who);
            sessions.entry(session).or_default().push((line.ts, review));
        }
    }
    let mut spent = Vec::new();
    for ((session, who), mut events) in sessions {
        events.sort_by_key(|(at, _)| *at);
        let active = active(events.iter().map(|(at, review)| (*at, review.cells.clone())));
        let mut of_cells: BTreeMap<Option<&CellId>, Vec<&ReviewEvent>> = BTreeMap::new();
        for (_, review) in events.iter().rev() {
            let cells: BTreeSet<&CellId> = review.cells.iter().collect();
            let none = cells.is_empty().then_some(None);
            for cell in cells.into_iter().map(Some).chain(none) {
                of_cells.entry(cell).or_default().push(review);
            }
        }
        for (cell, seconds) in active.shares_s {
            let mine = || of_cells.get(&cell.as_ref()).into_iter().flatten();
            spent.push(Spent {
                session: session.clone(),
                who: who.clone(),
                bump: mine().find_map(|review| review.bump.clone()),
                decision: mine().map(|review| review.action).find(|action| action.decides()),
                cell,
                seconds,
            });
        }
    }
    spent
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_764_000_000 + second).unwrap()
    }

    #[test]
    fn a_break_counts_five_minutes_and_the_last_look_the_median() {
        // Vector TV13: gaps of 70, 55, 1075 and 40 seconds.
        let events = [0, 70, 125, 1200, 1240].map(|second| (at(second), Vec::<u8>::new()));
        let active = active(events);
        assert!((active.capped_s - 465.0).abs() < 1e-9);
        assert!((active.tail_s - 55.0).abs() < 1e-9);
        assert!((active.total_s() / 60.0 - 8.666_667).abs() < 1e-6);
    }

    #[test]
    fn one_look_alone_says_nothing_of_its_length() {
        assert!(active([(at(0), vec![1])]).total_s() < 1e-9);
        assert!(active(Vec::<(Timestamp, Vec<u8>)>::new()).total_s() < 1e-9);
        // Two looks with a break between them have no short gap, so no tail.
        assert!((active([(at(0), vec![1]), (at(9000), vec![2])]).total_s() - 300.0).abs() < 1e-9);
    }

    #[test]
    fn a_gap_belongs_to_what_was_open_and_a_decision_about_many_is_shared() {
        let active = active([
            (at(0), vec![]),
            (at(60), vec!["a"]),
            (at(160), vec!["b"]),
            (at(160), vec!["c", "b"]),
        ]);
        // The first minute led to `a`; then `a` was open; the tail of 80 s is that of `b` and `c`.
        let share = |key| active.shares_s.get(&Some(key)).copied().unwrap_or_default();
        assert!((share("a") - 160.0).abs() < 1e-9, "{active:?}");
        assert!((share("b") - 40.0).abs() < 1e-9 && (share("c") - 40.0).abs() < 1e-9);
        assert_eq!(active.shares_s.get(&None), None);
    }

    #[test]
    fn the_time_of_a_cell_knows_its_bump_and_its_decision() {
        let line = |second, cell: &str, action, bump: Option<&str>| {
            let review = ReviewEvent {
                session: "r1".into(),
                bump: bump.map(Into::into),
                cells: vec![cell.parse().unwrap()],
                action,
                who: None,
            };
            LedgerLine::new(at(second), LedgerEvent::Review(review))
        };
        let spent = spent(&[
            line(50, "a/x@m", ReviewAction::Accept, Some("b1")),
            line(0, "a/x@m", ReviewAction::Diff, None),
            line(90, "a/y@m", ReviewAction::Reject, None),
        ]);
        let row = |at: usize| (spent[at].bump.as_deref(), spent[at].decision, spent[at].seconds);
        assert_eq!(row(0), (Some("b1"), Some(ReviewAction::Accept), 90.0));
        assert_eq!(row(1), (None, Some(ReviewAction::Reject), 45.0));
    }

    proptest! {
        #[test]
        fn the_parts_are_the_whole_in_any_order(
            mut events in prop::collection::vec((0_i64..4000, prop::collection::vec(0_u8..4, 0..3)), 0..30)
        ) {
            let told = |events: &[(i64, Vec<u8>)]| {
                active(events.iter().map(|(second, key)| (at(*second), key.clone())))
            };
            let one = told(&events);
            let parts: f64 = one.shares_s.values().sum();
            prop_assert!((parts - one.total_s()).abs() < 1e-6);
            events.reverse();
            let other = told(&events);
            prop_assert!((other.total_s() - one.total_s()).abs() < 1e-9);
            let gaps = one.capped_s;
            prop_assert!(gaps <= 4000.0 && one.tail_s <= IDLE_CAP_S);
        }
    }
}
