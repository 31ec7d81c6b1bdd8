//! What the tokens of one request cost, when all that can move the price is settled.

use super::Price;

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
