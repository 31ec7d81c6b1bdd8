//! `promptmatrix bumps`: what moved under each slot, and what is coming for it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::cli::args::Bumps;
use crate::cli::clock::SystemClock;
use crate::cli::coming::{Asked, Known};
use crate::cli::failure::Failure;
use crate::cli::ledger::{RUNS, found_fixes};
use crate::cli::output;
use crate::cli::session::Session;
use crate::cost::behind::behind;
use crate::cost::bump::{Nature, class_of};
use crate::cost::bump_book::{BumpBook, ConfirmedSlot, GitMove, OpenBump, past};
use crate::cost::wording;
use crate::domain::{BumpClass, Clock, Confirmed, Exit, LedgerLine, Model, RunRecord, Slot, Suite};
use crate::provider;
use crate::report::bumps as report;
use crate::store::{CommitHistory, HeaderMove, IdentityFile, Ledger, Snapshots, header_moves};
use crate::suite;

/// Runs the command. Exit 1 where a model ends within the days of its gate, 3 where a provider's
/// list was wanted and could not be had.
pub(in crate::cli) fn bumps(session: &Session, args: &Bumps) -> Result<Exit, Failure> {
    let (suite, _) = session.suite()?;
    let last = Session::runs(&suite).latest()?;
    let mut known = Known::of(&suite, last.as_ref())?;
    let asked = if args.live { known.ask(session)? } else { Asked::default() };
    let (book, exit) = book(&suite, args, (&known, asked))?;
    if session.global.json {
        output::print_json(&serde_json::to_value(&book)?)?;
    } else {
        output::print(&report::render(&book, session.look()))?;
    }
    Ok(exit)
}

fn book(
    suite: &Suite,
    args: &Bumps,
    (known, asked): (&Known<'_>, Asked),
) -> Result<(BumpBook, Exit), Failure> {
    let now = SystemClock.now();
    let back = SignedDuration::from_hours(i64::from(args.since) * 24);
    let since = now.saturating_sub(back).unwrap_or(now);
    let mut notes = asked.notes;
    let coming = known.coming(args.upcoming);
    let failing = known.failing().into_iter().map(|one| one.slot).collect::<Vec<_>>();
    let exit = match (failing.is_empty(), asked.is_partial) {
        (false, _) => Exit::Fail,
        (true, true) => Exit::Inconclusive,
        (true, false) => Exit::Pass,
    };
    let history = CommitHistory::read(&suite.root, Some(since))?;
    if history.is_cut {
        notes.push(
            "git has only a part of its history here: older moves and edits are not seen".into(),
        );
    }
    let lines = ledger(suite, now, &mut notes)?;
    let (open, confirmed) = identities(suite, &lines)?;
    let book = BumpBook {
        format: BumpBook::FORMAT,
        today: known.today(),
        since_days: args.since,
        upcoming_days: args.upcoming,
        bumps: past(&lines, &moves(suite, since)?, since),
        open,
        confirmed,
        retirements: coming.retirements,
        later: coming.later,
        prices: coming.prices,
        failing,
        wordings: wording::upkeep(&suite::wordings(suite), &history.commits),
        notes,
        exit_code: exit.code(),
    };
    Ok((book, exit))
}

/// The ledger, with the fixes that it does not have yet.
fn ledger(
    suite: &Suite,
    now: Timestamp,
    notes: &mut Vec<String>,
) -> Result<Vec<LedgerLine>, Failure> {
    let read = Ledger::open(&suite.root).read()?;
    if read.unknown > 0 {
        notes.push(format!(
            "{} lines of the ledger are of a later version of promptmatrix",
            read.unknown
        ));
    }
    let mut lines = read.lines;
    let fixes = found_fixes(suite, &lines, now);
    let new = |line: &LedgerLine| lines.iter().all(|known| known.id != line.id);
    let fixes: Vec<LedgerLine> = fixes.into_iter().filter(new).collect();
    lines.extend(fixes);
    Ok(lines)
}

/// The moves that git knows of, of slots that are still there.
fn moves(suite: &Suite, since: Timestamp) -> Result<Vec<GitMove>, Failure> {
    let found = header_moves(&suite.root, since)?;
    let named = found.into_iter().filter_map(|one| {
        let model = suite.models.get(&one.cell.model)?;
        let (class, from, to) = class_of_header(model, &one)?;
        let slot = model.slot.clone();
        Some(GitMove { commit: one.commit, at: one.at, slot, class, from, to })
    });
    Ok(named.collect())
}

fn class_of_header(model: &Model, one: &HeaderMove) -> Option<(BumpClass, String, String)> {
    let requested = one.requested.as_ref().map(|(from, to)| (from.as_str(), to.as_str()));
    let served = one.served.as_ref().map(|(from, to)| (from.as_str(), to.as_str()));
    let moved = class_of(requested, served, nature(model).floats, |_| false)?;
    Some((moved.class, moved.from, moved.to))
}

fn nature(model: &Model) -> Nature {
    Nature { provider: model.dialect.clone(), floats: provider::has_floating_id(model) }
}

/// What moved behind the slots' ids and waits for people, and who was confirmed before.
fn identities(
    suite: &Suite,
    lines: &[LedgerLine],
) -> Result<(Vec<OpenBump>, Vec<ConfirmedSlot>), Failure> {
    let runs = Session::runs(suite).newest(RUNS)?;
    let lock = IdentityFile::open(&suite.root).read()?.0;
    let headers = in_headers(suite)?;
    let (mut open, mut confirmed) = (Vec::new(), Vec::new());
    for (slot, model) in &suite.models {
        let known = lock.get(slot);
        confirmed.extend(known.map(|known| of_lock(slot, known, &runs)));
        let Some(found) = behind(&runs, slot, nature(model).floats, known) else { continue };
        let (Some(first), Some(last)) = (found.runs.first(), found.runs.last()) else { continue };
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

/// The ids that the headers of the accepted answers name.
fn in_headers(suite: &Suite) -> Result<BTreeMap<&Slot, BTreeSet<String>>, Failure> {
    let snapshots = Snapshots::open(&suite.root);
    let mut named: BTreeMap<&Slot, BTreeSet<String>> = BTreeMap::new();
    for cell in &suite.cells {
        let id = snapshots.accepted(&cell.id)?.and_then(|accepted| accepted.meta.served);
        named.entry(&cell.id.model).or_default().extend(id);
    }
    Ok(named)
}
