//! What a run cost, wherever it is shown.

use crate::project::Project;

const WORLD: &str = r#"
[[version]]
id = "m-2026-01-01"
price = { input = 2.5, output = 10 }

[[version]]
id = "m-2026-06-01"
price = { input = 5, output = 20 }

[[answer]]
when = "charged twice"
json = '{ "category": "billing", "priority": "normal", "order": "1182" }'

[[answer]]
when = "log in"
json = '{ "category": "account", "priority": "urgent", "order": null }'
"#;

fn priced() -> Project {
    Project::demo("id = \"m-2026-01-01\"", WORLD)
}

fn pico(value: &serde_json::Value) -> u128 {
    value.as_str().unwrap_or_else(|| panic!("{value}")).parse().unwrap()
}

#[test]
fn every_answer_has_its_cost_and_the_parts_add_up_to_the_run() {
    let project = priced();
    let record = project.run(&["run", "--json"]).exits(0).json();
    let mut sum = 0;
    for cell in record["cells"].as_array().unwrap() {
        let trials = cell["trials"].as_array().unwrap();
        assert_eq!(trials.len(), 5, "a new cell is asked five times");
        for trial in trials {
            let tokens = |name: &str| u128::from(trial["usage"][name].as_u64().unwrap());
            let cost = tokens("input") * 2_500_000 + tokens("output") * 10_000_000;
            assert_eq!(pico(&trial["usd_pico"]), cost);
            sum += cost;
        }
    }
    assert!(sum > 0);
    assert_eq!(pico(&record["totals"]["bill"]["usd_pico"]), sum);
    assert_eq!(pico(&record["models"]["swift"]["bill"]["usd_pico"]), sum);
    assert_eq!(record["totals"]["bill"]["unpriced_calls"], 0);
    assert_eq!(record["prices"]["layers"], serde_json::json!(["demo-world", "embedded"]));
    assert_eq!(record["prices"]["hash"].as_str().unwrap().len(), 64);
}

#[test]
fn the_cost_is_shown_to_people_and_to_their_programs() {
    let project = priced();
    let text = project.run(&["run", "-o", "junit.xml", "-o", "run.md"]).exits(0).stdout;
    let result = text.lines().find(|line| line.contains("Result")).unwrap();
    assert!(result.contains("s   $0.00") && result.ends_with("(demo)"), "{result}");
    assert!(project.read("run.md").contains("(demo) · run "), "{}", project.read("run.md"));
    assert!(project.read("junit.xml").contains("<property name=\"cost-usd\" value=\"0.00"));
    project.run(&["show", "triage/login@swift"]).exits(0).says("out   $0.00");
    project.run(&["list"]).exits(0).says("  $0.00");
    let list = project.run(&["list", "--json"]).exits(0).json();
    assert!(list["cells"][0]["last_cost_usd"].as_str().unwrap().starts_with("0.00"));
}

#[test]
fn a_model_without_a_price_costs_what_nobody_knows_and_not_nothing() {
    let project = priced();
    project.replace("world.toml", "price = { input = 2.5, output = 10 }\n", "");
    let done = project.run(&["run"]).exits(0).says("   cost unknown");
    assert!(!done.stdout.contains("$0.00"));
    let record = project.run(&["run", "--json"]).exits(0).json();
    assert!(record["cells"][0]["trials"][0]["usd_pico"].is_null());
    assert_eq!(record["totals"]["bill"]["unpriced_calls"], 10);
}

#[test]
fn a_price_of_the_slot_goes_before_all_tables() {
    let project = Project::demo("id = \"m-2026-01-01\"\nprice = { input = 0, output = 0 }", WORLD);
    let record = project.run(&["run", "--json"]).exits(0).json();
    assert_eq!(pico(&record["totals"]["bill"]["usd_pico"]), 0);
    assert_eq!(record["totals"]["bill"]["unpriced_calls"], 0, "free is not unknown");
}

#[test]
fn a_rehearsed_upgrade_says_what_the_new_model_costs() {
    let project = priced();
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project.run(&["run"]).exits(0);
    let text = project.run(&["upgrade", "swift", "--to", "m-2026-06-01"]).exits(0).stdout;
    let cost = text.lines().find(|line| line.trim_start().starts_with("cost")).unwrap();
    assert!(cost.contains("+100 %"), "{cost}");
}

#[test]
fn a_file_of_prices_that_is_none_is_told() {
    let project = priced();
    project.write(".promptmatrix/prices.json", "{}");
    project.run(&["run"]).exits(2).warns("prices.json").warns("prices::table");
}
