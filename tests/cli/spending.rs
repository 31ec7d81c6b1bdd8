//! `promptmatrix cost`: what was spent, what is assumed, and whether routing pays.

use serde_json::Value;

use crate::project::Project;

const WORLD: &str = r#"
[[version]]
id = "cheap-2026-01-01"
latency-ms = 100
quirks = [{ kind = "schema-violation", when = "charged twice" }]

[[version]]
id = "good-2026-01-01"
latency-ms = 900

[[answer]]
prompt = "Which model"
when = "charged twice"
json = '{"model": "good"}'

[[answer]]
prompt = "Which model"
when = "log in"
json = '{"model": "swift"}'
"#;

const MORE: &str = r#"
price = { input = 0.1, output = 0.4 }

[models.good]
provider = "demo"
id = "good-2026-01-01"
price = { input = 2.5, output = 10 }

[routes.smart]
kind = "router"
models = ["swift", "good"]
classifier = "swift"
prompt = "routes/smart.md"
"#;

fn project() -> Project {
    let project = Project::demo("id = \"cheap-2026-01-01\"", WORLD);
    let config = project.read("promptmatrix.toml");
    project.write("promptmatrix.toml", &format!("{config}{MORE}"));
    project.write("routes/smart.md", "Which model can answer this?\n");
    project
}

fn sum(parts: &Value) -> u128 {
    let pico = |part: &Value| part["usd_pico"].as_str().unwrap().parse::<u128>().unwrap();
    parts.as_object().unwrap().values().map(pico).sum()
}

#[test]
fn from_an_empty_ledger_it_says_what_is_assumed_and_how_to_measure_it() {
    let shown = project().run(&["cost"]).exits(0);
    shown
        .says("Keeping 1 prompt × 2 models (6 cells) costs about $")
        .says("estimated from the length of the texts")
        .says("measured     nothing yet")
        .says("hourly rate 100")
        .says("(preset default)")
        .says("promptmatrix run")
        .says("promptmatrix cost log --minutes 30");
}

#[test]
fn the_parts_of_what_was_spent_are_the_whole_to_the_pico_dollar() {
    let project = project();
    project.run(&["run", "--samples", "2"]);
    let cost = project.run(&["cost", "--json"]).exits(0).json();
    let total: u128 = cost["spend"]["total"]["usd_pico"].as_str().unwrap().parse().unwrap();
    assert!(total > 0, "{cost:#}");
    for parts in ["by_kind", "by_model", "by_prompt", "by_month"] {
        assert_eq!(sum(&cost["spend"][parts]), total, "{parts}");
    }
    let kinds = cost["spend"]["by_kind"].as_object().unwrap();
    assert_eq!(kinds.keys().collect::<Vec<_>>(), ["answer", "repeat", "router"]);
    let run = cost["runs"][0]["id"].as_str().unwrap().to_owned();
    let alone = project.run(&["cost", "--run", &run, "--json"]).exits(0).json();
    assert_eq!(alone["spend"]["total"], cost["spend"]["total"]);
    project.run(&["cost", "--run", "1999"]).exits(2).warns("1999");
}

#[test]
fn the_statement_fits_its_own_schema() {
    let project = project();
    project.run(&["run"]);
    let cost = project.run(&["cost", "--compare", "--volume", "100000", "--json"]).exits(0).json();
    let schema = project.run(&["schema", "cost"]).exits(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<_> = validator.iter_errors(&cost).map(|e| e.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn every_architecture_is_compared() {
    let project = project();
    project.run(&["cost", "--compare"]).exits(0).says("no two models answered the same case");
    project.run(&["run"]);
    let shown = project.run(&["cost", "--compare"]).exits(0);
    let names =
        ["only good", "only swift", "static", "cascade", "router (random 0.70)", "smart", "oracle"];
    for name in names {
        assert!(shown.stdout.contains(&format!("\n  {name} ")), "no {name} in {}", shown.stdout);
    }
    let shown = shown.says("whether that is yours is not known");
    shown.says("The trade-off, row by row");
    project
        .run(&["cost", "--compare", "--volume", "5_000_000"])
        .exits(0)
        .says("P(pays) =")
        .says("flips at");
    project
        .run(&["cost", "--compare", "--small", "swif"])
        .exits(2)
        .warns("there is no slot `swif`");
}

#[test]
fn a_limit_that_does_not_hold_fails_and_an_unknown_price_is_inconclusive() {
    let project = project();
    let config = project.read("promptmatrix.toml");
    let limit = "[cost.gate]\nmax-usd-per-month = 1\n";
    project.write("promptmatrix.toml", &format!("{config}{limit}"));
    project.run(&["cost"]).exits(1).says("max-usd-per-month");
    project.write("promptmatrix.toml", &config.replace("price = { input = 2.5, output = 10 }", ""));
    project.run(&["cost", "--strict-prices"]).exits(3).says("no price is known of good");
    project.run(&["cost"]).exits(0).says("its calls are in no sum");
}

#[test]
fn minutes_are_noted_and_counted() {
    let project = project();
    project
        .run(&["cost", "log", "--minutes", "90", "--model", "good", "--why", "fixed a prompt"])
        .exits(0)
        .says("noted 90 min in snapshots/ledger.jsonl");
    let cost = project.run(&["cost", "--json"]).exits(0).json();
    assert_eq!(cost["people"]["measured"]["noted"], 90.0);
    assert_eq!(cost["people"]["usd"], 150.0);
    let good =
        cost["slots"].as_array().unwrap().iter().find(|slot| slot["slot"] == "good").unwrap();
    assert_eq!(good["minutes"]["noted"], 90.0);
    project.run(&["cost", "log", "--minutes", "0"]).exits(2);
    project.run(&["cost", "log", "--minutes", "5", "--bump", "ab"]).exits(2).warns("no bump `ab`");
    project.run(&["cost", "log", "--minutes", "5", "--model", "x"]).exits(2).warns("slots are");
}

#[test]
fn it_is_written_as_a_page_without_script_as_markdown_and_as_data() {
    let project = project();
    project.run(&["run"]);
    project
        .run(&["cost", "--volume", "100000", "-o", "c.html", "-o", "c.md", "-o", "c.json"])
        .exits(0)
        .warns("wrote c.html");
    let page = project.read("c.html");
    assert!(!page.contains("<script") && page.contains("default-src 'none'"));
    let count = |text: &str| page.matches(text).count();
    assert_eq!([count("<svg "), count("<title id="), count("<desc id=")], [1, 1, 1]);
    assert!(project.read("c.md").contains("### Routed or not"));
    let data: Value = serde_json::from_str(&project.read("c.json")).unwrap();
    assert_eq!(data["format"], 1);
    assert!(!page.split("</dl>").next().unwrap().contains("  "), "{page}");
    project.run(&["cost", "-o", "c.pdf"]).exits(2).warns(".html");
}

#[test]
fn what_goes_to_a_file_goes_nowhere_else() {
    let project = project();
    let to = |arguments: &[&str]| {
        let mut all = vec!["cost"];
        all.extend(arguments);
        project.run(&all)
    };
    for (format, file) in
        [("text", "c.txt"), ("json", "c.json"), ("md", "c.md"), ("html", "c.html")]
    {
        let done = to(&["-o", file]).exits(0).warns(&format!("wrote {file}"));
        assert_eq!(done.stdout, "", "{format}");
        // Between two calls the clock goes on.
        let timeless = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
        let shown = to(&["--format", format]).exits(0).stdout;
        assert_eq!(timeless(&project.read(file)), timeless(&shown), "{format}");
    }
    let both = to(&["--format", "md", "-o", "c.html"]).exits(0).says("## Keeping");
    assert!(both.stderr.contains("wrote c.html") && project.read("c.html").contains("<table"));
}
