//! What the comparison of architectures rests on.

use std::collections::BTreeMap;

use super::StatementOptions;
use super::facts::mean_input;
use super::market::Market;
use crate::cost::accounts::Accounts;
use crate::cost::compare::{
    Comparison, Context, EssayRow, Question, Upkeep, choose, compare, essay,
};
use crate::cost::lifecycle::Coming;
use crate::cost::measure::Figures;
use crate::cost::people::People;
use crate::cost::price::Day;
use crate::cost::projection::Projection;
use crate::cost::replay::{Decision, Learned};
use crate::cost::wording;
use crate::domain::{Param, Slot};
use crate::project::{Result, slot_of};

/// A comparison with everything that is said beside it.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) comparison: Option<Comparison>,
    pub(super) essay: Vec<EssayRow>,
}

/// What the comparison is made of.
pub(super) struct Stand<'c> {
    pub(super) market: &'c Market<'c>,
    pub(super) options: &'c StatementOptions,
    pub(super) accounts: &'c Accounts<'c>,
    pub(super) figures: &'c Figures,
    pub(super) projection: &'c Projection,
    pub(super) people: &'c People,
    pub(super) coming: &'c Coming,
    pub(super) wordings: wording::Upkeep,
}

/// Compares architectures on the last answers of the suite.
pub(super) fn compared(stand: &Stand<'_>) -> Result<Compared> {
    let suite = stand.market.suite;
    let settings = stand.market.settings;
    let cases = stand.accounts.cases(suite.cells.iter().map(|cell| &cell.id));
    let slot = |name: &Option<String>, written: &Option<Slot>| match name {
        Some(name) => slot_of(suite, "cost::unknown-slot", name).cloned().map(Some),
        None => Ok(written.clone()),
    };
    let small = slot(&stand.options.small, &settings.small)?;
    let large = slot(&stand.options.large, &settings.large)?;
    let Some((small, large)) = choose(&cases, small.as_ref(), large.as_ref()) else {
        return Ok(Compared::default());
    };
    let assumed = stand.figures.values();
    let input = mean_input(stand.market, stand.accounts, &large);
    let fee = |per_million: f64| per_million * input / 1e6;
    let [lowest, _, highest] = Param::RouterFee.info().values;
    let decision =
        Decision { usd: fee(assumed.get(Param::RouterFee)), ms: assumed.get(Param::RouterMs) };
    let question = Question {
        decision,
        learned: settings.router.map(|(easy, hard)| Learned { easy, hard }),
        share: assumed.get(Param::SmallShare),
        routes: suite.routes.values().cloned().collect(),
        target: settings.target_valid,
        small,
        large,
        cases,
    };
    let comparison = compare(&question, &context(stand, &question, (fee(lowest), fee(highest))));
    let upkeep = |slots: &[Slot]| upkeep(stand, slots);
    let essay = comparison.as_ref().and_then(|all| essay(all, &stand.wordings, upkeep));
    Ok(Compared { comparison, essay: essay.unwrap_or_default() })
}

fn context<'c>(stand: &Stand<'c>, question: &Question, fee: (f64, f64)) -> Context<'c> {
    let settings = stand.market.settings;
    let successor = stand.market.successor_factor(&question.large, stand.accounts, stand.coming);
    let features = |slot: &Slot| (slot.clone(), stand.market.features(slot));
    let all = stand.coming.retirements.iter().chain(&stand.coming.later);
    Context {
        figures: stand.figures,
        projection: stand.projection,
        volume: stand.options.volume.or(settings.requests_per_month),
        build_usd: settings.router_build_usd,
        fee,
        // Half the price within the horizon is what the market has done again and again.
        large_price: successor.unwrap_or(0.5).min(1.0),
        cache: stand.market.cache(&question.large, stand.accounts),
        features: stand.market.suite.models.keys().map(features).collect::<BTreeMap<_, _>>(),
        shutdowns: all.map(|one| (one.slot.clone(), one.shutdown.date())).collect(),
        price_moves: stand.projection.price_moves(),
        today: Day::of(stand.market.now).date(),
        horizon_months: f64::from(settings.horizon_months),
    }
}

fn upkeep(stand: &Stand<'_>, slots: &[Slot]) -> Upkeep {
    let mine = |slot: &Slot| slots.contains(slot);
    let work = stand.people.bumps.iter().filter(|bump| bump.is_work());
    let bumps: Vec<_> = work.filter(|bump| mine(&bump.event.slot)).collect();
    let columns = slots.iter().filter_map(|slot| stand.projection.column(slot));
    let forced =
        stand.coming.retirements.iter().filter(|one| mine(&one.slot) && one.days_left <= 365);
    Upkeep {
        bumps: bumps.len(),
        loud: bumps.iter().map(|bump| bump.event.broken_loud).sum(),
        silent: bumps.iter().map(|bump| bump.event.broken_silent).sum(),
        per_year: columns.map(|column| column.bumps).sum(),
        forced: forced.count(),
    }
}
