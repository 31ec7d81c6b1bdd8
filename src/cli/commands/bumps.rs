//! `promptmatrix bumps`: what moved under each slot, and what is coming for it.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};

use crate::cli::args::Bumps;
use crate::cli::clock::SystemClock;
use crate::cli::coming::{Asked, Known, accepted_ids};
use crate::cli::failure::Failure;
use crate::cli::ledger::found_fixes;
use crate::cli::output;
use crate::cli::session::Session;
use crate::cost::bump::{Nature, class_of};
use crate::cost::bump_book::{BumpBook, GitMove, OpenBump, past};
use crate::cost::wording;
use crate::domain::{BumpClass, Clock, Exit, LedgerLine, Model, RunRecord, Suite};
use crate::provider;
use crate::report::{bumps as report, ics};
use crate::store::{HeaderMove, History, Ledger, Snapshots, header_moves};
use crate::suite;

/// Runs the command. Exit 1 where a model ends within the days of its gate, 3 where a provider's
/// list was wanted and could not be had.
pub(in crate::cli) fn bumps(session: &Session, args: &Bumps) -> Result<Exit, Failure> {
    let is_calendar = args.ics.as_deref() == Some(Path::new("-"));
    if is_calendar && session.global.json {
        return Err(Failure::usage(
            "report::two-outputs",
            "two outputs want standard output",
            "name a file for the calendar",
        ));
    }
    let (suite, _) = session.suite()?;
    let now = SystemClock.now();
    let last = Session::runs(&suite).latest()?;
    let mut known = Known::of(&suite, last.as_ref())?;
    let asked = if args.live { known.ask(session)? } else { Asked::default() };
    let (book, exit) = book(&suite, args, (&known, asked), last.as_ref())?;
    if let Some(file) = &args.ics {
        write(file, &ics::render(&book.retirements, &book.prices, now))?;
    }
    if session.global.json {
        output::print_json(&serde_json::to_value(&book)?)?;
    } else if !is_calendar {
        output::print(&report::render(&book, session.look()))?;
    }
    Ok(exit)
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    if file == Path::new("-") {
        output::print_data(text)?;
    } else {
        fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

fn book(
    suite: &Suite,
    args: &Bumps,
    (known, asked): (&Known<'_>, Asked),
    last: Option<&RunRecord>,
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
    let history = History::read(&suite.root, Some(since))?;
    if history.is_cut {
        notes.push(
            "git has only a part of its history here: older moves and edits are not seen".into(),
        );
    }
    let lines = ledger(suite, now, &mut notes)?;
    let book = BumpBook {
        format: BumpBook::FORMAT,
        today: known.today(),
        since_days: args.since,
        upcoming_days: args.upcoming,
        bumps: past(&lines, &moves(suite, since)?, since),
        open: open(suite, last)?,
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

/// Slots whose last answers came from another version than the accepted ones.
fn open(suite: &Suite, last: Option<&RunRecord>) -> Result<Vec<OpenBump>, Failure> {
    let Some(last) = last else { return Ok(Vec::new()) };
    let snapshots = Snapshots::open(&suite.root);
    let mut served = Vec::new();
    for cell in &suite.cells {
        let accepted = snapshots.accepted(&cell.id)?;
        let id = accepted.and_then(|accepted| accepted.meta.served);
        served.extend(id.map(|id| (&cell.id.model, id)));
    }
    let ids = accepted_ids(served.iter().map(|(slot, id)| (*slot, id.as_str())));
    let mut open = Vec::new();
    for (slot, from) in ids {
        let Some(record) = last.models.get(slot) else { continue };
        let Some(model) = suite.models.get(slot).filter(|model| model.id == record.requested)
        else {
            continue;
        };
        let [to] = record.served.as_slice() else { continue };
        let moved = class_of(None, Some((from, to)), nature(model).floats, |_| false);
        open.extend(moved.map(|moved| OpenBump {
            slot: slot.clone(),
            class: moved.class,
            from: moved.from,
            to: moved.to,
            run: last.id.clone(),
        }));
    }
    Ok(open)
}
