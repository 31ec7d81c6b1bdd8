//! Ten things change at once in two hundred cells, and a person decides on them in a dozen decisions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

use crate::project::Project;
use crate::world;

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

fn versions(swift: &str, deep: &str) -> String {
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
    let slot = |slot: &str, id: &str| {
        format!(
            "[models.{slot}]\nprovider = \"demo\"\nid = \"{id}\"\nstructured = \"json-object\"\n"
        )
    };
    project.write(
        "promptmatrix.toml",
        &("version = 1\n[demo]\nworld = \"world.toml\"\n[compare]\nextract = \"strict\"\n"
            .to_owned()
            + &slot("swift", "s")
            + &slot("deep", "d-1")),
    );
    project.write("world.toml", &versions("s-1", ""));
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
    project.write("world.toml", &versions("s-2", DEEP));
    let record = project.run(&["run", "--json"]).exits(1).json();
    let found = groups(&record);
    assert!(found.len() <= 12, "{:#?}", found.keys());
    let id = |name: &str| found[name].0.get(..8).unwrap();
    let cells = |name: &str| &found[name].1;
    // What a change of a number or an item is called follows from what is known of its place.
    let at = |place: &str| found.keys().find(|name| name.ends_with(place)).unwrap().as_str();

    // Ten decisions.
    let (lost, category) = (id("field-removed /tags"), id("enum-value-changed /category"));
    let (total, moved) = (id(at("/total")), id("served-model-changed"));
    let done = project.run(&["accept", category]).exits(0);
    let done = done.says(&format!("structure /tags: {}", &lost[..6]));
    done.says(&format!("/total: {}", &total[..6])).says("left: name these groups too");
    project.run(&["reject", lost]).exits(0).says("rejected 40 answers");
    project.run(&["accept", category, total]).exits(0);
    project.run(&["accept", moved]).exits(0);
    project.run(&["accept", id("field-added /note")]).exits(0).says("accepted 25 answers");
    let nulls = project.run(&["reject", id("value-to-null /due")]).exits(0);
    nulls.says("rejected 25 answers");
    project.run(&["accept", id("enum-value-changed /priority")]).exits(0);
    project.run(&["accept", id("field-removed /lines/*/qty")]).exits(4).warns("structure /tags");
    project.run(&["accept", id(at("/tags/1")), id("field-removed /lines/*/qty")]).exits(0);

    // The state is what was decided.
    let status = project.run(&["status", "--json"]).exits(0).json();
    assert_eq!((&status["groups"], &status["pending"]), (&json!([]), &json!([])));
    let unreadable = cells("fenced");
    assert_eq!(unreadable.len(), 5);
    for prompt in PROMPTS {
        for number in 0..25 {
            let swift = format!("{prompt}/c{number:02}@swift");
            let value = snapshot(&project, &swift);
            let is_old =
                cells("field-removed /tags").contains(&swift) || unreadable.contains(&swift);
            let category = match (number % 2, is_old) {
                (1, _) => "other",
                (_, true) => "billing",
                (_, false) => "account",
            };
            assert_eq!(value["category"], category, "{swift}");
            assert!(value["tags"].is_array(), "{swift}");
            let factor = if prompt == "invoice" && !is_old { 100.0 } else { 1.0 };
            assert_eq!(
                value["total"].as_f64(),
                Some((100.0 + f64::from(number)) * factor),
                "{swift}"
            );
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

/// Two prompts and cases whose answers differ in two ways from some day on.
fn moved() -> Project {
    let project = world::accepted("id = \"m\"\ndialect = \"anthropic\"");
    project.replace("world.toml", "m = \"m-2026-01-01\"", "m = \"m-2026-06-01\"");
    project.run(&["run"]).exits(1);
    project
}

#[test]
fn a_family_or_several_kinds_are_accepted_beside_a_model_that_moved() {
    let project = moved();
    project.run(&["accept", "--kind", "number"]).exits(4).warns("no pending cell is meant");
    project.run(&["accept", "--kind", "shape"]).exits(2).warns("review::unknown-kind");
    project.run(&["accept", "--kind", "value", "@other"]).exits(4);
    project.run(&["accept", "--kind", "enum-value-changed"]).exits(0).says("accepted 1 answer");
    project.run(&["accept", "--kind", "value", "--kind", "structure"]).exits(0);
    project.run(&["status"]).exits(0).says("every one with a snapshot that fits");
    for nothing in [["accept", "--all"], ["reject", "--all"], ["accept", "nothing"]] {
        project.run(&nothing).exits(4).warns("nothing is pending");
    }
}

#[test]
fn the_help_of_an_answer_that_was_left_can_be_followed() {
    let project = world::accepted("id = \"m-2026-01-01\"");
    let quirks = "id = \"m-2026-01-01\"\nquirks = [{ kind = \"field-removed\", pointer = \"/tags\" }, \
                  { kind = \"enum-shifted\", pointer = \"/category\" }]";
    project.replace("world.toml", "id = \"m-2026-01-01\"", quirks);
    let record = project.run(&["run", "--json"]).exits(1).json();
    let lost = groups(&record)["field-removed /tags"].0.clone();
    // What the run advises can be done, and so can what is advised after it.
    let advised = |words: &[&str]| -> Vec<String> {
        let said = project.run(words).exits(0).stdout;
        let line = said.lines().find(|line| line.contains("promptmatrix accept ")).unwrap();
        let command = line.split("promptmatrix ").nth(1).unwrap().split("   ").next().unwrap();
        command.split_whitespace().map(str::to_owned).collect()
    };
    let first = advised(&["report"]);
    assert_eq!(first, advised(&["report", "--open"]));
    let first: Vec<&str> = first.iter().map(String::as_str).collect();
    project.run(&first).exits(0).says("accepted 1 answer").says("Open    1 cell");
    assert_eq!(advised(&["report", "--open"]), ["accept", "triage/refund@swift"]);
    let refused = project.run(&["accept", &lost]).exits(4).warns("also has value /category");
    let help = refused.stderr.split("promptmatrix ").nth(1).unwrap().lines().next().unwrap();
    let help: Vec<&str> = help.split_whitespace().collect();
    let done = project.run(&help).exits(0).says("accepted 1 answer");
    done.says("1 of these break: structure /tags");
}

#[test]
fn the_exact_kind_is_in_data_and_with_v_and_the_family_on_the_screen() {
    let project = moved();
    let screen = project.run(&["report", "--open"]).exits(0).says("structure  /tags");
    screen.says("value  /category").lacks("field-removed").lacks("enum-value-changed");
    project.run(&["-v", "report", "--open"]).exits(0).says("structure field-removed  /tags");
    let explained = project.run(&["explain", "structure"]).exits(0);
    explained.says("field-removed").says("order-changed").lacks("text-reworded");
    let rows = project.run(&["explain", "--json", "structure"]).exits(0).json();
    assert_eq!(rows["families"][0]["kinds"][0], "field-removed");
    let status = project.run(&["status"]).exits(0).says("structure /tags").stdout;
    let id = status.lines().find_map(|line| line.split_once("/tags")).unwrap().1;
    let id = id.split("accept ").nth(1).unwrap().trim();
    assert_eq!(id.len(), 6);
    project.run(&["accept", id]).exits(0).says("Open    1 cell to decide");
    let open = project.run(&["report", "--open", "--json"]).exits(0).json();
    assert_eq!(open["cells"], json!(["triage/login@swift"]));
}

#[test]
fn a_run_of_ci_is_taken_home_and_accepted_without_a_call() {
    let mut project = world::accepted("id = \"m\"\ndialect = \"anthropic\"");
    project.replace("world.toml", "m = \"m-2026-01-01\"", "m = \"m-2026-06-01\"");
    let before = project.read("snapshots/triage/login@swift.snap");
    project.set("CI", "true");
    project.run(&["run", "-o", "run.json"]).exits(1).says("promptmatrix import run run.json");
    project.set("CI", "");
    let run: Value = serde_json::from_str(&project.read("run.json")).unwrap();
    std::fs::remove_dir_all(project.path(".promptmatrix")).unwrap();
    // Nobody answers at home.
    project.replace("world.toml", "[[answer]]", "[[answer]]\nprompt = \"nobody\"");
    let home = project.run(&["import", "run", "run.json"]).exits(0).says("imported run");
    home.says("structure  /tags").says("Next    promptmatrix accept ");
    let status = project.run(&["status", "--json"]).exits(0).json();
    assert_eq!(status["pending"].as_array().unwrap().len(), 2);
    let ids = |groups: &Value| -> BTreeSet<String> {
        groups.as_array().unwrap().iter().map(|group| group["id"].to_string()).collect()
    };
    assert_eq!(ids(&status["groups"]), ids(&run["groups"]));
    project.run(&["import", "run", "run.json"]).exits(0);
    project.run(&["accept", "--all"]).exits(0).says("accepted 2 answers");
    assert_ne!(project.read("snapshots/triage/login@swift.snap"), before);
    let report = project.run(&["report", "--json"]).exits(0).json();
    assert_eq!(report["id"], run["id"]);
    // What it found was decided meanwhile.
    let again = project.run(&["import", "run", "run.json"]).exits(0).says("2 cells of it left out");
    again.says("Nothing waits");
}

#[test]
fn a_file_that_is_no_run_of_this_suite_is_told_with_its_line() {
    let project = world::accepted("id = \"m\"\ndialect = \"anthropic\"");
    let run = project.run(&["report", "--json"]).exits(0).stdout;
    let import = |text: &str| {
        project.write("run.json", text);
        project.run(&["import", "run", "run.json"]).exits(2)
    };
    project.run(&["import", "run", "gone.json"]).exits(2).warns("cannot read gone.json");
    import("{\n  \"format\": 1,\n  oh").warns("run.json:3").warns("promptmatrix run -o run.json");
    import("{\"prompt\": \"triage\"}\n").warns("missing field `format`");
    import(&run.replacen("\"format\": 1", "\"format\": 9", 1)).warns("newer");
    import(&run.replace("triage/", "other/")).warns("no cell of this run is in this suite");
    import(&run.replacen("\"exit_code\": 0", "\"exit_code\": 1", 1)).warns("another run");
    let id = run.split("\"id\": \"").nth(1).unwrap().split('"').next().unwrap();
    import(&run.replacen(id, "../../up", 1)).warns("is not the id of a run");
}

#[test]
fn accepting_everything_names_what_breaks_and_what_answers_an_older_prompt() {
    let project = moved();
    project.replace("prompts/triage.md", "support mail", "customer mail");
    let done = project.run(&["accept", "--all"]).exits(0).says("1 of these break: structure /tags");
    let advice = done.says("2 answers to an older prompt; promptmatrix run ").stdout;
    let advice = advice.split("promptmatrix run ").nth(1).unwrap().lines().next().unwrap();
    let cells: Vec<&str> = advice.split_whitespace().collect();
    project.run(&[&["run"], cells.as_slice()].concat()).exits(0).says("PASS  2 cells");
}

#[test]
fn a_bump_that_is_accepted_keeps_its_roles_and_counts_every_answer_of_its_run() {
    let project = world::deep();
    let answers = |project: &Project| -> Value {
        serde_json::from_str(&project.read("snapshots/triage/@swift.profile.json")).unwrap()
    };
    let before = answers(&project);
    project.replace("world.toml", "m = \"m-2026-01-01\"", "m = \"m-2026-05-01\"");
    project.run(&["run", "--samples", "4"]).exits(1).says("moved silently");
    project.run(&["accept", "--kind", "structure"]).exits(0).says("accepted 14 answers");
    let after = answers(&project);
    assert_eq!(after["roles"], before["roles"]);
    assert!(after["cases"].as_object().unwrap().values().all(|case| case["n"] == 4), "{after}");
    // Where nothing changed but the version, what was accepted before holds on.
    project.replace("world.toml", "m = \"m-2026-05-01\"", "m = \"m-2026-09-01\"");
    let other = "[[version]]\nid = \"m-2026-09-01\"\nquirks = [{ kind = \"field-removed\", pointer = \"/tags\" }]\n\n[[answer]]\nwhen = \"charged twice\"";
    project.replace("world.toml", "[[answer]]\nwhen = \"charged twice\"", other);
    project.run(&["run"]).exits(1).says("moved silently");
    project.run(&["accept", "--kind", "identity"]).exits(0).says("accepted 14 answers");
    let carried = answers(&project);
    assert!(carried["cases"].as_object().unwrap().values().all(|case| case["n"] == 5), "{carried}");
}
