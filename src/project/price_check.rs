//! Whether the prices of all slots are known and not stale, and what is coming.

use super::lifecycles::ModelLives;
use super::{Project, Result, clock};
use crate::cost::lifecycle::Retirement;
use crate::cost::price::{Call, Day, PriceTable, Prices, TimeWindow, embedded};
use crate::cost::price_book::{Age, CheckedModel, Dates, PriceCheck, Standing};
use crate::domain::{Model, PriceLayer};
use crate::provider;
use crate::run::call_of;

impl Project {
    /// Checks the prices of all slots. Exit 1 where prices are stale or a model has ended, 3 where
    /// prices are unknown.
    pub fn check_prices(&self, upcoming_days: i32) -> Result<PriceCheck> {
        let known = ModelLives::new(self, self.runs().latest()?.as_ref())?;
        let coming = known.coming(upcoming_days);
        let file = self.price_file().read()?;
        let look = Look { prices: &known.prices, file: file.as_ref(), today: known.today };
        let ended = coming.retirements.iter().filter(|one| one.days_left <= 0);
        let mut failing: Vec<_> =
            known.failing().iter().chain(ended).map(|one: &Retirement| one.slot.clone()).collect();
        failing.sort();
        failing.dedup();
        let mut page = PriceCheck {
            format: PriceCheck::FORMAT,
            today: look.today,
            upcoming_days,
            models: self.suite.models.values().map(|model| look.at(model)).collect(),
            retirements: coming.retirements,
            prices: coming.prices,
            failing,
            exit_code: 0,
        };
        page.exit_code = page.exit().code();
        Ok(page)
    }
}

/// What a slot's prices are looked up in.
struct Look<'t> {
    prices: &'t Prices,
    file: Option<&'t PriceTable>,
    today: Day,
}

impl Look<'_> {
    fn at(&self, model: &Model) -> CheckedModel {
        let call = call_of(model, None, clock::now());
        let quote = self.prices.quote(&call, 0);
        let layer = quote.as_ref().ok().map(|quote| quote.layer);
        let age = layer.and_then(|layer| self.age(model, &call, layer));
        let standing = match (&quote, age) {
            (Err(_), _) => Standing::Unknown,
            (Ok(_), Some(age)) if age.is_stale() => Standing::Stale,
            (Ok(quote), _) if quote.by_family => Standing::Family,
            (Ok(_), Some(_)) => Standing::Fresh,
            // What the demo world costs is made up, and as true on any day.
            (Ok(quote), None) if quote.layer == PriceLayer::DemoWorld => Standing::Fresh,
            (Ok(_), None) => Standing::Undated,
        };
        let (provider, id) = provider::price_key(model);
        CheckedModel {
            slot: model.slot.clone(),
            provider: provider.map(str::to_owned),
            id: id.to_owned(),
            standing,
            layer,
            age,
            why: quote.as_ref().err().map(ToString::to_string),
            hours: quote.map(|quote| self.hours(&call, quote.layer)).unwrap_or_default(),
        }
    }

    fn hours(&self, call: &Call<'_>, layer: PriceLayer) -> Vec<TimeWindow> {
        let found = call.provider.filter(|_| layer != PriceLayer::Slot);
        let found = found.and_then(|provider| self.prices.find(provider, call.requested));
        let row = found.and_then(|found| found.model.row(self.today));
        row.map(|row| row.time_windows.clone()).unwrap_or_default()
    }

    fn age(&self, model: &Model, call: &Call<'_>, layer: PriceLayer) -> Option<Age> {
        let table = match layer {
            PriceLayer::Slot => {
                return model.billing.as_of.map(|day| Age::new(day.into(), self.today));
            }
            PriceLayer::Config | PriceLayer::DemoWorld => return None,
            PriceLayer::File => self.file?,
            PriceLayer::Embedded => embedded(),
        };
        let entry = self.prices.find(call.provider?, call.requested)?.model;
        Some(Age::new(Dates::of(table).day(entry), self.today))
    }
}
