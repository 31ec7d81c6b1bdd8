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
pub use day::{Day, DayError};
pub(super) use find::bare_id;
pub use find::{Found, How, Mode, Unpriced};
pub use flat::machine_price;
pub use import::{ImportError, Imported, LeftOut, ListFormat, Odd, Why, import};
pub use layers::{Billed, Call, Layer, Prices, Quote};
pub use row::{BatchRates, PriceRow, Tier, TimeOfDay, TimeWindow};
pub use table::{
    Confidence, Currency, Format, Merge, PriceTable, PricedModel, TableError, Unit, embedded,
};
pub use update::{Change, Held, Terms, Updated, update};
