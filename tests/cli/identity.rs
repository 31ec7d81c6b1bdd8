//! Who answers: what accepting confirms, and what a run says where somebody else does.

use serde_json::{Value, json};

use crate::project::Project;
use crate::world::{WORLD, accepted, deep, deep_of, import, lose_tags};

const LOCK: &str = "promptmatrix.lock";

fn columns(run: &Value) -> Vec<&str> {
    let all = run["columns"].as_array().into_iter().flatten();
    all.map(|change| change["kind"].as_str().unwrap()).collect()
}

#[test]
fn accepting_confirms_who_answered_and_a_run_never_does() {
    let project = accepted("id = \"m\"");
    let text = project.read(LOCK);
    assert!(text.starts_with("# Who answered") && text.contains("[slots.\"swift\"]"), "{text}");
    assert!(text.contains("requested = \"m\"\nserved = [\n    \"m-2026-01-01\",\n]\n"), "{text}");
    let run = project.run(&["run", "--json"]).exits(0).json();
    let seen = &run["models"]["swift"]["identity"];
    assert_eq!((&seen["state"], &seen["news"]), (&json!("confirmed"), &Value::Null));
    project.replace("world.toml", "m = \"m-2026-01-01\"", "m = \"m-2026-07-01\"");
    project.run(&["run"]).exits(1);
    assert_eq!(project.read(LOCK), text);
    project.run(&["status", "--verbose"]).exits(0).says("swift");
}

#[test]
fn an_alias_that_moved_is_named_and_so_is_an_edit_of_the_prompt_beside_it() {
    let project = accepted("id = \"m\"");
    project.replace("world.toml", "m = \"m-2026-01-01\"", "m = \"m-2026-05-01\"");
    let run = project.run(&["run", "--json"]).exits(1).json();
    assert_eq!(run["models"]["swift"]["identity"]["news"], "alias-moved");
    assert_eq!(run["groups"][0]["because"], json!(["alias-moved"]));
    let status = project.run(&["status"]).exits(0);
    status.says("alias moved: accepted from m-2026-01-01, answered by m-2026-05-01 now");
    project.replace("prompts/triage.md", "JSON only.", "JSON only!");
    let done = project.run(&["run"]).exits(1);
    done.says("Causes on record: the prompt or the case was edited since the answer was accepted, and another version answers to the same model id.");
    let file = project.path("run.md");
    project.run(&["report", "-o", file.to_str().unwrap()]).exits(0);
    assert!(project.read("run.md").contains("Causes on record: the prompt"));
    project.run(&["report", "--format", "junit"]).exits(0).says("Causes on record: the prompt");
}

#[test]
fn what_nothing_on_record_explains_is_said_to_be_unexplained() {
    let project = accepted("id = \"m-2026-01-01\"");
    lose_tags(&project);
    project.run(&["run"]).exits(1).says("Unexplained: nothing on record changed.");
}

#[test]
fn answers_that_were_accepted_before_there_was_a_lock_file_are_confirmed_by_their_headers() {
    let project = accepted("id = \"m\"");
    std::fs::remove_file(project.path(LOCK)).unwrap();
    let run = project.run(&["run", "--json"]).exits(0).json();
    assert_eq!(run["models"]["swift"]["identity"]["state"], "confirmed");
    project.replace("world.toml", "m = \"m-2026-01-01\"", "m = \"m-2026-05-01\"");
    let run = project.run(&["run", "--json"]).exits(1).json();
    assert_eq!(run["models"]["swift"]["identity"]["state"], "repointed");
    assert!(!project.path(LOCK).exists(), "a run writes nothing that is committed");
}

/// Fourteen accepted cells of a model that answers to its alias with its alias, and loses a field.
fn swapped() -> Project {
    let project = deep_of(&WORLD.replace("\"m-2026-01-01\"", "\"m\"").replace("m = \"m\"", ""));
    let quirk = "id = \"m\"\nquirks = [{ kind = \"field-removed\", pointer = \"/tags\" }]";
    project.replace("world.toml", "id = \"m\"", quirk);
    project
}

#[test]
fn a_change_that_cells_share_is_a_silent_swap_where_no_version_is_disclosed() {
    let project = swapped();
    let done = project.run(&["run"]).exits(1);
    done.says("identity  @swift").says("behaves otherwise than when its answers were");
    let run = project.run(&["run", "--json"]).exits(1).json();
    assert_eq!(run["models"]["swift"]["identity"]["news"], "silent-swap");
    assert_eq!(run["groups"][0]["because"], json!(["silent-swap"]));
    assert_eq!(columns(&run), ["silent-model-swap"]);
    project.run(&["status"]).exits(0).says("silent swap:");
    project.replace(
        "promptmatrix.toml",
        "version = 1",
        "version = 1\n[gate]\nserved-model = \"pass\"",
    );
    let run = project.run(&["run", "--json"]).exits(1).json();
    assert_eq!(run["columns"][0]["level"], "info");
}

#[test]
fn no_swap_is_named_where_the_provider_says_which_version_answers() {
    let project = deep();
    lose_tags(&project);
    let run = project.run(&["run", "--json"]).exits(1).json();
    assert_eq!(run["models"]["swift"]["identity"]["news"], Value::Null);
    assert_eq!((columns(&run), &run["groups"][0]["because"]), (vec![], &json!(["unexplained"])));
}

#[test]
fn another_backend_under_the_same_answers_is_told_and_fails_nothing() {
    let project = deep();
    import(&project, 312, "fp_a").exits(1);
    project.run(&["accept", "--all"]).exits(0);
    assert!(project.read(LOCK).contains("fp_a"));
    let run = import(&project, 312, "fp_a").exits(0).json();
    assert_eq!(columns(&run), [""; 0]);
    let run = import(&project, 320, "fp_b").exits(0).json();
    assert_eq!(columns(&run), ["input-tokens-changed", "fingerprint-new"]);
    assert_eq!(run["models"]["swift"]["identity"]["news"], "backend-only");
    assert_eq!(run["models"]["swift"]["identity"]["tokens"]["is"], 320);
    project.run(&["report", "-v"]).exits(0).says("14 of 14 requests").says("fp_b");
}

#[test]
fn a_lock_file_that_git_could_not_join_is_told_with_its_line() {
    let project = accepted("id = \"m\"");
    project.write(LOCK, "version = 1\n<<<<<<< HEAD\n");
    project.run(&["run"]).exits(2).warns("lock::unreadable").warns("promptmatrix.lock:2");
}

#[test]
fn another_spelling_of_the_served_id_and_an_alias_that_comes_back_are_no_move() {
    let project = accepted("id = \"m\"");
    let answer = |served: &str| {
        let line = json!({
            "prompt": "triage", "case": "refund", "model": "swift", "served": served,
            "text": "{\"category\":\"billing\",\"priority\":\"normal\",\"order\":\"1182\",\"tags\":[\"refund\"]}",
        });
        project.write("answers.jsonl", &format!("{line}\n"));
        project.run(&["import", "answers", "answers.jsonl", "--json"])
    };
    for (served, state) in [
        ("acme/M-2026-01-01", "spelt-otherwise"),
        ("eu.acme.m-20260101-v1:0", "spelt-otherwise"),
        ("m", "undisclosed"),
    ] {
        let run = answer(served).exits(0).json();
        let identity = &run["models"]["swift"]["identity"];
        assert_eq!((&identity["state"], &identity["news"]), (&json!(state), &Value::Null));
        assert_eq!(run["totals"]["cells"], json!({"same": 1}), "{served}");
    }
    let run = answer("acme/m-2026-05-01").exits(1).json();
    assert_eq!(run["models"]["swift"]["identity"]["state"], "repointed");
}

#[test]
fn a_slot_that_left_the_suite_leaves_the_lock_with_the_next_acceptance() {
    let project = accepted("id = \"m-2026-01-01\"");
    let config = project.read("promptmatrix.toml");
    let slot = "[models.other]\nprovider = \"demo\"\nid = \"m-2026-07-01\"\n";
    project.write("promptmatrix.toml", &format!("{config}\n{slot}"));
    project.run(&["run"]).exits(0).says("2 new");
    project.run(&["accept", "--all"]).exits(0);
    assert!(project.read(LOCK).contains("other"));
    project.write("promptmatrix.toml", &config);
    let case = "{\"name\": \"third\", \"input\": \"I cannot log in again.\"}\n";
    project.write("prompts/triage.cases.jsonl", case);
    project.run(&["run"]).exits(0).says("1 new");
    project.run(&["accept", "--all"]).exits(0);
    let lock = project.read(LOCK);
    assert!(lock.contains("swift") && !lock.contains("other"), "{lock}");
}
