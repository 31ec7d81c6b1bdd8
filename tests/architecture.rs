//! The order of the crate: layers without upward or sideways edges, short files, documented modules,
//! and what may be used in one place only.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules by layer. A module uses only modules of lower layers.
const LAYERS: &[(u8, &[&str])] = &[
    (0, &["domain"]),
    (
        1,
        &[
            "cost",
            "diff",
            "drift",
            "extract",
            "model_facts",
            "normalise",
            "plan",
            "provider",
            "sim",
            "template",
            "validate",
            "verdict",
        ],
    ),
    (2, &["report", "review"]),
    (3, &["serve", "store", "suite", "transport"]),
    (4, &["run"]),
    (5, &["project"]),
    (6, &["cli", "fuzz", "harness"]),
];

/// What may be said only in one place.
const PLACES: &[(&str, &[&str])] = &[
    ("reqwest", &["src/transport/http"]),
    ("println!(", &[]),
    ("eprintln!(", &[]),
    ("std::env::var", &["src/suite/env.rs"]),
    ("hyper::", &["src/serve/"]),
    ("async fn", &["src/run/", "src/serve/", "src/transport/"]),
    ("clap::", &["src/cli/", "src/harness/arguments.rs"]),
    ("libtest_mimic::", &["src/harness/"]),
    // Use cases return data; what is below them and words something is named here.
    (
        "crate::report",
        &[
            "src/cli/",
            "src/harness/",
            "src/report/",
            "src/run/column.rs",
            "src/run/decide.rs",
            "src/run/judge.rs",
        ],
    ),
    ("Timestamp::now", &["src/project/clock.rs"]),
];

const MOST_LINES: usize = 400;

struct Source {
    path: String,
    module: Option<String>,
    text: String,
}

impl Source {
    /// The text without comments and without the tests at the bottom.
    fn code(&self) -> String {
        let code = self.text.split("#[cfg(test)]\nmod ").next().unwrap_or("");
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(&root.join("src"), &mut files);
    assert!(files.len() > 30, "the walk found {} files", files.len());
    files
        .into_iter()
        .map(|file| {
            let path = file.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            let first = path.strip_prefix("src/").unwrap().split('/').next().unwrap();
            let name = first.trim_end_matches(".rs").to_owned();
            let inside = (!matches!(name.as_str(), "lib" | "main")).then_some(name);
            Source { path, module: inside, text: fs::read_to_string(&file).unwrap() }
        })
        .collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

fn layer_of(module: &str) -> u8 {
    LAYERS
        .iter()
        .find(|(_, modules)| modules.contains(&module))
        .map_or_else(|| panic!("`{module}` is in no layer: add it to LAYERS"), |(layer, _)| *layer)
}

/// Names that follow `crate::` or `super::`, also inside `use crate::{a::…, b}`.
fn names_after(path: &str, code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(path) {
        let rest = &code[at + path.len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = true;
            for (at, c) in list.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    c if start && !c.is_whitespace() => {
                        names.push(word(&list[at..]));
                        start = false;
                    }
                    _ => {}
                }
            }
        } else {
            names.push(word(rest));
        }
    }
    names
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn a_module_uses_only_modules_below_it() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(module) = &source.module else { continue };
        for used in names_after("crate::", &source.code()) {
            if used != *module && layer_of(&used) >= layer_of(module) {
                wrong.push(format!("{} uses `{used}`, which is not below `{module}`", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn imports_in_braces_are_seen_too() {
    assert_eq!(names_after("crate::", "use crate::{a::{b, c}, d};"), ["a", "d"]);
    assert_eq!(names_after("crate::", "use crate::a::b; crate::c::d()"), ["a", "c"]);
}

#[test]
fn every_file_says_what_it_is_and_is_short() {
    let mut wrong = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//!") {
            wrong.push(format!("{} does not open with `//!`", source.path));
        }
        let lines = source.text.lines().count();
        if lines > MOST_LINES {
            wrong.push(format!("{} has {lines} lines: it wants to be two modules", source.path));
        }
        if source.text.contains("super::super") {
            wrong.push(format!("{} reaches over two modules with `super::super`", source.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_used_in_one_place_only_is() {
    let mut wrong = Vec::new();
    for source in sources() {
        let code = source.code();
        for (words, places) in PLACES {
            let allowed = places.iter().any(|place| source.path.starts_with(place));
            if code.contains(words) && !allowed {
                wrong.push(format!("{} says `{words}`", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What stands beside what in the tree of modules: `src/a/b.rs` and `src/a/b/mod.rs` are both `a/b`.
fn node(path: &str) -> Vec<String> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/').map(str::to_owned).collect()
}

#[test]
fn modules_beside_each_other_do_not_import_in_a_circle() {
    // Layers forbid circles between modules of the crate; this looks inside each of them.
    let mut edges: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources().iter().filter(|source| !source.path.contains("tests")) {
        let node = node(&source.path);
        let [top, inside, ..] = node.as_slice() else { continue };
        let (own, folder) = node.split_last().unwrap();
        let beside = names_after("super::", &source.code());
        for used in beside.into_iter().filter(|used| used != own) {
            let used = format!("{}/{used}", folder.join("/"));
            edges.entry(node.join("/")).or_default().push(used);
        }
        let far = names_after(&format!("crate::{top}::"), &source.code());
        for used in far.into_iter().filter(|used| used != inside) {
            edges.entry(format!("{top}/{inside}")).or_default().push(format!("{top}/{used}"));
        }
    }
    assert!(edges.len() > 20, "found only {} files with imports", edges.len());
    for start in edges.keys() {
        let mut path = vec![start.clone()];
        assert!(!returns(start, start, &edges, &mut path), "a circle: {}", path.join(" -> "));
    }
}

/// Whether following the edges from `at` leads back to `start`; `path` is the way there.
fn returns(
    at: &str,
    start: &str,
    edges: &BTreeMap<String, Vec<String>>,
    path: &mut Vec<String>,
) -> bool {
    for to in edges.get(at).into_iter().flatten() {
        if to == start {
            path.push(to.clone());
            return true;
        }
        if !path.contains(to) {
            path.push(to.clone());
            if returns(to, start, edges, path) {
                return true;
            }
        }
    }
    false
}
