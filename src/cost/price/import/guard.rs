//! What an entry of a list must not say.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json::Json;
use crate::domain::{MoneyError, Price, decimal};

/// No model costs more for a million tokens: who says so has another unit in mind.
const MOST: u64 = 1000 * 1_000_000;

/// And none costs less and is not free: who says so means a token.
const LEAST: u64 = 100;

/// Why an entry is not taken.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// It is no model: a sample of the format, or a class of models.
    NoModel,
    /// It is a model of another kind: pictures, sound, embeddings.
    OtherKind,
    /// It has no price per token of input and of output.
    NoPrice,
    /// Input or output costs 0.
    Zero,
    /// A price is less than nothing.
    Negative,
    /// A price is not a number.
    NotANumber,
    /// A price is finer than can be kept.
    TooFine,
    /// A price is above 1000 USD per million tokens.
    TooDear,
    /// A price is below 0.0001 USD per million tokens.
    TooCheap,
    /// Its prices are in another currency.
    Currency,
    /// A day is none, or days are not in order.
    Days,
    /// Its hours cannot be read.
    Hours,
    /// Two entries are the same model, and differ.
    Twice,
}

impl Why {
    pub fn words(self) -> &'static str {
        match self {
            Self::NoModel => "no model, but a sample or a class",
            Self::OtherKind => "a model of another kind: pictures, sound, embeddings",
            Self::NoPrice => "no price per token of input and of output",
            Self::Zero => "input or output costs 0: free, or not known",
            Self::Negative => "a price is less than nothing",
            Self::NotANumber => "a price is not a number",
            Self::TooFine => "a price is finer than a pico-dollar per token",
            Self::TooDear => "a price is above $1000 per million tokens: most likely another unit",
            Self::TooCheap => "a price is below $0.0001 per million tokens: most likely per token",
            Self::Currency => "the prices are not in USD",
            Self::Days => "a day is none, or days are not in order",
            Self::Hours => "the hours of a price cannot be read",
            Self::Twice => "two entries are the same model, and differ",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

/// What a list's prices are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Per {
    /// A token.
    Token,
    /// A million tokens.
    Million,
}

impl Per {
    /// Decimals that are whole pico-dollars per token.
    fn places(self) -> u32 {
        match self {
            Self::Token => 12,
            Self::Million => 6,
        }
    }
}

/// Reads prices of one list.
#[derive(Debug)]
pub(super) struct Reader {
    per: Per,
    /// How many prices were rounded.
    pub(super) rounded: usize,
}

impl Reader {
    pub(super) fn new(per: Per) -> Self {
        Self { per, rounded: 0 }
    }

    /// The price under a key; none where there is none, or `null`.
    pub(super) fn price(&mut self, entry: &Json, key: &str) -> Result<Option<Price>, Why> {
        match entry.get(key) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Number(text)) => self.read(text).map(Some),
            Some(_) => Err(Why::NotANumber),
        }
    }

    /// The same of a cache, where 0 says that writing or reading has no price of its own.
    pub(super) fn cache(&mut self, entry: &Json, key: &str) -> Result<Option<Price>, Why> {
        Ok(self.price(entry, key)?.filter(|price| price.get() > 0))
    }

    /// Input and output, which an entry needs.
    pub(super) fn both(&mut self, entry: &Json, keys: [&str; 2]) -> Result<[Price; 2], Why> {
        let [input, output] = keys.map(|key| self.price(entry, key));
        match (input?, output?) {
            (Some(input), Some(output)) if input.get() > 0 && output.get() > 0 => {
                Ok([input, output])
            }
            (Some(_), Some(_)) => Err(Why::Zero),
            _ => Err(Why::NoPrice),
        }
    }

    fn read(&mut self, text: &str) -> Result<Price, Why> {
        let pico = match decimal(text, self.per.places()) {
            Ok(pico) => pico,
            Err(MoneyError::TooFine(_)) => {
                let pico = rounded(text, self.per.places()).ok_or(Why::TooFine)?;
                self.rounded += 1;
                pico
            }
            Err(MoneyError::Negative) => return Err(Why::Negative),
            Err(MoneyError::TooLarge) => return Err(Why::TooDear),
            Err(MoneyError::NotANumber) => return Err(Why::NotANumber),
        };
        match u64::try_from(pico) {
            Ok(pico) if pico > 0 && pico < LEAST => Err(Why::TooCheap),
            Ok(pico) if pico <= MOST => Ok(Price::per_token(pico)),
            _ => Err(Why::TooDear),
        }
    }
}

/// The nearest whole number of pico-dollars, where it is within ten parts in a million: what a float
/// made of a price, or a twelfth of one.
fn rounded(text: &str, places: u32) -> Option<u128> {
    const FINER: u32 = 18;
    const UNIT: u128 = 10_u128.pow(FINER);
    let fine = decimal(text, places.saturating_add(FINER)).ok()?;
    let pico = fine.checked_add(UNIT / 2)? / UNIT;
    let off = pico.checked_mul(UNIT)?.abs_diff(fine);
    (off.checked_mul(100_000)? <= fine).then_some(pico)
}

/// Refuses an entry whose currency is not ours.
pub(super) fn currency(entry: &Json) -> Result<(), Why> {
    match entry.get("currency") {
        None | Some(Json::Null) => Ok(()),
        Some(Json::Text(text)) if text.eq_ignore_ascii_case("usd") => Ok(()),
        Some(_) => Err(Why::Currency),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(per: Per, text: &str) -> Result<u64, Why> {
        Reader::new(per).read(text).map(Price::get)
    }

    #[test]
    fn a_price_per_token_is_read_to_the_last_digit() {
        assert_eq!(read(Per::Token, "1.5e-07"), Ok(150_000));
        assert_eq!(read(Per::Token, "0.0000025"), Ok(2_500_000));
        assert_eq!(read(Per::Token, "2.8e-9"), Ok(2800));
        assert_eq!(read(Per::Million, "0.003625"), Ok(3625));
        assert_eq!(read(Per::Million, "2.5"), Ok(2_500_000));
    }

    #[test]
    fn what_a_float_made_of_a_price_is_rounded_back_and_counted() {
        let mut reader = Reader::new(Per::Token);
        let mut read = |text: &str| reader.read(text).map(Price::get);
        assert_eq!(read("2.0000000000000002E-7"), Ok(200_000));
        assert_eq!(read("9.499999999999999E-7"), Ok(950_000));
        assert_eq!(read("8.333333333333334e-8"), Ok(83_333), "a twelfth of a dollar");
        assert_eq!(read("1.41953125E-7"), Ok(141_953));
        assert_eq!(read("2.5e-7"), Ok(250_000));
        assert_eq!(reader.rounded, 4);
        assert_eq!(rounded("1.5e-12", 12), None, "half a pico-dollar is too much");
    }

    #[test]
    fn a_price_in_another_unit_is_refused() {
        assert_eq!(
            read(Per::Token, "2.5"),
            Err(Why::TooDear),
            "per million, where a token is meant"
        );
        assert_eq!(read(Per::Token, "0.00101"), Err(Why::TooDear));
        assert_eq!(read(Per::Token, "0.001"), Ok(MOST));
        assert_eq!(read(Per::Million, "22000"), Err(Why::TooDear));
        assert_eq!(read(Per::Million, "0.0000025"), Err(Why::TooFine), "per token");
        assert_eq!(read(Per::Million, "0.000015"), Err(Why::TooCheap), "per token");
        assert_eq!(read(Per::Million, "1e300"), Err(Why::TooDear));
    }

    #[test]
    fn a_price_below_nothing_or_no_number_is_refused() {
        let mut reader = Reader::new(Per::Million);
        let mut read = |text: &str| reader.price(&Json::parse(text).unwrap(), "p");
        assert_eq!(read(r#"{"p": -1}"#), Err(Why::Negative));
        assert_eq!(read(r#"{"p": "2.5"}"#), Err(Why::NotANumber));
        assert_eq!(read(r#"{"p": [1]}"#), Err(Why::NotANumber));
        assert_eq!(read(r#"{"p": null}"#), Ok(None));
        assert_eq!(read(r#"{"q": 1}"#), Ok(None));
    }

    #[test]
    fn zero_is_no_price_and_half_a_price_is_none() {
        let mut reader = Reader::new(Per::Million);
        let mut both = |text: &str| reader.both(&Json::parse(text).unwrap(), ["i", "o"]);
        assert_eq!(both(r#"{"i": 0, "o": 0}"#), Err(Why::Zero));
        assert_eq!(both(r#"{"i": 1, "o": 0.0}"#), Err(Why::Zero));
        assert_eq!(both(r#"{"i": 1}"#), Err(Why::NoPrice));
        assert!(both(r#"{"i": 1, "o": 2}"#).is_ok());
    }

    #[test]
    fn another_currency_is_refused() {
        let of = |text: &str| currency(&Json::parse(text).unwrap());
        assert_eq!(of(r#"{"currency": "EUR"}"#), Err(Why::Currency));
        assert_eq!(of(r#"{"currency": "usd"}"#), Ok(()));
        assert_eq!(of("{}"), Ok(()));
    }
}
