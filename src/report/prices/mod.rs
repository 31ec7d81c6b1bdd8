//! The pages of `prices`, as people read them.

mod list;
mod page;
mod update;

pub(crate) use list::list;
pub(crate) use page::{check, page};
pub(crate) use update::update;

use std::fmt::Write;

use super::paint::{DIM, Look, grouped, paint};
use crate::domain::Price;

/// A price that may not be known.
fn shown(price: Option<Price>) -> String {
    price.map_or("–".to_owned(), |price| price.to_string())
}

/// So many of a kind are shown, all with `-v`.
fn most(look: Look) -> usize {
    const MOST: usize = 30;
    if look.verbose { usize::MAX } else { MOST }
}

/// Some of many lines, and how many there are more.
fn cut(lines: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let more = lines.len().saturating_sub(most);
    let mut out: String = lines.take(most).collect();
    if more > 0 {
        let _ =
            writeln!(out, "  {}", paint(DIM, format_args!("and {} more: -v shows", grouped(more))));
    }
    out
}
