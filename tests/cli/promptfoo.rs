//! A promptfoo config becomes a suite that asks and checks the same.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::project::Project;

/// A server that answers every question with one text, and keeps what it was asked.
fn server(answer: &str) -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    let (asked, kept) = (Arc::new(Mutex::new(Vec::new())), Arc::new(answer.to_owned()));
    let bodies = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (bodies, kept) = (Arc::clone(&bodies), Arc::clone(&kept));
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.unwrap());
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap_or_default() <= 2 {
                        break;
                    }
                    let lower = line.to_lowercase();
                    if let Some(value) = lower.strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                bodies.lock().unwrap().push(serde_json::from_slice(&body).unwrap_or_default());
                let choice = json!({"message": {"role": "assistant", "content": *kept}, "finish_reason": "stop"});
                let said = json!({"id": "a", "model": "gpt-4o-2024-08-06", "choices": [choice]})
                    .to_string();
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
                let length = said.len();
                let _ =
                    write!(reader.get_mut(), "{head}\r\ncontent-length: {length}\r\n\r\n{said}");
            });
        }
    });
    (address, asked)
}

#[test]
fn an_imported_suite_asks_the_same_bytes_and_holds_to_the_same_checks() {
    let (address, asked) = server(r#"{"fruit": "fig", "ripe": true}"#);
    let mut project = Project::empty();
    project.set("OPENAI_API_KEY", "k");
    project.write("old/ask.txt", "Name the fruit of {{shop}}.\n\nNote: {{ note | upper }}\n");
    let config = format!(
        r#"prompts: [file://ask.txt]
providers:
  - id: openai:chat:gpt-4o-2024-08-06
    label: one
    config: {{response_format: {{type: json_object}}, apiBaseUrl: "{address}"}}
defaultTest:
  vars: {{shop: Orchard}}
  assert: [{{type: is-json, value: {{type: object, required: [fruit]}}}}]
tests:
  - description: a fig
    vars: {{note: "purple"}}
    assert: [{{type: javascript, value: "JSON.parse(output).fruit === 'fig'"}}]
  - description: a pear
    vars: {{note: "green", shop: Grove}}
    assert: [{{type: javascript, value: "JSON.parse(output).fruit === 'pear'"}}]
"#
    );
    project.write("old/promptfooconfig.yaml", &config);
    project.run(&["import", "promptfoo", "old/promptfooconfig.yaml"]).exits(0).says("2 cells");
    let run = project.run(&["run"]).exits(1);
    run.says("/fruit").says("\"fig\" is not \"pear\", which the case expects");
    let bodies: BTreeSet<String> = asked.lock().unwrap().iter().map(Value::to_string).collect();
    let body = |text: &str| {
        json!({
            "model": "gpt-4o-2024-08-06",
            "messages": [{"role": "user", "content": text}],
            "response_format": {"type": "json_object"},
            "max_completion_tokens": 1024,
            "temperature": 0.0,
        })
    };
    let wanted = [
        body("Name the fruit of Grove.\n\nNote: GREEN").to_string(),
        body("Name the fruit of Orchard.\n\nNote: PURPLE").to_string(),
    ];
    assert_eq!(bodies.into_iter().collect::<Vec<_>>(), wanted);
    project.run(&["list", "ask/a-fig"]).exits(0).says("a-fig@one");
}

const MIXED: &str = r#"description: every form
x-strict: &strict {temperature: 1}
prompts:
  - file://texts/*.txt
  - {label: talk, raw: '[{"role": "system", "content": "You are {{who}}."}, {"role": "user", "content": "{{q | dump}}"}]'}
  - file://make.py
providers:
  - file://more.yaml
  - openai:gpt-4o-2024-08-06:
      config: {<<: *strict, apiKey: sk-1, top_k: 3}
      prompts: [talk]
  - https://models.example/ask
defaultTest: {vars: {who: Ada}}
tests:
  - file://rows.csv
  - description: named
    vars: {q: [yes, No way!], who: file://who.md}
    assert:
      - {type: not-icontains, value: "{{q}}."}
      - {type: contains-any, value: [a.b, c]}
      - {type: equals, value: x, transform: output.trim().toLowerCase()}
      - {type: latency, threshold: 900}
      - {type: cost, threshold: 0.01}
      - {type: similar, value: x}
      - {type: nonsense}
scenarios:
  - config: [{vars: {q: 007}}, {vars: {q: 1.0}}]
    tests: [{description: row}, {vars: {q: "{{who}}!"}, metadata: {kind: odd}}]
outputPath: out.json
"#;

/// The mixed config, with the files that it names.
fn mixed() -> Project {
    let project = Project::empty();
    for (file, text) in [
        ("promptfooconfig.yaml", MIXED),
        ("texts/a.txt", "One {{q}}\n---\nTwo {{gone}}\n"),
        ("texts/b.txt", "Three {{q}}"),
        (
            "more.yaml",
            "- {id: 'ollama:chat:llama3.2:3b', label: near me, config: {num_predict: 9, num_ctx: 99}}\n",
        ),
        (
            "rows.csv",
            "q,__expected1,__expected2,__metadata:kind\nPi,contains: 3,python: f(output),\n\"a, b\",3.1,,long\n",
        ),
        ("who.md", "Bo\n"),
    ] {
        project.write(file, text);
    }
    project
}

#[test]
fn every_form_of_a_config_is_carried_or_told_with_its_line() {
    let project = mixed();
    let done =
        project.run(&["import", "promptfoo", "promptfooconfig.yaml", "--into", "m", "--json"]);
    let made = done.exits(0).json();
    assert_eq!(
        (&made["prompts"], &made["models"], &made["cells"]),
        (&json!(4), &json!(2), &json!(40))
    );
    let fate = |file: &str, line: u64, what: &str| {
        let notes = made["notes"].as_array().unwrap().iter();
        let mut notes = notes.filter(|note| note["file"] == file && note["line"] == line);
        let note = notes.find(|note| note["what"].as_str().unwrap().contains(what));
        let note = note.unwrap_or_else(|| panic!("{file}:{line} {what} in {made:#}"));
        (note["fate"].as_str().unwrap().to_owned(), note["instead"].as_str().unwrap().to_owned())
    };
    let config = "promptfooconfig.yaml";
    for (file, line, what, wanted) in [
        (config, 6, "make.py", "not-carried"),
        (config, 10, "apiKey", "not-carried"),
        (config, 12, "models.example", "not-carried"),
        (config, 19, "not-icontains", "check-carried"),
        (config, 20, "contains-any", "check-carried"),
        (config, 21, "equals x", "check-carried"),
        (config, 22, "latency", "check-carried"),
        (config, 23, "cost", "check-carried"),
        (config, 24, "similar", "check-not-carried"),
        (config, 25, "nonsense", "check-not-carried"),
        (config, 29, "outputPath", "not-carried"),
        ("rows.csv", 2, "contains 3", "check-carried"),
        ("rows.csv", 2, "python", "check-not-carried"),
        ("rows.csv", 3, "equals 3.1", "check-carried"),
        ("texts/a.txt", 3, "gone", "different"),
    ] {
        assert_eq!(fate(file, line, what).0, wanted, "{file}:{line} {what}");
    }
    assert_eq!(fate(config, 21, "equals x").1, r#"expect "" matches "(?i)^\\s*x\\s*$""#);
}

#[test]
fn what_is_carried_stands_in_the_files_of_the_suite_and_overwrites_none() {
    let project = mixed();
    let import = || project.run(&["import", "promptfoo", "promptfooconfig.yaml", "--into", "m"]);
    import().exits(0);
    let talk = project.read("m/prompts/talk.md");
    assert!(
        talk.contains("user = \"{{q | dump}}\"") && talk.ends_with("\nYou are {{who}}.\n"),
        "{talk}"
    );
    let cases = project.read("m/cases/a-1.jsonl");
    let names: Vec<Value> = cases
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["name"].clone())
        .collect();
    assert_eq!(names[..3], ["pi", "a-b-4a479d", "named-yes"].map(Value::from), "{names:?}");
    assert!(
        names.iter().any(|name| name == "named-yes") && names.iter().any(|name| name == "row-7"),
        "{names:?}"
    );
    assert!(
        cases.contains(r#""tags":["kind-long"]"#) && cases.contains(r#""q":"Ada!""#),
        "{cases}"
    );
    let toml = project.read("m/promptmatrix.toml");
    assert!(toml.contains("[models.near-me]") && !toml.contains("sk-1"), "{toml}");
    assert!(
        toml.contains("options = { num_ctx = 99 }") && toml.contains("extra-body = { top_k = 3 }"),
        "{toml}"
    );
    import().exits(2).warns("m/promptmatrix.toml is there already").warns("--into DIR");
}

#[test]
fn a_config_that_has_nothing_to_carry_says_why() {
    let project = Project::empty();
    project.write("p.yaml", "prompts: [file://gone.txt]\nproviders: [echo]\ntests: []\n");
    let done = project.run(&["import", "promptfoo", "p.yaml"]).exits(2);
    done.warns("there is no prompt in it that can be carried").warns("gone.txt");
    project.write("p.yaml", "prompts: [a\n");
    project.run(&["import", "promptfoo", "p.yaml"]).exits(2).warns("p.yaml:");
}
