//! A key is on the wire and nowhere else: in no file, no message, no record.

use std::fs;
use std::path::Path;

use promptmatrix::sim::World;
use serde_json::json;

use crate::project::Project;
use crate::server::{Received, Reply, Server};
use crate::support::{FORMATS, Format, RUN, WORLD, suite};

/// Stands in every key, between characters that some servers escape in JSON.
const MARK: &str = "marker7c1f0a55e2d94b60";

/// What the user says, and how the server repeats the key.
const CASES: [(&str, &str); 10] = [
    ("good", "I was charged twice!"),
    ("refused", "Refuse me"),
    ("slashes", "Refuse me with slashes"),
    ("unicode", "Refuse me with unicode"),
    ("redirect", "Send me away"),
    ("broken", "Break"),
    ("page", "Show a page"),
    ("answer", "Say it"),
    ("nested", "Say it inside"),
    ("header", "Number me"),
];

fn key(format: &str) -> String {
    format!("sk/{MARK}+{format}/end")
}

/// The key as it arrived, whichever header carried it.
fn heard(received: &Received) -> String {
    let names = ["authorization", "x-api-key", "x-goog-api-key", "x-own"];
    let sent: Vec<_> = names.iter().filter_map(|name| received.header(name)).collect();
    sent.join(" and ")
}

fn answer(received: &Received) -> Reply {
    let key = heard(received);
    let text = received.body.to_string();
    let refusal = json!({"error": {"message": format!("no such key: {key}"), "code": key}});
    let refusal = refusal.to_string();
    let said = |words: &str| text.contains(words);
    let world = World::parse(WORLD).unwrap();
    if said("with slashes") {
        Reply::new(401, refusal.replace('/', "\\/"))
    } else if said("with unicode") {
        Reply::new(401, refusal.replace('/', "\\u002F").replace('+', "\\u002b"))
    } else if said("Refuse me") {
        Reply::new(401, refusal)
    } else if said("Send me away") {
        Reply::new(307, "").with("location", format!("http://localhost:1/?key={key}"))
    } else if said("Break") {
        Reply::new(500, format!("cannot serve {key}"))
    } else if said("Show a page") {
        Reply::new(200, format!("<html>{key}</html>"))
    } else if said("Say it") {
        let world = WORLD.replace("\"refund\"", &json!(key).to_string());
        let world = world.replace("charged twice", "Say it");
        let reply = Reply::of_world(&World::parse(&world).unwrap(), received);
        // Escaped in the answer's own JSON, which is a text in the response's JSON.
        if said("inside") { reply.replace("/", "\\\\/") } else { reply }
    } else if said("Number me") {
        Reply::of_world(&world, received).with("x-request-id", key.clone()).with("request-id", key)
    } else {
        Reply::of_world(&world, received)
    }
}

/// Every file below a folder that holds the mark, or has it in its name, and its bytes around it.
pub(crate) fn leaks(folder: &Path, mark: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            leaks(&path, mark, found);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            let name = path.display().to_string();
            found.extend(leak(&name, mark, &text).or_else(|| leak("the name of", mark, &name)));
        }
    }
}

pub(crate) fn leak(place: &str, mark: &str, text: &str) -> Option<String> {
    let at = text.find(mark)?;
    let from = text.floor_char_boundary(at.saturating_sub(200));
    Some(format!("{place}: {}", &text[from..text.floor_char_boundary(at + 60)]))
}

/// Runs a command; whatever it says must not hold the mark.
fn said(project: &Project, command: &[&str], found: &mut Vec<String>) {
    let done = project.run(command);
    let said = done.stdout + &done.stderr;
    assert!(!said.is_empty() && !said.contains("crashed"), "{command:?}: {said}");
    found.extend(leak(&format!("{command:?}"), MARK, &said));
}

/// The names of all runs.
fn runs(project: &Project) -> Vec<String> {
    let folders = fs::read_dir(project.path(".promptmatrix/runs")).unwrap();
    folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn project(servers: &[Server]) -> Project {
    // The slot without a key of its own has a header of the user's.
    let slot = |(format, server): (&Format, &Server)| match format.key {
        Some(_) => format.slot(server),
        None => format.slot(server) + "headers = { x-own = { env = \"OWN_TOKEN\" } }\n",
    };
    let slots: String = FORMATS.iter().zip(servers).map(slot).collect();
    let mut project = suite(&format!("{RUN}{slots}"), &CASES);
    for format in &FORMATS {
        let name = format.key.map_or("OWN_TOKEN", |(name, ..)| name);
        project.set(name, &key(format.provider));
    }
    project
}

#[test]
fn a_key_is_in_no_file_and_no_output_whatever_the_servers_repeat() {
    let servers: Vec<Server> =
        FORMATS.iter().map(|_| Server::start(|received, _| Some(answer(received)))).collect();
    let mut project = project(&servers);
    let summary = project.path("summary.md").display().to_string();
    project.set("GITHUB_STEP_SUMMARY", &summary);
    let mut found = Vec::new();
    for command in [
        &["run", "-v"][..],
        &["run", "--json", "-o", "copy.json"],
        &["run", "--failed", "--color", "always", "--progress", "bar"],
        &["status"],
        &["list", "--json"],
        &["show", "triage/refused@openai", "-v"],
        &["show", "triage/slashes@gemini", "--json"],
        &["show", "triage/answer@anthropic", "-v"],
        &["show", "triage/unicode@ollama", "--json"],
        &["check", "--json"],
        &["accept", "--all"],
        &["run", "--offline", "-v"],
        &["run", "--offline", "--json"],
        &["list"],
        &["prune"],
        &["run", "@ollama"],
        &["run", "-o", "a.json", "-o", "a.xml", "-o", "a.md", "-o", "a.txt"],
        &["report"],
        &["report", "-v", "--format", "text"],
        &["report", "--format", "json"],
        &["report", "--format", "junit"],
        &["report", "--format", "md"],
        &["diff", "openai..gemini", "-v"],
        &["diff", "anthropic..ollama", "--json"],
        &["upgrade", "openai", "--to", "m-2026-02-02", "-v"],
        &["upgrade", "gemini", "--to", "m-2026-01-01", "--json"],
        &["reject", "--all"],
    ] {
        said(&project, command, &mut found);
    }
    for run in runs(&project) {
        said(&project, &["report", &run, "-v"], &mut found);
        said(&project, &["upgrade", "--apply", &run], &mut found);
        said(&project, &["diff", &format!("{run}..openai")], &mut found);
    }
    project.set("GITHUB_ACTIONS", "true");
    said(&project, &["run"], &mut found);
    assert!(project.read("summary.md").contains("promptmatrix"));
    leaks(project.root(), MARK, &mut found);
    assert!(found.is_empty(), "{}", found.join("\n\n"));
    // The servers did see the keys, and what they repeated did arrive, under another name.
    for (format, server) in FORMATS.iter().zip(&servers) {
        let received = server.received();
        assert!(received.iter().all(|request| heard(request).contains(&key(format.provider))));
    }
    assert!(project.read("copy.json").contains("no such key: Bearer [OPENAI_API_KEY]"));
    let shown = project.run(&["show", "triage/refused@ollama"]).exits(0);
    shown.says("no such key: [OWN_TOKEN]; the key is that of OWN_TOKEN");
    for case in ["answer", "nested"] {
        let snapshot = project.read(&format!("snapshots/triage/{case}@openai.snap"));
        assert!(snapshot.contains("\"Bearer [OPENAI_API_KEY]\""), "{snapshot}");
    }
}
