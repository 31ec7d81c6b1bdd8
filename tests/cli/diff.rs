//! Two sets of answers compared without a call.

use std::fmt::Write;
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
    done.says("structure").says("/tags").says("value  /category").says("swift → other");
    let stat = project.run(&["diff", "swift", "other", "--stat"]).exits(1).says("total");
    assert!(!stat.stdout.contains("structure"));
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
    project.run(&["diff", "HEAD~1..HEAD"]).exits(1).says("value  /category");
}

#[test]
fn a_side_that_is_nothing_is_named() {
    let project = project();
    project.run(&["run"]).exits(0);
    project.run(&["diff", "swift..nothing"]).exits(2).warns("nor a slot").warns("other");
    project.run(&["diff", "swift"]).exits(2).warns("two sides");
    project.run(&["diff", "swift.."]).exits(2).warns("cannot be compared");
}

/// Four answers of each case of a prompt that says which category is right.
fn with_expected() -> (Project, impl Fn(&Project, [&str; 4]) -> String) {
    let project = Project::demo("id = \"m\"", WORLD);
    let prompt = project.read("prompts/triage.md");
    let mut cases = String::new();
    for number in 0..4 {
        let _ = write!(
            cases,
            "[[case]]\nname = \"c{number}\"\ninput = \"{number}\"\nexpect = {{ \"/category\" = \"billing\" }}\n"
        );
    }
    let head = prompt.split("[[case]]").next().unwrap();
    project.write("prompts/triage.md", &format!("{head}{cases}+++\nAnswer with JSON."));
    let import = |project: &Project, words: [&str; 4]| {
        let mut lines = String::new();
        for (number, answers) in words.into_iter().enumerate() {
            for word in answers.split(' ') {
                let value = format!("{{\"category\":\"{word}\",\"priority\":\"low\"}}");
                let text = if word == "-" { "sorry".to_owned() } else { value };
                let line = serde_json::json!({
                    "prompt": "triage", "case": format!("c{number}"), "model": "swift", "text": text
                });
                let _ = writeln!(lines, "{line}");
            }
        }
        project.write("answers.jsonl", &lines);
        let run = project.run(&["import", "answers", "answers.jsonl", "--json"]).json();
        run["id"].as_str().unwrap().to_owned()
    };
    (project, import)
}

#[test]
fn where_cases_say_what_is_right_a_comparison_counts_what_got_worse() {
    let (project, import) = with_expected();
    let before =
        import(&project, ["billing billing", "billing account", "other other", "other other"]);
    let after = import(&project, ["billing", "account", "billing", "account"]);
    let runs = format!("{before}..{after}");
    let data = project.run(&["diff", &runs, "--json"]).exits(1).json();
    let kinds: Vec<&str> = data["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["change"]["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["negative-flip", "lateral-flip", "positive-flip"]);
    let flips = &data["flips"];
    assert_eq!(
        (&flips["cells"], &flips["worse"], &flips["better"]),
        (&4.into(), &1.into(), &1.into())
    );
    assert!((flips["noise"].as_f64().unwrap() - 0.125).abs() < 1e-9, "{flips}");
    project
        .run(&["diff", &runs])
        .exits(1)
        .says("4 cells with a known right answer: 1 got worse (25.0 %), 1 got better (25.0 %)");
    let refused = import(&project, ["-", "billing", "other", "other"]);
    let data = project.run(&["diff", &format!("{before}..{refused}"), "--json"]).json();
    assert_eq!(data["flips"]["worse"], 1, "an answer that cannot be used is wrong");
}
