//! The rows of a model: what it costs from one day to another, in long requests, at some hours.

use jiff::Timestamp;
use jiff::civil::{Time, Weekday};
use jiff::tz::Offset;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use crate::domain::{Price, Rates};

/// What a model costs from one day to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceRow {
    /// The first day; none means since ever.
    pub from: Option<Day>,
    /// The first day on which it holds no more; none means until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
    /// Why `from` is what it is, where it is not the provider's own date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_basis: Option<String>,
    pub input: Price,
    /// Output, reasoning included.
    pub output: Price,
    /// Reading from a cache; else as input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<Price>,
    /// Writing to a cache of five minutes; else as input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_5m: Option<Price>,
    /// Writing to a cache of one hour; else as one of five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<Price>,
    /// Prices of the batch endpoint; without them they are unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchRates>,
    /// Other prices for requests with long input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
    /// Other prices at some times of the day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub time_windows: Vec<TimeWindow>,
}

/// Prices of a batch endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchRates {
    pub input: Price,
    pub output: Price,
    /// Reading from a cache; else as input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<Price>,
    /// Writing to a cache of five minutes; else as input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_5m: Option<Price>,
    /// Writing to a cache of one hour; else as one of five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<Price>,
}

/// Prices for requests whose whole input is longer: all their tokens are billed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// For requests with more input tokens than this.
    pub above_input_tokens: u64,
    /// Input; else as below the tier, and so for the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Price>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Price>,
    /// Reading from a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<Price>,
    /// Writing to a cache of five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_5m: Option<Price>,
    /// Writing to a cache of one hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<Price>,
}

/// Prices of some hours, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeWindow {
    /// From this time of the day, inclusive.
    pub utc_from: TimeOfDay,
    /// To this time of the day, exclusive. Earlier than `utc_from` means: past midnight.
    pub utc_to: TimeOfDay,
    /// On these days, Monday is 1; none means every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<u8>,
    pub input: Price,
    pub output: Price,
    /// Reading from a cache; else as outside the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<Price>,
}

/// A time of the day, `HH:MM`; `24:00` is its end.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct TimeOfDay {
    minutes: u16,
}

impl TimeOfDay {
    /// So many minutes after midnight, at most a day.
    pub(super) const fn of_minutes(minutes: u16) -> Self {
        Self { minutes: if minutes > 24 * 60 { 24 * 60 } else { minutes } }
    }

    pub fn seconds(self) -> i64 {
        i64::from(self.minutes) * 60
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = |digits: &str| {
            let is_digits = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
            is_digits.then(|| digits.parse::<u16>().ok()).flatten()
        };
        let parts = text.split_once(':');
        let parts = parts.and_then(|(hour, minute)| Some((number(hour)?, number(minute)?)));
        match parts {
            Some((hour, minute)) if minute < 60 && hour * 60 + minute <= 24 * 60 => {
                Ok(Self { minutes: hour * 60 + minute })
            }
            _ => Err(format!("`{text}` is not a time of the day, `HH:MM`")),
        }
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        format!("{:02}:{:02}", time.minutes / 60, time.minutes % 60)
    }
}

impl PriceRow {
    /// A row that holds for ever, of which nothing else is known.
    pub(super) fn of(input: Price, output: Price) -> Self {
        Self {
            from: None,
            to: None,
            from_basis: None,
            input,
            output,
            cache_read: None,
            cache_write_5m: None,
            cache_write_1h: None,
            batch: None,
            tiers: Vec::new(),
            time_windows: Vec::new(),
        }
    }

    /// A row that holds for ever, without tiers, hours and batch prices.
    pub fn flat(rates: &Rates) -> Self {
        Self {
            cache_read: Some(rates.cache_read),
            cache_write_5m: Some(rates.cache_write_5m),
            cache_write_1h: Some(rates.cache_write_1h),
            ..Self::of(rates.input, rates.output)
        }
    }

    pub(super) fn parts(&self) -> Parts {
        Parts {
            input: Some(self.input),
            output: Some(self.output),
            cache_read: self.cache_read,
            cache_write_5m: self.cache_write_5m,
            cache_write_1h: self.cache_write_1h,
        }
    }

    /// The prices of the batch endpoint, where it has any.
    pub(super) fn batch_parts(&self) -> Option<Parts> {
        self.batch.map(|batch| Parts {
            input: Some(batch.input),
            output: Some(batch.output),
            cache_read: batch.cache_read,
            cache_write_5m: batch.cache_write_5m,
            cache_write_1h: batch.cache_write_1h,
        })
    }

    /// The tier that a request of so much input falls into.
    pub(super) fn tier(&self, input_tokens: u64) -> Option<&Tier> {
        let reached = self.tiers.iter().filter(|tier| input_tokens > tier.above_input_tokens);
        reached.max_by_key(|tier| tier.above_input_tokens)
    }

    /// The window that a moment falls into.
    pub(super) fn window(&self, at: Timestamp) -> Option<&TimeWindow> {
        self.time_windows.iter().find(|window| window.contains(at))
    }
}

impl Tier {
    pub(super) fn parts(&self) -> Parts {
        Parts {
            input: self.input,
            output: self.output,
            cache_read: self.cache_read,
            cache_write_5m: self.cache_write_5m,
            cache_write_1h: self.cache_write_1h,
        }
    }
}

impl TimeWindow {
    pub(super) fn parts(&self) -> Parts {
        Parts {
            input: Some(self.input),
            output: Some(self.output),
            cache_read: self.cache_read,
            ..Parts::default()
        }
    }

    /// Whether a moment lies in it. A window past midnight belongs to the day on which it begins.
    pub fn contains(&self, at: Timestamp) -> bool {
        let now = Offset::UTC.to_datetime(at);
        let seconds = now.time().duration_since(Time::midnight()).as_secs();
        let (from, to) = (self.utc_from.seconds(), self.utc_to.seconds());
        let today = now.date().weekday();
        if from <= to {
            return self.is_on(today) && (from..to).contains(&seconds);
        }
        (self.is_on(today) && seconds >= from) || (self.is_on(today.previous()) && seconds < to)
    }

    fn is_on(&self, weekday: Weekday) -> bool {
        let number = weekday.to_monday_one_offset();
        self.weekdays.is_empty()
            || self.weekdays.iter().any(|day| i64::from(*day) == i64::from(number))
    }
}

/// Whether there are rows, and each begins where the one before it ends, or later.
pub(super) fn in_order(rows: &[PriceRow]) -> bool {
    let date = |day: Option<Day>| day.map(Day::date);
    let not_empty = |row: &PriceRow| row.to.is_none() || date(row.from) < date(row.to);
    !rows.is_empty()
        && rows.iter().all(not_empty)
        && rows.is_sorted_by(|one, two| {
            let begins_later = date(one.from) < date(two.from);
            begins_later && (one.to.is_none() || date(one.to) <= date(two.from))
        })
}

/// Prices as far as they are written; what is missing follows from the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) input: Option<Price>,
    pub(super) output: Option<Price>,
    pub(super) cache_read: Option<Price>,
    pub(super) cache_write_5m: Option<Price>,
    pub(super) cache_write_1h: Option<Price>,
}

impl Parts {
    /// The same, with what `over` says in the place of what was said.
    pub(super) fn under(self, over: Self) -> Self {
        Self {
            input: over.input.or(self.input),
            output: over.output.or(self.output),
            cache_read: over.cache_read.or(self.cache_read),
            cache_write_5m: over.cache_write_5m.or(self.cache_write_5m),
            cache_write_1h: over.cache_write_1h.or(self.cache_write_1h),
        }
    }

    /// All prices: reading or writing a cache costs what input costs where nothing else is said, and
    /// an hour what five minutes cost. `None` where input or output has no price.
    pub(super) fn whole(self) -> Option<Rates> {
        let (input, output) = (self.input?, self.output?);
        let short = self.cache_write_5m.unwrap_or(input);
        Some(Rates {
            input,
            output,
            cache_read: self.cache_read.unwrap_or(input),
            cache_write_5m: short,
            cache_write_1h: self.cache_write_1h.unwrap_or(short),
        })
    }
}
