//! What the matrix costs: money of calls, minutes of people, and whether routing pays.
//!
//! Pure functions. What was spent is exact, in integers of pico-USD; what is forecast is not, and is
//! calculated in floating point and rounded where it is shown.

pub mod accounts;
pub mod active;
pub mod behind;
pub mod break_even;
pub mod bump;
pub mod bump_book;
pub mod cache;
pub mod cadence;
pub mod compare;
pub mod decide;
pub mod dominance;
pub mod fix;
pub mod forecast;
pub mod gate;
pub mod interval;
pub mod lifecycle;
pub mod measure;
pub mod outlook;
pub mod people;
pub mod per_valid;
pub mod price;
pub mod price_book;
pub mod replay;
pub mod route;
pub mod routing;
pub mod scenario;
pub mod spend;
pub mod statement;
pub mod stats;
pub mod summary;
pub mod upkeep;
pub mod wording;
