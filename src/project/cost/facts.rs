//! What the slots of the suite cost to run, from their last answers, or from the length of texts.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::market::{Market, midnight};
use crate::cost::accounts::Accounts;
use crate::cost::cadence;
use crate::cost::people::BumpTime;
use crate::cost::price::{Day, Mode};
use crate::cost::projection::SlotFacts;
use crate::domain::kit::{length, real};
use crate::domain::{Cell, Model, ProviderKind, Slot, Usage};
use crate::provider;

/// What is taken for tokens of an answer that was never given.
const OUTPUT: u64 = 300;

/// The tokens of each cell of a slot, how often it is asked, and whether they were measured.
pub(super) fn tokens(
    market: &Market<'_>,
    accounts: &Accounts<'_>,
    slot: &Slot,
) -> Vec<(Usage, f64, bool)> {
    let cells = market.suite.cells.iter().filter(|cell| cell.id.model == *slot);
    let of = |cell: &Cell| {
        let times = f64::from(cell.samples.max(1));
        let own: Vec<Usage> = accounts.last(&cell.id).iter().filter_map(|one| one.usage).collect();
        if own.is_empty() {
            return vec![(
                borrowed(market, accounts, cell).unwrap_or_else(|| by_length(cell)),
                times,
                false,
            )];
        }
        let each = times / length(own.len());
        own.into_iter().map(|usage| (usage, each, true)).collect()
    };
    cells.flat_map(of).collect()
}

/// The tokens that another slot took for the same case.
fn borrowed(market: &Market<'_>, accounts: &Accounts<'_>, cell: &Cell) -> Option<Usage> {
    let same = |other: &&Cell| other.id.prompt == cell.id.prompt && other.id.case == cell.id.case;
    let mut others = market.suite.cells.iter().filter(same);
    others.find_map(|other| accounts.last(&other.id).iter().find_map(|one| one.usage))
}

/// Four characters are a token, roughly.
fn by_length(cell: &Cell) -> Usage {
    let messages: usize = cell.messages.iter().map(|message| message.text.len()).sum();
    let input = (cell.system.len() + messages).div_ceil(4) as u64;
    Usage { input: Some(input), output: Some(OUTPUT), ..Usage::default() }
}

/// What these tokens of a slot cost at a moment, in USD; `None` where the price of some is unknown.
pub(super) fn run_usd(
    market: &Market<'_>,
    slot: &Slot,
    tokens: &[(Usage, f64, bool)],
    at: Timestamp,
    mode: Mode,
) -> Option<f64> {
    tokens.iter().try_fold(0.0, |sum, (usage, times, _)| {
        Some(sum + times * market.cost(slot, usage, at, mode)?.dollars())
    })
}

/// Every slot, as far as its future depends on it.
pub(super) fn slots(
    market: &Market<'_>,
    accounts: &Accounts<'_>,
    bumps: &[BumpTime],
    years: f64,
) -> Vec<SlotFacts> {
    let today = Day::of(market.now).date();
    let of = |model: &Model| {
        let slot = &model.slot;
        let tokens = tokens(market, accounts, slot);
        let cells = market.suite.cells.iter().filter(|cell| cell.id.model == *slot);
        let prompts: BTreeSet<_> = cells.clone().map(|cell| &cell.id.prompt).collect();
        let measured =
            cells.filter(|cell| accounts.last(&cell.id).iter().any(|one| one.usage.is_some()));
        let run = |at| run_usd(market, slot, &tokens, at, Mode::Sync);
        let days = market.row_days(slot).into_iter().flatten().filter(|day| *day > today);
        let seen = bumps
            .iter()
            .filter(|bump| bump.event.slot == *slot && bump.event.class.moves_answers());
        SlotFacts {
            slot: slot.clone(),
            id: model.id.clone(),
            prompts: prompts.len(),
            run_usd: run(market.now),
            run_n: measured.count(),
            later: days.filter_map(|day| Some((day, run(midnight(day))?))).collect(),
            cadence: cadence::of(vendor(model), &model.id),
            seen: (seen.count() as u64, years),
            written: market.settings.bumps_per_year.get(slot).copied(),
        }
    };
    market.suite.models.values().map(|model| of(model)).collect()
}

/// Whose model it is, for its cadence. A demo model moves as what it imitates does.
fn vendor(model: &Model) -> &str {
    match model.provider {
        ProviderKind::Demo => &model.dialect,
        _ => provider::price_key(model).0.unwrap_or(&model.dialect),
    }
}

/// Input tokens of a call to a slot, on average.
pub(super) fn mean_input(market: &Market<'_>, accounts: &Accounts<'_>, slot: &Slot) -> f64 {
    let tokens = tokens(market, accounts, slot);
    let inputs: f64 = tokens.iter().filter_map(|(usage, ..)| usage.input).map(real).sum();
    if tokens.is_empty() { 0.0 } else { inputs / length(tokens.len()) }
}
