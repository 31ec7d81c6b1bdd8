//! The statement, made of the accounts, the ledger, the prices and the suite.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::compare::{Compared, Stand, compared};
use super::market::Market;
use super::{Scope, StatementOptions, facts, is_regular};
use crate::cost::accounts::Accounts;
use crate::cost::lifecycle::{Coming, Ending};
use crate::cost::measure::{Basis, Figures};
use crate::cost::people::People;
use crate::cost::price::{Buckets, Day, embedded};
use crate::cost::projection::{Projection, SlotFacts};
use crate::cost::spend::CallTotals;
use crate::cost::statement::{
    Inputs, LifeLine, PriceLine, Rated, Size, SlotInput, Statement, WindowLine, build,
};
use crate::cost::wording::upkeep;
use crate::domain::{LedgerEvent, LedgerLine, Pico, ProviderKind, RoutePlan, SlotSummary, Suite};
use crate::project::Result;
use crate::store::{CommitHistory, LedgerRead};
use crate::suite::wordings;

/// Runs of the ledger that are not stored here: only their sums are known.
pub(super) fn summaries(
    accounts: &mut Accounts<'_>,
    market: &Market<'_>,
    lines: &[LedgerLine],
    stored: &BTreeSet<String>,
) {
    for line in lines {
        let LedgerEvent::Run(run) = &line.event else { continue };
        if stored.contains(&run.run) {
            continue;
        }
        for (slot, sum) in &run.slots {
            let totals = totals(market, slot, sum, line.ts);
            accounts.spend.add_summary(slot, line.ts, totals);
        }
    }
}

fn totals(
    market: &Market<'_>,
    slot: &crate::domain::Slot,
    sum: &SlotSummary,
    at: Timestamp,
) -> CallTotals {
    let calls = sum.trials as u64;
    // A sum has no tier of its own: it is billed as so many calls of the mean length.
    let tokens = Buckets::of(&sum.usage).ok();
    let cost = tokens.and_then(|tokens| {
        let model = market.suite.models.get(slot)?;
        let call = crate::run::call_of(model, sum.served.last().map(String::as_str), at);
        let quote = market.known.prices.quote(&call, tokens.input() / calls.max(1)).ok()?;
        Some(tokens.cost(&quote.rates))
    });
    CallTotals {
        calls,
        valid: sum.valid as u64,
        cost: cost.unwrap_or(Pico::ZERO),
        unpriced: if cost.is_some() { 0 } else { calls },
        unbilled: (sum.calls as u64).saturating_sub(calls),
        by_family: 0,
    }
}

/// What a statement is made of.
pub(super) struct Making<'m> {
    pub(super) market: &'m Market<'m>,
    pub(super) accounts: &'m Accounts<'m>,
    pub(super) scope: &'m Scope,
    pub(super) options: &'m StatementOptions,
}

impl Making<'_> {
    /// Makes the statement.
    pub(super) fn statement(
        &self,
        read: &LedgerRead,
        reprice: Option<Timestamp>,
    ) -> Result<Statement> {
        let Self { market, accounts, scope, options } = *self;
        let (suite, settings) = (market.suite, market.settings);
        let everything = People::of(&read.lines);
        let people = People::of(&scope.lines);
        let figures = Figures::new(settings, &everything, BTreeMap::new());
        let runs_per_day = runs_per_day(market, scope);
        let years = years(&read.lines, market.now);
        let slots = facts::slots(market, accounts, &everything.bumps, years);
        let projection =
            Projection::new(&slots, settings.policy, runs_per_day.value, &figures.values());
        let coming = market.known.coming(months(settings.horizon_months));
        let since = scope.window.from.max(Timestamp::UNIX_EPOCH);
        let history = CommitHistory::read(&suite.root, Some(since)).unwrap_or_default();
        let wordings = upkeep(&wordings(suite), &history.commits);
        let stand = Stand {
            market,
            options,
            accounts,
            figures: &figures,
            projection: &projection,
            people: &people,
            coming: &coming,
            wordings,
        };
        let Compared { comparison, essay } = compared(&stand)?;
        let of_slot = |one: &SlotFacts| SlotInput { slot: one.slot.clone(), id: one.id.clone() };
        Ok(build(Inputs {
            now: market.now,
            window: window(scope, accounts),
            size: size(suite),
            prices: price_line(market, reprice),
            settings,
            accounts,
            people: &people,
            figures: &figures,
            projection: &projection,
            runs_per_day,
            slots: slots.iter().map(of_slot).collect(),
            compare: comparison,
            essay_table: essay,
            lifecycle: life_lines(&coming),
            warnings: warnings(&projection, accounts, read),
        }))
    }
}

fn months(horizon: u32) -> i32 {
    i32::try_from(horizon.saturating_mul(31)).unwrap_or(i32::MAX)
}

fn size(suite: &Suite) -> Size {
    let decides = |name: &str| {
        suite.routes.values().any(|route| {
            matches!(&route.plan, RoutePlan::Router { decisions, .. } if decisions.as_str() == name)
        })
    };
    let prompts = suite.prompts.keys().filter(|name| !decides(name.as_str()));
    Size { prompts: prompts.count(), models: suite.models.len(), cells: suite.cells.len() }
}

fn window(scope: &Scope, accounts: &Accounts<'_>) -> WindowLine {
    let (first, last) = accounts
        .spend
        .span()
        .filter(|_| scope.alone.is_some())
        .unwrap_or((scope.window.from, scope.window.to));
    let shown = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(at).to_string();
    WindowLine {
        from: shown(first),
        to: shown(last),
        days: last.duration_since(first).as_secs_f64() / 86_400.0,
        run: scope.alone.clone(),
    }
}

fn price_line(market: &Market<'_>, reprice: Option<Timestamp>) -> PriceLine {
    let source = market.known.prices.source();
    let mut models = market.suite.models.values();
    PriceLine {
        hash: source.hash.to_string(),
        layers: source.layers.iter().map(ToString::to_string).collect(),
        built_in: embedded().generated.to_string(),
        repriced_at: reprice.map(|at| Day::of(at).to_string()),
        made_up: models.all(|model| model.provider == ProviderKind::Demo),
    }
}

/// Runs a day: as written, else as the ledger shows from five regular runs in a week on, else one.
fn runs_per_day(market: &Market<'_>, scope: &Scope) -> Rated {
    const ENOUGH: usize = 5;
    if let Some(value) = market.settings.runs_per_day {
        return Rated { value, basis: Basis::Written, n: 0 };
    }
    let regular: Vec<Timestamp> = scope
        .lines
        .iter()
        .filter(|line| matches!(&line.event, LedgerEvent::Run(run) if is_regular(run.kind)))
        .map(|line| line.ts)
        .collect();
    let first = regular.first().copied().unwrap_or(market.now);
    let days = market.now.duration_since(first).as_secs_f64() / 86_400.0;
    if regular.len() < ENOUGH || days < 7.0 {
        return Rated { value: 1.0, basis: Basis::Assumed, n: 0 };
    }
    let value = crate::domain::kit::length(regular.len()) / days;
    Rated { value, basis: Basis::Measured, n: regular.len() }
}

/// How long the ledger has been kept.
fn years(lines: &[LedgerLine], now: Timestamp) -> f64 {
    let first = lines.first().map_or(now, |line| line.ts);
    now.duration_since(first).as_secs_f64().max(0.0) / 86_400.0 / 365.25
}

fn life_lines(coming: &Coming) -> Vec<LifeLine> {
    let mut lines: Vec<LifeLine> = coming
        .retirements
        .iter()
        .map(|one| {
            let next = one.successor.as_ref();
            let next = next.map_or(String::new(), |next| format!("; next is {}", next.id));
            let what = match one.ending {
                Ending::Stops => format!("{} is switched off{next}", one.id),
                Ending::Redirects => format!("{} is answered by another model{next}", one.id),
                Ending::Moves => format!("the version behind it, {}, ends", one.id),
            };
            LifeLine {
                slot: one.slot.clone(),
                id: one.id.clone(),
                on: one.shutdown.to_string(),
                days_left: one.days_left,
                what,
                command: one.command(),
            }
        })
        .collect();
    lines.extend(coming.prices.iter().map(|one| {
        let [input, output] = one.after;
        let before = one
            .before
            .map_or(String::new(), |[input, output]| format!(", before ${input} and ${output}"));
        LifeLine {
            slot: one.slot.clone(),
            id: one.id.clone(),
            on: one.from.to_string(),
            days_left: one.days_left,
            what: format!("costs ${input} in and ${output} out per million tokens{before}"),
            command: None,
        }
    }));
    lines.sort_by(|one, two| one.on.cmp(&two.on).then(one.slot.cmp(&two.slot)));
    lines
}

fn warnings(projection: &Projection, accounts: &Accounts<'_>, read: &LedgerRead) -> Vec<String> {
    let mut warnings = Vec::new();
    if !projection.unpriced.is_empty() {
        let names: Vec<&str> =
            projection.unpriced.iter().map(crate::domain::Slot::as_str).collect();
        warnings.push(format!(
            "no price is known of {}: its calls are in no sum; write `price` or `price-as` under its \
             [models], or take a list with promptmatrix prices update",
            names.join(", ")
        ));
    }
    let total = accounts.spend.total();
    if total.by_family > 0 {
        warnings.push(format!("{} calls are priced by their model's family", total.by_family));
    }
    if read.unknown > 0 {
        warnings.push(format!("{} lines of the ledger are of a later version", read.unknown));
    }
    warnings
}
