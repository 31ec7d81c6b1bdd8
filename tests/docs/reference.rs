//! The reference pages say what the tables say.

use std::fs;
use std::path::Path;

use promptmatrix::suite;

use crate::{pages, wants_update};

/// Compares, or writes when `UPDATE_DOCS` is set.
fn holds(page: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference").join(page);
    if wants_update() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "{page} is out of date: UPDATE_DOCS=1 cargo test --test docs");
}

#[test]
fn every_reference_page_equals_its_table_and_there_is_no_other() {
    let all = [
        ("config.md", suite::reference::config()),
        ("cost.md", pages::cost()),
        ("diagnostics.md", pages::diagnostics()),
        ("dialects.md", pages::dialects()),
        ("environment.md", suite::reference::environment()),
        ("exit-codes.md", pages::exit_codes()),
        ("faults.md", pages::faults()),
        ("formats.md", pages::formats()),
        ("kinds.md", pages::kinds()),
        ("lowering.md", pages::lowering()),
        ("promise.md", pages::promise()),
        ("quirks.md", pages::quirks()),
        ("statuses.md", pages::statuses()),
    ];
    for (page, text) in &all {
        holds(page, text);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, all.map(|(page, _)| page));
}
