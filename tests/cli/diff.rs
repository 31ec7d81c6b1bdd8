//! Two sets of answers compared without a call.

use std::process::Command;

use crate::project::Project;
use crate::world::WORLD;

/// Two slots of which the second lost a field.
fn project() -> Project {
    let project = Project::demo("id = \"m-2026-01-01\"", WORLD);
    let config = project.read("promptmatrix.toml");
    let other = "[models.other]\nprovider = \"demo\"\nid = \"m-2026-06-01\"\n";
    project.write("promptmatrix.toml", &format!("{config}{other}"));
    project
}

fn git(project: &Project, arguments: &[&str]) {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
    let mut command = Command::new("git");
    command.current_dir(project.root()).args(identity).args(arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn two_slots_are_compared_on_the_same_cases() {
    let project = project();
    project.run(&["run"]).exits(0);
    let done = project.run(&["diff", "swift..other"]).exits(1);
    done.says("field-removed").says("/tags").says("enum-value-changed").says("swift → other");
    let stat = project.run(&["diff", "swift", "other", "--stat"]).exits(1).says("total");
    assert!(!stat.stdout.contains("field-removed"));
    let back = project.run(&["diff", "other..swift", "--json"]).exits(1).json();
    assert_eq!(back["cells"]["triage/refund@swift"], "changed");
    project.run(&["diff", "swift..swift"]).exits(0);
}

#[test]
fn two_runs_are_compared_cell_by_cell() {
    let project = project();
    let id = |done: &serde_json::Value| done["id"].as_str().unwrap().to_owned();
    let first = id(&project.run(&["run", "--json"]).exits(0).json());
    project.replace("promptmatrix.toml", "id = \"m-2026-01-01\"", "id = \"m-2026-06-01\"");
    let second = id(&project.run(&["run", "triage/refund", "--json"]).exits(0).json());
    let done = project.run(&["diff", &format!("{first}..{second}"), "--json"]).exits(1).json();
    assert_eq!(done["cells"]["triage/refund@swift"], "broken");
    assert_eq!(done["cells"]["triage/refund@other"], "same");
    assert_eq!(done["only_left"].as_array().unwrap().len(), 2);
}

#[test]
fn a_revision_is_compared_with_todays_snapshots() {
    let project = project();
    std::fs::remove_dir_all(project.path(".git")).unwrap();
    git(&project, &["init", "--quiet"]);
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "-m", "accepted"]);
    project.run(&["diff", "HEAD.."]).exits(0).says("HEAD → the snapshots");
    project.replace("snapshots/triage/refund@swift.snap", "\"billing\"", "\"other\"");
    project.run(&["diff", "HEAD.."]).exits(1).says("\"billing\"").says("\"other\"");
    git(&project, &["commit", "--quiet", "-am", "edited"]);
    project.run(&["diff", "HEAD~1..HEAD"]).exits(1).says("enum-value-changed");
}

#[test]
fn a_side_that_is_nothing_is_named() {
    let project = project();
    project.run(&["run"]).exits(0);
    project.run(&["diff", "swift..nothing"]).exits(2).warns("nor a slot").warns("other");
    project.run(&["diff", "swift"]).exits(2).warns("two sides");
    project.run(&["diff", "swift.."]).exits(2).warns("cannot be compared");
}
