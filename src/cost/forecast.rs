//! What a run would take, before anything is sent: calls, tokens, money, time.
//!
//! Tokens are those of the cell's last answer. Where there is none they are guessed from the length of
//! the request and of the accepted answer, and said to be.

use std::collections::BTreeMap;

use serde::Serialize;

use super::price::{Buckets, Call, Prices, Unpriced};
use crate::domain::{CellId, Pico, Rates, Slot, Usage};

/// Bytes of a token, by and large, in the texts of most languages.
const BYTES_PER_TOKEN: usize = 4;

/// Most tokens of an answer, for a budget, where nothing bounds it. A longer one costs what it costs,
/// and ends the run once the budget is spent.
pub(crate) const ASSUMED_OUTPUT: u64 = 4_096;

/// The calls of one cell, before they are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planned<'p> {
    pub cell: &'p CellId,
    /// How many calls it will be.
    pub calls: usize,
    /// How many answers are recordings that are taken instead.
    pub reused: usize,
    pub call: Call<'p>,
    /// Bytes of the request.
    pub request_bytes: usize,
    /// Most tokens of an answer; `None` where nothing bounds it.
    pub most_output: Option<u64>,
    /// Bytes of the accepted answer, where there is one.
    pub accepted_bytes: Option<usize>,
    /// What the last answer took, where one is known.
    pub before: Option<Before>,
}

/// What an earlier answer of a cell took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before {
    /// Its tokens.
    pub usage: Usage,
    /// How long it took, in milliseconds.
    pub latency_ms: u64,
}

/// One call of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Estimate {
    /// Tokens as they are expected; no output where nothing says how long the answer is.
    tokens: Buckets,
    /// Whether the output is known well enough to be expected.
    has_output: bool,
    /// Whether they are those of an earlier answer.
    is_measured: bool,
}

impl Planned<'_> {
    fn estimate(&self) -> Estimate {
        let before = self.before.and_then(|before| Buckets::of(&before.usage).ok());
        if let Some(tokens) = before {
            return Estimate { tokens, has_output: true, is_measured: true };
        }
        let output = self.accepted_bytes.map(tokens_of).or(self.most_output);
        let uncached = tokens_of(self.request_bytes);
        let tokens = Buckets { uncached, output: output.unwrap_or(0), ..Buckets::default() };
        Estimate { tokens, has_output: output.is_some(), is_measured: false }
    }

    fn rates(&self, prices: &Prices) -> Result<Rates, Unpriced> {
        let quote = prices.quote(&self.call, self.estimate().tokens.input())?;
        Ok(quote.rates)
    }

    /// The most that one call can cost: the whole input at the dearest price of input, and an answer
    /// as long as it may be.
    ///
    /// # Errors
    /// Nobody knows the price.
    pub(crate) fn bound(&self, prices: &Prices) -> Result<Pico, Unpriced> {
        let rates = self.rates(prices)?;
        let input = self.estimate().tokens.input();
        let dearest = rates.input.max(rates.cache_write_5m).max(rates.cache_read);
        let output = self.most_output.unwrap_or(ASSUMED_OUTPUT);
        Ok(dearest.times(input) + rates.output.times(output))
    }
}

fn tokens_of(bytes: usize) -> u64 {
    u64::try_from(bytes.div_ceil(BYTES_PER_TOKEN)).unwrap_or(u64::MAX)
}

/// What a run would take.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Forecast {
    /// Version of this format.
    pub format: u32,
    /// Cells of the run that are asked at least once.
    pub cells: usize,
    pub slots: BTreeMap<Slot, Share>,
    pub total: Share,
    /// Calls that are made at most beside, in no sum above: where answers differ from several accepted
    /// ones, some cells are asked again, to tell a change from noise.
    pub further: usize,
}

/// One column's part of a forecast.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Share {
    /// Requests, if none fails.
    pub calls: usize,
    /// Answers that are recordings.
    pub reused: usize,
    /// Of the calls, those whose tokens are guessed from the length of texts.
    pub estimated: usize,
    /// Input tokens.
    pub input_tokens: u64,
    /// Output tokens as expected; null where nothing tells.
    pub output_tokens: Option<u64>,
    /// Output tokens at most; null where nothing bounds them.
    pub most_output_tokens: Option<u64>,
    /// What it costs as expected, in pico-dollars; null where tokens or prices are not known.
    pub usd_pico: Option<Pico>,
    /// What it costs at most; null where nothing bounds it.
    pub most_usd_pico: Option<Pico>,
    /// Calls without a known price.
    pub unpriced_calls: usize,
    /// Why they have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unpriced: Option<String>,
    /// The latencies of all its calls together, in milliseconds; null where one is not known.
    pub latency_ms: Option<u64>,
}

impl Share {
    fn nothing() -> Self {
        Self {
            output_tokens: Some(0),
            most_output_tokens: Some(0),
            usd_pico: Some(Pico::ZERO),
            most_usd_pico: Some(Pico::ZERO),
            latency_ms: Some(0),
            ..Self::default()
        }
    }

    fn of(planned: &Planned<'_>, prices: &Prices) -> Self {
        let calls = planned.calls as u64;
        let times = |cost: Option<Pico>| cost.and_then(|cost| cost.checked_mul(calls.into()));
        let many = |tokens: Option<u64>| tokens.map(|tokens| tokens.saturating_mul(calls));
        let estimate = planned.estimate();
        let rates = planned.rates(prices);
        let known = rates.as_ref().ok().filter(|_| estimate.has_output);
        let latency = planned.before.map(|before| before.latency_ms);
        if calls == 0 {
            return Self { reused: planned.reused, ..Self::nothing() };
        }
        Self {
            calls: planned.calls,
            reused: planned.reused,
            estimated: if estimate.is_measured { 0 } else { planned.calls },
            input_tokens: estimate.tokens.input().saturating_mul(calls),
            output_tokens: many(estimate.has_output.then_some(estimate.tokens.output)),
            most_output_tokens: many(planned.most_output),
            usd_pico: times(known.map(|rates| estimate.tokens.cost(rates))),
            most_usd_pico: times(planned.most_output.and_then(|_| planned.bound(prices).ok())),
            unpriced_calls: if rates.is_err() { planned.calls } else { 0 },
            unpriced: rates.err().map(|why| why.to_string()),
            latency_ms: latency.map(|latency| latency.saturating_mul(calls)),
        }
    }

    fn add(&mut self, other: &Self) {
        fn sum<T>(one: Option<T>, two: Option<T>, add: fn(T, T) -> T) -> Option<T> {
            one.zip(two).map(|(one, two)| add(one, two))
        }
        self.calls += other.calls;
        self.reused += other.reused;
        self.estimated += other.estimated;
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        let (output, most) = (other.output_tokens, other.most_output_tokens);
        self.output_tokens = sum(self.output_tokens, output, u64::saturating_add);
        self.most_output_tokens = sum(self.most_output_tokens, most, u64::saturating_add);
        self.usd_pico = sum(self.usd_pico, other.usd_pico, |one, two| one + two);
        self.most_usd_pico = sum(self.most_usd_pico, other.most_usd_pico, |one, two| one + two);
        self.unpriced_calls += other.unpriced_calls;
        self.unpriced = self.unpriced.take().or_else(|| other.unpriced.clone());
        self.latency_ms = sum(self.latency_ms, other.latency_ms, u64::saturating_add);
    }
}

/// What these calls would take together.
pub(crate) fn forecast(planned: &[Planned<'_>], prices: &Prices) -> Forecast {
    let mut slots = BTreeMap::<Slot, Share>::new();
    let mut total = Share::nothing();
    for cell in planned {
        let share = Share::of(cell, prices);
        slots.entry(cell.cell.model.clone()).or_insert_with(Share::nothing).add(&share);
        total.add(&share);
    }
    let cells = planned.iter().filter(|cell| cell.calls > 0).count();
    Forecast { format: 1, cells, slots, total, further: 0 }
}

/// What may be spent, and the most that a call of each cell can cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// What may be spent.
    pub limit: Pico,
    /// The most that one call of a cell can cost.
    pub bounds: BTreeMap<CellId, Pico>,
}

/// Why a run cannot keep a budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OverBudget {
    /// It could cost this much.
    Cost(Pico),
    /// Nobody knows what the calls of this slot cost, and why.
    Unpriced(Slot, Unpriced),
}

/// Holds a run against a budget, so that it cannot be more expensive. What stands beside its cells
/// (the version in place, in a rehearsal) does not count: it is asked only as far as the budget allows.
///
/// # Errors
/// Where it could be, or where nobody knows.
pub(crate) fn budget(
    cells: &[Planned<'_>],
    beside: &[Planned<'_>],
    prices: &Prices,
    limit: Pico,
) -> Result<Budget, OverBudget> {
    let mut bounds = BTreeMap::<CellId, Pico>::new();
    let mut most = Pico::ZERO;
    for cell in cells {
        // Recordings are taken for nothing.
        let bound = if cell.calls == 0 { Pico::ZERO } else { known_bound(cell, prices)? };
        most += bound.checked_mul(cell.calls as u128).unwrap_or(Pico::new(u128::MAX));
        bounds.insert(cell.cell.clone(), bound);
    }
    for cell in beside {
        let bound = known_bound(cell, prices)?;
        let both = bounds.entry(cell.cell.clone()).or_default();
        *both = bound.max(*both);
    }
    if most > limit { Err(OverBudget::Cost(most)) } else { Ok(Budget { limit, bounds }) }
}

fn known_bound(cell: &Planned<'_>, prices: &Prices) -> Result<Pico, OverBudget> {
    cell.bound(prices).map_err(|why| OverBudget::Unpriced(cell.cell.model.clone(), why))
}

#[cfg(test)]
mod tests;
