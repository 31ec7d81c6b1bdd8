//! Runs in batches, at a real `promptmatrix sim` over sockets.

use serde_json::Value;

use crate::project::Project;
use crate::simulator::Simulator;
use crate::support::{FORMATS, Format, KEY, REFUND, WORLD, suite};

fn simulator() -> Simulator {
    Simulator::with_world(WORLD, &["sim", "--world", "world.toml"])
}

/// The slots of every provider that takes batches.
fn slots(sim: &Simulator, more: &str) -> Project {
    let price = "price-as = \"openai/m\"
max-output-tokens = 500
";
    let of = |format: &Format| format.slot_at(&sim.url) + price;
    let mut slots: String = FORMATS[..4].iter().map(of).collect();
    slots += &format!(
        "[models.mistral]\nprovider = \"openai-compatible\"\ndialect = \"mistral\"\nid = \"m-2026-01-01\"\n\
         base-url = \"{}/v1\"\napi-key-env = \"MISTRAL_API_KEY\"\n{price}",
        sim.url
    );
    let half = "[[cost.price]]\nprovider = \"openai\"\nid = \"m\"\ninput = 2\noutput = 8\n\
                batch = { input = 1, output = 4 }\n";
    let mut project =
        suite(&format!("{slots}{more}{half}"), &[REFUND, ("login", "I cannot log in")]);
    for format in &FORMATS[..4] {
        project.set(format.key.unwrap().0, &format.key_value());
    }
    project.set("MISTRAL_API_KEY", &format!("{KEY}-mistral"));
    project
}

fn pico(value: &Value) -> u64 {
    let text = || value.as_str()?.parse().ok();
    value.as_u64().or_else(text).unwrap_or_else(|| panic!("no amount: {value}"))
}

fn id(value: &Value) -> String {
    value["run"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_handed_in_is_collected_later_at_the_price_of_a_batch() {
    let sim = simulator();
    let project = slots(&sim, "");
    let plain = project.run(&["run", "--dry-run", "--json"]).exits(0).json();
    let half = project.run(&["run", "--batch", "--dry-run", "--json"]).exits(0).json();
    let most = |forecast: &Value| pico(&forecast["total"]["most_usd_pico"]);
    assert_eq!(most(&plain), 2 * most(&half));
    let submitted = project.run(&["run", "--batch", "--json"]).exits(3).json();
    assert_eq!(
        (&submitted["status"], submitted["batches"].as_array().unwrap().len()),
        (&"pending".into(), 5)
    );
    let run = id(&submitted);
    project.run(&["run", "--resume", &run]).exits(3).warns("is pending: 5 of 5 batches");
    // Nothing is paid for twice, and the run is not forgotten.
    for again in [&["run"][..], &["run", "--batch"], &["run", "triage/login"]] {
        project.run(again).exits(3).warns(&format!("promptmatrix run --resume {run}"));
    }
    project.run(&["run", "--offline"]).exits(3).lacks("--resume");
    project.run(&["status"]).says(&format!("run {run} is pending: its batches are not collected"));
    let record = project.run(&["run", "--resume", &run, "--json"]).exits(0).json();
    assert_eq!(
        (&record["id"], &record["totals"]["cells"]["new"]),
        (&run.clone().into(), &10.into())
    );
    for cell in record["cells"].as_array().unwrap() {
        let trial = &cell["trials"][0];
        assert_eq!(trial["source"], "batch");
        let count = |name: &str| trial["usage"][name].as_u64().unwrap();
        let cached = trial["usage"]["cache_read"].as_u64().unwrap_or_default();
        assert_eq!(cached, 0);
        let usd = pico(&trial["usd_pico"]);
        assert_eq!(usd, (count("input") + 4 * count("output")) * 1_000_000, "{trial:#}");
    }
    project.run(&["run", "--resume", &run]).exits(2).warns("has every answer");
    project.run(&["accept", "--all"]).exits(0).says("accepted 10 answers");
    project.run(&["run", "--offline"]).exits(0).says("10 same");
    project.run(&["cost"]).exits(0);
}

#[test]
fn handing_in_is_enough_or_is_waited_for() {
    let sim = simulator();
    let project = slots(&sim, "");
    project
        .run(&["run", "--batch", "--submit-only", "@openai"])
        .exits(0)
        .says("Pending")
        .says("--resume");
    let done = project.run(&["run", "--resume", "--wait"]).exits(0).says("2 new");
    done.warns("1 of 1 batches are not answered");
    project.run(&["run", "--batch", "--wait", "@gemini"]).exits(0).says("2 new");
    project.run(&["status"]).exits(0).lacks("cut short");
}

#[test]
fn an_item_that_fails_is_an_error_and_no_loss() {
    let sim = simulator();
    let project = slots(&sim, "");
    project.replace(
        "promptmatrix.toml",
        "id = \"m-2026-01-01\"\nbase-url",
        "id = \"m-1999\"\nbase-url",
    );
    project.run(&["run", "--batch", "--wait", "@openai", "@anthropic"]).exits(2).says("4 error");
    project.run(&["run", "--batch", "--offline"]).exits(2);
    project.replace("promptmatrix.toml", "m-1999", "m-2026-01-01");
    project
        .run(&["run", "--batch", "--failed", "--wait", "@openai", "@gemini"])
        .exits(0)
        .says("2 new");
}

#[test]
fn who_takes_no_batches_is_named_and_a_budget_is_kept() {
    let sim = simulator();
    let project = slots(&sim, &FORMATS[4].slot_at(&sim.url));
    project
        .run(&["run", "--batch"])
        .exits(2)
        .warns("slot `ollama`: its provider takes no batches")
        .warns("'!@ollama'");
    let refused = project.run(&["run", "--batch", "!@ollama", "--max-cost", "0.0001"]).exits(3);
    refused.warns("nothing was sent");
}
