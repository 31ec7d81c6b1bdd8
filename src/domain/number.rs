//! Numbers as they are written: every digit counts, whatever a double can hold.

use serde_json::{Number, Value};

/// A number in the one form in which its value is written, integers and fractions apart: `-0` is
/// `0`, and `1.50` and `15e-1` are `1.5`.
pub(crate) fn canonical(number: &Number) -> Number {
    let text = number.to_string();
    let Some(decimal) = Decimal::of(&text) else { return number.clone() };
    if !number.is_f64() {
        return if decimal.digits.is_empty() { Number::from(0) } else { number.clone() };
    }
    let double = number.as_f64().map(|value| if value == 0.0 { 0.0 } else { value });
    let double = double.and_then(Number::from_f64);
    match double.filter(|double| Decimal::of(&double.to_string()).is_some_and(|of| of == decimal)) {
        Some(double) => double,
        None => decimal.to_string().parse().unwrap_or_else(|_| number.clone()),
    }
}

/// A value with all its numbers in their one form.
pub(crate) fn canonical_in(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(canonical(&number)),
        Value::Array(items) => items.into_iter().map(canonical_in).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, canonical_in(value))).collect()
        }
        other => other,
    }
}

/// Whether two numbers have the same value, to the last digit.
pub(crate) fn is_equal(one: &Number, two: &Number) -> bool {
    one == two || Decimal::of(&one.to_string()) == Decimal::of(&two.to_string())
}

/// A value as its significant digits, of which the last one stands for so many powers of ten.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Zero has no digits and no sign.
    fn of(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut exponent: i64 = exponent.parse().ok()?;
        exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        let all = format!("{}{fraction}", whole.trim_start_matches('-'));
        let digits = all.trim_end_matches('0');
        exponent = exponent.checked_add(i64::try_from(all.len() - digits.len()).ok()?)?;
        let digits = digits.trim_start_matches('0').to_owned();
        let is_zero = digits.is_empty();
        Some(Self {
            is_negative: text.starts_with('-') && !is_zero,
            digits,
            exponent: if is_zero { 0 } else { exponent },
        })
    }
}

impl std::fmt::Display for Decimal {
    /// As a fraction: `0.0625`, or `6.25e-40` where there would be many zeros.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.is_negative { "-" } else { "" };
        let count = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let point = count.saturating_add(self.exponent);
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or_default());
        if point <= 0 && point > -6 {
            return write!(f, "{sign}0.{}{}", zeros(-point), self.digits);
        }
        if let Ok(at) = usize::try_from(point)
            && let Some((whole, fraction)) = self.digits.split_at_checked(at)
            && point > 0
        {
            let fraction = if fraction.is_empty() { "0" } else { fraction };
            return write!(f, "{sign}{whole}.{fraction}");
        }
        let (first, rest) = self.digits.split_at(self.digits.len().min(1));
        let dot = if rest.is_empty() { "" } else { "." };
        write!(f, "{sign}{first}{dot}{rest}e{}", point - 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(text: &str) -> String {
        canonical(&text.parse().unwrap()).to_string()
    }

    #[test]
    fn a_number_has_one_form_and_keeps_its_digits_and_its_type() {
        for (text, want) in [
            ("12", "12"),
            ("-0", "0"),
            ("0", "0"),
            ("-0.0", "0.0"),
            ("0e5", "0.0"),
            ("12.0", "12.0"),
            ("1.50", "1.5"),
            ("1.2e1", "12.0"),
            ("1E2", "100.0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("-98765432109876543210", "-98765432109876543210"),
            ("0.12345678901234567890123", "0.12345678901234567890123"),
            ("3.141592653589793238462643383279500", "3.1415926535897932384626433832795"),
            ("12345678901234567.0", "12345678901234567.0"),
            ("0.000000000000123456789012345678901", "1.23456789012345678901e-13"),
        ] {
            assert_eq!(form(text), want, "{text}");
        }
    }

    #[test]
    fn equal_values_are_equal_however_they_are_written() {
        let equal = |one: &str, two: &str| is_equal(&one.parse().unwrap(), &two.parse().unwrap());
        assert!(equal("12", "12.0") && equal("120", "1.2e2") && equal("-0", "0.0"));
        assert!(!equal("90071992547409921", "90071992547409922"));
        assert!(!equal("123456789012345678901234567890", "1.2345678901234568e29"));
        assert!(!equal("-1", "1"));
    }

    proptest! {
        #[test]
        fn the_form_of_a_form_is_itself_and_its_value_is_the_same(
            text in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?"
        ) {
            let number: Number = text.parse().unwrap();
            let form = canonical(&number);
            prop_assert!(is_equal(&number, &form), "{number} {form}");
            prop_assert_eq!(canonical(&form).to_string(), form.to_string());
            prop_assert_eq!(form.is_f64(), number.is_f64(), "{} {}", number, form);
        }
    }
}
