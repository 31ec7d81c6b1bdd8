//! The scripted model of the tests: an answer to each case, and versions that differ from the first.

use std::fmt::Write;

use serde_json::json;

use crate::project::{Done, Project};

/// What each version does otherwise than the first.
pub(crate) const WORLD: &str = r#"
[alias]
m = "m-2026-01-01"

[[version]]
id = "m-2026-01-01"

[[version]]
id = "m-2026-05-01"
quirks = [{ kind = "field-removed", pointer = "/tags" }, { kind = "slower", to = 3 }]

[[version]]
id = "m-2026-06-01"
quirks = [
    { kind = "field-removed", pointer = "/tags" },
    { kind = "enum-shifted", pointer = "/category", to = { account = "other" } },
]

[[version]]
id = "m-2026-07-01"

[[version]]
id = "m-2026-08-01"
quirks = [{ kind = "fenced", when = "log in" }]

[[answer]]
when = "charged twice"
value = { category = "billing", priority = "normal", order = "1182", tags = ["refund"] }

[[answer]]
when = "log in"
value = { category = "account", priority = "urgent" }
"#;

/// A suite of two cells that asks this model, with both answers accepted.
pub(crate) fn accepted(model: &str) -> Project {
    let project = Project::demo(model, WORLD);
    project.run(&["run"]).exits(0).says("2 new");
    project.run(&["accept", "--all"]).exits(0).says("accepted 2 answers");
    project
}

/// Fourteen cases of one prompt, each accepted from five answers.
pub(crate) fn deep() -> Project {
    deep_in(WORLD, "")
}

/// The same with these rules of comparing, and of a provider that names no version.
pub(crate) fn undisclosed(rules: &str) -> Project {
    let world = WORLD.replace("[alias]\nm = \"m-2026-01-01\"\n", "");
    deep_in(&world.replacen("m-2026-01-01", "m", 1), rules)
}

fn deep_in(world: &str, rules: &str) -> Project {
    let project = Project::demo("id = \"m\"", world);
    project.replace("promptmatrix.toml", "version = 1", &format!("version = 1\n{rules}"));
    let mut prompt = "+++\nschema = \"schemas/triage.json\"\n".to_owned();
    for number in 0..14 {
        let _ = write!(
            prompt,
            "[[case]]\nname = \"c{number}\"\ninput = \"I was charged twice for order {number}.\"\n"
        );
    }
    project.write("prompts/triage.md", &(prompt + "+++\nAnswer with JSON only."));
    project.run(&["run", "--samples", "5"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project
}

/// The version that answers leaves a field out from now on, and does not say so.
pub(crate) fn lose_tags(project: &Project) {
    let quirk = "[[version]]\nquirks = [{ kind = \"field-removed\", pointer = \"/tags\" }]";
    let world = project.read("world.toml").replacen("[[version]]", quirk, 1);
    project.write("world.toml", &world);
}

/// Two answers to each of the fourteen cases, from a backend with this fingerprint.
pub(crate) fn import(project: &Project, usage: u32, fingerprint: &str) -> Done {
    let mut lines = String::new();
    for number in 0..14 {
        for trial in 1..=2 {
            let line = json!({
                "prompt": "triage", "case": format!("c{number}"), "model": "swift", "trial": trial,
                "value": {"category": "billing", "priority": "normal"}, "served": "m-2026-01-01",
                "fingerprint": fingerprint, "usage": {"input": usage, "output": 20},
            });
            let _ = writeln!(lines, "{line}");
        }
    }
    project.write("answers.jsonl", &lines);
    project.run(&["import", "answers", "answers.jsonl", "--json"])
}
