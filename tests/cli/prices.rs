//! `promptmatrix prices`: what models cost, and whether a suite's prices are in order.

use serde_json::{Value, json};

use crate::project::Project;

/// A suite that asks a real model; nothing is sent.
fn suite(model: &str) -> Project {
    let project = Project::demo("id = \"m-2026-01-01\"", "[[version]]\nid = \"m-2026-01-01\"\n");
    let config = format!("version = 1\n[models.flagship]\n{model}\n");
    project.write("promptmatrix.toml", &config);
    project
}

fn fits(project: &Project, name: &str, data: &Value) {
    let schema = project.run(&["schema", name]).exits(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<_> = validator.iter_errors(data).map(|e| e.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn list_and_show_need_no_suite() {
    let nowhere = Project::empty();
    nowhere.run(&["prices", "list", "--provider", "openai"]).exits(0).says("openai/gpt-4o");
    nowhere.run(&["prices", "list", "--provider", "openia"]).exits(4).warns("anthropic, azure");
    nowhere
        .run(&["prices", "show", "openai/gpt-4o"])
        .exits(0)
        .says("2024-05-13 until 2024-10-02      5      15")
        .says("named replacement: gpt-6-luna-2026-09-22");
    nowhere.run(&["prices", "show", "openai/gpt-4oo"]).exits(4).warns("did you mean");
    nowhere.run(&["prices", "show", "flagship"]).exits(4).warns("neither `PROVIDER/ID` nor a slot");
    nowhere.run(&["prices", "check"]).exits(2).warns("config::not-found");
}

#[test]
fn a_list_of_another_day_has_its_prices() {
    let nowhere = Project::empty();
    let price = |day: &str| {
        let list = nowhere.run(&["prices", "list", "--at", day, "--json"]).exits(0).json();
        fits(&nowhere, "prices-list", &list);
        let models = list["models"].as_array().unwrap().clone();
        models.into_iter().find(|model| model["id"] == "gemini-4-argon").unwrap()["input"].clone()
    };
    assert_eq!((price("2026-11-30"), price("2026-12-01")), (json!(2), json!(4)));
    assert_eq!(price("2020-01-01"), Value::Null, "not known is not 0");
}

#[test]
fn show_takes_a_slot_and_names_the_slots_of_an_entry() {
    let project = suite("provider = \"openai\"\nid = \"gpt-4o-2024-08-06\"");
    let page = project.run(&["prices", "show", "flagship", "--json"]).exits(0).json();
    fits(&project, "prices-show", &page);
    assert_eq!(page["model"]["id"], "gpt-4o-2024-08-06");
    assert_eq!(page["slots"], json!(["flagship"]));
    assert_eq!(page["layer"], "embedded");
}

#[test]
fn check_fails_on_what_has_ended_and_is_inconclusive_on_what_nobody_knows() {
    let ended = suite("provider = \"openai\"\nid = \"gpt-4-0613\"");
    ended.run(&["prices", "check"]).exits(1).says("has stopped answering").says("FAIL");
    let unknown = suite("provider = \"openai\"\nid = \"nobody-knows\"");
    let done = unknown.run(&["prices", "check", "--json"]).exits(3);
    let page = done.json();
    fits(&unknown, "prices-check", &page);
    assert_eq!(page["models"][0]["standing"], "unknown");
    assert_eq!(page["exit_code"], 3);
}

#[test]
fn check_says_when_a_price_of_the_slot_was_looked_up() {
    let slot = |day: &str| {
        let model = "provider = \"openai\"\nid = \"x\"\nprice = { input = 1, output = 2 }";
        suite(&format!("{model}{day}")).run(&["prices", "check"])
    };
    slot("").exits(0).says("nothing says since when");
    slot("\nprice-as-of = \"2025-01-01\"").exits(1).says("stale").says("of 2025-01-01");
}

#[test]
fn check_reads_the_age_of_the_suites_own_file() {
    let project = suite("provider = \"openai\"\nid = \"x\"");
    let table = |generated: &str| {
        json!({"schema": "promptmatrix.prices/1", "generated": generated, "currency": "USD",
            "unit": "per 1e6 tokens", "models": [{"provider": "openai", "id": "x",
            "prices": [{"from": null, "input": 1, "output": 2}]}]})
        .to_string()
    };
    project.write(".promptmatrix/prices.json", &table("2025-01-01"));
    project.run(&["prices", "check"]).exits(1).says("table: file, of 2025-01-01");
    project.write(".promptmatrix/prices.json", &table("2999-01-01"));
    project.run(&["prices", "check"]).exits(0).says("known");
}
