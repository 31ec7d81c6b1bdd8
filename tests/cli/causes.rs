//! What went wrong with an answer has its own name, in the terminal and in JSON.

use serde_json::Value;

use crate::project::Project;

const WORLD: &str = r#"
[[version]]
id = "m-2026-01-01"
quirks = [QUIRK]

[[answer]]
when = "charged twice"
value = { category = "billing", priority = "normal", order = "1182", tags = ["refund"] }

[[answer]]
when = "log in"
value = { category = "account", priority = "urgent" }
"#;

fn project(quirk: &str) -> Project {
    let world = WORLD.replace("QUIRK", quirk);
    Project::demo("id = \"m-2026-01-01\"\ndialect = \"openai\"", &world)
}

/// The causes of all cells, from `--json`.
fn causes(project: &Project) -> Vec<String> {
    let record = project.run(&["run", "--json"]).exits(1).json();
    let cells = record["cells"].as_array().unwrap().clone();
    let cause = |cell: Value| cell["trials"][0]["cause"].as_str().unwrap_or("none").to_owned();
    cells.into_iter().map(cause).collect()
}

#[test]
fn five_causes_never_look_alike() {
    let cases = [
        ("{ kind = \"fenced\" }", "fenced"),
        ("{ kind = \"truncated\" }", "truncated"),
        ("{ kind = \"refused\" }", "refused"),
        ("{ kind = \"prose-around\" }", "surrounding-prose"),
        ("{ kind = \"schema-violation\" }", "schema-violation"),
    ];
    for (quirk, cause) in cases {
        let project = project(quirk);
        assert_eq!(causes(&project), [cause, cause], "{quirk}");
        let report = project.run(&["run"]).exits(1).says(cause).says("broken");
        for (_, other) in cases.iter().filter(|(_, other)| *other != cause) {
            assert!(!report.stdout.contains(other), "{quirk}: {other}\n{}", report.stdout);
        }
    }
}

#[test]
fn an_answer_without_a_value_is_never_put_up() {
    for quirk in ["fenced", "truncated", "refused", "prose-around", "schema-violation", "empty"] {
        let project = project(&format!("{{ kind = \"{quirk}\" }}"));
        project.run(&["run"]).exits(1);
        assert!(!project.path("snapshots/triage/refund@swift.snap.new").exists(), "{quirk}");
        project.run(&["accept", "triage/refund@swift"]).exits(4).warns("names no pending");
    }
}

#[test]
fn a_server_that_fails_says_nothing_of_the_prompt() {
    let project = project("{ kind = \"error\", to = 400 }");
    project.run(&["run"]).exits(1).says("rejected-request");
    let project = project_without_waits("{ kind = \"error\", to = 500 }");
    project.run(&["run"]).exits(3).says("error").says("INCONCLUSIVE");
}

fn project_without_waits(quirk: &str) -> Project {
    let project = project(quirk);
    project.replace(
        "promptmatrix.toml",
        "version = 1\n",
        "version = 1\n[run]\nretries = { count = 1, delay = \"1ms\" }\n",
    );
    project
}
