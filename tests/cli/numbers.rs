//! A number that varies by itself: no single answer is news, but all of them together can move.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::project::Project;

const CASES: u32 = 24;

const SCHEMA: &str = r#"{
  "type": "object",
  "properties": { "label": { "type": "string" }, "score": { "type": "number" } },
  "required": ["label", "score"],
  "additionalProperties": false
}"#;

/// What a case has for a score, more or less.
fn usual(case: u32) -> f64 {
    0.5 + 0.01 * f64::from(case)
}

/// One prompt of many cases, whose answers have a score. The newer version scores lower.
fn project() -> Project {
    let mut world = "[[version]]\nid = \"m-2026-01-01\"\n[[version]]\nid = \"m-2026-06-01\"\n\
                     quirks = [{ kind = \"number-scaled\", pointer = \"/score\", to = 0.75 }]\n"
        .to_owned();
    let mut prompt = "+++\nschema = \"schemas/score.json\"\n".to_owned();
    for case in 0..CASES {
        let _ = write!(prompt, "[[case]]\nname = \"c{case}\"\ninput = \"Order {case}.\"\n");
        let score = usual(case);
        let _ = write!(
            world,
            "[[answer]]\nwhen = \"Order {case}.\"\nvalue = {{ label = \"bug\", score = {score:.2} }}\n"
        );
    }
    let project = Project::demo("id = \"m-2026-01-01\"", &world);
    let config = project.read("promptmatrix.toml");
    project.write("promptmatrix.toml", &format!("{config}[roles]\n\"/score\" = \"numeric\"\n"));
    project.write("schemas/score.json", SCHEMA);
    std::fs::remove_file(project.path("schemas/triage.json")).unwrap();
    project.write("prompts/triage.md", &(prompt + "+++\nScore it. Answer with JSON only."));
    project
}

/// A run of five answers of each case, whose scores scatter and lie lower by so much.
fn import(project: &Project, seed: u32, lower: f64) -> Value {
    let mut lines = String::new();
    for case in 0..CASES {
        for trial in 1..=5u32 {
            let scatter = f64::from((case * 7 + trial * 11 + seed * 5) % 9) - 4.0;
            let score = usual(case) + 0.01 * scatter - lower;
            let value = json!({"label": "bug", "score": (score * 1000.0).round() / 1000.0});
            let line = json!({
                "prompt": "triage", "case": format!("c{case}"), "model": "swift", "value": value
            });
            let _ = writeln!(lines, "{line}");
        }
    }
    project.write("answers.jsonl", &lines);
    project.run(&["import", "answers", "answers.jsonl", "--json"]).json()
}

/// The groups of numbers that moved, with how many cells each has.
fn moved(data: &Value) -> Vec<(&Value, usize)> {
    let all = data["groups"].as_array().unwrap().iter();
    let all = all.filter(|group| group["change"]["kind"] == "confidence-shift");
    all.map(|group| (&group["change"], group["cells"].as_array().unwrap().len())).collect()
}

fn id(run: &Value) -> &str {
    run["id"].as_str().unwrap()
}

#[test]
fn a_number_that_scatters_as_before_is_no_news() {
    let project = project();
    let first = import(&project, 0, 0.0);
    project.run(&["accept", "--all"]).exits(0);
    let second = import(&project, 3, 0.0);
    assert_eq!((&second["exit_code"], moved(&second).len()), (&json!(0), 0), "{second:#}");
    let runs = format!("{}..{}", id(&first), id(&second));
    project.run(&["diff", &runs]).exits(0);
}

#[test]
fn a_number_that_moves_over_all_cells_is_one_group_and_fails() {
    let project = project();
    import(&project, 0, 0.0);
    project.run(&["accept", "--all"]).exits(0);
    let run = import(&project, 3, 0.12);
    let found = moved(&run);
    assert_eq!((found.len(), found[0].1), (1, CASES as usize), "{:#}", run["groups"]);
    assert_eq!(
        (&found[0].0["pointer"], &found[0].0["level"]),
        (&json!("/score"), &json!("review"))
    );
    let cells = run["cells"].as_array().unwrap().iter();
    assert!(cells.clone().all(|cell| cell["status"] == "changed" && cell["fails"] == true));
    let finding = &cells.clone().next().unwrap()["decision"]["findings"][0];
    assert_eq!(
        (&finding["deviation"], &finding["scope"], &finding["cells"]),
        (&json!("down M /score"), &json!("prompt"), &json!(CASES)),
        "{finding:#}"
    );
    assert_eq!(run["exit_code"], 1);
    project.run(&["report"]).exits(0).says("~ changed  number  /score").says("24 cells");
    project.run(&["report", "--format", "md"]).exits(0).says("/score");
    project.run(&["explain", "confidence-shift"]).exits(0).says("thresholds");
}

#[test]
fn a_suite_that_does_not_mind_says_so_by_its_levels() {
    let project = project();
    let config = project.read("promptmatrix.toml");
    project.write("promptmatrix.toml", &format!("{config}[levels]\nconfidence-shift = \"info\"\n"));
    import(&project, 0, 0.0);
    project.run(&["accept", "--all"]).exits(0);
    let run = import(&project, 3, 0.12);
    assert_eq!((moved(&run).len(), &run["exit_code"]), (0, &json!(0)), "{:#}", run["groups"]);
}

#[test]
fn two_runs_are_compared_by_their_numbers_too() {
    let project = project();
    let (first, second) = (import(&project, 0, 0.0), import(&project, 3, 0.12));
    let runs = format!("{}..{}", id(&first), id(&second));
    let done = project.run(&["diff", &runs]).exits(1);
    done.says("~ changed  number  /score").says("24 cells");
    let data = project.run(&["diff", &runs, "--json"]).exits(1).json();
    assert_eq!((moved(&data).len(), &data["cells"]["triage/c0@swift"]), (1, &json!("changed")));
}

#[test]
fn an_upgrade_whose_numbers_move_is_not_safe_and_says_by_how_much() {
    let project = project();
    project.run(&["run", "--samples", "5"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    let done = project.run(&["upgrade", "swift", "--to", "m-2026-06-01"]).exits(1);
    let done = done.says("NOT SAFE").says("~ changed  number  /score");
    done.says("no-go      number /score in 24 of 24");
}
