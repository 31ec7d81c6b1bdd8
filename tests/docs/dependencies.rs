//! The page of dependencies names every direct dependency, and no other.

use std::collections::BTreeSet;

use toml::Table;

use crate::read;

#[test]
fn every_direct_dependency_has_a_line_that_says_why() {
    let manifest: Table = read("Cargo.toml").parse().unwrap();
    let mut known = BTreeSet::new();
    collect(&manifest, &mut known);
    for target in manifest["target"].as_table().unwrap().values() {
        collect(target.as_table().unwrap(), &mut known);
    }
    let page = read("docs/dependencies.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let rows: Vec<_> = rows.collect();
    let named: BTreeSet<String> = rows.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(rows.len(), named.len(), "a dependency has two lines");
    assert_eq!(named, known);
    assert!(rows.iter().all(|(_, why)| why.len() > 20));
}

fn collect(manifest: &Table, known: &mut BTreeSet<String>) {
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        known.extend(
            manifest
                .get(section)
                .and_then(|s| s.as_table())
                .into_iter()
                .flat_map(Table::keys)
                .cloned(),
        );
    }
}
