//! A day of a price table: `2026-12-01`, or `2026-12` where the day of the month is not known.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

/// A day in UTC. One that is known to the month stands for the first of it, and is written as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Day {
    date: Date,
    is_month: bool,
}

/// Why a text is not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither `YYYY-MM-DD` nor `YYYY-MM`")]
pub struct DayError(pub String);

impl Day {
    /// The day of a moment, in UTC.
    pub fn of(at: Timestamp) -> Self {
        Self { date: Offset::UTC.to_datetime(at).date(), is_month: false }
    }

    /// The date that it stands for.
    pub fn date(self) -> Date {
        self.date
    }

    /// Whether only the month is known.
    pub fn is_month(self) -> bool {
        self.is_month
    }

    /// How many days later the other day is; negative where it is earlier.
    pub fn days_until(self, other: Self) -> i32 {
        (other.date - self.date).get_days()
    }

    /// So many days later, or as late as can be counted.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        let date = self.date.saturating_add(jiff::Span::new().days(days));
        Self { date, is_month: false }
    }
}

impl PartialOrd for Day {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Day {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.date.cmp(&other.date).then(self.is_month.cmp(&other.is_month))
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let wrong = || DayError(text.to_owned());
        let is_month = match text.len() {
            10 => false,
            7 => true,
            _ => return Err(wrong()),
        };
        let whole = if is_month { format!("{text}-01") } else { text.to_owned() };
        let digits = whole.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        let date = digits.then(|| whole.parse::<Date>().ok()).flatten().ok_or_else(wrong)?;
        Ok(Self { date, is_month })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.date.to_string();
        f.pad(if self.is_month { whole.get(..7).unwrap_or(&whole) } else { &whole })
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self { date, is_month: false }
    }
}

impl TryFrom<String> for Day {
    type Error = DayError;

    fn try_from(text: String) -> Result<Self, DayError> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_its_first_day_and_is_written_as_a_month() {
        assert_eq!(day("2026-11").date(), day("2026-11-01").date());
        assert_eq!(day("2026-11").to_string(), "2026-11");
        assert_eq!(day("2026-11-01").to_string(), "2026-11-01");
        assert!(day("2026-11") < day("2026-11-02"));
    }

    #[test]
    fn a_leap_day_exists_only_in_its_years() {
        assert_eq!(day("2024-02-28").days_until(day("2024-03-01")), 2);
        assert_eq!(day("2026-02-28").days_until(day("2026-03-01")), 1);
        assert_eq!(day("2024-02-29").plus_days(365).to_string(), "2025-02-28");
        for text in
            ["2026-02-29", "2026-13", "2026-00-01", "26-01-01", "2026/01/01", "2026-1-1", ""]
        {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_day_of_a_moment_is_that_of_utc() {
        assert_eq!(Day::of("2026-11-30T23:59:59Z".parse().unwrap()), day("2026-11-30"));
        assert_eq!(Day::of("2026-12-01T00:30:00+01:00".parse().unwrap()), day("2026-11-30"));
    }
}
