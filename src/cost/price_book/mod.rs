//! The pages that `prices` shows, made of price tables: the list, one model, and whether the prices of
//! a suite are in order.

mod check;
mod page;

pub(crate) use check::{Age, CheckedModel, Dates, PriceCheck, STALE_DAYS, Standing};
pub(crate) use page::{Ahead, ListedPrice, PriceList, PricePage, PriceUpdate};
