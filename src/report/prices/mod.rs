//! The pages of `prices`, as people read them.

mod check;
mod list;
mod page;

pub use check::check;
pub use list::list;
pub use page::page;

use crate::domain::Price;

/// A price that may not be known.
fn shown(price: Option<Price>) -> String {
    price.map_or("–".to_owned(), |price| price.to_string())
}
