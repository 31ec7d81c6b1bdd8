//! Suites whose slots are real servers, and what is kept of their runs.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::project::{Project, TRIAGE_SCHEMA};
use crate::server::Server;

/// A key that nobody could overlook. It may be nowhere but on the wire.
pub(crate) const KEY: &str = "sk-marker-7c1f0a55e2d94b60";

/// What the servers answer.
pub(crate) const WORLD: &str = r#"
[[version]]
id = "m-2026-01-01"

[[answer]]
when = "charged twice"
value = { category = "billing", priority = "normal", order = "1182", tags = ["refund"] }

[[answer]]
when = "log in"
json = '{"category": "account", "priority": "urgent", "order": null}'
"#;

/// How one wire format is asked for.
pub(crate) struct Format {
    pub(crate) provider: &'static str,
    /// What `base-url` ends in.
    pub(crate) base: &'static str,
    /// Where requests arrive.
    pub(crate) path: &'static str,
    /// The variable of the key, and the header that carries it, with what stands before the key.
    pub(crate) key: Option<(&'static str, &'static str, &'static str)>,
}

pub(crate) const FORMATS: [Format; 7] = [
    Format {
        provider: "openai",
        base: "/v1",
        path: "/v1/chat/completions",
        key: Some(("OPENAI_API_KEY", "authorization", "Bearer ")),
    },
    Format {
        provider: "openai-responses",
        base: "/v1",
        path: "/v1/responses",
        key: Some(("RESPONSES_KEY", "authorization", "Bearer ")),
    },
    Format {
        provider: "anthropic",
        base: "",
        path: "/v1/messages",
        key: Some(("ANTHROPIC_API_KEY", "x-api-key", "")),
    },
    Format {
        provider: "gemini",
        base: "/v1beta",
        path: "/v1beta/models/m-2026-01-01:generateContent",
        key: Some(("GEMINI_API_KEY", "x-goog-api-key", "")),
    },
    Format { provider: "ollama", base: "", path: "/api/chat", key: None },
    Format {
        provider: "cohere",
        base: "",
        path: "/v2/chat",
        key: Some(("CO_API_KEY", "authorization", "Bearer ")),
    },
    Format {
        provider: "bedrock",
        base: "",
        path: "/model/m-2026-01-01/converse",
        key: Some(("AWS_BEARER_TOKEN_BEDROCK", "authorization", "Bearer ")),
    },
];

impl Format {
    /// Its slot in the config, at this server.
    pub(crate) fn slot(&self, server: &Server) -> String {
        self.slot_at(&server.url(""))
    }

    /// Its slot in the config, at the server with this URL.
    pub(crate) fn slot_at(&self, url: &str) -> String {
        let key = self.key.map_or("", |(name, _, _)| name);
        format!(
            "[models.{0}]\nprovider = \"{0}\"\nid = \"m-2026-01-01\"\n\
             base-url = \"{url}{1}\"\napi-key-env = \"{key}\"\n",
            self.provider, self.base
        )
    }

    /// The key of this format: its own, so that a mix-up shows.
    pub(crate) fn key_value(&self) -> String {
        format!("{KEY}-{}", self.provider)
    }
}

/// Waits of a millisecond between attempts.
pub(crate) const RUN: &str =
    "[run]\nretries = { count = 2, delay = \"1ms\", max-delay = \"1ms\", jitter = false }\n";

/// One prompt with these cases, and what stands in the config after its version. A new cell is asked
/// once, so that calls can be counted.
pub(crate) fn suite(config: &str, cases: &[(&str, &str)]) -> Project {
    let project = Project::empty();
    let once = "[run]\nfirst-samples = 1\n";
    let config = if config.contains("[run]\n") {
        config.replacen("[run]\n", once, 1)
    } else {
        format!("{once}{config}")
    };
    project.write("promptmatrix.toml", &format!("version = 1\n{config}"));
    project.write("schemas/triage.json", TRIAGE_SCHEMA);
    let mut prompt = "+++\nschema = \"schemas/triage.json\"\n".to_owned();
    for (name, input) in cases {
        prompt += &format!("[[case]]\nname = \"{name}\"\ninput = \"{input}\"\n");
    }
    project.write("prompts/triage.md", &(prompt + "+++\nYou triage mail. JSON only.\n"));
    project
}

/// One slot of OpenAI's format at this server, with its key, and one cell for each case.
pub(crate) fn openai(server: &Server, run: &str, cases: &[(&str, &str)]) -> Project {
    let mut project = suite(&format!("{run}{}", FORMATS[0].slot(server)), cases);
    project.set("OPENAI_API_KEY", &FORMATS[0].key_value());
    project
}

pub(crate) const REFUND: (&str, &str) = ("refund", "I was charged twice!");

/// The newest run of a project.
pub(crate) struct Kept {
    folder: PathBuf,
}

impl Kept {
    pub(crate) fn of(project: &Project) -> Self {
        let mut runs: Vec<PathBuf> = fs::read_dir(project.path(".promptmatrix/runs"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        runs.sort();
        Self { folder: runs.pop().unwrap() }
    }

    /// One of its files.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// `run.json`.
    pub(crate) fn record(&self) -> Value {
        serde_json::from_slice(&fs::read(self.file("run.json")).unwrap()).unwrap()
    }

    /// `cells.jsonl`: cell and number of each answer, sorted.
    pub(crate) fn journal(&self) -> Vec<(String, u64)> {
        let text = fs::read_to_string(self.file("cells.jsonl")).unwrap();
        let mut answers: Vec<(String, u64)> = text
            .lines()
            .skip(1)
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|line| (string(&line["cell"]), line["trial"]["number"].as_u64().unwrap()))
            .collect();
        answers.sort();
        answers
    }
}

pub(crate) fn string(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}")).to_owned()
}
