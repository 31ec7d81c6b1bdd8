//! Links between pages lead to files and headings that are there.

use std::path::{Component, Path, PathBuf};

use crate::{blocks, read};

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}

/// The text without its code blocks, which show what is no link.
fn prose(page: &str) -> String {
    blocks(page).iter().fold(page.to_owned(), |page, (_, text)| page.replacen(text, "", 1))
}

/// The anchor of a heading, as it is made of its text.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().replace(' ', "-")
}

/// A path without `..`.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            tidy.pop();
        } else {
            tidy.push(part);
        }
    }
    tidy
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    pages(&root.join("docs"), &mut found);
    found.extend(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|page| root.join(page)));
    let mut links = 0;
    for page in found {
        let text = prose(&std::fs::read_to_string(&page).unwrap());
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") {
                continue;
            }
            links += 1;
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match path {
                "" => page.clone(),
                path => tidy(&page.parent().unwrap().join(path)),
            };
            assert!(target.exists(), "{}: {link}", page.display());
            if !heading.is_empty() {
                let file = target.strip_prefix(root).unwrap().to_str().unwrap();
                let text = prose(&read(file));
                let has = text
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .any(|line| anchor(line) == heading);
                assert!(has, "{}: {link}", page.display());
            }
        }
    }
    assert!(links > 30, "{links}");
}

#[test]
fn every_source_that_the_map_of_the_code_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = prose(&read("docs/ARCHITECTURE.md"));
    let sources = text.split('`').skip(1).step_by(2).filter(|word| word.starts_with("src/"));
    let mut count = 0;
    for source in sources {
        // `{a,b}.rs` and `file.rs::function` name a file and what is in it.
        let file = source.split("::").next().unwrap_or_default();
        if file.contains('{') {
            continue;
        }
        count += 1;
        assert!(root.join(file).exists(), "{source}");
    }
    assert!(count > 20, "{count}");
}
