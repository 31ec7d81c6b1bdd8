//! Lists of models, asked of the real simulator over a socket.

use serde_json::Value;

use crate::project::Project;
use crate::simulator::Simulator;
use crate::support::KEY;

const WORLD: &str = r#"
[[version]]
id = "m-2026-01-01"
retires = "25d"

[[version]]
id = "m-2026-07-01"
"#;

const SIM: [&str; 5] = ["sim", "--listen", "127.0.0.1:0", "--world", "world.toml"];

/// Slots of four wire formats at this address, all of them with the same model.
fn suite(url: &str) -> Project {
    let mut project = Project::demo("id = \"m-2026-01-01\"", WORLD);
    let slot = |name: &str, provider: &str, base: &str| {
        format!(
            "[models.{name}]\nprovider = \"{provider}\"\nid = \"m-2026-01-01\"\n\
             base-url = \"{url}{base}\"\n"
        )
    };
    let slots = [
        slot("chat", "openai", "/v1"),
        slot("claude", "anthropic", ""),
        slot("gem", "gemini", "/v1beta"),
    ];
    project.write("promptmatrix.toml", &format!("version = 1\n{}", slots.concat()));
    for key in ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"] {
        project.set(key, KEY);
    }
    project
}

fn ends(book: &Value) -> Vec<(&str, i64, &str)> {
    let rows = book["retirements"].as_array().unwrap().iter();
    rows.map(|one| {
        let days = one["days_left"].as_i64().unwrap();
        (one["slot"].as_str().unwrap(), days, one["source"].as_str().unwrap())
    })
    .collect()
}

#[test]
fn the_providers_own_lists_say_when_a_model_ends() {
    let simulator = Simulator::with_world(WORLD, &SIM);
    let project = suite(&simulator.url);
    let tables = project.run(&["bumps", "--json"]).exits(0).json();
    assert_eq!(ends(&tables), [], "no table knows this model");
    let done = project.run(&["bumps", "--live", "--json"]).exits(0);
    assert!(!done.stdout.contains(KEY) && !done.stderr.contains(KEY));
    // Gemini's list has no dates.
    let book = done.json();
    assert_eq!(ends(&book), [("chat", 25, "provider"), ("claude", 25, "provider")]);
    assert_eq!(book["notes"], serde_json::json!([]));
    project.replace(
        "promptmatrix.toml",
        "version = 1\n",
        "version = 1\n[gate]\nretirement-days = 25\n",
    );
    project.run(&["bumps"]).exits(0);
    project.run(&["bumps", "--live"]).exits(1).says("FAIL").says("chat, claude");
}

#[test]
fn an_id_that_is_not_listed_is_told_and_so_is_a_provider_that_is_silent() {
    let simulator = Simulator::with_world(WORLD, &SIM);
    let project = suite(&simulator.url);
    project.replace(
        "promptmatrix.toml",
        "[models.gem]\nprovider = \"gemini\"\nid = \"m-2026-01-01\"",
        "[models.gem]\nprovider = \"gemini\"\nid = \"gone\"",
    );
    let done = project.run(&["bumps", "--live"]).exits(0);
    done.says("gone (gem) is not in its provider's list of models");
    drop(simulator);
    let done = project.run(&["bumps", "--live"]).exits(3);
    done.says("no list of models for chat").says("no list of models for gem");
}

#[test]
fn without_a_key_or_offline_nothing_is_sent() {
    let simulator = Simulator::with_world(WORLD, &SIM);
    let mut project = suite(&simulator.url);
    project.set("OPENAI_API_KEY", "");
    let done = project.run(&["bumps", "--live"]).exits(3);
    done.says("the provider of chat was not asked: OPENAI_API_KEY is not set");
    project.set("PROMPTMATRIX_OFFLINE", "1");
    project.run(&["bumps", "--live"]).exits(3).says("PROMPTMATRIX_OFFLINE is set");
}
