//! The tokens of one request in the buckets that are billed.

use std::ops::{Add, AddAssign};

use super::find::Unpriced;
use crate::domain::{Pico, Rates, Usage};

/// Tokens by what they cost. Whole input is the sum of the first four.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Buckets {
    /// Input that no cache knows.
    pub uncached: u64,
    /// Input that was read from a cache.
    pub read: u64,
    /// Input that was written to a cache of five minutes, or of unstated life.
    pub short_write: u64,
    /// Input that was written to a cache of one hour.
    pub long_write: u64,
    /// Output, reasoning included.
    pub output: u64,
}

impl Buckets {
    /// Of what a provider reported. A part that is not reported counts as none; input or output that
    /// is not reported, or a report that contradicts itself, cannot be billed.
    pub fn of(usage: &Usage) -> Result<Self, Unpriced> {
        let (Some(input), Some(output)) = (usage.input, usage.output) else {
            return Err(Unpriced::NoUsage);
        };
        let read = usage.cached_read.unwrap_or(0);
        let short_write = usage.cache_write_5m.unwrap_or(0);
        let long_write = usage.cache_write_1h.unwrap_or(0);
        let parts = read.checked_add(short_write).and_then(|sum| sum.checked_add(long_write));
        let uncached = parts.and_then(|parts| input.checked_sub(parts));
        match uncached {
            Some(uncached) if !usage.inconsistent => {
                Ok(Self { uncached, read, short_write, long_write, output })
            }
            _ => Err(Unpriced::InconsistentUsage),
        }
    }

    pub fn cost(&self, rates: &Rates) -> Pico {
        let parts = [
            rates.input.times(self.uncached),
            rates.cache_read.times(self.read),
            rates.cache_write_5m.times(self.short_write),
            rates.cache_write_1h.times(self.long_write),
            rates.output.times(self.output),
        ];
        parts.into_iter().sum()
    }

    /// Whole input, which decides on the tier of prices.
    pub fn input(&self) -> u64 {
        let parts = [self.uncached, self.read, self.short_write, self.long_write];
        parts.into_iter().fold(0, u64::saturating_add)
    }
}

impl Add for Buckets {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            uncached: self.uncached.saturating_add(other.uncached),
            read: self.read.saturating_add(other.read),
            short_write: self.short_write.saturating_add(other.short_write),
            long_write: self.long_write.saturating_add(other.long_write),
            output: self.output.saturating_add(other.output),
        }
    }
}

impl AddAssign for Buckets {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
