//! Ten things change at once in two hundred cells, and a person decides on them in a dozen decisions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

use crate::project::Project;

const SCHEMA: &str = r#"{
  "type": "object",
  "properties": {
    "category": { "enum": ["billing", "account", "other"] },
    "priority": { "enum": ["low", "normal", "urgent"] },
    "total": { "type": "number" },
    "due": { "type": ["string", "null"] },
    "tags": { "type": "array", "items": { "type": "string" } },
    "lines": { "type": "array", "items": {
      "type": "object",
      "properties": { "sku": { "type": "string" }, "qty": { "type": "integer" } }
    } },
    "summary": { "type": "string" }
  },
  "required": ["category", "priority", "total"]
}"#;

const PROMPTS: [&str; 4] = ["invoice", "route", "summary", "triage"];

/// What the second version of `swift` does otherwise.
const SWIFT: &str = r#"
    { kind = "field-removed", pointer = "/tags", when = "Case 0" },
    { kind = "enum-shifted", pointer = "/category", to = { billing = "account" } },
    { kind = "number-scaled", pointer = "/total", prompt = "do the invoice" },
    { kind = "text-reworded", pointer = "/summary" },
    { kind = "fenced", prompt = "do the route", when = "Case 2" },
"#;

/// What `deep` does otherwise from some day on, under its old name.
const DEEP: &str = r#"
    { kind = "field-added", pointer = "/note", prompt = "do the summary" },
    { kind = "enum-shifted", pointer = "/priority", to = { normal = "urgent" }, prompt = "do the route" },
    { kind = "value-to-null", pointer = "/due", prompt = "do the invoice" },
    { kind = "field-removed", pointer = "/lines/*/qty", prompt = "do the triage" },
    { kind = "item-dropped", pointer = "/tags", prompt = "do the triage" },
"#;

fn world(swift: &str, deep: &str) -> String {
    let mut world = format!(
        "alias = {{ s = \"{swift}\" }}\n[[version]]\nid = \"s-1\"\n[[version]]\nid = \"s-2\"\n\
         quirks = [{SWIFT}]\n[[version]]\nid = \"d-1\"\nquirks = [{deep}]\n"
    );
    for number in 0..25 {
        let category = if number % 2 == 0 { "billing" } else { "other" };
        let value = json!({
            "category": category, "priority": "normal", "total": 100 + number,
            "due": "2026-05-01", "tags": ["a", format!("t{number}")],
            "lines": [{"sku": "x", "qty": 1}, {"sku": "y", "qty": number}],
            "summary": format!("The customer asks about case {number} and wants help soon."),
        });
        let _ = write!(world, "[[answer]]\nwhen = \"Case {number:02}\"\njson = '{value}'\n");
    }
    world
}

/// Four prompts, twenty-five cases and two slots, all accepted.
fn accepted() -> Project {
    let project = Project::empty();
    let slot = |slot: &str, id: &str| format!("[models.{slot}]\nprovider = \"demo\"\nid = \"{id}\"\nstructured = \"json-object\"\n");
    project.write(
        "promptmatrix.toml",
        &("version = 1\n[demo]\nworld = \"world.toml\"\n[compare]\nextract = \"strict\"\n".to_owned()
            + &slot("swift", "s")
            + &slot("deep", "d-1")),
    );
    project.write("world.toml", &world("s-1", ""));
    project.write("schemas/answer.json", SCHEMA);
    for prompt in PROMPTS {
        let mut text = "+++\nschema = \"schemas/answer.json\"\n".to_owned();
        for number in 0..25 {
            let _ = write!(
                text,
                "[[case]]\nname = \"c{number:02}\"\ninput = \"Case {number:02}: please look.\"\n"
            );
        }
        project.write(
            &format!("prompts/{prompt}.md"),
            &format!("{text}+++\nYou do the {prompt}. Answer with JSON only."),
        );
    }
    project.run(&["run"]).exits(0).says("200 new");
    project.run(&["accept", "--all"]).exits(0).says("accepted 200 answers");
    project
}

fn snapshot(project: &Project, cell: &str) -> Value {
    let text = project.read(&format!("snapshots/{cell}.snap"));
    serde_json::from_str(text.splitn(3, "---\n").nth(2).unwrap()).unwrap()
}

/// Groups that somebody should look at, by kind and place: their ids and cells.
fn groups(record: &Value) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let groups = record["groups"].as_array().unwrap().iter();
    let weighty = groups.filter(|group| group["change"]["level"] != "info");
    let named = weighty.map(|group| {
        let change = &group["change"];
        let name = format!("{} {}", change["kind"], change["pointer"]).replace('"', "");
        let cells = group["cells"].as_array().unwrap().iter();
        let cells = cells.map(|cell| cell.as_str().unwrap().to_owned()).collect();
        (name.trim_end().to_owned(), (group["id"].as_str().unwrap().to_owned(), cells))
    });
    let named: Vec<_> = named.collect();
    let number = named.len();
    let by_name: BTreeMap<_, _> = named.into_iter().collect();
    assert_eq!(by_name.len(), number, "{by_name:#?}");
    by_name
}

#[test]
fn ten_changes_at_once_are_a_dozen_decisions_and_none_takes_what_was_not_seen() {
    let project = accepted();
    project.write("world.toml", &world("s-2", DEEP));
    let record = project.run(&["run", "--json"]).exits(1).json();
    let found = groups(&record);
    assert!(found.len() <= 12, "{:#?}", found.keys());
    let id = |name: &str| found[name].0.get(..8).unwrap();
    let cells = |name: &str| &found[name].1;

    // Ten decisions.
    let (lost, category) = (id("field-removed /tags"), id("enum-value-changed /category"));
    let (total, moved) = (id("magnitude-shift /total"), id("served-model-changed"));
    let done = project.run(&["accept", category]).exits(0);
    let done = done.says(&format!("structure /tags: {}", &lost[..6]));
    done.says(&format!("number /total: {}", &total[..6])).says("left: name these groups too");
    project.run(&["reject", lost]).exits(0).says("rejected 40 answers");
    project.run(&["accept", category, total]).exits(0);
    project.run(&["accept", moved]).exits(0);
    project.run(&["accept", id("field-added /note")]).exits(0).says("accepted 25 answers");
    let nulls = project.run(&["reject", id("value-to-null /due")]).exits(0);
    nulls.says("rejected 25 answers");
    project.run(&["accept", id("enum-value-changed /priority")]).exits(0);
    project.run(&["accept", id("field-removed /lines/*/qty")]).exits(4).warns("structure /tags");
    let items = found.keys().find(|name| name.starts_with("item-removed")).unwrap();
    project.run(&["accept", id(items), id("field-removed /lines/*/qty")]).exits(0);

    // The state is what was decided.
    let status = project.run(&["status", "--json"]).exits(0).json();
    assert_eq!((&status["groups"], &status["pending"]), (&json!([]), &json!([])));
    let unreadable = cells("fenced");
    assert_eq!(unreadable.len(), 5);
    for prompt in PROMPTS {
        for number in 0..25 {
            let swift = format!("{prompt}/c{number:02}@swift");
            let value = snapshot(&project, &swift);
            let is_old = cells("field-removed /tags").contains(&swift) || unreadable.contains(&swift);
            let category = match (number % 2, is_old) {
                (1, _) => "other",
                (_, true) => "billing",
                (_, false) => "account",
            };
            assert_eq!(value["category"], category, "{swift}");
            assert!(value["tags"].is_array(), "{swift}");
            let factor = if prompt == "invoice" && !is_old { 100.0 } else { 1.0 };
            assert_eq!(value["total"].as_f64(), Some((100.0 + f64::from(number)) * factor), "{swift}");
            let deep = snapshot(&project, &format!("{prompt}/c{number:02}@deep"));
            assert_eq!(deep["note"].is_string(), prompt == "summary");
            assert!(deep["due"].is_string());
            assert_eq!(deep["priority"] == "urgent", prompt == "route");
            assert_eq!(deep["lines"][1]["qty"].is_null(), prompt == "triage");
            assert_eq!(deep["tags"].as_array().unwrap().len() == 1, prompt == "triage");
        }
    }
    // What was rejected is found again, and nothing else.
    let again = groups(&project.run(&["run", "--json"]).exits(1).json());
    let rejected: BTreeSet<String> =
        cells("field-removed /tags").union(cells("value-to-null /due")).cloned().collect();
    for (name, (_, cells)) in &again {
        let known: BTreeSet<_> = rejected.union(unreadable).cloned().collect();
        assert!(cells.is_subset(&known), "{name}: {cells:?}");
    }
}
