//! Runs over the matrix: selection, records, samples, and what is kept.

use std::fs;

use crate::project::Project;

const WORLD: &str = r#"
[[version]]
id = "m-2026-01-01"

[[version]]
id = "wobbly-2026-01-01"
quirks = [{ kind = "enum-shifted", pointer = "/category", rate = 0.5 }]
"#;

fn project() -> Project {
    Project::demo("id = \"m-2026-01-01\"", WORLD)
}

#[test]
fn the_record_of_a_run_fits_its_own_schema() {
    let project = project();
    let record = project.run(&["run", "--json"]).exits(0).json();
    let schema = project.run(&["schema", "run"]).exits(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<_> = validator.iter_errors(&record).map(|e| e.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(record["format"], 1);
}

#[test]
fn patterns_pick_cells_and_a_pattern_without_a_cell_exits_4() {
    let project = project();
    let record = project.run(&["run", "triage/refund", "--json"]).exits(0).json();
    assert_eq!(record["cells"].as_array().unwrap().len(), 1);
    project.run(&["run", "triag/*@swift"]).exits(4).warns("did you mean `triage/*@swift`?");
    project.run(&["list", "!@swift"]).exits(4).warns("no cell matches");
}

#[test]
fn a_dry_run_sends_nothing_and_writes_nothing() {
    let project = project();
    project.run(&["run", "--dry-run"]).exits(0).says("10 calls").says("Nothing was sent");
    assert!(!project.path(".promptmatrix").exists());
}

#[test]
fn samples_that_disagree_vary() {
    let project = Project::demo("id = \"wobbly-2026-01-01\"", WORLD);
    // As long as nothing is accepted, nothing says that they should agree.
    project.run(&["run", "--samples", "12"]).exits(0).says("2 new");
    project.run(&["run", "--samples", "1"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    let record = project.run(&["run", "--samples", "12", "--json"]).json();
    assert!(record["totals"]["trials"].as_u64().unwrap() >= 24, "{record:#}");
    assert_eq!(record["totals"]["cells"]["varies"], 2, "{record:#}");
}

#[test]
fn only_what_did_not_pass_is_asked_again() {
    let project = project();
    project.run(&["run"]).exits(0);
    project.run(&["accept", "triage/refund"]).exits(0);
    project.run(&["run"]).exits(0);
    let record = project.run(&["run", "--failed", "--json"]).exits(0).json();
    assert_eq!(record["cells"].as_array().unwrap().len(), 1);
    assert_eq!(record["cells"][0]["cell"], "triage/login@swift");
}

#[test]
fn every_answer_is_in_the_journal() {
    let project = project();
    let record = project.run(&["run", "--json", "-o", "run.json"]).exits(0).json();
    let folder = project.path(".promptmatrix/runs").join(record["id"].as_str().unwrap());
    let journal = fs::read_to_string(folder.join("cells.jsonl")).unwrap();
    assert_eq!(journal.lines().count(), 1 + 10, "five answers of each new cell");
    let kept: serde_json::Value = serde_json::from_str(&project.read("run.json")).unwrap();
    assert_eq!(kept, record);
}

#[test]
fn a_cell_without_a_key_is_skipped_and_the_rest_runs() {
    let project = project();
    let more = "[models.flagship]\nprovider = \"openai\"\nid = \"gpt-4o-2024-08-06\"\n";
    let config = project.read("promptmatrix.toml");
    project.write("promptmatrix.toml", &format!("{config}{more}"));
    project.run(&["run"]).exits(3).says("2 new, 2 skipped").says("OPENAI_API_KEY");
}

#[test]
fn a_cell_shows_its_request_and_the_schema_as_it_is_sent() {
    let project = project();
    let shown = project.run(&["show", "triage/refund@swift", "--json"]).exits(0).json();
    assert_eq!(shown["cell"], "triage/refund@swift");
    assert_eq!(shown["schema"]["required"].as_array().unwrap().len(), 2);
    assert_eq!(shown["schema_sent"]["required"].as_array().unwrap().len(), 4);
    assert!(!shown["lowering"].as_array().unwrap().is_empty());
    project.run(&["show", "triage"]).exits(2).warns("name one of");
}

#[test]
fn an_unknown_output_is_refused_before_anything_is_asked() {
    let project = project();
    project.run(&["run", "-o", "run.pdf"]).exits(2).warns("run.pdf");
    assert!(!project.path(".promptmatrix").exists());
}

#[test]
fn old_runs_are_deleted_by_rule_after_a_run() {
    let project = project();
    let config = project.read("promptmatrix.toml");
    project.write("promptmatrix.toml", &format!("{config}[store]\nkeep-runs = 2\n"));
    let ids = [(); 4].map(|()| project.run(&["run", "--json"]).exits(0).json()["id"].clone());
    let folder = fs::read_dir(project.path(".promptmatrix/runs")).unwrap();
    let mut kept: Vec<_> =
        folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    kept.sort();
    assert_eq!(kept, ids[2..]);
}
