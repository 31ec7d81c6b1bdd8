//! What the matrix costs in money and minutes, and whether routing pays.

mod code;
mod compare;
mod facts;
mod made;
mod market;

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::lifecycles::{ListsAsked, ModelLives};
use super::{Error, Project, Result, clock};
use crate::cost::accounts::{Accounts, Window};
use crate::cost::statement::Statement;
use crate::domain::{LedgerEvent, LedgerLine, Preset, RunKind};
use crate::store::{Ledger, RunError};

use market::{Biller, Market, midnight};

/// Which runs and which work are counted.
#[derive(Debug, Clone)]
pub enum Counted {
    /// Those of so many days back.
    Days(i64),
    /// One run alone: its id, or how that begins.
    Run(String),
    /// One bump and its runs alone: its id, or how that begins.
    Bump(String),
}

/// The day whose prices hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceDay {
    /// Whatever day it is.
    Today,
    /// This one.
    Of(Date),
}

/// What a statement is made of, where that is not what the config says.
#[derive(Debug, Clone)]
pub struct StatementOptions {
    /// What is counted.
    pub counted: Counted,
    /// Whether the providers are asked when their models end.
    pub live: bool,
    /// The slot that a route would try first.
    pub small: Option<String>,
    /// The slot that would do it all alone.
    pub large: Option<String>,
    /// Requests a month of the application.
    pub volume: Option<f64>,
    /// What is assumed of people's time.
    pub preset: Option<Preset>,
    /// How many months ahead.
    pub horizon_months: Option<u32>,
    /// Calculate what was spent by the prices of this day.
    pub reprice_at: Option<PriceDay>,
}

impl Default for StatementOptions {
    fn default() -> Self {
        Self {
            counted: Counted::Days(90),
            live: false,
            small: None,
            large: None,
            volume: None,
            preset: None,
            horizon_months: None,
            reprice_at: None,
        }
    }
}

impl Project {
    /// Makes a statement of what the matrix cost and will cost.
    pub fn statement(&self, options: &StatementOptions) -> Result<Statement> {
        let suite = &self.suite;
        let now = clock::now();
        let latest = self.runs().latest()?;
        let mut known = ModelLives::new(self, latest.as_ref())?;
        let asked = if options.live { known.ask()? } else { ListsAsked::default() };
        let mut settings = suite.cost.clone();
        settings.preset = options.preset.unwrap_or(settings.preset);
        settings.horizon_months = options.horizon_months.unwrap_or(settings.horizon_months);
        let market = Market { suite, settings: &settings, known: &known, now };
        let read = Ledger::open(&suite.root).read()?;
        let scope = scope(&options.counted, &read.lines, now)?;
        let reprice = options.reprice_at.map(|day| match day {
            PriceDay::Today => now,
            PriceDay::Of(day) => midnight(day),
        });
        let current = suite.models.iter().map(|(slot, model)| (slot.clone(), model.id.clone()));
        let mut accounts = Accounts::new(scope.window, &suite.routes, current.collect());
        if let Some(runs) = &scope.runs {
            accounts = accounts.only(runs.clone());
        }
        let mut till = Biller::new(&market, reprice);
        let mut stored = BTreeSet::new();
        self.runs().each_call(|head, call| {
            if !stored.contains(&head.id) {
                stored.insert(head.id.clone());
            }
            accounts.call(head, call, &mut till);
        })?;
        if let Counted::Run(run) = &options.counted
            && !stored.iter().any(|id| id.starts_with(run.as_str()))
        {
            return Err(RunError::Unknown(run.clone()).into());
        }
        made::summaries(&mut accounts, &market, &scope.lines, &stored);
        let mut statement =
            made::Making { market: &market, accounts: &accounts, scope: &scope, options }
                .statement(&read, reprice)?;
        statement.warnings.extend(asked.notes);
        statement.by_code = code::by_code(suite, latest.as_ref());
        Ok(statement)
    }
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

fn scope(counted: &Counted, all: &[LedgerLine], now: Timestamp) -> Result<Scope> {
    let to = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
    let ever = Window { from: Timestamp::MIN, to };
    match counted {
        Counted::Bump(prefix) => {
            let is_it = |line: &&LedgerLine| line.id.starts_with(prefix.as_str());
            let found = all.iter().filter(is_it).find_map(|line| match &line.event {
                LedgerEvent::Bump(bump) => Some((line.id.clone(), bump.runs.clone())),
                _ => None,
            });
            let none = format!("the ledger has no bump `{prefix}`");
            let help = "promptmatrix cost --by bump lists those that there are";
            let (id, runs) = found.ok_or_else(|| Error::usage("cost::unknown-bump", none, help))?;
            let lines = all.iter().filter(|line| about(line, &id)).cloned().collect();
            Ok(Scope { window: ever, runs: Some(runs), lines, alone: Some(id) })
        }
        Counted::Run(run) => {
            let is_of = |line: &&LedgerLine| match &line.event {
                LedgerEvent::Review(review) => review.session.starts_with(run.as_str()),
                LedgerEvent::Bump(bump) => bump.runs.iter().any(|id| id.starts_with(run.as_str())),
                _ => false,
            };
            let lines = all.iter().filter(is_of).cloned().collect();
            let (runs, alone) = (Some(vec![run.clone()]), Some(run.clone()));
            Ok(Scope { window: ever, runs, lines, alone })
        }
        Counted::Days(days) => {
            let back = SignedDuration::from_hours(days * 24);
            let window = Window { from: now.checked_sub(back).unwrap_or(Timestamp::MIN), to };
            let lines = all.iter().filter(|line| window.contains(line.ts)).cloned().collect();
            Ok(Scope { window, runs: None, lines, alone: None })
        }
    }
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

/// Whether a run is one of the regular ones.
fn is_regular(kind: RunKind) -> bool {
    matches!(kind, RunKind::Nightly | RunKind::Ci)
}
