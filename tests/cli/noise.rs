//! More than one accepted answer: what is counted, what is told from noise, and what waits for the
//! next night.

use crate::project::Project;

const WORLD: &str = r#"
[[version]]
id = "m-2026-01-01"
quirks = []

[[version]]
id = "m-2026-06-01"
quirks = [{ kind = "text-reworded", pointer = "/order" }]

[[version]]
id = "m-2026-07-01"

[[version]]
id = "m-2026-05-01"
quirks = [{ kind = "field-removed", pointer = "/tags" }]

[[answer]]
when = "charged twice"
value = { category = "billing", priority = "normal", order = "1182", tags = ["refund"] }

[[answer]]
when = "log in"
value = { category = "account", priority = "urgent" }
"#;

const PROFILE: &str = "snapshots/triage/@swift.profile.json";

/// A suite whose baseline is five answers deep, as it is for a newcomer.
fn deep() -> Project {
    let project = Project::demo("id = \"m-2026-01-01\"", WORLD);
    project.run(&["run"]).exits(0).says("2 new");
    project.run(&["accept", "--all"]).exits(0).says("accepted 2 answers");
    project
}

/// The model answers otherwise from now on, under the same name.
fn broken(project: &Project) {
    let quirk = "quirks = [{ kind = \"field-removed\", pointer = \"/tags\" }]";
    project.replace("world.toml", "quirks = []", quirk);
}

fn last_run(project: &Project) -> String {
    let status = project.run(&["status", "--json"]).exits(0).json();
    status["last_run"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn every_answer_of_the_accepted_run_is_counted() {
    let project = deep();
    let profile: serde_json::Value = serde_json::from_str(&project.read(PROFILE)).unwrap();
    assert_eq!(profile["cases"]["refund"]["n"], 5);
    assert_eq!(profile["cases"]["refund"]["facets"]["V /category"]["billing"], 5);
    assert_eq!(profile["roles"]["/category"], "enumerable");
    let status = project.run(&["status"]).exits(0);
    status.says("judged by 5 accepted answers: a change of a single value");
}

#[test]
fn a_forecast_says_how_many_calls_may_come_beside_where_answers_differ() {
    let project = deep();
    let dry = ["run", "--fresh", "--dry-run"];
    project
        .run(&dry)
        .exits(0)
        .says("Where answers differ, up to")
        .says("where a cell breaks, up to 24");
    let data = project.run(&[&dry[..], &["--json"]].concat()).exits(0).json();
    assert!(data["further"].as_u64().unwrap() > 0, "{data}");
}

#[test]
fn without_further_calls_none_is_forecast_or_made_and_a_broken_answer_fails_at_once() {
    let project = deep();
    let none = "[drift]\nmax-extra = 0\n[models.swift]";
    project.replace("promptmatrix.toml", "[models.swift]", none);
    project.run(&["run", "--fresh", "--dry-run"]).exits(0).lacks("Where answers differ");
    project.replace("world.toml", "quirks = []", "quirks = [{ kind = \"fenced\" }]");
    let run = project.run(&["run", "--json"]).exits(1).json();
    assert_eq!(run["totals"]["trials"], 2, "{run:#}");
}

#[test]
fn the_answers_of_a_run_that_passed_are_counted_once_when_somebody_says_so() {
    let project = deep();
    project.run(&["run"]).exits(0);
    let run = last_run(&project);
    let done = project.run(&["accept", "--deepen", &run]).exits(0);
    done.says("2 of 2 cells deepened").says("6 accepted answers");
    let again = project.run(&["accept", "--deepen", &run]).exits(4);
    again.says("0 of 2 cells deepened").says("counted already");
    project.run(&["status"]).exits(0).says("judged by 6 accepted answers");
}

#[test]
fn a_run_that_changed_deepens_nothing_where_it_changed() {
    let project = deep();
    broken(&project);
    project.run(&["run"]).exits(1);
    let run = last_run(&project);
    project.run(&["accept", "--deepen", &run]).exits(0).says("1 of 2 cells deepened");
}

#[test]
fn a_lost_field_of_one_cell_fails_at_once_wherever_it_runs() {
    for ci in ["", "1"] {
        let mut project = deep();
        project.set("CI", ci);
        broken(&project);
        let done = project.run(&["run"]).exits(1);
        done.says("structure  /tags").says("new answers, compared with 5 accepted answers");
    }
}

/// Another label in one cell from now on, under the same name.
fn relabelled(project: &Project) {
    project.replace("world.toml", "category = \"account\"", "category = \"billing\"");
}

#[test]
fn another_label_in_one_cell_is_suspect_in_one_nightly_run_and_red_from_the_next_on() {
    let mut project = deep();
    project.set("CI", "1");
    project.run(&["run"]).exits(0);
    relabelled(&project);
    let night = project.run(&["run"]).exits(0).says("suspect");
    night.says("1 cell suspect: red if seen again").says("? suspect  value  /category");
    let status = project.run(&["status"]).exits(0);
    status.says("suspect   triage/login@swift: /category, first seen by run ");
    for _ in 0..3 {
        project.run(&["run"]).exits(1).says("~ changed  value  /category");
    }
}

#[test]
fn on_a_fresh_machine_and_by_hand_nothing_is_held() {
    for ci in ["", "1"] {
        let mut project = deep();
        project.set("CI", ci);
        relabelled(&project);
        if !ci.is_empty() {
            std::fs::remove_file(project.path(".promptmatrix/history")).unwrap();
        }
        project.run(&["run"]).exits(1).says("~ changed  value  /category");
    }
}

#[test]
fn a_history_that_cannot_be_read_is_one_of_a_fresh_machine_and_is_written_anew() {
    let mut project = deep();
    project.set("CI", "1");
    project.run(&["run"]).exits(0);
    project.write(".promptmatrix/history", "{\"format\":1,\"runs\":[]}\n[\"torn");
    let run = project.run(&["run"]).exits(0).says("fresh machine");
    run.warns("history:2:").warns("decides as on a fresh machine");
    let run = project.run(&["run"]).exits(0).says("runs kept: 1");
    assert!(!run.stderr.contains("history"), "{}", run.stderr);
}

#[test]
fn with_one_accepted_answer_another_label_of_one_cell_is_suspect_and_its_note_helps() {
    let project = Project::demo("id = \"m-2026-01-01\"", WORLD);
    project.run(&["run", "--samples", "1"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    relabelled(&project);
    for _ in 0..2 {
        let run = project.run(&["run"]).exits(0).says("suspect");
        run.says("differs in every new one: that may be noise");
    }
    // It was noise: the accepted label comes back now and then. The note says how to teach that.
    let quirk = "quirks = [{ kind = \"enum-shifted\", pointer = \"/category\", when = \"log in\", \
                 to = { billing = \"account\" }, rate = 0.5 }]";
    project.replace("world.toml", "quirks = []", quirk);
    project.run(&["run", "--samples", "5"]).exits(0).says("1 varies");
    let deepened = project.run(&["accept", "--deepen", &last_run(&project)]).exits(0);
    deepened.says("2 of 2 cells deepened").says("6 accepted answers");
    project.run(&["run"]).exits(0).lacks("suspect").lacks("Note");
}

#[test]
fn an_upgrade_that_holds_keeps_the_depth_of_the_baseline() {
    let project = deep();
    let upgrade = ["upgrade", "swift", "--to", "m-2026-06-01", "--json"];
    let record = project.run(&upgrade).json();
    let safety = &record["upgrade"]["outcome"]["safety"];
    // One answer that is worded anew in a place that is no prose is a change; the other cell holds.
    assert!(safety == "safe" || safety == "not-safe", "{record:#}");
    project.run(&["upgrade", "--apply", record["id"].as_str().unwrap()]).exits(0);
    let profile: serde_json::Value = serde_json::from_str(&project.read(PROFILE)).unwrap();
    assert_eq!(profile["cases"]["login"]["n"], 6);
    assert_eq!(profile["requested"], "m-2026-06-01");
    project.run(&["run"]).exits(0);
}

#[test]
fn several_candidates_are_compared_in_a_table_and_a_plan_sends_nothing() {
    let project = deep();
    let both = ["upgrade", "swift", "--to", "m-2026-07-01", "--to", "m-2026-05-01"];
    let before = project.run(&["status", "--json"]).exits(0).json()["last_run"].clone();
    let plan = project.run(&[&both[..], &["--dry-run"]].concat()).exits(0);
    plan.says("2 cells of `swift` on m-2026-05-01: 2 calls").says("Nothing was sent");
    assert_eq!(project.run(&["status", "--json"]).exits(0).json()["last_run"], before);
    let table = project.run(&both).exits(1);
    let line = |id: &str| table.stdout.lines().find(|l| l.starts_with("swift") && l.contains(id));
    assert!(line("m-2026-07-01").unwrap().contains("  SAFE"), "{}", table.stdout);
    assert!(line("m-2026-05-01").unwrap().contains("NOT SAFE"), "{}", table.stdout);
    assert!(table.stdout.contains("upgrade --apply"), "{}", table.stdout);
    let data = project.run(&[&both[..], &["--json"]].concat()).exits(1).json();
    assert_eq!(data["runs"].as_array().unwrap().len(), 2);
}

#[test]
fn a_profile_that_cannot_be_read_is_told_with_its_line() {
    let project = deep();
    project.replace(PROFILE, "\"n\": 5", "\"n\": \"five\"");
    project.run(&["run"]).exits(2).warns("snapshot::profile").warns(&format!("{PROFILE}:"));
}

#[test]
fn a_cell_that_left_the_matrix_leaves_its_profile_too() {
    let project = deep();
    project.replace("prompts/triage.md", "name = \"login\"", "name = \"sign-in\"");
    project.run(&["prune"]).exits(0).says("obsolete profile case").says("triage/login@swift");
    project.run(&["prune", "--yes"]).exits(0);
    assert!(!project.read(PROFILE).contains("\"login\""));
}

#[test]
fn accepting_a_cell_that_broke_in_some_of_its_answers_names_it() {
    let world = WORLD.replacen("quirks = []", "quirks = [{ kind = \"refused\", rate = 0.4 }]", 1);
    let project = Project::demo("id = \"m-2026-01-01\"", &world);
    project.run(&["run"]);
    let done = project.run(&["accept", "--all"]).exits(0);
    done.says("answers: that rate is its baseline now");
}
