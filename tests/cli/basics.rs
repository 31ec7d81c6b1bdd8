//! What the program says about itself, and how it answers wrong use.

use crate::project::Project;

#[test]
fn wrong_use_exits_2_and_names_the_mend() {
    let project = Project::empty();
    project.run(&["statsu"]).exits(2).warns("similar").warns("status");
    project.run(&["run"]).exits(2).warns("promptmatrix.toml");
    project.run(&["explain", "field-remved"]).exits(2).warns("field-removed");
}

#[test]
fn the_tables_can_be_read() {
    let project = Project::empty();
    project.run(&["explain"]).exits(0).says("schema-violation").says("Exit codes");
    project.run(&["explain", "field-removed"]).exits(0).says("breaking").says("accepted");
    project.run(&["explain", "3"]).exits(0).says("inconclusive");
    project.run(&["--version"]).exits(0).says("promptmatrix 0.1.0");
    project.run(&["completions", "bash"]).exits(0).says("promptmatrix");
}

#[test]
fn every_schema_is_a_json_schema() {
    let project = Project::empty();
    for name in ["config", "run", "snapshot"] {
        let schema = project.run(&["schema", name]).exits(0).json();
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
    }
}
