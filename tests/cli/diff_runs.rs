//! Two stored runs of several answers a cell: what is noise between them, and what is not.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::project::Project;
use crate::world;

/// The usual answer to every case.
const USUAL: &str = r#"{"category":"billing","priority":"low","order":"1182","tags":["refund"]}"#;

/// The same with another priority.
const NORMAL: &str =
    r#"{"category":"billing","priority":"normal","order":"1182","tags":["refund"]}"#;

/// The same without its tags, which the schema allows.
const BARE: &str = r#"{"category":"billing","priority":"low","order":"1182"}"#;

/// A prompt with six cases.
fn project() -> Project {
    let project = Project::demo("id = \"m\"", world::WORLD);
    let mut prompt = "+++\nschema = \"schemas/triage.json\"\n".to_owned();
    for number in 0..6 {
        let _ = write!(prompt, "[[case]]\nname = \"c{number}\"\ninput = \"{number}\"\n");
    }
    project.write("prompts/triage.md", &(prompt + "+++\nAnswer with JSON only."));
    project
}

/// Imports so many usual answers of each case, but for the cases that have their own.
fn import(project: &Project, usual: usize, own: &[(usize, &[&str])]) -> String {
    let mut lines = String::new();
    for number in 0..6 {
        let known = own.iter().find(|(case, _)| *case == number).map(|(_, answers)| *answers);
        for text in known.unwrap_or(&vec![USUAL; usual]) {
            let case = format!("c{number}");
            let line = json!({"prompt": "triage", "case": case, "model": "swift", "text": text});
            let _ = writeln!(lines, "{line}");
        }
    }
    project.write("answers.jsonl", &lines);
    let run = project.run(&["import", "answers", "answers.jsonl", "--json"]).json();
    run["id"].as_str().unwrap().to_owned()
}

fn groups(data: &Value) -> Vec<(&str, &str, usize)> {
    let of = |group: &'_ Value| -> usize { group["cells"].as_array().unwrap().len() };
    let groups = data["groups"].as_array().unwrap().iter();
    let weighty = groups.filter(|group| group["change"]["level"] != "info");
    weighty
        .map(|group| {
            let change = &group["change"];
            (change["kind"].as_str().unwrap(), change["pointer"].as_str().unwrap(), of(group))
        })
        .collect()
}

#[test]
fn noise_between_two_runs_of_an_unchanged_model_is_no_change() {
    let project = project();
    let before = import(&project, 5, &[(0, &[USUAL, NORMAL, USUAL, USUAL, NORMAL])]);
    let after = import(&project, 5, &[(0, &[NORMAL, NORMAL, USUAL, NORMAL, USUAL])]);
    let runs = format!("{before}..{after}");
    let done = project.run(&["diff", &runs]).exits(0);
    done.says("6 cells judged as if 5 or more answers of").lacks("noise in");
    let data = project.run(&["diff", &runs, "--json"]).exits(0).json();
    // Whatever one of the first five answers said is nothing new.
    assert!(data["cells"].as_object().unwrap().values().all(|status| status == "same"), "{data}");
}

#[test]
fn one_odd_answer_of_five_is_no_change() {
    let project = project();
    let before = import(&project, 5, &[]);
    let after = import(&project, 5, &[(2, &[USUAL, USUAL, NORMAL, USUAL, USUAL])]);
    let runs = format!("{before}..{after}");
    project.run(&["diff", &runs]).exits(0).says("noise in 1 cell");
    let data = project.run(&["diff", &runs, "--json"]).exits(0).json();
    assert_eq!(groups(&data), []);
    assert_eq!(data["cells"]["triage/c2@swift"], "varies");
}

#[test]
fn what_one_cell_does_in_every_answer_is_found_with_its_place_and_its_witness() {
    let project = project();
    let noisy: &[&str] = &[USUAL, NORMAL, USUAL, USUAL, NORMAL];
    let before = import(&project, 5, &[(0, noisy)]);
    let after = import(&project, 5, &[(0, noisy), (3, &[BARE; 5])]);
    let runs = format!("{before}..{after}");
    let done = project.run(&["diff", &runs]).exits(1);
    let done = done.says("structure  /tags").says("triage/c3@swift");
    done.says("in 5 of 5 new answers, compared with 5 accepted answers").says("- [");
    let data = project.run(&["diff", &runs, "--json"]).exits(1).json();
    assert_eq!(groups(&data), [("field-removed", "/tags", 1)]);
    assert_eq!(data["cells"]["triage/c0@swift"], "same");
    assert_eq!(data["groups"][0]["change"]["before"], json!(["refund"]));
    // What most cells have is less of a surprise where it was not: nothing more can be asked.
    let back = project.run(&["diff", &format!("{after}..{before}"), "--json"]).exits(0).json();
    assert_eq!(groups(&back), [("field-added", "/tags", 1)]);
    assert_eq!(back["cells"]["triage/c3@swift"], "suspect");
}

#[test]
fn what_cells_share_is_found_in_the_prompt_and_said_of_every_cell() {
    let project = project();
    let before = import(&project, 3, &[]);
    let bare: Vec<(usize, &[&str])> = (0..6).map(|case| (case, &[BARE; 3][..])).collect();
    let after = import(&project, 3, &bare);
    let data = project.run(&["diff", &format!("{before}..{after}"), "--json"]).exits(1).json();
    assert_eq!(groups(&data), [("field-removed", "/tags", 6)]);
    let finding = &data["decisions"][0]["findings"][0];
    assert_eq!((&finding["scope"], &finding["cells"]), (&json!("prompt"), &json!(6)), "{data:#}");
}

#[test]
fn answers_that_cannot_be_used_break_their_cell() {
    let project = project();
    let before = import(&project, 5, &[]);
    let after = import(&project, 5, &[(1, &["sorry"; 5])]);
    let data = project.run(&["diff", &format!("{before}..{after}"), "--json"]).exits(1).json();
    assert_eq!(data["cells"]["triage/c1@swift"], "broken");
    assert_eq!(data["only_left"], json!([]));
}

#[test]
fn with_one_answer_of_a_side_whatever_differs_counts_and_may_be_noise() {
    let project = project();
    let (before, after) = (import(&project, 1, &[]), import(&project, 1, &[(0, &[NORMAL])]));
    let runs = format!("{before}..{after}");
    let done = project.run(&["diff", &runs]).exits(1);
    done.says("1 cell changed where a run has fewer than 3 valid answers: that may be noise");
    let data = project.run(&["diff", &runs, "--json"]).exits(1).json();
    assert_eq!((&data["unsure"], &data["decisions"]), (&json!(["triage/c0@swift"]), &json!([])));
    let bare: Vec<(usize, &[&str])> = (0..6).map(|case| (case, &[BARE][..])).collect();
    let after = import(&project, 1, &bare);
    let data = project.run(&["diff", &format!("{before}..{after}"), "--json"]).exits(1).json();
    assert_eq!(data["unsure"], json!([]), "what all cells share is no noise");
}

#[test]
fn a_wrong_answer_where_all_were_right_is_a_negative_flip() {
    let project = project();
    project.replace(
        "prompts/triage.md",
        "input = \"4\"",
        "input = \"4\"\nexpect = { \"/priority\" = \"low\" }",
    );
    let before = import(&project, 5, &[]);
    let after = import(&project, 5, &[(4, &[NORMAL; 5])]);
    let data = project.run(&["diff", &format!("{before}..{after}"), "--json"]).exits(1).json();
    assert_eq!(groups(&data), [("negative-flip", "/priority", 1)]);
    assert_eq!(data["flips"]["worse"], 1);
}

#[test]
fn runs_that_were_asked_are_compared_as_imported_ones_are() {
    let project = world::deep();
    let run = |project: &Project| {
        let done = project.run(&["run", "--samples", "5", "--json"]).json();
        done["id"].as_str().unwrap().to_owned()
    };
    let (first, second) = (run(&project), run(&project));
    let done = project.run(&["diff", &format!("{first}..{second}")]).exits(0);
    done.says("14 cells judged as if 5 or more answers of");
    world::lose_tags(&project);
    let third = run(&project);
    let data = project.run(&["diff", &format!("{first}..{third}"), "--json"]).exits(1).json();
    assert_eq!(groups(&data), [("field-removed", "/tags", 14)]);
}

#[test]
fn a_single_answer_that_can_no_longer_be_used_breaks_its_cell() {
    let project = project();
    let all = |text: &'static [&'static str]| -> Vec<(usize, &[&str])> {
        (0..6).map(|case| (case, text)).collect()
    };
    for (answers, broken) in [(1, &["sorry"][..]), (2, &["sorry", "sorry"][..])] {
        let (before, after) =
            (import(&project, answers, &[]), import(&project, answers, &all(broken)));
        let data = project.run(&["diff", &format!("{before}..{after}"), "--json"]).exits(1).json();
        assert_eq!(groups(&data), [("refused", "", 6)]);
        assert_eq!(data["cells"]["triage/c1@swift"], "broken");
        assert_eq!((&data["only_left"], &data["only_right"]), (&json!([]), &json!([])));
        assert_eq!(data["unsure"], json!([]), "what all cells share is no noise");
        // What was broken before is no news, and what is whole again is no fault.
        let data = project.run(&["diff", &format!("{after}..{after}"), "--json"]).exits(0).json();
        assert_eq!((groups(&data), &data["only_left"]), (vec![], &json!([])));
        let back = project.run(&["diff", &format!("{after}..{before}"), "--json"]).exits(0).json();
        assert_eq!(back["cells"]["triage/c1@swift"], "new");
        assert_eq!(back["only_right"], json!([]));
    }
}
