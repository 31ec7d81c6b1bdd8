//! Results as people read them, and as data: of what `report` does not know.

pub(super) mod batch;
pub(super) mod decided;
pub(super) mod diff;
pub(super) mod imported;
pub(super) mod models;
pub(super) mod pending;
pub(super) mod probe;
pub(super) mod prune;
pub(super) mod recorded;
pub(super) mod schemas;
pub(super) mod shard;
pub(super) mod show;
pub(super) mod status;

use std::fmt::Write;

use crate::report::escape;
use crate::report::paint::{DIM, paint};

/// Most columns of a screen of tables.
const COLUMNS: usize = 80;

/// Writes a text behind its head, folded below itself.
fn fold(out: &mut String, head: &str, text: &str) {
    let indent = head.chars().count();
    let (mut head, mut row) = (head.to_owned(), String::new());
    for word in escape::line(text).split(' ') {
        if !row.is_empty() && indent + row.chars().count() + 1 + word.chars().count() > COLUMNS {
            let _ = writeln!(out, "{}{row}", paint(DIM, &head));
            (head, row) = (" ".repeat(indent), String::new());
        }
        if !row.is_empty() {
            row.push(' ');
        }
        row.push_str(word);
    }
    let _ = writeln!(out, "{}{row}", paint(DIM, &head));
}
