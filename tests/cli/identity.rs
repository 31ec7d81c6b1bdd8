//! Who answers: what accepting confirms, and what a run says where somebody else does.

use serde_json::{Value, json};

use crate::world::{accepted, deep, import, lose_tags, undisclosed};

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

#[test]
fn a_bump_behind_an_id_that_discloses_nothing_is_a_silent_swap() {
    let project = undisclosed("");
    project.run(&["run"]).exits(0);
    lose_tags(&project);
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
fn no_swap_is_named_where_the_provider_says_that_the_accepted_version_answers() {
    let project = deep();
    lose_tags(&project);
    let run = project.run(&["run", "--json"]).exits(1).json();
    assert_eq!(run["models"]["swift"]["identity"]["state"], "confirmed");
    assert_eq!(run["models"]["swift"]["identity"]["news"], Value::Null);
    assert_eq!(run["groups"][0]["because"], json!(["unexplained"]));
    assert_eq!(columns(&run), [""; 0]);
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
fn what_only_the_ranks_of_answers_show_has_to_show_in_two_runs_that_nobody_watches() {
    let mut project = undisclosed("[compare]\nprose = [\"/order\"]");
    project.run(&["run", "--samples", "5"]).exits(0);
    project.replace("world.toml", "order = \"1182\"", "order = \"wxyz\"");
    project.set("CI", "1");
    let run = project.run(&["run", "--json"]).exits(0).json();
    assert_eq!(run["models"]["swift"]["identity"]["news"], "silent-swap", "{run}");
    assert_eq!(run["columns"][0]["fails"], false);
    project.run(&["report"]).exits(0).says("it fails if the next run finds it again");
    project.run(&["run"]).exits(1).says("identity");
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
