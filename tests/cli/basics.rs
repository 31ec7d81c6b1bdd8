//! What the program says about itself, and how it answers wrong use.

use crate::project::Project;
use crate::world;

#[test]
fn wrong_use_exits_2_and_names_the_fix() {
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

#[test]
fn every_command_helps_with_examples_and_exit_codes() {
    let project = Project::empty();
    let help = project.run(&["--help"]).exits(0).says("Examples:").stdout;
    let section = |heading| help.split(heading).nth(1).unwrap().split("\n\n").next().unwrap();
    let first = section("Commands:\n").lines().filter(|line| !line.starts_with("   "));
    let first = first.filter_map(|line| line.split_whitespace().next());
    let more = section("More, see `promptmatrix help COMMAND`:\n")
        .split([',', '\n', ' '])
        .filter(|name| !name.is_empty());
    let names: Vec<&str> = first.chain(more).collect();
    assert!(names.contains(&"run") && names.contains(&"completions"), "{names:?}");
    for name in names {
        let example = format!("  promptmatrix {name}");
        project.run(&[name, "--help"]).exits(0).says(&example).says("3 inconclusive");
    }
}

#[test]
fn a_diagnostic_can_be_explained_also_as_data() {
    let project = Project::empty();
    project.run(&["explain", "config::unknown-key"]).exits(0).says("means nothing");
    project.run(&["explain", "select::no-mach"]).exits(2).warns("select::no-match");
    let row = project.run(&["explain", "fenced", "--json"]).exits(0).json();
    assert_eq!(row["kinds"][0]["id"], "fenced");
    let row = project.run(&["explain", "select::no-match", "--json"]).exits(0).json();
    assert_eq!(row["diagnostics"][0]["id"], "select::no-match");
    project.run(&["explain", "no", "--json"]).exits(2);
}

#[test]
fn every_problem_is_there_as_data_and_on_request_on_the_screen() {
    let project = Project::empty();
    let keys = (0..30).fold(String::new(), |keys, n| keys + &format!("wrong-{n} = 1\n"));
    project.write("promptmatrix.toml", &format!("version = 1\n{keys}"));
    let done = project.run(&["check"]).exits(2);
    assert_eq!(done.stderr.matches("error[").count(), 20);
    let done = done.warns("-v draws all of them");
    assert!(done.stdout.is_empty());
    let all = project.run(&["check", "-v"]).exits(2);
    assert!(all.stderr.matches("unknown-key").count() >= 30, "{}", all.stderr);
    let data = project.run(&["check", "--json"]).exits(2).json();
    let problems = data["problems"].as_array().unwrap();
    assert!(problems.len() >= 30);
    assert!(problems.iter().any(|problem| problem["line"] == 2), "{data:#}");
}

#[test]
fn what_is_typed_nearly_right_is_understood_or_named() {
    let project = Project::demo("id = \"m-2026-01-01\"", world::WORLD);
    project.run(&["rnu"]).exits(2).warns("'run'");
    project.run(&["help", "run"]).exits(0).says("--dry-run");
    project.run(&["run", "--max-cost", "-1"]).exits(2).warns("less than nothing").lacks("tip");
    for cells in ["triage/", "prompts/triage.md", "./prompts/triage.md", "triage"] {
        project.run(&["list", cells]).exits(0).says("triage/refund@swift");
    }
    project.run(&["list", "!prompts/triage.md"]).exits(4);
}

#[test]
fn a_suite_that_is_there_gets_no_files_of_another() {
    let project = Project::demo("id = \"m-2026-01-01\"", world::WORLD);
    std::fs::remove_dir_all(project.path("schemas")).unwrap();
    project.run(&["init"]).exits(0).says("Kept").lacks("Created");
    assert!(!project.path("schemas").exists());
}

#[test]
fn a_run_says_what_is_odd_about_its_suite() {
    let project = Project::demo("id = \"m-2026-01-01\"", world::WORLD);
    let page = "+++\n[[case]]\nname = \"a\"\ninput = \"I cannot log in.\"\n+++\n";
    project.write("prompts/blank.md", page);
    let done = project.run(&["run", "blank"]).exits(0);
    let done = done.warns("prompt `blank` tells the model nothing (prompts/blank.md:6)");
    done.warns("no schema in `blank`");
    project.run(&["run", "blank", "--quiet"]).exits(0).lacks("nothing").lacks("warning");
    project.run(&["check"]).exits(0).says("2 ok (1 without a schema)");
}

#[test]
fn a_budget_assumes_a_length_of_answers_that_nothing_bounds_and_says_so() {
    let slot = "id = \"m-2026-01-01\"\nprice = { input = 1, output = 1 }";
    let project = Project::demo(slot, world::WORLD);
    project.run(&["run", "--max-cost", "10"]).exits(0).warns("the budget takes 4096 for an answer");
    project.run(&["run", "--max-cost", "0"]).exits(3).warns("could cost");
}
