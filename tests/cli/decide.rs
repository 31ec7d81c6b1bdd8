//! From the first answer to an accepted one, and what happens when it changes.

use serde_json::json;

use crate::project::Project;
use crate::world::{self, WORLD};

/// The alias of a version, in Anthropic's wire format.
const ALIAS: &str = "id = \"m\"\ndialect = \"anthropic\"";

fn accepted() -> Project {
    world::accepted(ALIAS)
}

fn bumped() -> Project {
    let project = accepted();
    project.replace("world.toml", "m = \"m-2026-01-01\"", "m = \"m-2026-06-01\"");
    project
}

#[test]
fn a_new_answer_waits_until_somebody_accepts_it() {
    let project = accepted();
    let snapshot = project.read("snapshots/triage/refund@swift.snap");
    assert!(snapshot.contains("\"category\": \"billing\""), "{snapshot}");
    project.run(&["run"]).exits(0).says("PASS").says("2 same");
    project.run(&["status"]).exits(0).says("every one with a snapshot that fits");
}

#[test]
fn a_silent_bump_is_caught_with_its_reasons() {
    let done = bumped().run(&["run"]).exits(1);
    done.says("moved silently")
        .says("m-2026-06-01")
        .says("field-removed")
        .says("/tags")
        .says("value  /category")
        .says("FAIL");
}

#[test]
fn a_group_is_accepted_by_its_id_and_the_rest_stays() {
    let project = bumped();
    let record = project.run(&["run", "--json"]).exits(1).json();
    let groups = record["groups"].as_array().unwrap();
    let group = groups.iter().find(|g| g["change"]["kind"] == "enum-value-changed").unwrap();
    project.run(&["accept", group["id"].as_str().unwrap()]).exits(0).says("accepted 1 answer");
    let record = project.run(&["run", "--json"]).exits(1).json();
    assert_eq!(record["totals"]["cells"]["same"], 1);
    assert_eq!(record["totals"]["cells"]["broken"], 1);
}

#[test]
fn a_rejected_answer_leaves_the_accepted_one() {
    let project = bumped();
    let before = project.read("snapshots/triage/refund@swift.snap");
    project.run(&["run"]).exits(1);
    project.run(&["reject", "--all"]).exits(0).says("rejected 2 answers");
    assert_eq!(project.read("snapshots/triage/refund@swift.snap"), before);
    project.run(&["run"]).exits(1);
}

#[test]
fn nothing_named_is_an_error_and_not_everything() {
    let project = bumped();
    project.run(&["run"]).exits(1);
    project.run(&["accept"]).exits(2).warns("--all");
    project.run(&["accept", "nothing"]).exits(4).warns("names no pending").warns("2 cells pending");
    project.run(&["reject", "triage/nothing"]).exits(4).warns("promptmatrix status");
}

#[test]
fn in_ci_a_missing_snapshot_fails_and_nothing_is_written() {
    let mut project = Project::demo(ALIAS, WORLD);
    project.set("CI", "true");
    project.run(&["run"]).exits(1).says("2 new").says("FAIL");
    assert!(!project.path("snapshots").exists());
}

#[test]
fn an_edited_prompt_makes_its_snapshots_stale_until_they_are_accepted_again() {
    let project = accepted();
    project.replace("prompts/triage.md", "support mail", "customer mail");
    let reasons = "prompt: triage/login@swift  triage/refund@swift";
    project.run(&["status"]).exits(0).says("2 stale").says(reasons);
    project.run(&["run"]).exits(0).says("another prompt");
    project.run(&["accept", "--all"]).exits(0);
    project.run(&["status"]).exits(0).says("every one with a snapshot that fits");
}

#[test]
fn what_left_the_matrix_is_listed_before_it_is_deleted() {
    let project = accepted();
    project.replace("prompts/triage.md", "name = \"login\"", "name = \"sign-in\"");
    project.run(&["prune"]).exits(0).says("login@swift.snap").says("Nothing was deleted");
    assert!(project.path("snapshots/triage/login@swift.snap").exists());
    project.run(&["prune", "--yes"]).exits(0).says("deleted 1 snapshot");
    assert!(!project.path("snapshots/triage/login@swift.snap").exists());
    assert!(project.path("snapshots/triage/refund@swift.snap").exists());
}

#[test]
fn a_snapshot_with_conflict_markers_is_an_error_and_not_new() {
    let project = accepted();
    let file = "snapshots/triage/refund@swift.snap";
    let text = project.read(file);
    project.write(file, &format!("<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n"));
    project.run(&["run"]).exits(2).warns("snapshot::conflict").warns(file);
}

#[test]
fn a_cell_shows_its_own_values_and_not_those_of_its_group() {
    let project = Project::demo(
        "id = \"m\"",
        &WORLD.replace(
            "value = { category = \"account\", priority = \"urgent\" }",
            "value = { category = \"account\", priority = \"urgent\", tags = [\"login\"] }",
        ),
    );
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project.replace("world.toml", "m = \"m-2026-01-01\"", "m = \"m-2026-06-01\"");
    project.run(&["run"]).exits(1).says("2 cells");
    let refund = project.run(&["show", "triage/refund@swift"]).exits(0).says("\"refund\"");
    assert!(!refund.stdout.contains("\"login\""), "{}", refund.stdout);
    project.run(&["show", "triage/login@swift"]).exits(0).says("\"login\"");
}

#[test]
fn failed_asks_what_the_last_run_left_without_a_pass_and_no_more() {
    let project = accepted();
    project.replace("snapshots/triage/refund@swift.snap", "billing", "other");
    project.run(&["run"]).exits(1).says("1 same, 1 changed");
    project.run(&["run", "--failed"]).exits(1).says("1 cell: 1 changed");
    // The second time too: what passed before the last run is not asked again.
    project.run(&["run", "--failed"]).exits(1).says("1 cell: 1 changed");
    project.run(&["run", "triage/login"]).exits(0);
    project.run(&["run", "--failed"]).exits(0).says("nothing to ask");
}

#[test]
fn the_folder_of_an_output_is_made() {
    let project = Project::demo(ALIAS, WORLD);
    project.run(&["run", "-o", "reports/run.json"]).exits(0);
    assert!(project.path("reports/run.json").exists());
}

#[test]
fn a_file_in_the_way_is_told_once() {
    let project = Project::demo(ALIAS, WORLD);
    project.write("snapshots/triage/refund@swift.snap/in-the-way", "");
    let done = project.run(&["run"]).exits(3).warns("cannot read");
    assert_eq!(done.stderr.matches("os error").count(), 1, "{}", done.stderr);
}

#[test]
fn a_pending_answer_that_no_longer_fits_is_not_accepted() {
    let project = bumped();
    project.run(&["run"]).exits(1);
    let pending = "snapshots/triage/login@swift.snap.new";
    project.replace(pending, "\"other\"", "\"nonsense\"");
    let done = project.run(&["accept", "--all"]).exits(1).says("accepted 1 answer");
    done.warns("triage/login@swift is not accepted").warns("\"nonsense\" is not one of");
    assert!(project.path(pending).exists());
    project.run(&["reject", "--all"]).exits(0).says("rejected 1 answer");
}

#[test]
fn what_a_filtered_or_partial_run_left_out_is_not_obsolete() {
    let project = accepted();
    let whole = |project: &Project| {
        project.run(&["prune"]).exits(0).says("no snapshot is obsolete");
        let status = project.run(&["status", "--json"]).exits(0).json();
        assert_eq!((&status["obsolete"], &status["missing"]), (&json!([]), &json!([])));
    };
    project.run(&["run", "triage/refund"]).exits(0).says("1 cell");
    whole(&project);
    project.replace("snapshots/triage/refund@swift.snap", "billing", "other");
    project.run(&["run", "--failed"]).exits(0);
    project.run(&["run", "!triage/login"]).exits(1);
    whole(&project);
    project.run(&["prune", "--yes"]).exits(0).says("deleted 0 snapshots");
    assert!(project.path("snapshots/triage/login@swift.snap").exists());
    // A suite that cannot be read whole says nothing of what it needs.
    project.replace("prompts/triage.md", "name = \"login\"", "name = 7");
    project.run(&["prune", "--yes"]).exits(2);
    assert!(project.path("snapshots/triage/login@swift.snap").exists());
}

#[test]
fn check_and_status_name_what_no_longer_fits_and_why() {
    let project = world::accepted("id = \"m-2026-01-01\"\ndialect = \"anthropic\"");
    project.run(&["check", "--strict"]).exits(0).says("2 fit today's schemas, 0 stale, 0 missing");
    project.replace("schemas/triage.json", "\"billing\", ", "");
    let check = project.run(&["check"]).exits(0).says("1 fit today's schemas, 2 stale");
    let check = check.says("snapshots/triage/refund@swift.snap no longer fits");
    check.says("schema-violation at /category").says("prompts/triage.md:5");
    project.run(&["check", "--strict"]).exits(1);
    project.replace("promptmatrix.toml", "dialect = \"anthropic\"", "temperature = 0.5");
    project.replace("promptmatrix.toml", "m-2026-01-01", "m-2026-07-01");
    let status = project.run(&["status", "--json"]).exits(0).json();
    let reasons = &status["stale"]["triage/login@swift"];
    assert_eq!(reasons, &json!(["schema", "parameters", "lowering", "model"]));
    project
        .run(&["status"])
        .exits(0)
        .says("schema, parameters, lowering, model: triage/login@swift");
}
