//! Rules of comparing that were edited after answers were accepted: today's hold for both sides.

use serde_json::{Value, json};

use crate::project::Project;
use crate::world::{accepted, deep, lose_tags};

fn rules(project: &Project, rules: &str) {
    let head = "version = 1\n";
    project.replace("promptmatrix.toml", head, &format!("{head}[compare]\n{rules}\n"));
}

fn statuses(run: &Value) -> Vec<&str> {
    run["cells"].as_array().unwrap().iter().map(|cell| cell["status"].as_str().unwrap()).collect()
}

/// A change of which the rules are a cause on record, beside others that are expected.
fn because(run: &Value) -> Vec<&Value> {
    run["groups"].as_array().unwrap().iter().map(|group| &group["because"]).collect()
}

#[test]
fn a_place_that_is_left_out_or_sorted_from_today_on_breaks_nothing() {
    for rule in [
        "ignore = [\"/order\"]",
        "ignore = [\"/tags\"]",
        "unordered = [\"/tags\"]",
        "ignore = [\"/tags/*\"]",
        "prose = [\"/order\"]",
    ] {
        let project = accepted("id = \"m\"");
        rules(&project, rule);
        let run = project.run(&["run", "--json"]).exits(0).json();
        assert_eq!(statuses(&run), ["same", "same"], "{rule}");
        let mut project = deep();
        project.set("CI", "1");
        rules(&project, rule);
        let run = project.run(&["run", "--json"]).exits(0).json();
        assert_eq!(statuses(&run), ["same"; 14], "{rule}");
        assert_eq!(run.get("columns"), None, "{rule}");
    }
}

#[test]
fn a_rule_that_is_gone_breaks_nothing_and_is_the_cause_of_what_it_shows() {
    let project = accepted("id = \"m\"");
    rules(&project, "ignore = [\"/order\"]");
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]);
    let held = project.read("snapshots/triage/refund@swift.snap");
    // Whatever was accepted so far, an answer that is taken now is without the place.
    if held.contains("order") {
        std::fs::remove_dir_all(project.path("snapshots")).unwrap();
        project.run(&["run"]).exits(0);
        project.run(&["accept", "--all"]).exits(0);
    }
    project.replace("promptmatrix.toml", "ignore = [\"/order\"]", "");
    let run = project.run(&["run", "--json"]).exits(0).json();
    assert_eq!(because(&run), [&json!(["compare-rules-changed"])]);
    assert_eq!(run["groups"][0]["change"]["kind"], "field-added");
}

#[test]
fn an_edited_rule_does_not_hide_what_else_changed_and_is_named_beside_it() {
    let project = accepted("id = \"m-2026-01-01\"");
    rules(&project, "ignore = [\"/order\"]");
    lose_tags(&project);
    let run = project.run(&["run", "--json"]).exits(1).json();
    assert_eq!(run["groups"][0]["change"]["pointer"], "/tags");
    assert_eq!(because(&run), [&json!(["compare-rules-changed"])]);
    project.run(&["run"]).exits(1).says("the rules of comparing were edited since");
}
