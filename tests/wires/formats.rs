//! One suite, all wire formats: the same answers, each asked for in its own way.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::project::Project;
use crate::server::{Received, Server};
use crate::support::{FORMATS, Format, Kept, REFUND, WORLD, string, suite};

/// Formats whose answers do not say which model gave them.
const UNDISCLOSED: [&str; 2] = ["cohere", "bedrock"];

const CASES: [(&str, &str); 2] = [REFUND, ("login", "I cannot log in.")];

fn matrix(more: &str) -> (Project, Vec<Server>) {
    let servers: Vec<Server> = FORMATS.iter().map(|_| Server::of_world(WORLD)).collect();
    let slots: String =
        FORMATS.iter().zip(&servers).map(|(format, server)| format.slot(server) + more).collect();
    let mut project = suite(&slots, &CASES);
    for format in &FORMATS {
        if let Some((name, _, _)) = format.key {
            project.set(name, &format.key_value());
        }
    }
    (project, servers)
}

#[test]
fn all_formats_give_the_same_answers_and_the_same_snapshots() {
    let (project, servers) = matrix("");
    let record = project.run(&["run", "--json"]).exits(0).json();
    let cells = record["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 14);
    for cell in cells {
        assert_eq!(cell["status"], "new", "{cell:#}");
        assert_eq!(cell["trials"][0]["strict"], true, "{cell:#}");
        let slot = string(&cell["cell"]);
        let is_told = !UNDISCLOSED.iter().any(|provider| slot.ends_with(provider));
        let served = if is_told { json!("m-2026-01-01") } else { Value::Null };
        assert_eq!(cell["meta"]["served"], served, "{cell:#}");
    }
    assert_eq!(record["totals"]["calls"], 14);
    assert_eq!(Kept::of(&project).record(), record);
    project.run(&["accept", "--all"]).exits(0).says("accepted 14 answers");
    for (case, value) in [
        (
            "refund",
            json!({"category": "billing", "order": "1182", "priority": "normal",
                          "tags": ["refund"]}),
        ),
        // `tags` is left out by the author's leave, whatever a strict mode has to write for it.
        ("login", json!({"category": "account", "order": null, "priority": "urgent"})),
    ] {
        for format in &FORMATS {
            assert_eq!(body(&project, case, format), value, "{}", format.provider);
        }
    }
    project.run(&["run"]).exits(0).says("14 same");
    for server in &servers {
        assert_eq!(server.count(), 4);
    }
}

/// The body of a snapshot: what stands behind its header.
fn body(project: &Project, case: &str, format: &Format) -> Value {
    let text = project.read(&format!("snapshots/triage/{case}@{}.snap", format.provider));
    let (_, body) = text.strip_prefix("---\n").unwrap().split_once("\n---\n").unwrap();
    serde_json::from_str(body).unwrap()
}

#[test]
fn every_request_has_the_path_and_the_key_of_its_format_and_no_other() {
    let (project, servers) = matrix("");
    project.run(&["run"]).exits(0);
    for (format, server) in FORMATS.iter().zip(&servers) {
        let received = server.received();
        assert_eq!(received.len(), 2);
        for request in &received {
            assert_eq!(request.path, format.path);
            assert_eq!(request.header("content-type"), Some("application/json"));
            let keys = ["authorization", "x-api-key", "x-goog-api-key"];
            let sent: Vec<_> = keys.iter().filter_map(|k| Some((*k, request.header(k)?))).collect();
            let value = format.key.map(|(_, _, prefix)| format!("{prefix}{}", format.key_value()));
            let wanted: Vec<_> =
                format.key.iter().map(|(_, name, _)| (*name, value.as_deref().unwrap())).collect();
            assert_eq!(sent, wanted);
            let version = request.header("anthropic-version");
            assert_eq!(version.is_some(), format.provider == "anthropic");
        }
    }
}

/// All members of a request at these depths, as `a` and `a.b`.
fn members(request: &Received) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, value) in request.body.as_object().unwrap() {
        names.insert(name.clone());
        if matches!(
            name.as_str(),
            "generationConfig"
                | "options"
                | "text"
                | "output_config"
                | "outputConfig"
                | "inferenceConfig"
        ) {
            names.extend(value.as_object().unwrap().keys().map(|inner| format!("{name}.{inner}")));
        }
    }
    names
}

fn names(text: &str) -> BTreeSet<String> {
    text.split(' ').map(str::to_owned).collect()
}

/// What each format sends when a slot sets nothing, and what it sends more when it does.
const MEMBERS: [(&str, &str); 7] = [
    ("model messages response_format", "temperature max_completion_tokens top_p"),
    ("model instructions input text text.format store", "temperature max_output_tokens top_p"),
    ("model max_tokens system messages output_config output_config.format", "temperature top_p"),
    (
        "systemInstruction contents generationConfig generationConfig.responseMimeType \
         generationConfig.responseJsonSchema",
        "generationConfig.temperature generationConfig.maxOutputTokens generationConfig.topP",
    ),
    (
        "model messages format stream truncate shift",
        "options options.temperature options.num_predict options.top_p",
    ),
    ("model messages response_format stream", "temperature max_tokens p"),
    (
        "system messages outputConfig outputConfig.textFormat additionalModelResponseFieldPaths",
        "inferenceConfig inferenceConfig.temperature inferenceConfig.maxTokens inferenceConfig.topP",
    ),
];

#[test]
fn only_parameters_that_are_set_are_sent() {
    for more in ["", "temperature = 0.5\ntop-p = 0.9\nmax-output-tokens = 700\n"] {
        let (project, servers) = matrix(more);
        project.run(&["run", "triage/refund"]).exits(0);
        for ((format, server), (bare, set)) in FORMATS.iter().zip(&servers).zip(MEMBERS) {
            let mut wanted = names(bare);
            if !more.is_empty() {
                wanted.extend(names(set));
            }
            assert_eq!(members(&server.received()[0]), wanted, "{}", format.provider);
        }
    }
}
