//! `promptmatrix prices`: what models cost, and whether a suite's prices are in order.

use std::io::{Read as _, Write as _};

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
        .says("named replacement: gpt-6-luna");
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

#[test]
fn a_list_that_is_read_again_confirms_what_has_become_stale() {
    let project = with_list();
    let update = ["prices", "update", "--from", "list.json"];
    project.run(&update).exits(0);
    let mut table: Value = serde_json::from_str(&project.read(FILE)).unwrap();
    let source = table["sources"]["litellm"].as_str().unwrap().to_owned();
    table["sources"]["litellm"] = json!(format!("2025-01-01{}", &source[10..]));
    project.write(FILE, &table.to_string());
    project.run(&["prices", "check"]).exits(1).says("of 2025-01-01");
    project.run(&update).exits(0).says("no price changed");
    project.run(&["prices", "check"]).exits(0).says(&source[..10]);
}

const LIST: &str = r#"{
  "openai/gpt-4o-2024-08-06": {"litellm_provider": "openai", "mode": "chat",
    "input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06},
  "openai/other": {"litellm_provider": "openai", "mode": "chat",
    "input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07},
  "openai/dall-e": {"litellm_provider": "openai", "mode": "image_generation"}
}"#;

const FILE: &str = ".promptmatrix/prices.json";
const LEDGER: &str = "snapshots/ledger.jsonl";

fn json_of(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

fn with_list() -> Project {
    let project = suite("provider = \"openai\"\nid = \"gpt-4o-2024-08-06\"");
    project.write("list.json", LIST);
    project
}

#[test]
fn an_update_writes_the_suites_file_and_the_same_one_again_changes_no_byte() {
    let project = with_list();
    let update = ["prices", "update", "--from", "list.json"];
    let page = project.run(&["prices", "update", "--from", "list.json", "--json"]).exits(0).json();
    fits(&project, "prices-update", &page);
    assert_eq!(page["changes"].as_array().unwrap().len(), 2);
    assert_eq!(page["left_out"][0]["why"], "other-kind");
    let written = project.read(FILE);
    project.run(&update).exits(0).says("nothing changed: .promptmatrix/prices.json says all");
    assert_eq!(project.read(FILE), written);
    project
        .run(&["prices", "show", "openai/other"])
        .exits(0)
        .says("table: file")
        .says("0.15     0.6");
    let page = project.run(&["prices", "show", "flagship"]).exits(0);
    page.says("2024-08-06 until 2").says("2.5      10").says("  2       8");
}

#[test]
fn an_update_that_changes_the_price_of_a_slot_is_a_bump_and_no_work() {
    let project = with_list();
    project.run(&["prices", "update", "--from", "list.json", "--dry-run"]).exits(1);
    assert!(!project.path(LEDGER).exists());
    project.run(&["prices", "update", "--from", "list.json"]).exits(0);
    project.run(&["prices", "update", "--from", "list.json"]).exits(0);
    let [line] = project.read(LEDGER).lines().map(json_of).collect::<Vec<_>>().try_into().unwrap();
    let today = &line["ts"].as_str().unwrap()[..10];
    assert_eq!((&line["class"], &line["slot"]), (&json!("price"), &json!("flagship")));
    assert_eq!(
        (&line["from"], &line["to"]),
        (&json!("$2.5/$10"), &json!(format!("$2/$8 from {today} on")))
    );
    project.run(&["bumps"]).exits(0).says("no answer changes by it");
    let cost = |project: &Project| {
        let cost = project.run(&["cost", "--json"]).exits(0).json();
        let bump = &cost["bumps"][0];
        (
            bump["people_usd"].clone(),
            bump["estimated_minutes"].clone(),
            cost["slots"][0]["bumps"].clone(),
        )
    };
    assert_eq!(cost(&project), (json!(0.0), json!(0.0), json!(0)));
    // Who had to do something about it says so.
    let id = line["id"].as_str().unwrap();
    let log = ["cost", "log", "--minutes", "30", "--bump", id, "--why", "asked for a budget"];
    project.run(&log).exits(0);
    assert_eq!(cost(&project), (json!(50.0), json!(0.0), json!(1)));
}

#[test]
fn an_update_whose_ledger_cannot_be_written_takes_no_price_and_tells_it_once_when_repeated() {
    let project = with_list();
    let update = ["prices", "update", "--from", "list.json"];
    project.write("snapshots/.gitattributes/in-the-way", "");
    assert_ne!(project.run(&update).code, 0);
    assert!(!project.path(FILE).exists());
    std::fs::remove_dir_all(project.path("snapshots/.gitattributes")).unwrap();
    project.run(&update).exits(0).says("wrote");
    // As if the ledger was written, and then not the table.
    std::fs::remove_file(project.path(FILE)).unwrap();
    project.run(&update).exits(0).says("wrote");
    assert_eq!(project.read(LEDGER).lines().count(), 1);
}

#[test]
fn each_price_of_a_slot_that_a_list_brings_is_a_line_of_the_ledger() {
    let project = with_list();
    let price = |from: &str, input: u32| {
        json!({"constraint": {"start_date": from},
            "prices": {"input_mtok": input, "output_mtok": 8}})
    };
    let prices = json!([{"prices": {"input_mtok": 2, "output_mtok": 8}},
        price("2998-01-01", 3), price("2999-01-01", 4)]);
    let list = json!([{"id": "openai", "models": [
        {"id": "gpt-4o-2024-08-06", "prices": prices}]}]);
    project.write("list.json", &list.to_string());
    let update = ["prices", "update", "--from", "list.json"];
    project.run(&update).exits(0).says("from 2998-01-01 on").says("from 2999-01-01 on");
    std::fs::remove_file(project.path(FILE)).unwrap();
    project.run(&update).exits(0);
    let ledger = project.read(LEDGER);
    let mut moves: Vec<_> =
        ledger.lines().map(json_of).map(|line| line["from"].to_string()).collect();
    moves.sort();
    assert_eq!(moves, ["\"$2.5/$10\"", "\"$2/$8\"", "\"$3/$8\""]);
}

#[test]
fn a_price_that_a_slot_states_itself_is_moved_by_no_list() {
    let project = suite(
        "provider = \"openai\"\nid = \"gpt-4o-2024-08-06\"\nprice = { input = 1, output = 2 }",
    );
    project.write("list.json", LIST);
    project.run(&["prices", "update", "--from", "list.json"]).exits(0);
    assert!(!project.path(LEDGER).exists());
}

#[test]
fn a_dry_run_writes_nothing_and_fails_where_something_would_change() {
    let project = with_list();
    let update = ["prices", "update", "--from", "list.json", "--dry-run"];
    project.run(&update).exits(1).says("2 changes; nothing was written");
    assert!(!project.path(FILE).exists());
    project.run(&["prices", "update", "--from", "list.json"]).exits(0);
    project.run(&update).exits(0).says("no price would change");
}

#[test]
fn only_the_models_of_the_suite_are_taken_where_that_is_wanted() {
    let project = with_list();
    project.run(&["prices", "update", "--from", "list.json", "--only-configured"]).exits(0);
    let table: Value = serde_json::from_str(&project.read(FILE)).unwrap();
    let models = table["models"].as_array().unwrap();
    assert_eq!((models.len(), &models[0]["id"]), (1, &json!("gpt-4o-2024-08-06")));
    project.write("list.json", &LIST.replace("gpt-4o-2024-08-06", "gpt-none"));
    project
        .run(&["prices", "update", "--from", "list.json", "--only-configured"])
        .exits(4)
        .warns("no price of the suite's models");
}

#[test]
fn a_jump_is_held_back_and_told_until_it_is_accepted() {
    let project = with_list();
    project.write("list.json", &LIST.replace("2e-06", "2e-05"));
    let update = ["prices", "update", "--from", "list.json"];
    project
        .run(&update)
        .exits(1)
        .says("openai/gpt-4o-2024-08-06  input: $2.5 → $20")
        .says("--accept-large-changes");
    project.run(&["prices", "show", "flagship"]).exits(0).says("table: embedded");
    project.run(&[&update[..], &["--accept-large-changes"]].concat()).exits(0);
    project.run(&["prices", "show", "flagship"]).exits(0).says("table: file");
}

#[test]
fn a_list_that_is_not_the_pinned_one_or_none_at_all_is_refused() {
    let project = with_list();
    let update = |more: &[&str]| project.run(&[&["prices", "update", "--from"], more].concat());
    update(&["list.json", "--pin", "00"]).exits(3).warns("prices::pin").warns("its SHA-256 is ");
    let page = update(&["list.json", "--json", "--dry-run"]).json();
    update(&["list.json", "--pin", page["sha256"].as_str().unwrap()]).exits(0);
    update(&["none.json"]).exits(2).warns("prices::source");
    update(&["promptmatrix.toml"]).exits(2).warns("it is not JSON");
    project.write("odd.json", "{\"a\": 1}");
    update(&["odd.json"])
        .exits(2)
        .warns("none of the known formats")
        .warns("genai-prices, litellm");
    update(&["list.json", "--format", "genai-prices"]).exits(2).warns("format of genai-prices");
    update(&["list.json", "--format", "csv"]).exits(2).warns("the formats are auto");
}

#[test]
fn a_file_that_can_be_committed_is_written_where_the_config_says() {
    let project = with_list();
    let config = project.read("promptmatrix.toml");
    project.write("promptmatrix.toml", &format!("{config}\n[store]\nprices = \"prices.json\"\n"));
    project.run(&["prices", "update", "--from", "list.json"]).exits(0).says("wrote prices.json");
    assert!(project.path("prices.json").exists() && !project.path(FILE).exists());
    project.run(&["prices", "check"]).says("table: file");
}

#[test]
fn an_address_is_fetched_once_without_following_it_elsewhere() {
    let serve = |head: &'static str, body: &'static str| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap();
            let length = body.len();
            let text = format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\n\r\n{body}");
            stream.write_all(text.as_bytes()).unwrap();
            String::from_utf8_lossy(&request[..read]).into_owned()
        });
        format!("http://{address}/list.json?token=hidden")
    };
    let mut project = with_list();
    let address = serve("302 Found\r\nlocation: https://elsewhere.example/", "");
    project
        .run(&["prices", "update", "--from", &address])
        .exits(3)
        .warns("redirects are not followed");
    let address = serve("404 Not Found", "nothing here");
    project.run(&["prices", "update", "--from", &address]).exits(3).warns("answers 404");
    let address = serve("200 OK", LIST);
    project.run(&["prices", "update", "--from", &address]).exits(0).says("wrote");
    assert!(project.read(FILE).contains("/list.json sha256:"));
    assert!(!project.read(FILE).contains("hidden"), "what stands behind `?` may be a secret");
    for secret in ["http://user:hidden@127.0.0.1:9/list.json", "HTTP://127.0.0.1:9/l?key=hidden"] {
        let refused = project.run(&["prices", "update", "--from", secret]).exits(3);
        assert!(!refused.stderr.contains("hidden"), "{}", refused.stderr);
    }
    project.set("PROMPTMATRIX_OFFLINE", "1");
    project.run(&["prices", "update", "--from", &address]).exits(3).warns("OFFLINE");
}

#[test]
fn check_tells_at_which_hours_a_model_costs_something_else() {
    let project = suite(
        "provider = \"openai-compatible\"\ndialect = \"deepseek\"\nstructured = \"tool\"\nid = \"deepseek-v4-pro\"",
    );
    let shown = project.run(&["prices", "check"]);
    shown.says("01:00–04:00 UTC Mon–Fri it costs $1.32/$3.96");
}

#[test]
fn the_ids_that_answered_last_are_of_the_suite_too() {
    let project = suite("provider = \"openai\"\nid = \"gpt-none\"");
    project.write("list.json", LIST);
    let update = ["prices", "update", "--from", "list.json", "--only-configured"];
    project.run(&update).exits(4);
    let answer = json!({"prompt": "triage", "case": "refund", "model": "flagship", "served": "other",
        "text": r#"{"category": "billing", "priority": "low"}"#});
    project.write("answers.jsonl", &answer.to_string());
    project.run(&["import", "answers", "answers.jsonl"]);
    project.run(&update).exits(0).says("openai/other  $0.15/$0.6");
}
