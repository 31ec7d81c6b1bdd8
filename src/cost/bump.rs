//! Which move of a version people have settled, and how many cells changed or broke by it.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    self, BumpClass, BumpEvent, CellId, CellRecord, Change, Family, Kind, LedgerEvent, LedgerLine,
    Level, PromptName, Slot, SnapshotMeta, Status,
};

/// An answer that people took in place of another one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settled<'a> {
    pub cell: &'a CellId,
    /// What the header of the old answer says.
    pub before: &'a SnapshotMeta,
    /// What the header of the new one says.
    pub after: &'a SnapshotMeta,
}

/// What has to be known of a slot to name a move of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nature {
    /// The dialect that it speaks.
    pub provider: String,
    /// Whether the id that is asked for can come to mean another version.
    pub floats: bool,
}

/// A move, without what it did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    pub class: BumpClass,
    pub from: String,
    pub to: String,
}

/// The move of each slot that moved: the one that most of its settled cells show. `is_retired` says
/// whether an id of a slot is at its end, so that nobody had a choice.
pub(crate) fn moves(
    settled: &[Settled<'_>],
    nature: impl Fn(&Slot) -> Option<Nature>,
    is_retired: impl Fn(&Slot, &str) -> bool,
) -> BTreeMap<Slot, Move> {
    let mut votes: BTreeMap<Slot, BTreeMap<Move, usize>> = BTreeMap::new();
    for one in settled {
        let slot = &one.cell.model;
        let floats = nature(slot).is_some_and(|nature| nature.floats);
        let served = one.before.served.as_deref().zip(one.after.served.as_deref());
        let requested = (one.before.requested.as_str(), one.after.requested.as_str());
        if let Some(moved) = class_of(Some(requested), served, floats, |id| is_retired(slot, id)) {
            *votes.entry(slot.clone()).or_default().entry(moved).or_default() += 1;
        }
    }
    let most = |votes: BTreeMap<Move, usize>| votes.into_iter().max_by_key(|(_, count)| *count);
    votes.into_iter().filter_map(|(slot, votes)| Some((slot, most(votes)?.0))).collect()
}

/// The move that ids before and after show, if they show one. An id that is not known on both sides
/// shows none.
pub(crate) fn class_of(
    requested: Option<(&str, &str)>,
    served: Option<(&str, &str)>,
    floats: bool,
    is_retired: impl Fn(&str) -> bool,
) -> Option<Move> {
    let moved = |class, (from, to): (&str, &str)| Move { class, from: from.into(), to: to.into() };
    if let Some(ids) = requested.filter(|(from, to)| from != to) {
        let class = if is_retired(ids.0) { BumpClass::Forced } else { BumpClass::Config };
        return Some(moved(class, ids));
    }
    let class = if floats { BumpClass::AliasMove } else { BumpClass::Redirect };
    let asked = requested.map(|(_, id)| id).unwrap_or_default();
    served.filter(|(from, to)| domain::moved(asked, from, to)).map(|ids| moved(class, ids))
}

/// What became of the cells of a slot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    /// Cells that were compared with an accepted answer.
    pub cells: usize,
    /// Valid, and different beyond tolerance.
    pub changed: usize,
    pub broken_loud: usize,
    /// Valid by the schema, and breaking.
    pub broken_silent: usize,
    /// Prompts of the last three.
    pub prompts: BTreeSet<PromptName>,
}

impl Effects {
    /// The same cells, none of which is different.
    #[must_use]
    pub(crate) fn none(self) -> Self {
        Self { cells: self.cells, ..Self::default() }
    }
}

/// Counts the cells of a slot in a run. That another version answers is what is asked about, and no
/// effect.
pub(crate) fn effects(cells: &[CellRecord], slot: &Slot) -> Effects {
    let mut effects = Effects::default();
    for record in cells.iter().filter(|record| record.cell.model == *slot) {
        if matches!(record.status, Status::Error | Status::Skipped | Status::New) {
            continue;
        }
        effects.cells += 1;
        let own = || record.changes.iter().filter(|change| is_effect(change));
        let worst = own().map(|change| change.level).max();
        let loud = |change: &Change| {
            change.kind.info().family == Family::Cause && change.kind != Kind::ExpectationFailed
        };
        match worst {
            Some(Level::Breaking) if own().any(loud) => effects.broken_loud += 1,
            Some(Level::Breaking) => effects.broken_silent += 1,
            Some(Level::Review) => effects.changed += 1,
            Some(Level::Info) | None => continue,
        }
        effects.prompts.insert(record.cell.prompt.clone());
    }
    effects
}

fn is_effect(change: &Change) -> bool {
    change.kind.info().family != Family::Telemetry
}

/// The event of a move. `runs` are those that showed it, the first of them first.
pub(crate) fn event(
    slot: Slot,
    provider: String,
    moved: Move,
    did: Effects,
    runs: Vec<String>,
) -> BumpEvent {
    BumpEvent {
        slot,
        provider,
        class: moved.class,
        from: moved.from,
        to: moved.to,
        cells: did.cells,
        changed: did.changed,
        broken_loud: did.broken_loud,
        broken_silent: did.broken_silent,
        noise_floor: None,
        prompts: did.prompts.into_iter().collect(),
        runs,
    }
}

/// Bumps of a ledger in order of time. The same move of a slot, told again before any other one, is
/// one bump: the line with the most cells speaks for it, and the ids of all of them mean it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bump<'l> {
    /// The line that speaks for it.
    pub line: &'l LedgerLine,
    /// What that line says.
    pub event: &'l BumpEvent,
    /// Ids under which it was written.
    pub ids: BTreeSet<&'l str>,
}

/// See [`Bump`].
pub(crate) fn bumps(lines: &[LedgerLine]) -> Vec<Bump<'_>> {
    let mut bumps: Vec<Bump<'_>> = Vec::new();
    let mut ordered: Vec<&LedgerLine> = lines.iter().collect();
    ordered.sort_by_key(|line| (line.ts, &line.id));
    for line in ordered {
        let LedgerEvent::Bump(event) = &line.event else { continue };
        let before =
            bumps.iter_mut().rev().find(|bump| is_beside(bump.event, &event.slot, event.class));
        match before {
            Some(known) if is_same(known.event, event) => {
                known.ids.insert(&line.id);
                if event.cells > known.event.cells {
                    (known.line, known.event) = (line, event);
                }
            }
            _ => bumps.push(Bump { line, event, ids: BTreeSet::from([line.id.as_str()]) }),
        }
    }
    bumps
}

/// The bump that a move goes on with, if the last one of its slot is the same.
pub(crate) fn open_bump<'l>(
    lines: &'l [LedgerLine],
    slot: &Slot,
    moved: &Move,
) -> Option<&'l LedgerLine> {
    let last = bumps(lines).into_iter().rfind(|bump| is_beside(bump.event, slot, moved.class))?;
    let event = last.event;
    let same = (event.class, &event.from, &event.to) == (moved.class, &moved.from, &moved.to);
    same.then_some(last.line)
}

/// Whether a bump comes in a row with one of a slot and a class: another price or backend stands
/// between no two moves of the version.
fn is_beside(one: &BumpEvent, slot: &Slot, class: BumpClass) -> bool {
    one.slot == *slot
        && (one.class == class || (one.class.moves_answers() && class.moves_answers()))
}

fn is_same(one: &BumpEvent, other: &BumpEvent) -> bool {
    (one.class, &one.from, &one.to) == (other.class, &other.from, &other.to)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn meta(requested: &str, served: Option<&str>) -> SnapshotMeta {
        let meta = json!({
            "requested": requested, "served": served, "structured": "native",
            "prompt": "a", "parameters": "b", "trials": 1,
        });
        serde_json::from_value(meta).unwrap()
    }

    fn class(
        before: (&str, Option<&str>),
        after: (&str, Option<&str>),
        floats: bool,
    ) -> Option<Move> {
        let cell = "triage/refund@swift".parse().unwrap();
        let (before, after) = (meta(before.0, before.1), meta(after.0, after.1));
        let settled = [Settled { cell: &cell, before: &before, after: &after }];
        let nature = |_: &Slot| Some(Nature { provider: "gemini".into(), floats });
        moves(&settled, nature, |_, id| id == "old").into_values().next()
    }

    #[test]
    fn each_move_has_its_class() {
        let moved =
            |class, from: &str, to: &str| Some(Move { class, from: from.into(), to: to.into() });
        let (a1, a2) = (Some("a-1"), Some("a-2"));
        assert_eq!(class(("a", a1), ("a", a2), true), moved(BumpClass::AliasMove, "a-1", "a-2"));
        assert_eq!(
            class(("a-1", a1), ("a-1", a2), false),
            moved(BumpClass::Redirect, "a-1", "a-2")
        );
        assert_eq!(class(("a-1", a1), ("a-2", a2), false), moved(BumpClass::Config, "a-1", "a-2"));
        assert_eq!(class(("old", a1), ("a-2", a2), false), moved(BumpClass::Forced, "old", "a-2"));
        assert_eq!(class(("a", a1), ("a", a1), true), None);
        assert_eq!(class(("a", None), ("a", a1), true), None, "who was not told did not move");
    }

    fn record(id: &str, status: &str, changes: &serde_json::Value) -> CellRecord {
        let record = json!({
            "cell": id, "status": status, "fails": true, "agreeing": 1, "trials": [],
            "hashes": {"prompt": "a", "parameters": "b", "request": "c"}, "place": "x:1",
            "changes": changes,
        });
        serde_json::from_value(record).unwrap()
    }

    #[test]
    fn a_cell_is_changed_or_broken_loudly_or_broken_silently_and_never_twice() {
        let change = |kind: &str, level: &str| json!({"kind": kind, "pointer": "", "level": level});
        let served = || change("served-model-changed", "review");
        let cells = [
            record("a/same@m", "changed", &json!([served()])),
            record("a/drift@m", "varies", &json!([change("text-reworded", "info"), served()])),
            record("b/changed@m", "changed", &json!([change("enum-value-changed", "review")])),
            record("c/gone@m", "broken", &json!([change("field-removed", "breaking"), served()])),
            record("c/wrong@m", "broken", &json!([change("expectation-failed", "breaking")])),
            record("d/bad@m", "broken", &json!([change("schema-violation", "breaking")])),
            record("d/none@m", "error", &json!([])),
            record("e/other@n", "broken", &json!([change("not-json", "breaking")])),
        ];
        let did = effects(&cells, &Slot::new("m").unwrap());
        assert_eq!((did.cells, did.changed, did.broken_loud, did.broken_silent), (6, 1, 1, 2));
        let prompts: Vec<&str> = did.prompts.iter().map(PromptName::as_str).collect();
        assert_eq!(prompts, ["b", "c", "d"]);
    }

    fn line(second: i64, slot: &str, to: &str, cells: usize, run: &str) -> LedgerLine {
        let moved = Move { class: BumpClass::AliasMove, from: "0".into(), to: to.into() };
        let did = Effects { cells, ..Effects::default() };
        let event = event(Slot::new(slot).unwrap(), "x".into(), moved, did, vec![run.into()]);
        LedgerLine::new(jiff::Timestamp::from_second(second).unwrap(), LedgerEvent::Bump(event))
    }

    #[test]
    fn the_same_move_told_by_two_branches_is_one_bump_and_a_move_back_is_another() {
        let lines = [
            line(5, "m", "1", 12, "r2"),
            line(1, "m", "1", 3, "r1"),
            line(3, "n", "1", 4, "r1"),
            line(9, "m", "2", 4, "r3"),
            line(12, "m", "1", 4, "r4"),
        ];
        let all = bumps(&lines);
        let told: Vec<_> = all.iter().map(|bump| (bump.event.cells, bump.ids.len())).collect();
        assert_eq!(told, [(12, 2), (4, 1), (4, 1), (4, 1)]);
        let slot = Slot::new("m").unwrap();
        let moved =
            |to: &str| Move { class: BumpClass::AliasMove, from: "0".into(), to: to.into() };
        assert_eq!(open_bump(&lines, &slot, &moved("1")), Some(&lines[4]));
        assert_eq!(open_bump(&lines, &slot, &moved("2")), None);
    }

    #[test]
    fn another_price_between_two_lines_of_a_move_makes_no_second_move_of_it() {
        let mut price = line(2, "m", "$2/$8", 0, "r1");
        if let LedgerEvent::Bump(event) = &mut price.event {
            event.class = BumpClass::Price;
        }
        let lines = [line(1, "m", "1", 3, "r1"), price, line(3, "m", "1", 12, "r2")];
        let told: Vec<_> =
            bumps(&lines).iter().map(|bump| (bump.event.class, bump.ids.len())).collect();
        assert_eq!(told, [(BumpClass::AliasMove, 2), (BumpClass::Price, 1)]);
        let moved = Move { class: BumpClass::AliasMove, from: "0".into(), to: "1".into() };
        assert!(open_bump(&lines, &Slot::new("m").unwrap(), &moved).is_some());
    }
}
