//! The pages of `prices`, as people read them.

mod check;
mod list;
mod page;
mod update;

pub use check::check;
pub use list::list;
pub use page::page;
pub use update::update;

use crate::domain::Price;

/// A price that may not be known.
fn shown(price: Option<Price>) -> String {
    price.map_or("–".to_owned(), |price| price.to_string())
}
