//! The examples of README and guide are read by the program itself.

use std::fs;
use std::path::Path;

use promptmatrix::domain::Diagnostics;
use promptmatrix::sim::World;
use promptmatrix::suite::{Loaded, load};
use promptmatrix::{domain, provider};
use serde_json::Value;
use tempfile::TempDir;

use crate::{blocks, guide, marked, read};

/// Two prompts that the patterns of the examples speak of, when the page's own is not wanted.
const PLAIN: &str = "+++\nschema = \"schemas/triage.json\"\n[[case]]\nname = \"angry\"\ninput = \"Again!\"\n+++\nSort it.\n";

/// A suite of one config and one prompt, with the schema that the guide shows.
fn suite(config: &str, prompt: &str) -> Result<(TempDir, Loaded), Diagnostics> {
    let guide = guide();
    let stdin: Value = serde_json::from_str(&marked(&guide, "json stdin")[0]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("promptmatrix.toml", config);
    write("world.toml", &marked(&guide, "toml world")[0]);
    write("prompts/triage.md", prompt);
    // What a tool is called with stands one step further down.
    let at = match prompt.contains("[[tool]]") {
        true if prompt.contains("parallel") => "/0/arguments/category",
        true => "/arguments/category",
        false => "/category",
    };
    let cases = |mark: &str| marked(&guide, mark)[0].replace("/category", at);
    write("prompts/triage.cases.jsonl", &cases("json case"));
    write("prompts/triage.cases.csv", &cases("csv cases"));
    write("schemas/triage.json", &stdin["schema"].to_string());
    write("schemas/tools/refund_order.json", r#"{"type": "object"}"#);
    let loaded = load(&folder.path().join("promptmatrix.toml"), None)?;
    Ok((folder, loaded))
}

#[test]
fn every_config_that_is_shown_is_one() {
    for page in [read("README.md"), guide()] {
        for config in marked(&page, "toml promptmatrix") {
            let (_folder, loaded) = suite(&config, PLAIN).unwrap_or_else(|e| panic!("{e}{config}"));
            let told: Vec<&str> = loaded.warnings.iter().map(|warning| warning.code).collect();
            // A demo that floats is what the demo is for, and places are those of schemas that are not shown.
            let is_meant =
                |code: &&str| ["config::floating-model", "config::unused-place"].contains(code);
            assert!(told.iter().all(is_meant), "{told:?}\n{config}");
        }
    }
}

#[test]
fn every_prompt_that_is_shown_is_one() {
    let guide = guide();
    let config = &marked(&guide, "toml promptmatrix")[0];
    let cases = PLAIN.split_once(".json\"\n").unwrap().1;
    let tools = marked(&guide, "toml front").into_iter();
    let tools = tools.map(|front| format!("+++\n{front}\n{cases}"));
    let shown = [marked(&guide, "markdown prompt"), marked(&read("README.md"), "markdown prompt")];
    for prompt in shown.concat().into_iter().chain(tools) {
        let (_folder, loaded) = suite(config, &prompt).unwrap_or_else(|e| panic!("{e}{prompt}"));
        let cases = loaded.suite.cells.iter().map(|cell| cell.id.case.to_string());
        let cases: Vec<String> = cases.collect();
        assert!(["late", "bulb"].iter().all(|name| cases.iter().any(|case| case == name)));
    }
}

#[test]
fn a_program_gets_the_json_that_the_guide_shows() {
    let guide = guide();
    let config = marked(&guide, "toml promptmatrix")
        .into_iter()
        .find(|config| config.contains("\"command\""))
        .unwrap();
    let prompt = marked(&guide, "markdown prompt")[0].replace(", \"!local\"", "");
    let (_folder, loaded) = suite(&config, &prompt).unwrap();
    let id: domain::CellId = "triage/refund@regex".parse().unwrap();
    let cell = loaded.suite.cells.iter().find(|cell| cell.id == id).unwrap();
    let sent =
        provider::encode(&cell.request(), &provider::Lowerings::default()).unwrap().http.body;
    let shown: Value = serde_json::from_str(&marked(&guide, "json stdin")[0]).unwrap();
    assert_eq!(sent, shown);
}

#[test]
fn the_world_that_is_shown_is_one() {
    let world = World::parse(&marked(&guide(), "toml world")[0]).unwrap();
    assert!(world.models().contains(&"demo-swift"));
}

#[test]
fn a_block_that_names_a_file_of_the_repository_equals_it() {
    let mut compared = 0;
    for (info, text) in blocks(&guide()) {
        let Some(file) = info.split(' ').nth(1).filter(|file| file.contains('/')) else { continue };
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(file).is_file(), "{file}");
        assert_eq!(text, read(file), "{file}");
        compared += 1;
    }
    assert!(compared > 0);
}
