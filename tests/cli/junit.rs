//! JUnit against a schema, by the validator that everybody has.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use crate::project::Project;

const WORLD: &str = r#"
[[version]]
id = "m-2026-01-01"

[[version]]
id = "m-2026-06-01"
quirks = [{ kind = "field-removed", pointer = "/order", when = "charged twice" }]

[[version]]
id = "doubtful-2026-01-01"
quirks = []

[[version]]
id = "hostile-2026-01-01"
quirks = [{ kind = "field-added", pointer = "", to = { "a.b <&>\" ]]>" = "\u0000\u001b[31m\ufffe" } }]

[[answer]]
when = "charged twice"
json = '{ "category": "billing", "priority": "normal", "order": "1182" }'

[[answer]]
when = "log in"
json = '{ "category": "account", "priority": "urgent", "order": null }'
"#;

/// Slots of which one passes and fails, one may have changed, one answers what breaks XML, one
/// has no key, and one is not there.
const SLOTS: &str = r#"
[models.doubtful]
provider = "demo"
id = "doubtful-2026-01-01"
[models.hostile]
provider = "demo"
id = "hostile-2026-01-01"
[models.keyless]
provider = "openai"
id = "gpt-4o-2024-08-06"
[models.away]
provider = "openai-compatible"
base-url = "http://127.0.0.1:1/v1"
id = "m-2026-01-01"
[run]
samples = 6
retries = { count = 0 }
"#;

/// What the validator says of a file; `None`, with a visible line, where there is none.
fn validated(file: &Path) -> Option<Output> {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/junit.xsd");
    let mut command = Command::new("xmllint");
    if let Ok(output) =
        command.args(["--noout", "--nonet", "--schema"]).arg(schema).arg(file).output()
    {
        return Some(output);
    }
    // Past the capture of `cargo test`, which would hide the line of a test that passes.
    let line = b"skipped: xmllint is not installed (apt-get install libxml2-utils)\n";
    std::io::stderr().write_all(line).unwrap();
    None
}

#[test]
fn junit_satisfies_the_schema_of_its_consumers_whatever_happened() {
    let project = Project::demo("id = \"m-2026-01-01\"", WORLD);
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project.replace("promptmatrix.toml", "m-2026-01-01", "m-2026-06-01");
    let config = project.read("promptmatrix.toml");
    project.write("promptmatrix.toml", &format!("{config}{SLOTS}"));
    project.run(&["run", "@doubtful", "--samples", "1"]).exits(0);
    project.run(&["accept", "@doubtful"]).exits(0);
    let shifted = "quirks = [{ kind = \"enum-shifted\", pointer = \"/category\" }]";
    project.replace("world.toml", "quirks = []", shifted);
    project.run(&["run", "-o", "junit.xml"]).exits(1);
    let xml = project.read("junit.xml");
    for element in ["<failure", "<error", "<skipped", "<flakyFailure", "schema-violation"] {
        assert!(xml.contains(element), "no {element} in:\n{xml}");
    }
    let Some(output) = validated(&project.path("junit.xml")) else { return };
    assert!(output.status.success(), "{}\n{xml}", String::from_utf8_lossy(&output.stderr));
    // The schema can say no.
    for (right, wrong) in [
        ("<testcase ", "<testcase colour=\"red\" "),
        ("classname=\"triage\"", "classname=\"a.b\""),
        ("<skipped ", "<omitted "),
        (" tests=\"", " tests=\"-"),
    ] {
        assert!(xml.contains(right), "{right}");
        fs::write(project.path("wrong.xml"), xml.replace(right, wrong)).unwrap();
        let output = validated(&project.path("wrong.xml")).unwrap();
        assert!(!output.status.success(), "{wrong}");
    }
}
