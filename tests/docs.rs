//! The reference pages say what the tables say.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::Path;

use promptmatrix::report::reference;

/// Compares, or writes when `UPDATE_DOCS` is set.
fn holds(page: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference").join(page);
    if option_env!("UPDATE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "{page} is out of date: UPDATE_DOCS=1 cargo test --test docs");
}

#[test]
fn the_page_of_kinds_equals_the_table() {
    holds("kinds.md", &reference::kinds());
}

#[test]
fn the_page_of_statuses_equals_the_table() {
    holds("statuses.md", &reference::statuses());
}

#[test]
fn the_page_of_exit_codes_equals_the_table() {
    holds("exit-codes.md", &reference::exit_codes());
}
