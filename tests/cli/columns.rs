//! What moves over a whole column although no cell says anything: numbers around the answers, and
//! closed lists of which one value is left.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::project::Project;

const CASES: usize = 24;

/// One prompt of many cases.
fn project() -> Project {
    let project = Project::demo("id = \"m\"", crate::world::WORLD);
    let mut prompt = "+++\nschema = \"schemas/triage.json\"\n".to_owned();
    for number in 0..CASES {
        let _ = write!(prompt, "[[case]]\nname = \"c{number}\"\ninput = \"Order {number}.\"\n");
    }
    project.write("prompts/triage.md", &(prompt + "+++\nAnswer with JSON only."));
    project
}

/// A run of three answers of each case.
fn import(project: &Project, category: impl Fn(usize) -> &'static str, numbers: [u32; 3]) -> Value {
    let [output, reasoning, latency] = numbers;
    let mut lines = String::new();
    for number in 0..CASES {
        for trial in 1..=3 {
            let line = json!({
                "prompt": "triage", "case": format!("c{number}"), "model": "swift", "trial": trial,
                "value": {"category": category(number), "priority": "normal"},
                "usage": {"input": 312, "output": output, "reasoning": reasoning},
                "latency_ms": latency,
            });
            let _ = writeln!(lines, "{line}");
        }
    }
    project.write("answers.jsonl", &lines);
    project.run(&["import", "answers", "answers.jsonl", "--json"]).json()
}

fn kinds(run: &Value) -> Vec<&str> {
    let all = run["columns"].as_array().into_iter().flatten();
    all.map(|change| change["kind"].as_str().unwrap()).collect()
}

fn mixed(number: usize) -> &'static str {
    ["billing", "account", "other"][number % 3]
}

#[test]
fn tokens_that_move_everywhere_are_told_and_a_latency_only_when_it_shows_again() {
    let project = project();
    import(&project, mixed, [100, 40, 1000]);
    project.run(&["accept", "--all"]).exits(0);
    assert_eq!(kinds(&import(&project, mixed, [104, 42, 1100])), [""; 0]);
    let run = import(&project, mixed, [130, 40, 2000]);
    assert_eq!(kinds(&run), ["output-tokens-changed"]);
    let by = run["columns"][0]["by"].as_f64().unwrap();
    assert!((by - 0.3).abs() < 1e-9, "{by}");
    assert_eq!((&run["columns"][0]["level"], &run["exit_code"]), (&json!("info"), &json!(0)));
    let run = import(&project, mixed, [100, 60, 2000]);
    assert_eq!(kinds(&run), ["reasoning-tokens-changed", "latency-changed"]);
    project
        .run(&["report", "-v"])
        .exits(0)
        .says("answers take 100 % more time in the middle of 24 cells");
}

#[test]
fn a_closed_list_of_which_one_value_is_left_breaks_the_column() {
    let project = project();
    import(&project, mixed, [100, 40, 1000]);
    project.run(&["accept", "--all"]).exits(0);
    let run = import(&project, |_| "other", [100, 40, 1000]);
    assert!(kinds(&run).contains(&"enum-support-shift"), "{:?}", kinds(&run));
    let collapsed = run["columns"].as_array().unwrap().iter().find(|c| c["prompt"] == "triage");
    assert_eq!(collapsed.unwrap()["level"], "breaking");
    let text =
        "/category is \"other\" in all of 24 cells, where the accepted answers have 3 values";
    project.run(&["report"]).exits(0).says(text);
}
