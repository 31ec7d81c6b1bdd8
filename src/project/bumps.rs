//! What moved under each slot, and what is coming for it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::ledger::{RUNS, nature};
use super::lifecycles::{ListsAsked, ModelLives};
use super::{Project, Result, clock};
use crate::cost::behind::behind;
use crate::cost::bump::class_of;
use crate::cost::bump_book::{BumpBook, ConfirmedSlot, GitMove, OpenBump, past};
use crate::cost::wording;
use crate::domain::{BumpClass, Confirmed, Exit, LedgerLine, Model, RunRecord, Slot};
use crate::store::{CommitHistory, HeaderMove, IdentityFile, Ledger, header_moves};
use crate::suite;

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct BumpOptions {
    /// How many days back.
    pub since_days: i32,
    /// How many days ahead.
    pub upcoming_days: i32,
    /// Whether the providers are asked for their lists of models.
    pub live: bool,
}

impl Project {
    /// What moved, and what is coming. Exit 1 where a model ends within the days of its gate, 3 where
    /// a provider's list was wanted and could not be had.
    pub fn bumps(&self, options: &BumpOptions) -> Result<BumpBook> {
        let mut known = ModelLives::new(self, self.runs().latest()?.as_ref())?;
        let asked = if options.live { known.ask()? } else { ListsAsked::default() };
        let now = clock::now();
        let back = SignedDuration::from_hours(i64::from(options.since_days) * 24);
        let since = now.saturating_sub(back).unwrap_or(now);
        let mut notes = asked.notes;
        notes.extend(known.doubts());
        let coming = known.coming(options.upcoming_days);
        let failing: Vec<Slot> = known.failing().into_iter().map(|one| one.slot).collect();
        let exit = match (failing.is_empty(), asked.is_partial) {
            (false, _) => Exit::Fail,
            (true, true) => Exit::Inconclusive,
            (true, false) => Exit::Pass,
        };
        let history = CommitHistory::read(&self.suite.root, Some(since))?;
        if history.is_cut {
            notes.push(
                "git has only a part of its history here: older moves and edits are not seen"
                    .into(),
            );
        }
        let lines = self.ledger_with_fixes(&mut notes)?;
        let (open, confirmed) = self.identities(&lines)?;
        Ok(BumpBook {
            format: BumpBook::FORMAT,
            today: known.today,
            since_days: options.since_days,
            upcoming_days: options.upcoming_days,
            bumps: past(&lines, &self.git_moves(since)?, since),
            open,
            confirmed,
            retirements: coming.retirements,
            later: coming.later,
            prices: coming.prices,
            failing,
            wordings: wording::upkeep(&suite::wordings(&self.suite), &history.commits),
            notes,
            exit_code: exit.code(),
        })
    }

    /// The ledger, with the fixes that it does not have yet.
    fn ledger_with_fixes(&self, notes: &mut Vec<String>) -> Result<Vec<LedgerLine>> {
        let read = Ledger::open(&self.suite.root).read()?;
        if read.unknown > 0 {
            notes.push(format!(
                "{} lines of the ledger are of a later version of promptmatrix",
                read.unknown
            ));
        }
        let mut lines = read.lines;
        let fixes = self.found_fixes(&lines, clock::now());
        let new = |line: &LedgerLine| lines.iter().all(|known| known.id != line.id);
        let fixes: Vec<LedgerLine> = fixes.into_iter().filter(new).collect();
        lines.extend(fixes);
        Ok(lines)
    }

    /// The moves that git knows of, of slots that are still there.
    fn git_moves(&self, since: Timestamp) -> Result<Vec<GitMove>> {
        let found = header_moves(&self.suite.root, since)?;
        let named = found.into_iter().filter_map(|one| {
            let model = self.suite.models.get(&one.cell.model)?;
            let (class, from, to) = class_of_header(model, &one)?;
            let slot = model.slot.clone();
            Some(GitMove { commit: one.commit, at: one.at, slot, class, from, to })
        });
        Ok(named.collect())
    }

    /// What moved behind the slots' ids and waits for people, and who was confirmed before.
    fn identities(&self, lines: &[LedgerLine]) -> Result<(Vec<OpenBump>, Vec<ConfirmedSlot>)> {
        let runs = self.runs().newest(RUNS)?;
        let lock = IdentityFile::open(&self.suite.root).read()?.0;
        let headers = self.ids_in_headers()?;
        let (mut open, mut confirmed) = (Vec::new(), Vec::new());
        for (slot, model) in &self.suite.models {
            let known = lock.get(slot);
            confirmed.extend(known.map(|known| of_lock(slot, known, &runs)));
            let Some(found) = behind(&runs, slot, nature(model).floats, known) else { continue };
            let (Some(first), Some(last)) = (found.runs.first(), found.runs.last()) else {
                continue;
            };
            let is_known = |id: &str| match known {
                Some(known) => known.knows(id) || known.fingerprints.contains(id),
                None => headers.get(slot).is_some_and(|ids| ids.contains(id)),
            };
            let is_asked = last.models.get(slot).is_some_and(|record| record.requested == model.id);
            if is_asked && !found.is_settled(slot, is_known, lines) {
                open.push(OpenBump {
                    slot: slot.clone(),
                    class: found.moved.class,
                    first_seen: first.started,
                    last_seen: last.started,
                    run: last.id.clone(),
                    from: found.moved.from,
                    to: found.moved.to,
                });
            }
        }
        Ok((open, confirmed))
    }

    /// The ids that the headers of the accepted answers name.
    fn ids_in_headers(&self) -> Result<BTreeMap<&Slot, BTreeSet<String>>> {
        let snapshots = self.snapshots();
        let mut named: BTreeMap<&Slot, BTreeSet<String>> = BTreeMap::new();
        for cell in &self.suite.cells {
            let id = snapshots.accepted(&cell.id)?.and_then(|accepted| accepted.meta.served);
            named.entry(&cell.id.model).or_default().extend(id);
        }
        Ok(named)
    }
}

fn class_of_header(model: &Model, one: &HeaderMove) -> Option<(BumpClass, String, String)> {
    let requested = one.requested.as_ref().map(|(from, to)| (from.as_str(), to.as_str()));
    let served = one.served.as_ref().map(|(from, to)| (from.as_str(), to.as_str()));
    let moved = class_of(requested, served, nature(model).floats, |_| false)?;
    Some((moved.class, moved.from, moved.to))
}

fn of_lock(slot: &Slot, known: &Confirmed, runs: &[RunRecord]) -> ConfirmedSlot {
    let answered = |run: &&RunRecord| {
        let seen = run.models.get(slot).filter(|_| run.upgrade.is_none());
        seen.is_some_and(|seen| {
            seen.requested == known.requested && seen.served.iter().all(|id| known.knows(id))
        })
    };
    ConfirmedSlot {
        slot: slot.clone(),
        requested: known.requested.clone(),
        served: known.served.iter().cloned().collect(),
        first_seen: known.since,
        last_seen: runs.iter().find(answered).map(|run| run.started),
    }
}
