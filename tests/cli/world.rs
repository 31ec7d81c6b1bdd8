//! The scripted model of the tests: an answer to each case, and versions that differ from the first.

use crate::project::Project;

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
