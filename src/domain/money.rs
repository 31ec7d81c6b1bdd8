//! Money as whole numbers of pico-dollars. Decimals are read from their text and never pass through
//! a floating point number.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many pico-dollars a dollar has, as a power of ten.
const PICO_PLACES: u32 = 12;

/// Why a text is not an amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a decimal number.
    #[error("not a decimal number")]
    NotANumber,
    /// Less than nothing.
    #[error("less than nothing")]
    Negative,
    /// More decimals than are kept.
    #[error("more than {0} decimals")]
    TooFine(u32),
    /// More than can be counted.
    #[error("more than can be counted")]
    TooLarge,
}

/// An amount of US dollars in whole pico-dollars (10⁻¹² USD): exact, and never negative.
///
/// In JSON it is a string of digits, since most readers of JSON lose digits above 2⁵³. Sums stop at
/// the largest amount, 3.4·10²⁶ dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pico(u128);

impl Pico {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many pico-dollars.
    pub const fn new(pico: u128) -> Self {
        Self(pico)
    }

    /// The number of pico-dollars.
    pub const fn get(self) -> u128 {
        self.0
    }

    /// Reads dollars as people write them: `1.50`, `0.000001`, at most twelve decimals.
    pub fn from_usd(text: &str) -> Result<Self, MoneyError> {
        decimal(text, PICO_PLACES).map(Self)
    }

    /// The difference, unless it is less than nothing.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// So many times the amount, unless it cannot be counted.
    #[must_use]
    pub fn checked_mul(self, times: u128) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// Dollars with six decimals, rounded half up: `0.008000`. This is how JSON shows money.
    pub fn usd(self) -> String {
        self.plain(6)
    }

    /// Dollars as a floating point number: for statistics, never for sums of money.
    #[expect(clippy::cast_precision_loss, reason = "said above")]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / 1e12
    }

    /// Dollars with so many decimals, rounded half up, without a sign or separators.
    fn plain(self, places: u32) -> String {
        let unit = power(PICO_PLACES.saturating_sub(places));
        let rounded = self.0.saturating_add(unit / 2) / unit;
        let scale = power(places);
        let (whole, part) = (rounded / scale, rounded % scale);
        match places {
            0 => whole.to_string(),
            _ => format!("{whole}.{part:0width$}", width = places as usize),
        }
    }
}

impl fmt::Display for Pico {
    /// As people read it: `$1,234.56`, `$0.027`, and below a cent with two digits that say
    /// something, `$0.0012`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CENT: u128 = 10_000_000_000;
        const NEARLY_ONE: u128 = 999_500_000_000;
        let places = match self.0 {
            0 | NEARLY_ONE.. => 2,
            CENT.. => 3,
            // Two digits that are not zero, and four decimals at least.
            small => (PICO_PLACES - small.ilog10() + 1).clamp(4, PICO_PLACES),
        };
        let text = self.plain(places);
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let mut grouped = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        f.pad(&format!("${grouped}.{part}"))
    }
}

impl FromStr for Pico {
    type Err = MoneyError;

    /// Dollars, as [`Pico::from_usd`]; a leading `$` is allowed.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        Self::from_usd(text.strip_prefix('$').unwrap_or(text))
    }
}

impl Add for Pico {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Pico {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Pico {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::add)
    }
}

impl Serialize for Pico {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Pico {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| D::Error::custom("not a number of pico-dollars"))
    }
}

impl schemars::JsonSchema for Pico {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pico".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[0-9]+$"})
    }
}

/// A decimal number in whole units of ten to the power of minus `places`, read digit by digit:
/// `12`, `0.5`, `2.5e-06`.
///
/// # Errors
/// Where the text is no such number, negative, or has further digits.
pub(crate) fn decimal(text: &str, places: u32) -> Result<u128, MoneyError> {
    let text = text.trim();
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => {
            (digits, exponent.parse::<i32>().map_err(|_| MoneyError::NotANumber)?)
        }
        None => (text, 0),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(part) {
        return Err(MoneyError::NotANumber);
    }
    let all = format!("{whole}{part}");
    let digits = all.trim_start_matches('0');
    let kept = digits.trim_end_matches('0');
    if kept.is_empty() {
        return Ok(0);
    }
    if is_negative {
        return Err(MoneyError::Negative);
    }
    // The value is `kept` times ten to the power of `shift`, in units of the wanted places.
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    let zeros = length(digits) - length(kept);
    let shift = i64::from(exponent) - length(part) + zeros + i64::from(places);
    let shift = u32::try_from(shift).map_err(|_| MoneyError::TooFine(places))?;
    let factor = 10_u128.checked_pow(shift).ok_or(MoneyError::TooLarge)?;
    let kept: u128 = kept.parse().map_err(|_| MoneyError::TooLarge)?;
    kept.checked_mul(factor).ok_or(MoneyError::TooLarge)
}

/// Ten to this power; only asked for small ones.
fn power(places: u32) -> u128 {
    10_u128.saturating_pow(places)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_read_two_digits_that_say_something() {
        let shown = |usd: &str| Pico::from_usd(usd).unwrap().to_string();
        let pairs = [
            ("0", "$0.00"),
            ("0.0012", "$0.0012"),
            ("0.000052", "$0.000052"),
            ("0.00046", "$0.00046"),
            ("0.000000000001", "$0.000000000001"),
            ("0.0214", "$0.021"),
            ("0.9996", "$1.00"),
            ("12.345", "$12.35"),
            ("1234.56", "$1,234.56"),
            ("1234567.891", "$1,234,567.89"),
        ];
        for (usd, text) in pairs {
            assert_eq!(shown(usd), text, "{usd}");
        }
    }

    #[test]
    fn json_shows_six_decimals_and_keeps_every_pico_dollar() {
        let cost = Pico::new(15_250_050_000);
        assert_eq!(cost.usd(), "0.015250");
        assert_eq!(serde_json::to_string(&cost).unwrap(), r#""15250050000""#);
        assert_eq!(serde_json::from_str::<Pico>(r#""15250050000""#).unwrap(), cost);
        assert!(serde_json::from_str::<Pico>(r#""0.5""#).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_an_amount_or_an_error(text in "\\PC{0,12}") {
            let _ = Pico::from_usd(&text);
            let _ = decimal(&text, 6);
        }

        #[test]
        fn an_amount_is_written_and_read_the_same_way(pico in any::<u64>()) {
            let amount = Pico::new(u128::from(pico));
            prop_assert_eq!(Pico::from_usd(&amount.plain(12)), Ok(amount));
        }
    }
}
