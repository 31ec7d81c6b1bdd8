//! Price tables: what a model costs, where, and since when.
//!
//! A table is facts with dates. A changed price is a further row, never an edit, so that what a run
//! cost stays what it cost. What no table knows is [`Unpriced`], which is not zero.

mod buckets;
mod day;
mod find;
mod flat;
mod import;
mod layers;
mod row;
mod table;
mod update;

pub use buckets::Buckets;
pub(crate) use day::Day;
pub use find::Mode;
pub(crate) use find::{How, Unpriced};
pub(super) use find::{bare_id, fine_tuned_base};
pub(crate) use flat::machine_price;
pub(crate) use import::{ImportError, Imported, LeftOut, ListFormat, Odd, Why, import};
pub use layers::Prices;
pub(crate) use layers::{Billed, Call, Layer};
pub(crate) use row::{BatchRates, PriceRow, Tier, TimeWindow};
pub(crate) use table::{Confidence, PriceTable, TableError, embedded};
pub use table::{Merge, PricedModel};
pub(crate) use update::{Change, Held, Terms, update};
