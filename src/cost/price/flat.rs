//! The parts of a price by name, so that two rows can be laid beside each other, and the price of
//! a machine by the hour.

use std::collections::BTreeMap;

use super::row::{Parts, PriceRow};
use crate::domain::{MoneyError, Price, decimal};

impl PriceRow {
    /// Every price that the row states: `input`, `batch.output`, `above 200000: input`,
    /// `01:00-04:00: output`.
    pub fn by_name(&self) -> BTreeMap<String, Price> {
        let mut prices = BTreeMap::new();
        put(&mut prices, "", self.parts());
        if let Some(batch) = self.batch_parts() {
            put(&mut prices, "batch.", batch);
        }
        for tier in &self.tiers {
            put(&mut prices, &format!("above {}: ", round(tier.above_input_tokens)), tier.parts());
        }
        for window in &self.time_windows {
            let [from, to] = [window.utc_from, window.utc_to].map(String::from);
            put(&mut prices, &format!("{from}-{to}: "), window.parts());
        }
        prices
    }
}

/// Some tables say `from 200000 on` as above 199999: one token is no other tier.
fn round(tokens: u64) -> u64 {
    if tokens % 1000 == 999 { tokens.saturating_add(1) } else { tokens }
}

fn put(prices: &mut BTreeMap<String, Price>, before: &str, parts: Parts) {
    let named = [
        ("input", parts.input),
        ("output", parts.output),
        ("cache_read", parts.cache_read),
        ("cache_write_5m", parts.cache_write_5m),
        ("cache_write_1h", parts.cache_write_1h),
    ];
    let stated = named.into_iter().filter_map(|(name, price)| Some((name, price?)));
    prices.extend(stated.map(|(name, price)| (format!("{before}{name}"), price)));
}

/// Six decimals are read of each figure.
const PLACES: u32 = 6;
const SECONDS_PER_HOUR: u128 = 3600;

/// The price of a token on a machine that costs so many dollars an hour, works off so many tokens a
/// second (input and output together), and does so for a share of its time; rounded to the
/// pico-dollar.
///
/// # Errors
/// Where a figure is no decimal number, or a machine would never do anything.
pub(crate) fn machine_price(
    usd_per_hour: &str,
    tokens_per_second: &str,
    utilisation: &str,
) -> Result<Price, MoneyError> {
    let hour = decimal(usd_per_hour, PLACES)?;
    let speed = decimal(tokens_per_second, PLACES)?;
    let share = decimal(utilisation, PLACES)?;
    // Micro-dollars over (3600 · micro-tokens · micro-share), in pico-dollars.
    let above = hour.checked_mul(10_u128.pow(3 * PLACES)).ok_or(MoneyError::TooLarge)?;
    let below = speed.checked_mul(share).and_then(|product| product.checked_mul(SECONDS_PER_HOUR));
    let below = below.ok_or(MoneyError::TooLarge)?;
    let half_up = above.checked_add(below / 2).ok_or(MoneyError::TooLarge)?;
    let pico = half_up.checked_div(below).ok_or(MoneyError::NotANumber)?;
    u64::try_from(pico).map(Price::per_token).map_err(|_| MoneyError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::price::embedded;

    #[test]
    fn every_price_of_a_row_has_a_name() {
        let of = |id: &str| {
            let model = embedded().models.iter().find(|model| model.id == id).unwrap();
            model.prices.last().unwrap().by_name()
        };
        let pro = of("deepseek-v4-pro");
        let price = |name: &str| pro.get(name).map(ToString::to_string);
        assert_eq!(price("input").as_deref(), Some("0.66"));
        assert_eq!(price("01:00-04:00: output").as_deref(), Some("3.96"));
        assert_eq!(price("cache_write_5m"), None, "what is not stated has no name");
        assert!(of("grok-4.7").contains_key("above 200000: input"));
        assert!(of("grok-4.7").contains_key("batch.output"));
    }

    #[test]
    fn a_machine_costs_its_hour_over_the_tokens_that_it_really_does() {
        let price = machine_price("1.80", "1000", "0.5").unwrap();
        // 1.80 / (3600 · 1000 · 0.5) = 1e-6 dollars a token.
        assert_eq!(price.to_string(), "1");
        assert_eq!(machine_price("0", "1000", "0.5").unwrap(), Price::default());
        assert_eq!(machine_price("1", "0", "0.5"), Err(MoneyError::NotANumber));
        assert_eq!(machine_price("1", "7", "0"), Err(MoneyError::NotANumber));
        assert_eq!(machine_price("2", "3000", "0.33").unwrap().get(), 561_167);
    }
}
