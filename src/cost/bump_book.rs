//! What moved under each slot, and what is coming: the page that `bumps` shows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bump::{Bump, bumps};
use super::lifecycle::{Coming, Ending, PriceChange, Retirement};
use super::people::People;
use super::price::Day;
use super::wording::Upkeep;
use crate::domain::{BumpClass, LedgerLine, Slot};

/// The page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BumpBook {
    /// Version of this format.
    pub format: u32,
    /// The day of looking, in UTC.
    pub today: Day,
    /// How many days back.
    pub since_days: i32,
    /// How many days ahead.
    pub upcoming_days: i32,
    /// What moved and was settled, oldest first.
    pub bumps: Vec<PastBump>,
    /// What moved and waits for people.
    pub open: Vec<OpenBump>,
    /// Who answered for each slot when its answers were last accepted.
    pub confirmed: Vec<ConfirmedSlot>,
    /// Models that end within the window, or have ended.
    pub retirements: Vec<Retirement>,
    /// Models that end later.
    pub later: Vec<Retirement>,
    /// Prices that change within the window.
    pub prices: Vec<PriceChange>,
    /// Slots whose model ends within the days of their gate.
    pub failing: Vec<Slot>,
    /// What the wordings of prompts took, in the window back.
    pub wordings: Upkeep,
    /// What could not be found out, and what is odd.
    pub notes: Vec<String>,
    /// What the command tells its caller.
    pub exit_code: u8,
}

impl BumpBook {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;
}

/// A bump that was settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PastBump {
    /// Its id in the ledger; absent where only git knows of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The commit that it was found in; absent where the ledger tells of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// When it was first seen; of git, when it was committed.
    #[schemars(with = "String")]
    pub at: Timestamp,
    pub slot: Slot,
    pub class: BumpClass,
    pub from: String,
    pub to: String,
    /// Cells that were compared; of git, snapshots that were committed.
    pub cells: usize,
    /// What became of the cells; absent where only git knows of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effects: Option<Counts>,
    /// Minutes of people that were measured.
    pub minutes: f64,
    /// Commits that fixed prompts for it.
    pub fixes: usize,
}

/// What became of the cells of a bump.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Valid, and different beyond tolerance.
    pub changed: usize,
    pub broken_loud: usize,
    pub broken_silent: usize,
}

/// A move that snapshots do not know yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpenBump {
    pub slot: Slot,
    pub class: BumpClass,
    /// What the snapshots were accepted from.
    pub from: String,
    /// What answered last.
    pub to: String,
    /// When the first run began that shows it.
    #[schemars(with = "String")]
    pub first_seen: Timestamp,
    /// When the last one began.
    #[schemars(with = "String")]
    pub last_seen: Timestamp,
    /// The last run that shows it.
    pub run: String,
}

/// Who answered for a slot when its answers were last accepted, by `promptmatrix.lock`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfirmedSlot {
    pub slot: Slot,
    /// The id that was asked for.
    pub requested: String,
    /// The ids that answered; none where the provider does not say.
    pub served: Vec<String>,
    /// The day on which that was first confirmed.
    #[schemars(with = "String")]
    pub first_seen: jiff::civil::Date,
    /// When the last stored run began that these ids answered; absent where none is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub last_seen: Option<Timestamp>,
}

/// A move that git knows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GitMove {
    pub commit: String,
    /// When it was committed.
    pub at: Timestamp,
    pub slot: Slot,
    pub class: BumpClass,
    pub from: String,
    pub to: String,
}

/// All bumps since a moment: those of the ledger with what they took, and those that only git knows
/// of. A move is in the ledger where one of the same slot to the same version is.
pub(crate) fn past(lines: &[LedgerLine], moves: &[GitMove], since: Timestamp) -> Vec<PastBump> {
    let people = People::of(lines);
    let all = bumps(lines);
    let mut found: Vec<PastBump> = all.iter().map(|bump| of_ledger(bump, &people)).collect();
    let mut of_git: BTreeMap<(&str, &Slot, &str, &str), PastBump> = BTreeMap::new();
    for one in moves {
        let known = all.iter().any(|bump| {
            bump.event.slot == one.slot
                && (&bump.event.from, &bump.event.to) == (&one.from, &one.to)
        });
        if known {
            continue;
        }
        let key = (one.commit.as_str(), &one.slot, one.from.as_str(), one.to.as_str());
        of_git.entry(key).or_insert_with(|| from_git(one)).cells += 1;
    }
    found.extend(of_git.into_values());
    found.retain(|bump| bump.at >= since);
    found.sort_by(|one, other| (one.at, &one.slot).cmp(&(other.at, &other.slot)));
    found
}

fn of_ledger(bump: &Bump<'_>, people: &People) -> PastBump {
    let time = people.bumps.iter().find(|time| time.id == bump.line.id);
    let event = bump.event;
    PastBump {
        id: Some(bump.line.id.clone()),
        commit: None,
        at: bump.line.ts,
        slot: event.slot.clone(),
        class: event.class,
        from: event.from.clone(),
        to: event.to.clone(),
        cells: event.cells,
        effects: Some(Counts {
            changed: event.changed,
            broken_loud: event.broken_loud,
            broken_silent: event.broken_silent,
        }),
        minutes: time.map_or(0.0, |time| time.minutes.sum()),
        fixes: time.map_or(0, |time| time.fixes),
    }
}

fn from_git(one: &GitMove) -> PastBump {
    PastBump {
        id: None,
        commit: Some(one.commit.clone()),
        at: one.at,
        slot: one.slot.clone(),
        class: one.class,
        from: one.from.clone(),
        to: one.to.clone(),
        cells: 0,
        effects: None,
        minutes: 0.0,
        fixes: 0,
    }
}

/// The slots that fail: the id that they ask for ends within the days of their gate.
pub(crate) fn failing(coming: &Coming, days: impl Fn(&Slot) -> Option<u32>) -> Vec<Retirement> {
    let all = coming.retirements.iter().chain(&coming.later);
    let near = all.filter(|one| one.ending != Ending::Moves).filter(|one| {
        days(&one.slot).is_some_and(|days| i64::from(one.days_left) <= i64::from(days))
    });
    near.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::bump::{Effects, Move, event};
    use crate::cost::lifecycle::LifeSource;
    use crate::domain::LedgerEvent;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn slot() -> Slot {
        Slot::new("m").unwrap()
    }

    fn git(second: i64, from: &str, to: &str) -> GitMove {
        GitMove {
            commit: format!("c{second}"),
            at: at(second),
            slot: slot(),
            class: BumpClass::AliasMove,
            from: from.into(),
            to: to.into(),
        }
    }

    #[test]
    fn git_tells_of_what_the_ledger_does_not_know_and_of_nothing_twice() {
        let told = Move { class: BumpClass::AliasMove, from: "1".into(), to: "2".into() };
        let did = Effects { cells: 9, broken_loud: 1, ..Effects::default() };
        let bump = event(slot(), "x".into(), told, did, vec!["r".into()]);
        let lines = [LedgerLine::new(at(50), LedgerEvent::Bump(bump))];
        let moves = [git(60, "1", "2"), git(70, "2", "3"), git(70, "2", "3"), git(5, "0", "1")];
        let told: Vec<_> = past(&lines, &moves, at(10))
            .into_iter()
            .map(|bump| (bump.to, bump.cells, bump.effects.map(|counts| counts.broken_loud)))
            .collect();
        assert_eq!(told, [("2".to_owned(), 9, Some(1)), ("3".to_owned(), 2, None)]);
    }

    #[test]
    fn a_gate_counts_days_to_the_end_and_only_of_an_id_that_stops() {
        let ends = |days_left, ending| Retirement {
            slot: slot(),
            vendor: "x".into(),
            id: "m-1".into(),
            ending,
            shutdown: "2027-01-01".parse().unwrap(),
            days_left,
            announced: None,
            successor: None,
            prices: None,
            refused: BTreeMap::new(),
            source: LifeSource::Table,
            read: None,
            confidence: None,
        };
        let fails = |days_left, ending, gate: Option<u32>| {
            let coming = Coming { later: vec![ends(days_left, ending)], ..Coming::default() };
            !failing(&coming, |_| gate).is_empty()
        };
        assert!(fails(30, Ending::Stops, Some(30)) && fails(-3, Ending::Stops, Some(0)));
        assert!(!fails(31, Ending::Stops, Some(30)) && !fails(1, Ending::Stops, None));
        assert!(!fails(1, Ending::Moves, Some(30)));
    }
}
