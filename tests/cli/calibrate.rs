//! What the gate is worth on a suite: what slips through, and what is said of that.

use serde_json::Value;

use crate::project::Project;

const WORLD: &str = r#"
[[version]]
id = "m-2026-01-01"
quirks = []

[[answer]]
when = "charged twice"
value = { category = "billing", priority = "normal", order = "A-1182", tags = ["refund", "twice"] }

[[answer]]
when = "log in"
value = { category = "account", priority = "urgent", tags = ["login", "phone"] }
"#;

/// A suite with an accepted baseline of so many answers.
fn accepted(answers: &str) -> Project {
    with("", answers)
}

/// The same, with more in its config.
fn with(config: &str, answers: &str) -> Project {
    let project = Project::demo("id = \"m-2026-01-01\"", WORLD);
    let plain = project.read("promptmatrix.toml");
    project.write("promptmatrix.toml", &format!("{plain}{config}"));
    project.run(&["run", "--samples", answers]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project
}

fn shots<'d>(data: &'d Value, breakage: &str, place: &str) -> Vec<&'d Value> {
    let shots = data["drill"]["shots"].as_array().unwrap().iter();
    shots.filter(|shot| shot["breakage"] == breakage && shot["place"] == place).collect()
}

#[test]
fn what_the_suite_does_not_look_at_slips_through_and_the_fix_is_named() {
    let project = with("[compare]\nignore = [\"/order\"]\n", "5");
    let done = project.run(&["calibrate"]).exits(0);
    let done = done.says("null-instead-of-value  even where every case has it");
    // One accepted answer has null there: a rule against it would break it.
    let done = done.says("list `order` under `required` in the schema");
    done.says("take `/order` out of `ignore` in [compare]");
}

#[test]
fn a_breakage_is_caught_by_the_schema_or_by_the_comparison() {
    let project = accepted("5");
    let data = project.run(&["calibrate", "--json"]).exits(0).json();
    for shot in shots(&data, "enum-case", "/category") {
        assert_eq!(shot["caught"], serde_json::json!({"contract": 1}), "{shot:#}");
        assert!(shot["remedy"].is_null(), "{shot:#}");
    }
    let shrunk = shots(&data, "array-shrunk", "/tags");
    assert_eq!(shrunk.len(), 2, "all cases, and one");
    for shot in shrunk {
        assert!(shot["caught"]["contract"].is_null(), "{shot:#}");
        assert_eq!(shot["remedy"], "say `\"minItems\": 2` at `/tags` in the schema");
    }
    let none = data["drill"]["not_applicable"]["triage"].as_array().unwrap();
    assert!(none.contains(&"int-to-float".into()) && !none.contains(&"label-flip".into()));
    let schema = project.run(&["schema", "calibrate"]).exits(0).json();
    let problems: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&data)
        .map(|error| error.to_string())
        .collect();
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn a_free_text_and_the_call_of_a_tool_are_drilled_as_what_they_are() {
    let world = r#"
[[version]]
id = "m-2026-01-01"
quirks = []

[[answer]]
when = "the sea"
text = "The sea is wide, and its waves are salty and blue."

[[answer]]
when = "refund"
tool = "refund"
arguments = { order = "ORD-1182", cents = 900 }
"#;
    let project = Project::demo("id = \"m-2026-01-01\"", world);
    std::fs::remove_file(project.path("prompts/triage.md")).unwrap();
    let case = |input| format!("[[case]]\nname = \"x\"\ninput = \"{input}\"\n+++\nAnswer.\n");
    project.write("prompts/free.md", &format!("+++\n{}", case("Of the sea")));
    let tool = "[[tool]]\nname = \"refund\"\ndescription = \"Pays back\"\nparameters = \"schemas/refund.json\"\n";
    project.write("prompts/act.md", &format!("+++\n{tool}{}", case("A refund for me")));
    let parameters = r#"{"type": "object", "properties": {"order": {"type": "string"},
        "cents": {"type": "integer"}}, "required": ["order", "cents"]}"#;
    project.write("schemas/refund.json", parameters);
    project.run(&["run"]).exits(0).says("2 new");
    project.run(&["accept", "--all"]).exits(0);
    let done = project.run(&["calibrate", "--all"]).exits(0).says("refusal-text");
    let done = done.says("give the prompt a schema: of a free text, nothing reads the words");
    done.says("say `\"pattern\": \"^ORD-\"` at `/order` in the schema");
    let data = project.run(&["calibrate", "--json"]).exits(0).json();
    assert!(data["drill"]["left_out"].is_null(), "{data:#}");
    let flipped = shots(&data, "number-as-string", "/arguments/cents");
    assert_eq!(flipped[0]["caught"], serde_json::json!({"contract": 1}));
}

#[test]
fn nothing_is_asked_and_nothing_is_changed() {
    let project = accepted("2");
    let before = project.run(&["status"]).exits(0).stdout;
    let once = project.run(&["calibrate", "--rates", "100,25"]).exits(0);
    let once = once.says("every case, 25 % of answers").stdout;
    assert_eq!(project.run(&["calibrate", "--rates", "25,100"]).exits(0).stdout, once);
    assert_eq!(project.run(&["status"]).exits(0).stdout, before);
}

#[test]
fn cells_that_cannot_be_drilled_are_told() {
    let project = Project::demo("id = \"m-2026-01-01\"", WORLD);
    let done = project.run(&["calibrate"]).exits(0);
    done.says("no accepted answer that could be broken").says("2 cells left out");
    project.run(&["calibrate", "nothing"]).exits(4);
    project.run(&["calibrate", "--rates", "0"]).exits(2);
}

const MOODY: &str = "quirks = [{ kind = \"enum-shifted\", pointer = \"/category\", \
                     to = { billing = \"account\", account = \"other\" }, rate = 0.3 }]";

/// Three of ten answers break the schema.
const BREAKS: &str =
    "quirks = [{ kind = \"schema-violation\", pointer = \"/category\", rate = 0.3 }]";

fn rate(project: &Project) -> f64 {
    let data = project.run(&["calibrate", "--json"]).exits(0).json();
    data["alarms"]["rate"]["per_thousand"].as_f64().unwrap()
}

#[test]
fn labels_that_vary_raise_no_alarm_whatever_was_accepted() {
    let of = |quirk: &str, answers: &str| {
        let project = Project::demo("id = \"m-2026-01-01\"", &WORLD.replace("quirks = []", quirk));
        project.run(&["run", "--samples", answers]);
        project.run(&["accept", "--all"]).exits(0);
        for _ in 0..3 {
            project.run(&["run", "--samples", "5"]);
        }
        project
    };
    let shallow = of(MOODY, "1");
    let told = shallow.run(&["calibrate"]).exits(0);
    let told = told.says("false alarms per 1,000 cells (95 % interval: at most ");
    told.says("stored answers of 2 cells, each cell judged by 1 accepted answer");
    let (shallow, deep) = (rate(&shallow), rate(&of(MOODY, "5")));
    assert!(shallow < 1.0 && deep < 1.0, "{shallow} {deep}");
    // Six broken answers of a cell alone are not at hand, and that is said.
    let told = of(BREAKS, "1").run(&["calibrate"]).exits(0);
    told.says("was to be asked again, and had no more answers: there may be more alarms");
}

#[test]
fn what_is_missing_is_asked_for_once_and_kept_as_a_run() {
    let mut project = accepted("5");
    let few = project.run(&["calibrate"]).exits(0);
    few.says("not measured").says("a cell lacks up to 4").says("calibrate --rerun");
    project.set("PROMPTMATRIX_OFFLINE", "1");
    project.run(&["calibrate", "--rerun"]).exits(2).warns("calibrate::offline");
    project.set("PROMPTMATRIX_OFFLINE", "0");
    let asked = project.run(&["calibrate", "--rerun"]).exits(0).warns("12 answers more");
    let asked = asked.says("would raise 0 false alarms per 1,000 cells (95 % interval: at most ");
    asked.says("each cell judged by 5 accepted answers or more");
    project.run(&["status"]).exits(0).says("2 cells, every one with a snapshot that fits");
    let again = project.run(&["calibrate", "--rerun"]).exits(0);
    assert!(!again.stderr.contains("answers more"), "{}", again.stderr);
    let drill = project.run(&["calibrate", "--only", "drill", "--json"]).exits(0).json();
    assert!(drill["alarms"].is_null() && drill["drill"].is_object());
    let alarms = project.run(&["calibrate", "--only", "alarms", "--json"]).exits(0).json();
    assert!(alarms["alarms"].is_object() && alarms["drill"].is_null());
}

#[test]
fn answers_of_another_version_than_the_accepted_one_count_for_nothing() {
    let versions = "[alias]\nfloat = \"m-2026-01-01\"\n\
                    [[version]]\nid = \"m-2026-02-02\"\nquirks = []\n";
    let project = Project::demo("id = \"float\"", &format!("{versions}{WORLD}"));
    project.run(&["run", "--samples", "5"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project.replace("world.toml", "float = \"m-2026-01-01\"", "float = \"m-2026-02-02\"");
    project.run(&["run", "--samples", "9"]);
    let told = project.run(&["calibrate"]).exits(0).says("Not measured: nothing is unchanged");
    told.says("another version than the accepted one answers");
    let asked = project.run(&["calibrate", "--rerun"]).exits(0);
    assert!(!asked.stderr.contains("answers more"), "{}", asked.stderr);
}

#[test]
fn a_model_that_cannot_be_asked_again_leaves_it_open() {
    let project = accepted("1");
    let config = project.read("promptmatrix.toml");
    let other = "[models.far]\nprovider = \"openai\"\nid = \"gpt-4o-2024-08-06\"\n";
    project.write("promptmatrix.toml", &format!("{config}{other}"));
    for case in ["refund", "login"] {
        let snapshot = project.read(&format!("snapshots/triage/{case}@swift.snap"));
        project.write(&format!("snapshots/triage/{case}@far.snap"), &snapshot);
    }
    let done = project.run(&["calibrate", "@far", "--rerun"]).exits(3);
    done.warns("cut short: promptmatrix report");
}
