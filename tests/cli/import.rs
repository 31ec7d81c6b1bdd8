//! Answers that others recorded become a run like any other.

use serde_json::{Value, json};

use crate::project::{Done, Project};
use crate::world::accepted;

const REFUND: &str =
    r#"{"category":"billing","priority":"normal","order":"1182","tags":["refund"]}"#;

fn line(case: &str, more: &Value) -> String {
    let mut line = json!({"prompt": "triage", "case": case, "model": "swift"});
    line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    format!("{line}\n")
}

fn import(project: &Project, lines: &str, flags: &[&str]) -> Done {
    project.write("answers.jsonl", lines);
    project.run(&[&["import", "answers", "answers.jsonl"], flags].concat())
}

#[test]
fn recorded_answers_are_judged_like_asked_ones_and_no_model_is_asked() {
    let project = accepted("id = \"m-2026-01-01\"");
    let lines = line("refund", &json!({"text": REFUND, "served": null}))
        + &line("login", &json!({"text": "I cannot help with that."}));
    let done = import(&project, &lines, &[]).exits(1);
    done.says("refused").says("2 cells: 1 same, 1 broken").says("2 answers imported");
    let nonsense = line("refund", &json!({"text": REFUND.replace("billing", "nonsense")}));
    import(&project, &nonsense, &[]).exits(1).says("/category");
    let run = import(&project, &lines, &["--json"]).exits(1).json();
    assert_eq!(run["totals"]["imported"], 2);
    assert_eq!((&run["totals"]["calls"], &run["totals"]["trials"]), (&json!(0), &json!(0)));
    assert_eq!(run["cells"][1]["trials"][0]["source"], "imported");
    project.run(&["report"]).exits(0).says("refused");
}

#[test]
fn what_the_lines_say_of_the_exchange_is_in_the_record() {
    let project = accepted("id = \"m-2026-01-01\"");
    let exchange = json!({
        "text": "{\"category\": \"bil", "stop": "max_tokens", "requested": "m-old", "at":
        "2026-01-02T03:04:05Z", "served": "m-old-0117", "latency_ms": 1250, "trial": 3,
        "usage": {"input": 312, "output": 41},
    });
    let run = import(&project, &line("refund", &exchange), &["--json"]).exits(1).json();
    let cell = &run["cells"][0];
    assert_eq!(cell["changes"][0]["kind"], "truncated");
    assert_eq!(cell["meta"]["requested"], "m-old");
    assert_eq!(run["models"]["swift"]["served"], json!(["m-old-0117"]));
    let trial = &cell["trials"][0];
    assert_eq!((&trial["number"], &trial["latency_ms"]), (&json!(3), &json!(1250)));
    assert_eq!(
        (&trial["at"], &trial["usage"]["input"]),
        (&json!("2026-01-02T03:04:05Z"), &json!(312))
    );
}

#[test]
fn a_value_that_was_read_already_can_be_accepted_and_runs_are_compared() {
    let project = Project::demo("id = \"m-2026-01-01\"", crate::world::WORLD);
    let value: Value = serde_json::from_str(REFUND).unwrap();
    let lines = line("refund", &json!({"value": value}));
    let first = import(&project, &lines, &["--json"]).exits(0).json();
    project.run(&["accept", "--all"]).exits(0).says("accepted 1 answer");
    let moved = lines.replace("billing", "account");
    let second = import(&project, &(moved.clone() + &moved), &["--json"]).exits(0).json();
    // One accepted answer does not tell whether that is noise.
    let cell = &second["cells"][0];
    assert_eq!((&cell["status"], &cell["agreeing"]), (&json!("suspect"), &json!(2)));
    let id = |run: &Value| run["id"].as_str().unwrap().to_owned();
    let runs = format!("{}..{}", id(&first), id(&second));
    project.run(&["diff", &runs]).exits(1).says("value").says("/category");
}

#[test]
fn every_mistake_is_told_with_its_line_and_nothing_is_kept() {
    let project = Project::demo("id = \"m-2026-01-01\"", crate::world::WORLD);
    let lines = [
        line("refund", &json!({"text": "{}", "trial": 1})),
        "{\"prompt\": \"triage\",\n".to_owned(),
        line("refnd", &json!({"text": "{}"})),
        line("login", &json!({})),
        line("login", &json!({"text": "{}", "value": 1})),
        line("refund", &json!({"text": "{}", "trial": 1})),
        line("login", &json!({"text": 7, "latency": 1})),
        line("login", &json!({"text": "{}", "at": "yesterday"})),
    ];
    let done = import(&project, &lines.concat(), &[]).exits(2);
    for said in [
        "answers::not-json",
        "answers.jsonl:2:",
        "answers::unknown-cell",
        "did you mean `triage/refund@swift`?",
        "answers.jsonl:3:",
        "the line has no answer",
        "the line has two answers",
        "trial 1 of `triage/refund@swift` occurs twice",
        "answers::wrong-type",
        "unknown key `latency`",
        "`at` is no time",
        "answers.jsonl:8:",
    ] {
        assert!(done.stderr.contains(said), "no `{said}` in:\n{}", done.stderr);
    }
    project.run(&["report"]).exits(2).warns("there is no stored run");
    import(&project, "\n", &[]).exits(2).warns("has no answer");
    let two = line("refund", &json!({"text": "{}", "requested": "a"}))
        + &line("refund", &json!({"text": "{}", "requested": "b"}));
    import(&project, &two, &[]).exits(2).warns("several model ids").warns("refund");
}

#[test]
fn in_tool_mode_the_text_is_what_the_tool_was_called_with() {
    let project =
        Project::demo("id = \"m-2026-01-01\"\nstructured = \"tool\"", crate::world::WORLD);
    let run = import(&project, &line("refund", &json!({"text": REFUND})), &["--json"]).exits(0);
    assert_eq!(run.json()["cells"][0]["trials"][0]["how"], "tool-call");
}
