//! What calls of the suite cost, cost once, and will cost.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use crate::cost::accounts::{Accounts, Billing, LastAnswer};
use crate::cost::cache::{CachePrices, Cached, CallTokens};
use crate::cost::compare::CacheFacts;
use crate::cost::lifecycle::Coming;
use crate::cost::price::{Buckets, Day, Mode, PricedModel};
use crate::domain::{
    CostSettings, Model, Pico, Rates, RecordedCall, RunHead, Slot, Structured, Suite, Usage,
};
use crate::project::lifecycles::ModelLives;
use crate::provider;
use crate::run::call_of;

/// Prices, the models that they are for, and what is known of their lives.
pub(super) struct Market<'s> {
    pub(super) suite: &'s Suite,
    pub(super) settings: &'s CostSettings,
    pub(super) known: &'s ModelLives<'s>,
    pub(super) now: Timestamp,
}

/// How long a provider's cache keeps a prefix warm, in seconds.
const CACHE_LIFE: f64 = 300.0;

impl Market<'_> {
    /// What these tokens of a slot cost at a moment.
    pub(super) fn cost(
        &self,
        slot: &Slot,
        usage: &Usage,
        at: Timestamp,
        mode: Mode,
    ) -> Option<Pico> {
        let model = self.suite.models.get(slot)?;
        let call = crate::cost::price::Call { mode, ..call_of(model, None, at) };
        self.known.prices.bill(&call, Some(usage)).ok().map(|billed| billed.cost)
    }

    /// The entry of a slot in the price tables; `None` where the slot has prices of its own, or none.
    pub(super) fn entry(&self, slot: &Slot) -> Option<&PricedModel> {
        let model = self.suite.models.get(slot).filter(|model| model.billing.own.is_none())?;
        let (vendor, id) = provider::price_key(model);
        self.known.prices.find(vendor?, id).map(|found| found.model)
    }

    fn rates(&self, slot: &Slot, input: u64) -> Option<Rates> {
        let model = self.suite.models.get(slot)?;
        self.known
            .prices
            .quote(&call_of(model, None, self.now), input)
            .ok()
            .map(|billed| billed.rates)
    }

    /// The first days of the price rows of a slot.
    pub(super) fn row_days(&self, slot: &Slot) -> Vec<Option<Date>> {
        let rows = self.entry(slot).map_or(&[][..], |model| &model.prices);
        rows.iter().map(|row| row.from.map(Day::date)).collect()
    }

    /// What a slot can do, by the tables of servers and prices.
    pub(super) fn features(&self, slot: &Slot) -> Vec<String> {
        let Some(model) = self.suite.models.get(slot) else { return Vec::new() };
        let dialect = provider::dialect(&model.dialect);
        let native = dialect.is_some_and(|row| row.modes.contains(&Structured::Native));
        let tools = dialect.is_some_and(|row| row.strict_tools);
        let cache = self.rates(slot, 1000).is_some_and(|rates| rates.cache_read < rates.input);
        let batch = self.entry(slot).and_then(|entry| entry.prices.last());
        let batch = batch.is_some_and(|row| row.batch.is_some());
        [
            ("native schema", native),
            ("strict tools", tools),
            ("prompt cache", cache),
            ("batch", batch),
        ]
        .into_iter()
        .filter(|(_, has)| *has)
        .map(|(name, _)| name.to_owned())
        .collect()
    }

    /// What caching does for a slot, by its last answers; `None` where they show no cache.
    pub(super) fn cache(&self, slot: &Slot, accounts: &Accounts<'_>) -> Option<CacheFacts> {
        let all = self.tokens(slot, accounts);
        let number = crate::domain::kit::length(all.len());
        let mean = |of: &dyn Fn(&Buckets) -> u64| {
            all.iter().map(|tokens| crate::domain::kit::real(of(tokens))).sum::<f64>() / number
        };
        let prefix = mean(&|tokens| tokens.read + tokens.short_write + tokens.long_write);
        if all.is_empty() || prefix < 1.0 {
            return None;
        }
        let rates = self.rates(slot, 1000)?;
        let usd = |price: crate::domain::Price| crate::domain::kit::real(price.get()) / 1e6;
        let prompts = self.suite.cells.iter().filter(|cell| cell.id.model == *slot);
        let prompts: std::collections::BTreeSet<_> = prompts.map(|cell| &cell.id.prompt).collect();
        Some(CacheFacts(Cached {
            tokens: CallTokens {
                prefix,
                rest: mean(&|tokens| tokens.uncached),
                output: mean(&|tokens| tokens.output),
            },
            prices: CachePrices {
                input: usd(rates.input),
                output: usd(rates.output),
                read: usd(rates.cache_read),
                write: usd(rates.cache_write_5m),
            },
            prefixes: crate::domain::kit::length(prompts.len()),
            life: CACHE_LIFE,
        }))
    }

    fn tokens(&self, slot: &Slot, accounts: &Accounts<'_>) -> Vec<Buckets> {
        let cells = self.suite.cells.iter().filter(|cell| cell.id.model == *slot);
        let answers = cells.flat_map(|cell| accounts.last(&cell.id));
        answers.filter_map(|one: &LastAnswer| Buckets::of(&one.usage?).ok()).collect()
    }

    /// What the successor of a slot's model costs against it, by what its answers took.
    pub(super) fn successor_factor(
        &self,
        slot: &Slot,
        accounts: &Accounts<'_>,
        coming: &Coming,
    ) -> Option<f64> {
        let all = coming.retirements.iter().chain(&coming.later);
        let next = all.filter(|one| one.slot == *slot).find_map(|one| one.successor.clone())?;
        let (vendor, _) = provider::price_key(self.suite.models.get(slot)?);
        let entry = self.known.prices.find(vendor?, &next.id)?.model;
        let (mut then, mut now) = (0.0, 0.0);
        for tokens in self.tokens(slot, accounts) {
            let rates = entry.rates(self.now, Mode::Sync, tokens.input()).ok()?;
            then += tokens.cost(&rates).dollars();
            now += tokens.cost(&self.rates(slot, tokens.input())?).dollars();
        }
        (now > 0.0).then(|| then / now)
    }
}

/// Midnight of a day, in UTC.
pub(super) fn midnight(day: Date) -> Timestamp {
    let start = day.to_datetime(Time::midnight());
    Offset::UTC.to_timestamp(start).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Bills recorded calls: by what they cost when they were made, or by the prices of one day.
pub(super) struct Biller<'m, 's> {
    pub(super) market: &'m Market<'s>,
    pub(super) reprice: Option<Timestamp>,
    /// Models of the suite under the ids that earlier runs asked for.
    renamed: BTreeMap<(Slot, String), Model>,
}

impl<'m, 's> Biller<'m, 's> {
    pub(super) fn new(market: &'m Market<'s>, reprice: Option<Timestamp>) -> Self {
        Self { market, reprice, renamed: BTreeMap::new() }
    }

    fn price(
        &mut self,
        head: &RunHead,
        call: &RecordedCall<'_>,
        at: Timestamp,
    ) -> Option<(Pico, bool)> {
        let slot = &call.cell.model;
        let model = self.market.suite.models.get(slot)?;
        let asked = head.requested.get(slot).filter(|id| **id != model.id);
        let model = match asked {
            None => &**model,
            Some(id) => self
                .renamed
                .entry((slot.clone(), id.clone()))
                .or_insert_with(|| Model { id: id.clone(), ..(**model).clone() }),
        };
        let bill = self
            .market
            .known
            .prices
            .bill(&call_of(model, call.served.as_deref(), at), call.usage.as_ref());
        bill.ok().map(|billed| (billed.cost, billed.is_by_family()))
    }
}

impl Billing for Biller<'_, '_> {
    fn then(&mut self, head: &RunHead, call: &RecordedCall<'_>) -> Option<(Pico, bool)> {
        match (self.reprice, call.cost) {
            (None, Some(cost)) => Some((cost, call.by_family)),
            (at, _) => self.price(head, call, at.unwrap_or(call.at)),
        }
    }

    fn today(&mut self, slot: &Slot, usage: &Usage) -> Option<Pico> {
        self.market.cost(slot, usage, self.reprice.unwrap_or(self.market.now), Mode::Sync)
    }
}
