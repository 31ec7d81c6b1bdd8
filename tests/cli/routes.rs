//! Routes: columns made of other columns, and the calls by which a router decides.

use serde_json::{Value, json};

use crate::project::Project;

const WORLD: &str = r#"
[[version]]
id = "cheap-2026-01-01"
latency-ms = 100
quirks = [{ kind = "schema-violation", when = "charged twice" }]

[[version]]
id = "good-2026-01-01"
latency-ms = 900

[[version]]
id = "judge-2026-01-01"
latency-ms = 50

[[answer]]
prompt = "Which model"
when = "charged twice"
json = '{"model": "good"}'

[[answer]]
prompt = "Which model"
when = "log in"
json = '{"model": "swift"}'
"#;

const ROUTES: &str = r#"
[models.good]
provider = "demo"
id = "good-2026-01-01"

[models.judge]
provider = "demo"
id = "judge-2026-01-01"

[routes.thrifty]
kind = "cascade"
models = ["swift", "good"]

[routes.fixed]
kind = "static"
otherwise = "swift"

[routes.smart]
kind = "router"
models = ["swift", "good"]
classifier = "judge"
prompt = "routes/smart.md"
"#;

fn project() -> Project {
    let project = Project::demo("id = \"cheap-2026-01-01\"", WORLD);
    let config = project.read("promptmatrix.toml");
    project.write("promptmatrix.toml", &format!("{config}{ROUTES}"));
    project.write("routes/smart.md", "Which model can answer this? Cheap ones first.\n");
    project.replace(
        "prompts/triage.md",
        "schema = \"schemas/triage.json\"",
        "schema = \"schemas/triage.json\"\nmodels = [\"swift\", \"good\"]",
    );
    project
}

fn cell<'r>(record: &'r Value, route: &str, case: &str) -> &'r Value {
    let cells = record["routes"][route]["cells"].as_array().unwrap();
    cells.iter().find(|cell| cell["case"] == case).unwrap()
}

#[test]
fn a_route_answers_with_the_answers_of_its_models() {
    let record = project().run(&["run", "--json"]).exits(1).json();
    let routes = record["routes"].as_object().unwrap();
    assert_eq!(routes.keys().collect::<Vec<_>>(), ["fixed", "smart", "thrifty"]);
    assert_eq!(routes["thrifty"]["kind"], "cascade");
    // The cheap model breaks the schema on one case: the cascade pays and waits for both.
    let refund = cell(&record, "thrifty", "refund");
    assert_eq!(refund["path"], json!(["swift", "good"]));
    assert_eq!(refund["status"], "new");
    assert!(refund["latency_ms"].as_u64().unwrap() >= 1000, "{refund}");
    assert_eq!(cell(&record, "thrifty", "login")["path"], json!(["swift"]));
    // Without a fallback the switch is left with what it got.
    assert_eq!(cell(&record, "fixed", "refund")["status"], "broken");
    // The router sends the hard case to the good model, and its own time counts.
    let decided = cell(&record, "smart", "refund");
    assert_eq!((&decided["path"], &decided["status"]), (&json!(["good"]), &json!("new")));
    assert!(decided["latency_ms"].as_u64().unwrap() >= 950, "{decided}");
    assert_eq!(cell(&record, "smart", "login")["path"], json!(["swift"]));
}

#[test]
fn routes_ask_nothing_but_the_decisions_of_a_router() {
    let project = project();
    project.run(&["run", "--dry-run"]).exits(0).says("Would ask 6 cells of 6: 30 calls.");
    let record = project.run(&["run", "--json"]).exits(1).json();
    assert_eq!(record["totals"]["calls"], 30);
    let decisions: Vec<&str> = record["cells"].as_array().unwrap()[..2]
        .iter()
        .map(|cell| cell["cell"].as_str().unwrap())
        .collect();
    assert_eq!(decisions, ["smart/triage.login@judge", "smart/triage.refund@judge"]);
    // A run of some cells says of a route what it can.
    let record = project.run(&["run", "@swift", "--json"]).exits(1).json();
    assert_eq!(cell(&record, "thrifty", "login")["path"], json!(["swift"]));
    assert_eq!(record["routes"]["thrifty"]["cells"].as_array().unwrap().len(), 1);
    assert_eq!(record["routes"]["smart"]["cells"], json!([]));
}

#[test]
fn the_matrix_shows_routes_behind_the_models() {
    let project = project();
    let shown = project.run(&["run"]).exits(1);
    let head = shown.stdout.lines().find(|line| line.contains("thrifty")).unwrap();
    let columns: Vec<&str> = head.split_whitespace().collect();
    assert_eq!(columns, ["good", "judge", "swift", "fixed", "smart", "thrifty"]);
    shown.says("smart").says("triage");
    project
        .run(&["report", "--format", "md"])
        .exits(0)
        .says("| `good` | `judge` | `swift` | `fixed` | `smart` | `thrifty` |");
}
