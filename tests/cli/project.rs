//! A suite in a folder of its own, and the real binary run in it with a clean environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A suite in a temporary folder.
pub(crate) struct Project {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// What a command did.
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    /// The same, when the exit code is the expected one.
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}:\n{}", self.stdout))
    }

    /// Standard output has this text.
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no `{text}` in:\n{}", self.stdout);
        self
    }

    /// Standard output has not this text.
    pub(crate) fn lacks(self, text: &str) -> Self {
        assert!(!self.stdout.contains(text), "`{text}` in:\n{}", self.stdout);
        self
    }

    /// Standard error has this text.
    pub(crate) fn warns(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no `{text}` in:\n{}", self.stderr);
        self
    }
}

impl Project {
    /// An empty folder that is its own git root, so that no config above is found.
    pub(crate) fn empty() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        Self { folder, environment: Vec::new() }
    }

    /// One prompt, two cases, one slot of the demo provider, whose answers are scripted in `world`.
    pub(crate) fn demo(model: &str, world: &str) -> Self {
        let project = Self::empty();
        project.write(
            "promptmatrix.toml",
            &format!("version = 1\n[demo]\nworld = \"world.toml\"\n[models.swift]\nprovider = \"demo\"\n{model}\n"),
        );
        project.write("world.toml", world);
        project.write("schemas/triage.json", TRIAGE_SCHEMA);
        project.write("prompts/triage.md", TRIAGE_PROMPT);
        project
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
    }

    pub(crate) fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "no `{from}` in {file}");
        self.write(file, &text.replace(from, to));
    }

    /// Sets a variable for every later command.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// The binary with these arguments, ready to be started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_promptmatrix"));
        command.current_dir(self.root()).args(arguments).env_clear();
        for name in ["PATH", "HOME", "SystemRoot", "TMPDIR"] {
            #[expect(
                clippy::disallowed_methods,
                reason = "a clean environment is made from the real one"
            )]
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("LANG", "C.UTF-8").env("COLUMNS", "100");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        Done {
            code: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }
}

pub(crate) const TRIAGE_SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "category": { "enum": ["billing", "account", "other"] },
    "priority": { "enum": ["low", "normal", "urgent"] },
    "order": { "type": ["string", "null"] },
    "tags": { "type": "array", "items": { "type": "string" } }
  },
  "required": ["category", "priority"],
  "additionalProperties": false
}
"#;

pub(crate) const TRIAGE_PROMPT: &str = r#"+++
schema = "schemas/triage.json"

[[case]]
name = "refund"
input = "I was charged twice for order 1182. Please fix!"

[[case]]
name = "login"
input = "I cannot log in since this morning."
+++
You triage support mail. Answer with JSON only.
"#;
