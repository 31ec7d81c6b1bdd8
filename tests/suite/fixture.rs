//! A small valid suite in a folder of its own, to be changed and loaded.

use std::path::Path;

use promptmatrix::domain::{Cell, Diagnostic, Diagnostics, Suite};
use promptmatrix::suite::{Loaded, load};
use tempfile::TempDir;

const CONFIG: &str = r#"version = 1

[models.one]
provider = "demo"
id = "demo-2026-01-01"

[models.two]
provider = "demo"
id = "demo-2026-02-01"
"#;

const TRIAGE: &str = r#"+++
schema = "schemas/triage.json"
vars = { company = "Acme" }

[[case]]
name = "refund"
input = "I was charged twice."

[[case]]
name = "angry"
input = "Again {{product}}!"
vars = { product = "the invoice" }
expect = { "/priority" = "urgent" }
+++

You triage mail for {{company}}.

"#;

pub(crate) struct Files(TempDir);

impl Files {
    /// Two demo slots and one prompt with two cases.
    pub(crate) fn small() -> Self {
        let schema =
            r#"{"type": "object", "properties": {"a": {"type": "string"}, "priority": {}}}"#;
        Self::empty()
            .file("promptmatrix.toml", CONFIG)
            .file("schemas/triage.json", schema)
            .file("prompts/triage.md", TRIAGE)
    }

    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// Adds to the end of the config.
    pub(crate) fn config(self, more: &str) -> Self {
        let text = std::fs::read_to_string(self.path().join("promptmatrix.toml")).unwrap();
        self.file("promptmatrix.toml", format!("{text}\n{more}\n"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn load(&self, profile: Option<&str>) -> Result<Loaded, Diagnostics> {
        load(&self.path().join("promptmatrix.toml"), profile)
    }

    pub(crate) fn suite(&self) -> Suite {
        self.load(None).map_err(|error| error.to_string()).unwrap().suite
    }

    /// The problems of a suite that must not load.
    pub(crate) fn problems(&self) -> Vec<Diagnostic> {
        self.load(None).unwrap_err().0
    }

    pub(crate) fn problem(&self, code: &str) -> Diagnostic {
        let problems = self.problems();
        let found = problems.iter().find(|problem| problem.code == code);
        found.unwrap_or_else(|| panic!("no {code} in {problems:#?}")).clone()
    }
}

pub(crate) fn cell<'a>(suite: &'a Suite, id: &str) -> &'a Cell {
    suite.cells.iter().find(|cell| cell.id.to_string() == id).unwrap()
}

/// The text that is marked.
pub(crate) fn marked(problem: &Diagnostic) -> &str {
    let place = problem.place.as_ref().unwrap();
    &place.text[place.span.clone()]
}

pub(crate) fn line(problem: &Diagnostic) -> usize {
    problem.place.as_ref().unwrap().line
}

pub(crate) fn file(problem: &Diagnostic) -> &str {
    &problem.place.as_ref().unwrap().file
}
