//! What tokens cost: dollars per million, kept as pico-dollars per token.

use std::fmt;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{MoneyError, Pico, decimal};

/// How many decimals a price in dollars per million tokens may have.
const PLACES: u32 = 6;

/// A price: whole micro-dollars per million tokens, which is as many pico-dollars per token.
///
/// In JSON it is a number of dollars per million tokens, written and read to the last digit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(u64);

impl Price {
    /// So many pico-dollars per token.
    pub const fn per_token(pico: u64) -> Self {
        Self(pico)
    }

    /// Reads dollars per million tokens: `2.50`, `2.5e0`. More than six decimals are an error,
    /// unless the rest are zeros.
    pub fn per_million(text: &str) -> Result<Self, MoneyError> {
        let micro = decimal(text, PLACES)?;
        u64::try_from(micro).map(Self).map_err(|_| MoneyError::TooLarge)
    }

    /// Pico-dollars per token.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// What so many tokens cost. Cannot overflow.
    pub const fn times(self, tokens: u64) -> Pico {
        Pico::new(self.0 as u128 * tokens as u128)
    }
}

impl fmt::Display for Price {
    /// Dollars per million tokens, without zeros that say nothing: `2.5`, `0.003625`, `10`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1_000_000, self.0 % 1_000_000);
        let part = format!("{part:06}");
        match part.trim_end_matches('0') {
            "" => f.pad(&whole.to_string()),
            part => f.pad(&format!("{whole}.{part}")),
        }
    }
}

impl schemars::JsonSchema for Price {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Price".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "number", "minimum": 0})
    }
}

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let wrong = |error| D::Error::custom(format!("`{}` is no price: {error}", raw.get()));
        Self::per_million(raw.get()).map_err(wrong)
    }
}

/// Prices of one request, per token of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Input that no cache knows.
    pub input: Price,
    /// Output, reasoning included.
    pub output: Price,
    /// Input that is read from a cache.
    pub cache_read: Price,
    /// Input that is written to a cache of five minutes.
    pub cache_write_5m: Price,
    /// Input that is written to a cache of one hour.
    pub cache_write_1h: Price,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prices_are_read_from_their_text() {
        let read = |text: &str| Price::per_million(text).map(Price::get);
        assert_eq!(read("2.50"), Ok(2_500_000));
        assert_eq!(read("0.003625"), Ok(3625));
        assert_eq!(read("2.5e-06"), Err(MoneyError::TooFine(6)));
        assert_eq!(read("2.5E1"), Ok(25_000_000));
        assert_eq!(read("0.1000000000"), Ok(100_000));
        assert_eq!(read("0.0000001"), Err(MoneyError::TooFine(6)));
        assert_eq!(read("-1"), Err(MoneyError::Negative));
        assert_eq!(read("-0.0"), Ok(0));
        for text in ["", ".", ".5", "NaN", "1,5", "0x1", "1e", "1.2.3", "inf"] {
            assert_eq!(read(text), Err(MoneyError::NotANumber), "{text}");
        }
        assert_eq!(read("1e300"), Err(MoneyError::TooLarge));
        assert_eq!(read("1e-2147483648"), Err(MoneyError::TooFine(6)));
    }

    #[test]
    fn a_price_is_a_number_in_json_and_stays_what_it_was() {
        let price: Price = serde_json::from_str("0.1").unwrap();
        assert_eq!(price.get(), 100_000);
        assert_eq!(serde_json::to_string(&price).unwrap(), "0.1");
        let value = serde_json::to_value(price).unwrap();
        assert_eq!(serde_json::from_value::<Price>(value).unwrap(), price);
        assert!(serde_json::from_str::<Price>(r#""0.1""#).is_err());
    }

    #[test]
    fn a_billion_of_the_largest_calls_do_not_overflow() {
        let call = Price::per_million("1000").unwrap().times(u64::from(u32::MAX));
        assert!(call.checked_mul(1_000_000_000).is_some());
    }

    proptest! {
        #[test]
        fn a_price_is_written_and_read_the_same_way(pico in any::<u64>()) {
            let price = Price::per_token(pico);
            prop_assert_eq!(Price::per_million(&price.to_string()), Ok(price));
        }

        #[test]
        fn a_sum_of_tokens_costs_the_sum(
            price in any::<u64>(), one in any::<u32>(), two in any::<u32>(),
        ) {
            let price = Price::per_token(price);
            let (one, two) = (u64::from(one), u64::from(two));
            let parts: Pico = [price.times(one), price.times(two)].into_iter().sum();
            prop_assert_eq!(parts, price.times(one + two));
        }
    }
}
