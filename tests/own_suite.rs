//! This repository's own suite: every cell is asked, answered by the demo provider and read, in
//! the wire format and mode of its slot. Judging is left to the run itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::collections::BTreeMap;
use std::path::Path;

use promptmatrix::domain::{Cell, Output, Suite};
use promptmatrix::sim::World;
use promptmatrix::{provider, suite};
use serde_json::{Value, json};

const NOW: &str = "demo-swift = \"demo-swift-2026-09-18\"";
const BEFORE: &str = "demo-swift = \"demo-swift-2026-03-02\"";

fn own_suite() -> Suite {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    suite::load(&root.join("promptmatrix.toml"), None).unwrap().suite
}

/// The answer of a cell as its author's schema means it, without a fence around it.
fn answer(cell: &Cell, world: &World) -> Value {
    let request = cell.request();
    let encoded = provider::encode(&request, &provider::Lowerings::default()).unwrap();
    let found = provider::decode(&request.model, &world.answer(&encoded.http, 0)).unwrap();
    let text = found.text.unwrap_or_default();
    let text = text.trim_start_matches("```json").trim_end_matches("```");
    let value = match found.tool_calls.first() {
        Some(called) => {
            let arguments: Value = serde_json::from_str(&called.arguments).unwrap();
            match cell.output {
                Output::Tools { .. } => json!({"tool": called.name, "arguments": arguments}),
                _ => arguments,
            }
        }
        None => serde_json::from_str(text).unwrap(),
    };
    encoded.wire_schema.map_or(value.clone(), |sent| provider::lift(value, &sent))
}

/// The answers of a world, without what only happens now and then.
fn answers(suite: &Suite, world: &str) -> BTreeMap<String, Value> {
    let world = World::parse(&world.replace("rate = 0.05", "rate = 0.0")).unwrap();
    suite.cells.iter().map(|cell| (cell.id.to_string(), answer(cell, &world))).collect()
}

#[test]
fn every_cell_is_scripted_valid_and_as_its_case_expects() {
    let suite = own_suite();
    let world = suite.demo_world.clone().unwrap();
    assert!(suite.prompts.len() >= 4 && suite.models.len() >= 4 && suite.cells.len() >= 80);
    let scripted = answers(&suite, &world);
    // Whatever is not scripted is made from the words of the case and changes with the seed.
    assert_eq!(scripted, answers(&suite, &world.replace("seed = 7", "seed = 8")));
    for cell in &suite.cells {
        let answer = &scripted[&cell.id.to_string()];
        let schema = &cell.output.schema().unwrap().document;
        let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
        assert!(validator.is_valid(answer), "{}: {answer}", cell.id);
        assert_eq!(promptmatrix::validate::expectations(answer, &cell.expect), [], "{}", cell.id);
    }
}

#[test]
fn the_silent_move_of_one_alias_breaks_one_column_and_stays_valid() {
    let suite = own_suite();
    let now = suite.demo_world.clone().unwrap();
    assert!(now.contains(NOW));
    let (before, now) = (answers(&suite, &now.replace(NOW, BEFORE)), answers(&suite, &now));
    let mut lost = Vec::new();
    for (cell, old) in &before {
        if old == &now[cell] {
            continue;
        }
        assert!(cell.ends_with("@swift"), "{cell}");
        if old.get("order_id").is_some() && now[cell].get("order_id").is_none() {
            lost.push(cell.as_str());
        }
    }
    let three = ["triage/follow-up@swift", "triage/german-invoice@swift", "triage/refund@swift"];
    assert_eq!(lost, three);
    let moved = "triage/german-invoice@swift";
    assert_eq!(
        (&before[moved]["category"], &now[moved]["category"]),
        (&json!("billing"), &json!("account"))
    );
}
