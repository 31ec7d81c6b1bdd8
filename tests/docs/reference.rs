//! The reference pages say what the tables say.

use std::fs;
use std::path::Path;

use promptmatrix::report::reference;
use promptmatrix::suite;

use crate::wants_update;

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
    let pages = [
        ("config.md", suite::reference::config()),
        ("cost.md", reference::cost()),
        ("diagnostics.md", reference::diagnostics()),
        ("dialects.md", reference::dialects()),
        ("environment.md", suite::reference::environment()),
        ("exit-codes.md", reference::exit_codes()),
        ("faults.md", reference::faults()),
        ("formats.md", reference::formats()),
        ("kinds.md", reference::kinds()),
        ("lowering.md", reference::lowering()),
        ("promise.md", reference::promise()),
        ("quirks.md", reference::quirks()),
        ("statuses.md", reference::statuses()),
    ];
    for (page, text) in &pages {
        holds(page, text);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, pages.map(|(page, _)| page));
}
