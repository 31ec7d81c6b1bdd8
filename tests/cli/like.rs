//! Slots that are like others, and slots that are only code.

use crate::project::Project;
use crate::world::WORLD;

const PLAIN: &str = "[models.plain]\nlike = \"swift\"\nstructured = \"prompt\"\n";

fn with(models: &str) -> Project {
    let project = Project::demo("id = \"m-2026-01-01\"\ntemperature = 0.5", WORLD);
    let config = project.read("promptmatrix.toml");
    project.write("promptmatrix.toml", &format!("{config}{models}"));
    project
}

#[test]
fn a_slot_has_the_settings_of_the_one_that_it_is_like_and_says_what_its_own_cost() {
    let project = with(PLAIN);
    project.run(&["run"]).exits(0).says("4 new");
    let body = project.run(&["show", "triage/refund@plain", "--json"]).exits(0).json();
    let body = &body["request"]["body"];
    assert_eq!((&body["model"], &body["temperature"]), (&"m-2026-01-01".into(), &0.5.into()));
    assert!(body.get("response_format").is_none(), "{body}");
    let done = project.run(&["diff", "plain..swift", "--stat"]);
    done.says("plain (prompt): 10 of 10 answers valid")
        .says("swift in place of plain: validity +0.0 points");
    let data = project.run(&["diff", "plain..swift", "--json"]).json();
    let tokens = |slot: usize| data["slots"][slot]["tokens"].as_u64().unwrap();
    assert!(tokens(0) > tokens(1), "the schema in words costs tokens: {data:#}");
    project.run(&["upgrade", "plain", "--to", "m-2026-07-01", "--dry-run"]).exits(0);
}

#[test]
fn a_slot_is_like_one_that_is_there_and_like_none_itself() {
    let wrong =
        |like: &str| with(&format!("{PLAIN}[models.third]\nlike = \"{like}\"\n")).run(&["check"]);
    wrong("swft").exits(2).warns("there is no other slot `swft`").warns("did you mean `swift`?");
    wrong("third").exits(2).warns("there is no other slot `third`");
    wrong("plain").exits(2).warns("is like another slot itself").warns("like = \"swift\"");
    with("[models.third]\nid = \"x\"\n").run(&["check"]).exits(2).warns("`provider` is missing");
}

#[cfg(unix)]
#[test]
fn a_prompt_whose_cases_a_free_program_answers_as_expected_needs_no_model() {
    let code = "[models.code]\nprovider = \"command\"\ncommand = [\"sh\", \"code.sh\"]\n\
                price = { input = 0, output = 0 }\n";
    let project = with(code);
    project.write(
        "code.sh",
        "if grep -q charged; then echo '{\"category\": \"billing\", \"priority\": \"normal\"}'\n\
         else echo '{\"category\": \"account\", \"priority\": \"urgent\"}'; fi\n",
    );
    let sentence = "triage needs no model: code answers 2 of 2 cases";
    project.run(&["run", "@code", "--max-cost", "1"]).exits(0).says("2 new");
    // Valid alone shows nothing.
    project.run(&["cost"]).exits(0).lacks(sentence);
    let expects = |case: &str, category: &str| {
        let from = format!("name = \"{case}\"\n");
        let to = format!("{from}expect = {{ \"/category\" = \"{category}\" }}\n");
        project.replace("prompts/triage.md", &from, &to);
    };
    expects("refund", "billing");
    expects("login", "account");
    project.run(&["run"]).exits(0);
    project.run(&["cost"]).exits(0).says(sentence);
    let data = project.run(&["cost", "--json"]).exits(0).json();
    assert_eq!(data["by_code"][0]["cases"], 2);
    project.replace("prompts/triage.md", "\"account\" }", "\"other\" }");
    project.run(&["run"]).exits(1);
    project.run(&["cost"]).exits(0).lacks(sentence);
}
