//! `promptmatrix cost`: what the matrix costs in money and minutes, and whether routing pays.

mod compare;
mod facts;
mod log;
mod made;
mod market;
mod targets;

use jiff::{SignedDuration, Timestamp};

use crate::cli::args::{By, Cost, CostCommand, CostDay};
use crate::cli::clock::SystemClock;
use crate::cli::coming::{Asked, Known};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cost::books::{Books, Window};
use crate::cost::statement::Statement;
use crate::domain::{Clock, Exit, LedgerEvent, LedgerLine, RunKind, Suite};
use crate::report::cost::Topic;
use crate::store::{Ledger, RunError};

use market::{Market, Till, midnight};
use targets::Targets;

/// Runs the command.
pub(in crate::cli) fn cost(session: &Session, args: &Cost) -> Result<Exit, Failure> {
    if let Some(CostCommand::Log(note)) = &args.command {
        return log::log(session, note);
    }
    let targets = Targets::new(args, session)?;
    let (mut suite, _) = session.suite()?;
    suite.cost.preset = args.preset.unwrap_or(suite.cost.preset);
    suite.cost.horizon_months = args.forecast.unwrap_or(suite.cost.horizon_months);
    let statement = statement(session, &suite, args)?;
    targets.write(&statement, &topics(args), session)?;
    let unknown = statement.spend.total.unpriced > 0 || !statement.unpriced_models.is_empty();
    Ok(if !statement.passes() {
        Exit::Fail
    } else if args.strict_prices && unknown {
        Exit::Inconclusive
    } else {
        Exit::Pass
    })
}

/// What is to be shown below the first screen.
fn topics(args: &Cost) -> Vec<Topic> {
    let by = args.by.iter().map(|by| match by {
        By::Model => Topic::Model,
        By::Prompt => Topic::Prompt,
        By::Kind => Topic::Kind,
        By::Month => Topic::Month,
        By::Bump => Topic::Bump,
        By::Run => Topic::Run,
    });
    let mut topics: Vec<Topic> = by.collect();
    let flags = [
        (args.bump.is_some() && args.by.is_empty(), Topic::Bump),
        (args.marginal, Topic::Marginal),
        (!args.what_if.is_empty(), Topic::WhatIf),
        (args.forecast.is_some(), Topic::Forecast),
        (args.compare, Topic::Compare),
        (args.assumptions, Topic::Assumptions),
    ];
    topics.extend(flags.into_iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, topic)| topic));
    topics
}

/// What is counted: a window of time, and maybe only some runs.
struct Scope {
    window: Window,
    /// Ids of runs, or how they begin; `None` is all of them.
    runs: Option<Vec<String>>,
    /// The lines of the ledger that count.
    lines: Vec<LedgerLine>,
    /// The id of the bump or the run that is looked at alone.
    alone: Option<String>,
}

fn scope(args: &Cost, all: &[LedgerLine], now: Timestamp) -> Result<Scope, Failure> {
    let to = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
    let ever = Window { from: Timestamp::MIN, to };
    if let Some(prefix) = &args.bump {
        let is_it = |line: &&LedgerLine| line.id.starts_with(prefix.as_str());
        let found = all.iter().filter(is_it).find_map(|line| match &line.event {
            LedgerEvent::Bump(bump) => Some((line.id.clone(), bump.runs.clone())),
            _ => None,
        });
        let help = "promptmatrix cost --by bump lists those that there are";
        let (id, runs) = found.ok_or_else(|| {
            Failure::usage("cost::unknown-bump", format!("the ledger has no bump `{prefix}`"), help)
        })?;
        let lines = all.iter().filter(|line| about(line, &id)).cloned().collect();
        return Ok(Scope { window: ever, runs: Some(runs), lines, alone: Some(id) });
    }
    if let Some(run) = &args.run {
        let is_of = |line: &&LedgerLine| match &line.event {
            LedgerEvent::Review(review) => review.session.starts_with(run.as_str()),
            LedgerEvent::Bump(bump) => bump.runs.iter().any(|id| id.starts_with(run.as_str())),
            _ => false,
        };
        let lines = all.iter().filter(is_of).cloned().collect();
        let (runs, alone) = (Some(vec![run.clone()]), Some(run.clone()));
        return Ok(Scope { window: ever, runs, lines, alone });
    }
    let back = SignedDuration::from_hours(args.since * 24);
    let window = Window { from: now.checked_sub(back).unwrap_or(Timestamp::MIN), to };
    let lines = all.iter().filter(|line| window.contains(line.ts)).cloned().collect();
    Ok(Scope { window, runs: None, lines, alone: None })
}

/// Whether a line is about a bump.
fn about(line: &LedgerLine, bump: &str) -> bool {
    let named = match &line.event {
        LedgerEvent::Bump(_) => return line.id == bump,
        LedgerEvent::Review(review) => review.bump.as_deref(),
        LedgerEvent::Fix(fix) => Some(fix.bump.as_str()),
        LedgerEvent::Note(note) => note.bump.as_deref(),
        LedgerEvent::Run(_) => None,
    };
    named.is_some_and(|named| !named.is_empty() && bump.starts_with(named))
}

fn statement(session: &Session, suite: &Suite, args: &Cost) -> Result<Statement, Failure> {
    let now = SystemClock.now();
    let mut known = Known::of(suite, Session::runs(suite).latest()?.as_ref())?;
    let asked = if args.live { known.ask(session)? } else { Asked::default() };
    let market = Market { suite, prices: known.prices(), known: &known, now };
    let read = Ledger::open(&suite.root).read()?;
    let scope = scope(args, &read.lines, now)?;
    let reprice = args.reprice_at.map(|day| match day {
        CostDay::Today => now,
        CostDay::Of(day) => midnight(day),
    });
    let current = suite.models.iter().map(|(slot, model)| (slot.clone(), model.id.clone()));
    let mut books = Books::new(scope.window, &suite.routes, current.collect());
    if let Some(runs) = &scope.runs {
        books = books.only(runs.clone());
    }
    let mut till = Till::new(&market, reprice);
    let mut stored = std::collections::BTreeSet::new();
    Session::runs(suite).each_call(|head, call| {
        if !stored.contains(&head.id) {
            stored.insert(head.id.clone());
        }
        books.call(head, call, &mut till);
    })?;
    if let Some(run) = &args.run
        && !stored.iter().any(|id| id.starts_with(run.as_str()))
    {
        return Err(RunError::Unknown(run.clone()).into());
    }
    made::summaries(&mut books, &market, &scope.lines, &stored);
    let mut statement = made::statement(&market, &books, (&scope, &read), args, reprice)?;
    statement.warnings.extend(asked.notes);
    Ok(statement)
}

/// Whether a run is one of the regular ones.
fn is_regular(kind: RunKind) -> bool {
    matches!(kind, RunKind::Nightly | RunKind::Ci)
}
