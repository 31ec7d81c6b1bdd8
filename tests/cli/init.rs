//! The first minute of a new user.

use crate::project::Project;

#[test]
fn four_commands_lead_from_nothing_to_a_caught_update() {
    let project = Project::empty();
    project.run(&["init"]).exits(0).says("Created").says("Next     promptmatrix run");
    project.run(&["check"]).exits(0).says("cells 3");
    project.run(&["run"]).exits(0).says("3 new");
    project.run(&["accept", "--all"]).exits(0);
    project.run(&["run"]).exits(0).says("3 same");
    project.replace("promptmatrix.toml", "demo-v1-2026-03-02", "demo-v2-2026-09-18");
    project.run(&["run"]).exits(1).says("field-removed").says("value  /category");
}

#[test]
fn what_is_there_is_kept() {
    let project = Project::empty();
    project.write("prompts/triage.md", "mine");
    project.write(".gitignore", "target\n*.snap.new");
    project.run(&["init"]).exits(0).says("Kept").says(".promptmatrix/");
    assert_eq!(project.read("prompts/triage.md"), "mine");
    assert_eq!(project.read(".gitignore"), "target\n*.snap.new\n.promptmatrix/\n");
    project.run(&["init"]).exits(0).says("promptmatrix.toml");
    assert_eq!(project.read(".gitignore"), "target\n*.snap.new\n.promptmatrix/\n");
}

#[test]
fn without_a_suite_the_way_to_one_is_named() {
    Project::empty().run(&["run"]).exits(2).warns("promptmatrix init");
}
