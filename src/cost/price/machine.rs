//! What a token costs on a machine of one's own.

use crate::domain::{MoneyError, Price, decimal};

/// Six decimals are read of each figure.
const PLACES: u32 = 6;
const SECONDS_PER_HOUR: u128 = 3600;

/// The price of a token on a machine that costs so many dollars an hour, works off so many tokens a
/// second (input and output together), and does so for a share of its time; rounded to the
/// pico-dollar.
///
/// # Errors
/// Where a figure is no decimal number, or a machine would never do anything.
pub fn machine_price(
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
