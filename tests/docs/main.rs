//! Documentation that cannot lie: pages equal their tables, examples are read by the program, and
//! printed output is what the program prints.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes what is generated.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod dependencies;
mod examples;
mod links;
mod output;
mod pages;
mod reference;

#[expect(clippy::disallowed_methods, reason = "whoever runs the test decides whether it writes")]
fn wants_update() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// The chapters of the guide, in the order in which they are read.
const CHAPTERS: [&str; 9] = [
    "suite",
    "prompts",
    "results",
    "snapshots",
    "upgrades",
    "cost",
    "replay",
    "ci",
    "from-promptfoo",
];

fn guide() -> String {
    CHAPTERS.map(|chapter| read(&format!("docs/guide/{chapter}.md"))).join("\n")
}

/// A file of this repository.
fn read(file: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The code blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut is_open = false;
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(info) if !is_open => blocks.push((info.to_owned(), String::new())),
            None if is_open => blocks.last_mut().unwrap().1.extend([line, "\n"]),
            _ => {}
        }
        is_open ^= line.starts_with("```");
    }
    assert!(!is_open, "a block does not end");
    blocks
}

/// The texts of the blocks with this behind the fence.
fn marked(page: &str, mark: &str) -> Vec<String> {
    let found = blocks(page).into_iter().filter(|(info, _)| info == mark);
    let texts: Vec<String> = found.map(|(_, text)| text).collect();
    assert!(!texts.is_empty(), "no block is marked `{mark}`");
    texts
}
