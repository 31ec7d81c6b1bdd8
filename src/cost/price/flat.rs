//! All prices of a row by name, so that two rows can be laid beside each other.

use std::collections::BTreeMap;

use super::parts::Parts;
use super::row::PriceRow;
use crate::domain::Price;

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

#[cfg(test)]
mod tests {
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
}
