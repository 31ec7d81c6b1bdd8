//! Minutes of people, as the ledger has them: by bump, by slot, and what belongs to neither.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::active::{Spent, spent};
use super::bump::bumps;
use crate::domain::{BumpEvent, CellId, LedgerEvent, LedgerLine, ReviewAction, Slot};

/// Minutes by what they were for.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct PeopleMinutes {
    /// Looking at answers that were taken in the end, or left.
    pub review: f64,
    /// Looking at answers that were thrown away: finding out why they broke.
    pub triage: f64,
    /// Written down by hand: fixes, meetings, whatever nothing else measures.
    pub noted: f64,
    /// Time of a session that no cell can be told for.
    pub overhead: f64,
}

impl PeopleMinutes {
    pub fn sum(&self) -> f64 {
        self.review + self.triage + self.noted + self.overhead
    }

    pub fn add(&mut self, other: Self) {
        self.review += other.review;
        self.triage += other.triage;
        self.noted += other.noted;
        self.overhead += other.overhead;
    }

    fn of(spent: &Spent) -> Self {
        let minutes = spent.seconds / 60.0;
        match (&spent.cell, spent.decision) {
            (None, _) => Self { overhead: minutes, ..Self::default() },
            (_, Some(ReviewAction::Reject)) => Self { triage: minutes, ..Self::default() },
            _ => Self { review: minutes, ..Self::default() },
        }
    }
}

/// A bump of the ledger with what it took.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BumpTime {
    /// The id of its line.
    pub id: String,
    /// All ids under which it stands in the ledger, where two branches told of it.
    pub ids: BTreeSet<String>,
    /// When it was seen.
    pub at: Timestamp,
    pub event: BumpEvent,
    /// Measured minutes; none at all where nobody measured.
    pub minutes: PeopleMinutes,
    /// Commits that fixed prompts for it.
    pub fixes: usize,
}

impl BumpTime {
    /// Whether it was work: another price or backend is none, unless somebody spent minutes on it.
    pub(crate) fn is_work(&self) -> bool {
        self.event.class.moves_answers() || self.minutes.sum() > 0.0
    }
}

/// What the ledger knows of people's time.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct People {
    /// Bumps in order of time.
    pub bumps: Vec<BumpTime>,
    /// Minutes of each slot, those of its bumps included.
    pub slots: BTreeMap<Slot, PeopleMinutes>,
    /// Minutes of no slot.
    pub other: PeopleMinutes,
    /// Sessions in which answers were looked at.
    pub sessions: usize,
    /// Minutes of single answers that were taken.
    pub reviews: Vec<f64>,
    /// Minutes of single answers that were thrown away.
    pub triages: Vec<f64>,
}

impl People {
    /// Reads the ledger. Of two lines with the same id only one is there.
    pub(crate) fn of(lines: &[LedgerLine]) -> Self {
        let mut people = Self::default();
        for bump in bumps(lines) {
            people.bumps.push(BumpTime {
                id: bump.line.id.clone(),
                ids: bump.ids.into_iter().map(str::to_owned).collect(),
                at: bump.line.ts,
                event: bump.event.clone(),
                minutes: PeopleMinutes::default(),
                fixes: 0,
            });
        }
        let spent = spent(lines);
        let mut sessions: Vec<_> = spent.iter().map(|one| (&one.session, &one.who)).collect();
        sessions.dedup();
        people.sessions = sessions.len();
        for one in &spent {
            people.spent(one);
        }
        for line in lines {
            match &line.event {
                LedgerEvent::Note(note) => {
                    let minutes = PeopleMinutes { noted: note.minutes, ..PeopleMinutes::default() };
                    people.book(note.bump.as_deref(), note.model.as_ref(), minutes);
                }
                LedgerEvent::Fix(fix) => {
                    if let Some(bump) = people.bump(&fix.bump) {
                        bump.fixes += 1;
                    }
                }
                LedgerEvent::Run(_) | LedgerEvent::Bump(_) | LedgerEvent::Review(_) => {}
            }
        }
        people
    }

    fn spent(&mut self, spent: &Spent) {
        let minutes = PeopleMinutes::of(spent);
        if spent.cell.is_some() && spent.seconds > 0.0 {
            match spent.decision {
                Some(ReviewAction::Accept) => self.reviews.push(minutes.sum()),
                Some(ReviewAction::Reject) => self.triages.push(minutes.sum()),
                _ => {}
            }
        }
        let slot = spent.cell.as_ref().map(|cell: &CellId| &cell.model);
        self.book(spent.bump.as_deref(), slot, minutes);
    }

    /// Adds minutes to a bump and its slot, else to the slot that is named, else to nobody.
    fn book(&mut self, bump: Option<&str>, slot: Option<&Slot>, minutes: PeopleMinutes) {
        let bumped = bump.and_then(|id| self.bump(id)).map(|bump| {
            bump.minutes.add(minutes);
            bump.event.slot.clone()
        });
        match slot.cloned().or(bumped) {
            Some(slot) => self.slots.entry(slot).or_default().add(minutes),
            None => self.other.add(minutes),
        }
    }

    /// A bump by the id of its line, or how that begins.
    fn bump(&mut self, id: &str) -> Option<&mut BumpTime> {
        let means = |known: &String| !id.is_empty() && known.starts_with(id);
        self.bumps.iter_mut().find(|bump| bump.ids.iter().any(means))
    }

    /// Everything that was measured.
    pub(crate) fn measured(&self) -> PeopleMinutes {
        let mut all = self.other;
        for minutes in self.slots.values() {
            all.add(*minutes);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BumpClass, FixEvent, NoteEvent, ReviewEvent};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_764_000_000 + second).unwrap()
    }

    fn slot(name: &str) -> Slot {
        Slot::new(name).unwrap()
    }

    fn bump() -> LedgerLine {
        LedgerLine::new(
            at(0),
            LedgerEvent::Bump(BumpEvent {
                slot: slot("swift"),
                provider: "gemini".into(),
                class: BumpClass::AliasMove,
                from: "a".into(),
                to: "b".into(),
                cells: 12,
                changed: 3,
                broken_loud: 1,
                broken_silent: 2,
                noise_floor: None,
                prompts: Vec::new(),
                runs: vec!["r".into()],
            }),
        )
    }

    fn review(second: i64, cell: &str, action: ReviewAction, bump: Option<&str>) -> LedgerLine {
        let cells = vec![cell.parse().unwrap()];
        let bump = bump.map(str::to_owned);
        let event = ReviewEvent { session: "s".into(), bump, cells, action, who: None };
        LedgerLine::new(at(second), LedgerEvent::Review(event))
    }

    #[test]
    fn minutes_go_to_the_bump_and_its_slot_and_every_minute_once() {
        let bump = bump();
        let id = bump.id.clone();
        let note = |second, bump: Option<&str>, model: Option<&str>, minutes| {
            let (bump, model) = (bump.map(str::to_owned), model.map(slot));
            let event = NoteEvent { bump, model, minutes, why: "x".into() };
            LedgerLine::new(at(second), LedgerEvent::Note(event))
        };
        let fix = FixEvent {
            bump: id.clone(),
            commit: "c".into(),
            cells: Vec::new(),
            variant_files: Vec::new(),
            added: 1,
            removed: 1,
        };
        let people = People::of(&[
            bump,
            review(100, "triage/a@swift", ReviewAction::Accept, Some(&id)),
            review(160, "triage/b@swift", ReviewAction::Reject, Some(&id)),
            review(220, "triage/c@local", ReviewAction::Accept, None),
            LedgerLine::new(at(300), LedgerEvent::Fix(fix)),
            note(400, Some(&id[..6]), None, 30.0),
            note(401, None, Some("local"), 5.0),
            note(402, None, None, 7.0),
        ]);
        let taken = &people.bumps[0];
        assert_eq!(taken.fixes, 1);
        assert!((taken.minutes.review - 1.0).abs() < 1e-9, "{taken:?}");
        assert!((taken.minutes.triage - 1.0).abs() < 1e-9);
        assert!((taken.minutes.noted - 30.0).abs() < 1e-9);
        assert!((people.slots[&slot("local")].sum() - 6.0).abs() < 1e-9, "{people:?}");
        assert!((people.other.sum() - 7.0).abs() < 1e-9);
        assert!((people.measured().sum() - (3.0 + 30.0 + 5.0 + 7.0)).abs() < 1e-9);
        assert_eq!((people.sessions, people.reviews.len(), people.triages.len()), (1, 2, 1));
    }

    #[test]
    fn an_empty_ledger_knows_of_no_minute() {
        assert_eq!(People::of(&[]), People::default());
    }
}
