//! What moved under the slots of a suite, and what is coming.

use std::process::Command;

use serde_json::json;

use crate::project::Project;
use crate::world::{self, WORLD};

/// A suite whose pinned model ends in so many days, always.
fn ending(days: u32) -> Project {
    let project = world::accepted("id = \"m-2026-01-01\"");
    let version = "[[version]]\nid = \"m-2026-01-01\"\n";
    let more = format!("{version}retires = \"{days}d\"\nreplaced-by = \"m-2026-07-01\"\n");
    project.replace("world.toml", version, &more);
    project
}

fn gate(project: &Project, days: u32) {
    let gate = format!("[gate]\nretirement-days = {days}\n[demo]");
    project.replace("promptmatrix.toml", "[demo]", &gate);
}

const COMMAND: &str = "promptmatrix upgrade swift --to m-2026-07-01";

#[test]
fn an_end_within_the_window_is_shown_with_the_command_that_rehearses_the_move() {
    let project = ending(40);
    let done = project.run(&["bumps"]).exits(0);
    done.says("in 40 days").says("m-2026-01-01 stops answering").says(COMMAND);
    let done = project.run(&["bumps", "--upcoming", "39d"]).exits(0);
    done.says("nothing that is known").says("1 end after that");
    let book = project.run(&["bumps", "--json"]).exits(0).json();
    assert_eq!(book["retirements"][0]["days_left"], 40);
    assert_eq!(book["retirements"][0]["successor"]["id"], "m-2026-07-01");
    // The command can be typed.
    let words: Vec<&str> = COMMAND.split(' ').skip(1).collect();
    project.run(&words).exits(0).says("SAFE");
}

#[test]
fn cost_and_the_ledger_see_the_same_ends_as_bumps() {
    let project = ending(40);
    let book = project.run(&["bumps", "--json"]).exits(0).json();
    let cost = project.run(&["cost", "--json"]).exits(0).json();
    let life = &cost["lifecycle"][0];
    assert_eq!(
        (&life["slot"], &life["on"]),
        (&json!("swift"), &book["retirements"][0]["shutdown"])
    );
    assert_eq!(life["command"], COMMAND);
    project.run(&["cost"]).exits(0).says("coming");
    project.run(&["cost", "--live"]).exits(0);
    // Who leaves a model that is about to end is forced to.
    let words: Vec<&str> = COMMAND.split(' ').skip(1).chain(["--json"]).collect();
    let rehearsal = project.run(&words).exits(0).json();
    project.run(&["upgrade", "--apply", rehearsal["id"].as_str().unwrap()]).exits(0);
    let book = project.run(&["bumps", "--json"]).exits(0).json();
    assert_eq!(book["bumps"][0]["class"], "forced");
}

#[test]
fn the_gate_fails_run_and_bumps_alike_and_check_warns_a_month_before() {
    let project = ending(20);
    project.run(&["run"]).exits(0).says("PASS");
    project.run(&["bumps"]).exits(0);
    project.run(&["check"]).exits(0).says("config::retiring-model").says(COMMAND);
    gate(&project, 20);
    project.run(&["bumps"]).exits(1).says("FAIL").says("retirement-days");
    let done = project.run(&["run", "-o", "run.xml", "-o", "run.md"]).exits(1);
    done.says("FAIL  2 cells: 2 same").says("m-2026-01-01 (swift) stops answering").says(COMMAND);
    assert!(project.read("run.xml").contains("retirement@swift"));
    assert!(project.read("run.md").contains("stops answering on"));
    let record = project.run(&["run", "--json"]).exits(1).json();
    assert_eq!(
        (&record["exit_code"], &record["retiring"][0]["days_left"]),
        (&json!(1), &json!(20))
    );
    project.run(&["report"]).exits(0).says(COMMAND);
    project.replace("promptmatrix.toml", "retirement-days = 20", "retirement-days = 19");
    project.run(&["run"]).exits(0);
    project.run(&["bumps"]).exits(0);
}

/// A suite that asks for this id of a provider, and sets a temperature.
fn pinned(provider: &str, id: &str) -> Project {
    let project = world::accepted("id = \"m-2026-01-01\"");
    let slot =
        format!("[models.other]\nprovider = \"{provider}\"\nid = \"{id}\"\ntemperature = 0.2\n");
    let config = project.read("promptmatrix.toml");
    project.write("promptmatrix.toml", &format!("{config}\n{slot}"));
    project
}

#[test]
fn a_redirect_is_rehearsed_against_the_id_that_answers_at_its_price() {
    let project = pinned("gemini", "gemini-2.5-pro");
    let done = project.run(&["bumps", "--upcoming", "0d"]).exits(0);
    let done = done.says("gemini-2.5-pro is answered by gemini-3.8-flash").says("read 20");
    let done = done.says("$1.25/$10 → $0.75/$3.75 in/out per million tokens");
    done.says("promptmatrix upgrade other --to gemini-3.8-flash").lacks("gemini-4");
    project.run(&["check"]).exits(0).says("gemini-3.8-flash answers for gemini-2.5-pro (other)");
    let book = project.run(&["bumps", "--json"]).exits(0).json();
    let told = &book["retirements"][0];
    assert_eq!((&told["ending"], &told["shutdown"]), (&json!("redirects"), &json!("2026-12-01")));
    let plan = ["upgrade", "other", "--to", "gemini-3.8-flash", "--dry-run"];
    let done =
        project.run(&plan).exits(0).says("gemini-3.8-flash takes `temperature` and goes by none");
    done.lacks("uncached-prompt");
}

#[test]
fn what_the_replacement_refuses_is_said_before_it_is_asked() {
    let project = pinned("openai", "gpt-4o-2024-08-06");
    let done = project.run(&["bumps", "--upcoming", "99d"]).exits(0);
    done.says("named replacement: gpt-6-luna")
        .says("temperature: `gpt-6-luna` refuses any value but 1");
}

#[test]
fn a_moved_alias_is_open_until_it_is_settled_and_then_it_is_history() {
    let project = world::accepted("id = \"m\"\ndialect = \"anthropic\"");
    project.replace("world.toml", "m = \"m-2026-01-01\"", "m = \"m-2026-06-01\"");
    project.run(&["run"]).exits(1);
    let done = project.run(&["bumps"]).exits(0);
    done.says("not settled").says("m-2026-01-01 → m-2026-06-01");
    project.run(&["accept", "--all"]).exits(0);
    project.run(&["run"]).exits(0);
    let book = project.run(&["bumps", "--json"]).exits(0).json();
    assert_eq!(book["open"], json!([]));
    let bump = &book["bumps"][0];
    assert_eq!((&bump["class"], &bump["cells"]), (&json!("alias-move"), &json!(2)));
    let effects = json!({"changed": 1, "broken_loud": 0, "broken_silent": 1});
    assert_eq!(bump["effects"], effects);
    project.run(&["bumps", "-v"]).exits(0).says("1 broken silently").says("Wordings of prompts");
}

#[test]
fn what_moved_behind_an_id_is_shown_from_the_first_run_that_saw_it_to_the_last() {
    let project = world::deep();
    project.run(&["run"]).exits(0);
    let book = project.run(&["bumps", "--json"]).exits(0).json();
    let confirmed = &book["confirmed"][0];
    assert_eq!((&confirmed["requested"], &book["open"]), (&json!("m"), &json!([])));
    assert_eq!(confirmed["served"], json!(["m-2026-01-01"]));
    project
        .run(&["bumps"])
        .exits(0)
        .says("Who answers")
        .says("swift  m, by m-2026-01-01  confirmed");
    world::lose_tags(&project);
    let first = project.run(&["run", "--json"]).exits(1).json();
    let last = project.run(&["run", "--json"]).exits(1).json();
    let book = project.run(&["bumps", "--json"]).exits(0).json();
    let open = &book["open"][0];
    assert_eq!((&open["class"], &open["run"]), (&json!("drift"), &last["id"]));
    assert_eq!((&open["first_seen"], &open["last_seen"]), (&first["started"], &last["started"]));
    project.run(&["bumps"]).exits(0).says("not settled  swift  drift").says("first seen");
}

#[test]
fn git_remembers_a_move_that_the_ledger_does_not_know() {
    let project = Project::demo("id = \"m-2026-01-01\"", WORLD);
    project.replace("promptmatrix.toml", "[demo]", "[store]\nledger = false\n[demo]");
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
        let mut git = Command::new("git");
        let done = git.current_dir(project.root()).args(identity).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet"]);
    for id in ["m-2026-01-01", "m-2026-07-01"] {
        let config = project.read("promptmatrix.toml");
        project.write("promptmatrix.toml", &config.replace("m-2026-01-01", id));
        project.run(&["run"]);
        project.run(&["accept", "--all"]).exits(0);
        git(&["add", "."]);
        git(&["commit", "--quiet", "-m", "x"]);
    }
    let book = project.run(&["bumps", "--json"]).exits(0).json();
    let bump = &book["bumps"][0];
    assert_eq!((&bump["class"], &bump["to"]), (&json!("config"), &json!("m-2026-07-01")));
    assert!(bump["commit"].is_string() && bump.get("id").is_none(), "{bump}");
    project.run(&["bumps"]).exits(0).says("the ledger does not know it");
}

#[test]
fn a_span_is_written_alike_wherever_there_is_one() {
    let project = ending(40);
    for span in ["42d", "6w", "42"] {
        project.run(&["bumps", "--upcoming", span]).exits(0).says("stops answering");
    }
    project.run(&["bumps", "--upcoming", "soon"]).exits(2).warns("12w");
    for span in ["5w", "39"] {
        project.run(&["bumps", "--upcoming", span]).exits(0).lacks("stops answering");
    }
    let days = |span: &str| {
        project.run(&["cost", "--since", span, "--json"]).exits(0).json()["window"]["days"].clone()
    };
    for span in ["6w", "42"] {
        assert!((days(span).as_f64().unwrap() - 42.0).abs() < 0.1, "{span}");
    }
    project.run(&["cost", "--since", "0d"]).exits(2).warns("at least one day");
}
