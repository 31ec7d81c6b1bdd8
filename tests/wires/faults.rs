//! What goes wrong between here and a provider: what is asked again, what is not, what is said.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::project::{Done, Project};
use crate::server::{Received, Reply, Server};
use crate::support::{FORMATS, KEY, Kept, REFUND, RUN, WORLD, openai, string, suite};

const TEXTS: [&str; 2] = ["charged twice", "log in"];

fn good(received: &Received) -> Option<Reply> {
    let world = promptmatrix::sim::World::parse(WORLD).unwrap();
    Some(Reply::of_world(&world, received))
}

/// One cell at a server with this handler: what the command did, the cell, the server.
fn cell_at(
    handler: impl Fn(&Received, usize) -> Option<Reply> + Send + Sync + 'static,
) -> (Done, Value, Server) {
    let server = Server::start(handler);
    let project = openai(&server, RUN, &[REFUND]);
    let done = project.run(&["run"]);
    let record = Kept::of(&project).record();
    assert_eq!(record["cells"].as_array().unwrap().len(), 1);
    assert_eq!(record["cells"][0]["trials"].as_array().unwrap().len(), 1);
    assert_eq!(record["totals"]["calls"], server.count());
    assert_eq!(i64::from(done.code), record["exit_code"].as_i64().unwrap());
    assert_eq!(Kept::of(&project).journal().len(), 1);
    for text in [&done.stdout, &done.stderr, &record.to_string()] {
        assert!(!text.contains(KEY), "{text}");
    }
    (done, record["cells"][0].clone(), server)
}

fn statuses(cell: &Value) -> Vec<Value> {
    let attempts = cell["trials"][0]["attempts"].as_array().unwrap();
    attempts.iter().map(|attempt| attempt["status"].clone()).collect()
}

fn error(kind: &str, code: &str, message: &str) -> String {
    json!({"error": {"message": message, "type": kind, "code": code}}).to_string()
}

#[test]
fn a_rate_limit_is_waited_for_and_the_answer_counts_once() {
    let (done, cell, server) = cell_at(|received, before| match before {
        0 => Some(
            Reply::new(429, error("requests", "rate_limit_exceeded", "slow down"))
                .with("retry-after-ms", "20"),
        ),
        _ => good(received),
    });
    done.exits(0).warns("slow down; again in 20 ms");
    assert_eq!(server.count(), 2);
    assert_eq!(statuses(&cell), [429, 200]);
    let trial = &cell["trials"][0];
    assert_eq!(trial["attempts"][0]["waited_ms"], 20);
    assert_eq!(trial["attempts"][1].get("error"), None);
    assert_eq!(trial["value"]["category"], "billing");
    assert_eq!((&cell["status"], trial.get("cause")), (&json!("new"), None));
}

#[test]
fn what_never_recovers_is_asked_as_often_as_the_suite_says_and_no_more() {
    let html = "<html><h1>Welcome to our Wi-Fi</h1></html>";
    for (reply, status) in [
        (Some(Reply::new(500, error("server_error", "server_error", "oops"))), json!(500)),
        (Some(Reply::new(200, "")), json!(200)),
        (Some(Reply::new(200, html).with("content-type", "text/html")), json!(200)),
        (Some(Reply::new(502, html).with("content-type", "text/html")), json!(502)),
        (None, Value::Null),
    ] {
        let (done, cell, server) = cell_at(move |_, _| reply.clone());
        let done = done.exits(3).says("1 error");
        assert_eq!(server.count(), 3);
        assert_eq!(statuses(&cell), [status.clone(), status.clone(), status]);
        assert_eq!(cell["status"], "error");
        let detail = string(&cell["trials"][0]["detail"]);
        assert!(detail.ends_with("(after 3 tries)"), "{detail}");
        done.says("(after 3 tries)");
    }
}

#[test]
fn a_wrong_key_is_named_and_not_tried_again() {
    for status in [401, 403] {
        let (done, cell, server) = cell_at(move |received, _| {
            let key = received.header("authorization").unwrap().to_owned();
            let message = format!("Incorrect API key provided: {key}");
            Some(Reply::new(status, error("invalid_request_error", "invalid_api_key", &message)))
        });
        done.exits(3).says("1 error").says("OPENAI_API_KEY");
        assert_eq!((server.count(), statuses(&cell)), (1, vec![json!(status)]));
        assert_eq!(cell["trials"][0]["cause"], "provider-error");
    }
    // The variable is named also where the server does not repeat the key.
    let (done, ..) = cell_at(|_, _| Some(Reply::new(401, error("e", "invalid_api_key", "no"))));
    done.exits(3).says("OPENAI_API_KEY");
}

#[test]
fn an_id_that_names_no_model_is_not_tried_again() {
    let gone = error("invalid_request_error", "model_not_found", "The model `m` does not exist");
    let (done, cell, server) = cell_at(move |_, _| Some(Reply::new(404, gone.clone())));
    done.exits(2).says("there is no model `m-2026-01-01`").says("once every `id` names a model");
    assert_eq!((server.count(), &cell["status"]), (1, &json!("error")));
    assert_eq!(cell["trials"][0]["cause"], "no-such-model");
}

#[test]
fn a_schema_that_is_refused_breaks_and_is_not_tried_again() {
    let message = "Invalid schema for response_format 'triage': allOf is not permitted";
    let refused = error("invalid_request_error", "invalid_json_schema", message);
    let (done, cell, server) = cell_at(move |_, _| Some(Reply::new(400, refused.clone())));
    done.exits(1).says("rejected-request").says("allOf is not permitted");
    assert_eq!((server.count(), &cell["trials"][0]["cause"]), (1, &json!("rejected-request")));
}

#[test]
fn a_provider_may_forbid_and_demand_another_attempt() {
    let oops = || Reply::new(500, error("server_error", "server_error", "oops"));
    let (done, cell, server) = cell_at(move |_, _| Some(oops().with("x-should-retry", "false")));
    done.exits(3);
    assert_eq!((server.count(), &cell["status"]), (1, &json!("error")));
    let odd = || Reply::new(400, error("e", "c", "try that again")).with("x-should-retry", "true");
    let (done, cell, _) =
        cell_at(move |received, before| if before == 0 { Some(odd()) } else { good(received) });
    done.exits(0);
    assert_eq!(statuses(&cell), [400, 200]);
}

#[test]
fn a_refused_connection_is_no_evidence() {
    // The port was ours a moment ago, so nobody listens there.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let slot = "[models.a]\nprovider = \"ollama\"\nid = \"m:1\"\n";
    let project = suite(&format!("{RUN}{slot}base-url = \"http://{address}\"\n"), &[REFUND]);
    project.run(&["run"]).exits(3).says("connection refused").says(&address.to_string());
    let record = Kept::of(&project).record();
    let cell = &record["cells"][0];
    assert_eq!(statuses(cell), [Value::Null, Value::Null, Value::Null]);
    assert_eq!(cell["trials"][0]["cause"], "transport");
}

#[test]
fn a_redirect_is_not_followed_and_says_nothing_of_the_prompt() {
    for status in [301, 302, 303, 307, 308] {
        let thief = Server::of_world(WORLD);
        let place = thief.url("/v1/chat/completions").replace("127.0.0.1", "localhost");
        let (done, cell, server) =
            cell_at(move |_, _| Some(Reply::new(status, "").with("location", &*place)));
        done.exits(3).says("redirects are not followed").says("base-url");
        assert_eq!((server.count(), thief.count()), (1, 0));
        assert_eq!(cell["trials"][0]["cause"], "transport");
    }
}

/// Every fifth request of a server fails, each time in another way.
fn every_fifth(received: &Received, before: usize) -> Option<Reply> {
    if before % 5 != 4 {
        return good(received);
    }
    match before / 5 % 5 {
        0 => Some(Reply::new(503, "overloaded")),
        1 => Some(Reply::new(429, "{}").with("retry-after-ms", "1")),
        2 => Some(Reply::new(200, "")),
        3 => Some(Reply::new(200, "<html>")),
        _ => None,
    }
}

#[test]
fn under_faults_no_cell_is_lost_and_none_is_counted_twice() {
    let servers: Vec<Server> = FORMATS.iter().map(|_| Server::start(every_fifth)).collect();
    let run = "[run]\nsamples = 2\nmax-concurrency = 7\n\
               retries = { count = 12, delay = \"1ms\", max-delay = \"1ms\" }\n";
    let slots = FORMATS.iter().zip(&servers).map(|(format, server)| format.slot(server));
    let cases: Vec<(String, String)> =
        (0..10).map(|i| (format!("case-{i}"), format!("Mail {i}: {}", TEXTS[i % 2]))).collect();
    let cases: Vec<(&str, &str)> = cases.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    let mut project = suite(&(run.to_owned() + &slots.collect::<String>()), &cases);
    for format in &FORMATS {
        if let Some((name, ..)) = format.key {
            project.set(name, &format.key_value());
        }
    }
    project.run(&["run"]).exits(0).says("70 new");
    assert_whole(&project, &servers);
}

fn assert_whole(project: &Project, servers: &[Server]) {
    let record = Kept::of(project).record();
    let mut calls = 0;
    let mut answers = Vec::new();
    for cell in record["cells"].as_array().unwrap() {
        let name = string(&cell["cell"]);
        let trials = cell["trials"].as_array().unwrap();
        assert_eq!(trials.len(), 2, "{name}");
        for trial in trials {
            assert_eq!(trial.get("cause"), None, "{trial:#}");
            let attempts = trial["attempts"].as_array().unwrap();
            let good = attempts.iter().filter(|attempt| attempt.get("error").is_none());
            assert_eq!(good.count(), 1, "{trial:#}");
            calls += attempts.len();
            answers.push((name.clone(), trial["number"].as_u64().unwrap()));
        }
    }
    answers.sort();
    let mut once = answers.clone();
    once.dedup();
    assert_eq!((answers.len(), once.len()), (140, 140));
    assert_eq!(Kept::of(project).journal(), answers);
    let counted: usize = servers.iter().map(Server::count).sum();
    assert_eq!((record["totals"]["calls"].as_u64(), calls), (Some(counted as u64), counted));
    // Four of five requests of each server are answered: 20 answers take 24 requests.
    assert!(servers.iter().all(|server| server.count() == 24), "{counted}");
}

#[test]
fn a_cell_whose_further_calls_nobody_answers_is_judged_by_what_there_is_and_the_run_ends() {
    let server = Server::start(|received, before| match before {
        0 | 1 => good(received),
        2 => Some(good(received)?.replace("billing", "nonsense")),
        _ => Some(Reply::new(401, error("invalid_request_error", "invalid_api_key", "revoked"))),
    });
    let project = openai(&server, RUN, &[REFUND]);
    project.run(&["run", "--samples", "2"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project.run(&["run", "--fresh"]).exits(1).says("/category");
    assert_eq!(server.count(), 4);
}
