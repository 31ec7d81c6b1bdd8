//! A run as files and standard output for CI, from the real binary.

use std::fs;

use quick_junit::{NonSuccessKind, Report, TestCaseStatus};

use crate::project::{Done, Project};

const WORLD: &str = r#"
[[version]]
id = "m-2026-01-01"

[[version]]
id = "m-2026-06-01"
quirks = [{ kind = "field-removed", pointer = "/order", when = "charged twice" }]

[[answer]]
when = "charged twice"
json = '{ "category": "billing", "priority": "normal", "order": "1182" }'

[[answer]]
when = "log in"
json = '{ "category": "account", "priority": "urgent", "order": null }'
"#;

/// Two cells with snapshots, and a model that moved since.
fn moved() -> Project {
    let mut project = Project::demo("id = \"m-2026-01-01\"", WORLD);
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project.replace("promptmatrix.toml", "m-2026-01-01", "m-2026-06-01");
    project.set("CI", "true");
    project
}

fn junit(xml: &str) -> Vec<(String, TestCaseStatus)> {
    let report = Report::deserialize_from_str(xml).unwrap_or_else(|e| panic!("{e}:\n{xml}"));
    let cases = report.test_suites.into_iter().flat_map(|suite| suite.test_cases);
    cases.map(|case| (case.name.to_string(), case.status)).collect()
}

#[test]
fn a_run_writes_every_format_that_is_asked_for() {
    let project = moved();
    let files = ["-o", "out/run.json", "-o", "out/junit.xml", "-o", "comment.md", "-o", "log.txt"];
    let arguments = [&["run"][..], &files].concat();
    let shown = project.run(&arguments).exits(1).says("FAIL").stdout;
    assert_eq!(project.read("log.txt"), shown);
    assert!(project.read("comment.md").contains("**✗ structure** `/order`"));
    let cases = junit(&project.read("out/junit.xml"));
    assert_eq!(cases[0].0, "login@swift");
    assert!(matches!(cases[0].1, TestCaseStatus::Success { .. }));
    assert_eq!(cases[1].0, "refund@swift");
    let TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, ty: Some(ty), .. } =
        &cases[1].1
    else {
        panic!("{cases:?}")
    };
    assert_eq!(ty.as_str(), "value-to-null");
    let record: serde_json::Value = serde_json::from_str(&project.read("out/run.json")).unwrap();
    assert_eq!(record["cells"][1]["fails"], true);
}

#[test]
fn a_stored_run_is_rendered_again_byte_for_byte_and_passes() {
    let project = moved();
    project.run(&["run", "-o", "one.xml", "-o", "one.md"]).exits(1);
    let ids = fs::read_dir(project.path(".promptmatrix/runs")).unwrap();
    let mut ids: Vec<String> =
        ids.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    ids.sort();
    project.run(&["report", "-o", "two.xml", "-o", "two.md"]).exits(0).warns("Wrote");
    assert_eq!(project.read("one.xml"), project.read("two.xml"));
    let on_stdout = project.run(&["report", &ids[1], "--format", "md"]).exits(0).stdout;
    assert_eq!(on_stdout, project.read("one.md"));
    project.run(&["report", &ids[0]]).exits(0).says("2 new");
    project.run(&["report"]).exits(0).says("FAIL");
    assert_eq!(project.run(&["report", "--json"]).exits(0).json()["id"], ids[1].as_str());
    project.run(&["report", "1999"]).exits(2).warns("no run");
    project.run(&["report", "2"]).exits(2).warns("several");
}

#[test]
fn a_report_without_a_run_says_how_to_get_one() {
    let project = Project::demo("id = \"m-2026-01-01\"", WORLD);
    project.run(&["report"]).exits(2).warns("promptmatrix run");
}

#[test]
fn standard_output_gets_one_format_and_nothing_else() {
    let project = moved();
    let xml = project.run(&["run", "-o", "-", "--format", "junit"]).exits(1).stdout;
    assert_eq!(junit(&xml).len(), 2);
    let wrong: [&[&str]; 6] = [
        &["run", "-o", "-"],
        &["run", "-o", "run.pdf"],
        &["run", "-o", "run"],
        &["run", "--json", "--format", "md"],
        &["run", "-o", "a.md", "-o", "a.md"],
        &["run", "--format", "pdf"],
    ];
    let before = fs::read_dir(project.path(".promptmatrix/runs")).unwrap().count();
    for arguments in wrong {
        project.run(arguments).exits(2);
    }
    assert_eq!(fs::read_dir(project.path(".promptmatrix/runs")).unwrap().count(), before);
}

/// The workflow commands among what a command printed.
fn commands(done: &Done) -> Vec<&str> {
    let lines = done.stdout.lines().chain(done.stderr.lines());
    lines.filter(|line| line.trim_start().starts_with("::")).collect()
}

#[test]
fn github_gets_annotations_and_a_summary_unless_they_are_not_wanted() {
    let mut project = moved();
    project.set("GITHUB_ACTIONS", "true");
    let summary = project.path("summary.md").display().to_string();
    project.set("GITHUB_STEP_SUMMARY", &summary);
    let workspace = project.root().parent().unwrap().display().to_string();
    project.set("GITHUB_WORKSPACE", &workspace);
    project.write("summary.md", "Before.\n");
    assert_eq!(commands(&project.run(&["run", "--no-github"]).exits(1)), Vec::<&str>::new());
    assert_eq!(project.read("summary.md"), "Before.\n");
    let done = project.run(&["run", "--json"]).exits(1);
    assert_eq!(done.json()["exit_code"], 1);
    let folder = project.root().file_name().unwrap().to_str().unwrap();
    let begin = format!(
        "::error file={folder}/prompts/triage.md,line=5,title=promptmatrix structure /order::1 cell: "
    );
    let commands = commands(&done);
    assert!(commands.len() == 1 && commands[0].starts_with(&begin), "{commands:?}");
    let summary = project.read("summary.md");
    assert!(summary.starts_with("Before.\n<!-- promptmatrix:default -->"), "{summary}");
    assert!(summary.contains("value-to-null"), "{summary}");
}

#[test]
fn a_summary_that_cannot_be_written_does_not_change_the_exit_code() {
    let mut project = moved();
    project.set("GITHUB_ACTIONS", "true");
    project.set("GITHUB_STEP_SUMMARY", "/no/such/folder/summary.md");
    project.run(&["run"]).exits(1).warns("the job summary cannot be written");
}

#[test]
fn a_reply_gives_no_order_to_github() {
    let world = WORLD.replace("\"1182\" }'", "\"::add-mask::x ##[error]y\" }'");
    let mut project = Project::demo("id = \"m-2026-01-01\"", &world);
    project.set("GITHUB_ACTIONS", "true");
    project.replace("schemas/triage.json", "[\"string\", \"null\"]", "\"null\"");
    let done = project.run(&["run", "--no-github"]).exits(1).says("schema-violation");
    assert_eq!(commands(&done), Vec::<&str>::new());
    assert!(!done.stdout.contains("##["), "{}", done.stdout);
}

#[test]
fn printed_json_has_no_character_that_acts_and_loses_none() {
    let order = "\u{9b}31m\u{202e}x";
    let project = Project::demo("id = \"m-2026-01-01\"", &WORLD.replace("1182", order));
    let done = project.run(&["run", "--json"]).exits(0).says(r"\u009b31m\u202ex");
    assert!(!done.stdout.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'));
    assert_eq!(done.json()["cells"][1]["trials"][0]["value"]["order"], order);
}
