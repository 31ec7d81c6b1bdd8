//! What a run advises is carried out as it stands, and helps.

use crate::project::Project;

const WORLD: &str = r#"
[[version]]
id = "m-2026-01-01"
quirks = []

[[answer]]
when = "charged twice"
value = { category = "billing", priority = "normal", order = "1182", tags = ["refund"] }

[[answer]]
when = "log in"
value = { category = "account", priority = "urgent" }
"#;

/// The commands of `Next`, without what they are for.
fn advised(out: &str) -> Vec<Vec<String>> {
    let lines = out.lines().skip_while(|line| !line.starts_with("Next "));
    let commands = lines.filter_map(|line| line.get(8..)?.strip_prefix("promptmatrix "));
    let words = |line: &str| {
        let command = line.split("   ").next().unwrap_or_default();
        command.split(' ').map(|word| word.trim_matches('\'').to_owned()).collect()
    };
    commands.map(words).collect()
}

/// Runs all of it, one after the other; what follows from an answer is advised again.
fn follow(project: &Project, out: &str) {
    let commands = advised(out);
    assert!(!commands.is_empty(), "nothing is advised in:\n{out}");
    for command in commands {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let done = project.run(&words);
        match words.as_slice() {
            ["import", "run", _] => follow(project, &done.stdout),
            _ => drop(done.exits(0)),
        }
    }
}

fn accepted(samples: &str) -> Project {
    let project = Project::demo("id = \"m-2026-01-01\"", WORLD);
    let first = project.run(&["run", "--samples", samples]).exits(0);
    follow(&project, &first.stdout);
    project
}

/// The model answers otherwise from now on, under the same name.
fn quirk(project: &Project, quirk: &str) {
    project.replace("world.toml", "quirks = []", &format!("quirks = [{quirk}]"));
}

const LOST: &str = "{ kind = \"field-removed\", pointer = \"/tags\" }";
const MOVED: &str =
    "{ kind = \"enum-shifted\", pointer = \"/category\", to = { account = \"billing\" } }";

#[test]
fn new_answers_are_taken_as_it_is_advised_and_then_nothing_is_to_do() {
    let project = accepted("5");
    let run = project.run(&["run"]).exits(0).says("PASS");
    assert!(advised(&run.stdout).is_empty(), "{}", run.stdout);
}

#[test]
fn changes_are_explained_and_taken_as_it_is_advised_until_the_gate_passes() {
    for change in [LOST, MOVED] {
        let project = accepted("5");
        quirk(&project, change);
        let run = project.run(&["run"]).exits(1);
        follow(&project, &run.stdout);
        project.run(&["run"]).exits(0).says("PASS");
    }
}

#[test]
fn a_run_of_ci_is_taken_home_as_it_is_advised() {
    let mut project = accepted("5");
    quirk(&project, LOST);
    project.set("CI", "1");
    let run = project.run(&["run", "-o", "run.json", "-o", "run.txt"]).exits(1);
    assert!(project.read("run.txt").contains("import run run.json"), "{}", run.stdout);
    let text = project.read("run.txt");
    project.set("CI", "");
    follow(&project, &text);
    project.run(&["run"]).exits(0).says("PASS");
}
