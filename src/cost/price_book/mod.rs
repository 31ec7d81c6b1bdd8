//! The pages that `prices` shows, made of price tables: the list, one model, and whether the prices of
//! a suite are in order.

mod check;
mod list;
mod page;
mod update;

pub use check::{Age, CheckedModel, Dates, PriceCheck, STALE_DAYS, Standing};
pub use list::{ListedPrice, PriceList};
pub use page::{Ahead, PricePage};
pub use update::PriceUpdate;
