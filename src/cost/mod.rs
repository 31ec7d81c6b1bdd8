//! What the matrix costs: money of calls, minutes of people, and whether routing pays.
//!
//! Pure functions. What was spent is exact, in integers of pico-USD; what is forecast is not, and is
//! calculated in floating point and rounded where it is shown.

pub mod accounts;
pub(crate) mod active;
pub(crate) mod behind;
pub(crate) mod break_even;
pub(crate) mod bump;
pub(crate) mod bump_book;
pub(crate) mod cache;
pub(crate) mod cadence;
pub(crate) mod compare;
pub(crate) mod decide;
pub(crate) mod dominance;
pub(crate) mod fix;
pub(crate) mod forecast;
pub(crate) mod gate;
pub(crate) mod interval;
pub(crate) mod lifecycle;
pub(crate) mod measure;
pub(crate) mod people;
pub(crate) mod per_valid;
pub mod price;
pub(crate) mod price_book;
pub(crate) mod projection;
pub(crate) mod replay;
pub(crate) mod route;
pub(crate) mod routing;
pub(crate) mod scenario;
pub(crate) mod spend;
pub(crate) mod statement;
pub(crate) mod stats;
pub(crate) mod summary;
pub(crate) mod upkeep;
pub(crate) mod wording;

#[cfg(test)]
mod tests;
