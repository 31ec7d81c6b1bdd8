//! An upgrade rehearsed before it is made, and made exactly as it was rehearsed.

use serde_json::Value;

use crate::project::Project;
use crate::world;

const PROFILE: &str = "snapshots/triage/@swift.profile.json";

fn accepted() -> Project {
    let project = world::accepted("id = \"m-2026-01-01\"   # pinned");
    project.run(&["run"]).exits(0);
    project
}

/// The id of the rehearsal.
fn rehearse(project: &Project, to: &str, code: i32) -> String {
    let record = project.run(&["upgrade", "swift", "--to", to, "--json"]).exits(code).json();
    record["id"].as_str().unwrap().to_owned()
}

#[test]
fn an_upgrade_that_breaks_is_not_safe_and_changes_nothing() {
    let project = accepted();
    let before = project.read("promptmatrix.toml");
    let done = project.run(&["upgrade", "swift", "--to", "m-2026-05-01"]).exits(1);
    let done = done.says("NOT SAFE").says("1 cell breaks, 1 holds").says("/tags");
    done.says("latency").says("no-go").says("upgrade --apply");
    assert_eq!(project.read("promptmatrix.toml"), before);
    project.run(&["status"]).exits(0).says("every one with a snapshot that fits");
    // A rehearsal is not the last run of the suite.
    project.run(&["run", "--failed"]).exits(0).says("nothing to ask");
}

#[test]
fn an_upgrade_that_changes_nothing_is_safe() {
    let project = accepted();
    project
        .run(&["upgrade", "swift", "--to", "m-2026-07-01"])
        .exits(0)
        .says("SAFE  `swift` can move to m-2026-07-01: 2 cells hold");
}

#[test]
fn what_readers_who_know_no_statistics_misread_is_said_otherwise() {
    let project = accepted();
    let bad = project.run(&["upgrade", "swift", "--to", "m-2026-05-01"]).exits(1);
    bad.warns("Where answers differ, up to")
        .lacks("another model id is asked for")
        .lacks("Nothing was changed")
        .says("No file was changed")
        .says("a typical cell")
        .says("by estimate")
        .says("or move in spite of it, breaks included");
    let project = Project::demo("id = \"m\"", world::WORLD);
    project.run(&["run", "--samples", "1"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    let quirk =
        "quirks = [{ kind = \"enum-shifted\", pointer = \"/category\", when = \"log in\" }]";
    let newer = "id = \"m-2026-07-01\"";
    project.replace("world.toml", newer, &format!("{newer}\n{quirk}"));
    project.replace("world.toml", "m = \"m-2026-01-01\"", "m = \"m-2026-07-01\"");
    let open = project.run(&["upgrade", "swift", "--to", "m-2026-07-01"]).exits(3);
    open.says("1 cell not decided, 1 holds")
        .lacks("SAFE")
        .says("accept --deepen RUN")
        .says("if its alias moved");
}

#[test]
fn an_alias_that_moved_vouches_for_nothing_it_would_break() {
    let project = world::accepted("id = \"m\"");
    project.replace("world.toml", "m = \"m-2026-01-01\"", "m = \"m-2026-05-01\"");
    // Today's answers of the alias are those of the new version: they are no evidence of noise.
    let done = project.run(&["upgrade", "swift", "--to", "m-2026-05-01"]).exits(1);
    done.says("NOT SAFE").says("new answers, compared with 5 accepted answers");
}

#[test]
fn applying_takes_exactly_what_was_seen_and_moves_the_id() {
    let project = accepted();
    let run = rehearse(&project, "m-2026-05-01", 1);
    // Nobody is asked: the world is gone.
    let config = project.read("promptmatrix.toml");
    project.run(&["upgrade", "--apply", &run]).exits(0).says("accepted 2 answers");
    let moved = project.read("promptmatrix.toml");
    assert_eq!(moved, config.replace("\"m-2026-01-01\"", "\"m-2026-05-01\""));
    let snapshot = project.read("snapshots/triage/refund@swift.snap");
    assert!(!snapshot.contains("tags") && snapshot.contains("m-2026-05-01"), "{snapshot}");
    let ledger = project.read("snapshots/ledger.jsonl");
    let decided: Vec<Value> =
        ledger.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let actions =
        decided.iter().filter(|line| line["cells"].as_array().is_some_and(|c| c.len() == 2));
    assert!(actions.clone().count() > 0, "{ledger}");
    assert!(actions.map(|line| &line["action"]).all(|action| action == "accept"), "{ledger}");
    // What changed is counted anew, what holds beside what was accepted before.
    let profile: Value = serde_json::from_str(&project.read(PROFILE)).unwrap();
    let answers = |case: &str| profile["cases"][case]["n"].as_u64().unwrap();
    let record = project.run(&["report", &run, "--json"]).exits(0).json();
    let asked = |at: usize| record["cells"][at]["trials"].as_array().unwrap().len() as u64;
    assert_eq!((answers("login"), answers("refund")), (5 + asked(0), asked(1)));
    project.run(&["run"]).exits(0).says("2 same");
    project.run(&["status"]).exits(0).says("every one with a snapshot that fits");
}

#[test]
fn what_weighs_nothing_keeps_the_accepted_value_under_the_header_of_the_new_version() {
    let project = accepted();
    let config = project.read("promptmatrix.toml");
    project.write(
        "promptmatrix.toml",
        &format!("{config}[levels]\nenum-value-changed = \"info\"\nfield-removed = \"info\"\n"),
    );
    let run = rehearse(&project, "m-2026-06-01", 0);
    project.run(&["upgrade", "--apply", &run]).exits(0).says("accepted 2 answers");
    let snapshot = project.read("snapshots/triage/login@swift.snap");
    assert!(snapshot.contains("account") && snapshot.contains("m-2026-06-01"), "{snapshot}");
}

#[test]
fn the_id_that_a_slot_has_is_not_rehearsed() {
    let project = accepted();
    project.run(&["upgrade", "swift", "--to", "m-2026-01-01"]).exits(2).warns("already");
}

#[test]
fn what_the_new_id_is_known_to_refuse_is_said_before_it_is_asked() {
    let project = Project::empty();
    project.write(
        "promptmatrix.toml",
        "version = 1\n[models.m]\nprovider = \"openai\"\nid = \"gpt-4.1-2025-04-14\"\ntemperature = 0\n",
    );
    project.write("prompts/p.md", "+++\n[[case]]\nname = \"a\"\ninput = \"hi\"\n+++\nBe brief.\n");
    let plan = |to| project.run(&["upgrade", "m", "--to", to, "--dry-run"]).exits(0);
    plan("gpt-5-2025-08-07")
        .says("every request of it will be refused: `temperature` is set for `m`");
    plan("gpt-4.1-mini-2025-04-14").lacks("refused");
}

#[test]
fn an_answer_without_a_value_is_not_taken() {
    let project = accepted();
    let run = rehearse(&project, "m-2026-08-01", 1);
    let before = project.read("snapshots/triage/login@swift.snap");
    let done = project.run(&["upgrade", "--apply", &run]).exits(0);
    done.says("accepted 1 answer").says("triage/login@swift has no valid answer");
    assert_eq!(project.read("snapshots/triage/login@swift.snap"), before);
}

#[test]
fn an_outdated_rehearsal_is_refused() {
    let project = accepted();
    let run = rehearse(&project, "m-2026-07-01", 0);
    project.replace("prompts/triage.md", "support mail", "customer mail");
    project.run(&["upgrade", "--apply", &run]).exits(2).warns("the prompt of").warns("repeat it");
    assert!(project.read("promptmatrix.toml").contains("m-2026-01-01"));
    project.replace("prompts/triage.md", "customer mail", "support mail");
    project.replace("promptmatrix.toml", "# pinned", "# pinned\ntemperature = 0.5");
    project.run(&["upgrade", "--apply", &run]).exits(2).warns("changed since then");
    project.replace("promptmatrix.toml", "temperature = 0.5", "");
    let file = format!(".promptmatrix/runs/{run}/run.json");
    let mut record: Value = serde_json::from_str(&project.read(&file)).unwrap();
    record["interrupted"] = true.into();
    project.write(&file, &record.to_string());
    project.run(&["upgrade", "--apply", &run]).exits(2).warns("it was interrupted");
    record["interrupted"] = false.into();
    project.write(&file, &record.to_string());
    project.run(&["upgrade", "--apply", &run]).exits(0);
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    let project = accepted();
    let last = project.run(&["run", "--json"]).exits(0).json()["id"].clone();
    project.run(&["upgrade", "swift"]).exits(2).warns("--to");
    project.run(&["upgrade", "swfit", "--to", "x"]).exits(2).warns("slots are swift");
    project.run(&["upgrade", "--apply", last.as_str().unwrap()]).exits(2).warns("no upgrade");
    project
        .run(&["upgrade", "swift", "--to", "no-such"])
        .exits(2)
        .says("there is no model `no-such`");
}
