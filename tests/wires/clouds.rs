//! Clouds whose own credentials serve where no key is set.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use promptmatrix::sim::World;
use serde_json::json;

use crate::project::Project;
use crate::secrets;
use crate::server::{Received, Reply, Server};
use crate::support::{KEY, REFUND, RUN, WORLD, suite};

const CASES: [(&str, &str); 2] = [REFUND, ("refused", "Refuse me")];

/// A server that repeats whatever says who asks where it refuses.
fn repeating() -> Server {
    let world = World::parse(WORLD).unwrap();
    Server::start(move |received, _| {
        // Longer than a token is kept that has ended.
        thread::sleep(Duration::from_millis(120));
        let said = ["authorization", "x-amz-security-token"].map(|name| received.header(name));
        let words = format!("who is {said:?}?");
        let refuses = received.body.to_string().contains("Refuse me");
        let refusal = || Reply::new(403, json!({"message": words}).to_string());
        Some(if refuses { refusal() } else { Reply::of_world(&world, received) })
    })
}

fn slot(provider: &str, server: &Server) -> String {
    let url = server.url("");
    format!(
        "[models.cloud]\nprovider = \"{provider}\"\nid = \"m-2026-01-01\"\nbase-url = \"{url}\"\n"
    )
}

/// No file of the project and nothing that it prints holds any of these.
fn assert_nowhere(project: &Project, secret: &[&str]) {
    let mut found = Vec::new();
    let shown = project.run(&["show", "triage/refused@cloud", "-v"]).exits(0);
    for mark in secret {
        assert!(mark.len() > 8);
        found.extend(secrets::leak("show", mark, &shown.stdout));
        secrets::leaks(project.root(), mark, &mut found);
    }
    assert_eq!(found, Vec::<String>::new());
    assert!(shown.stdout.contains("who is"), "{}", shown.stdout);
}

fn header<'r>(received: &'r Received, name: &str) -> &'r str {
    received.header(name).unwrap_or_else(|| panic!("no {name} in {received:?}"))
}

#[test]
fn bedrock_is_asked_with_a_signature_where_no_key_is_set_and_nothing_of_it_is_kept() {
    let server = repeating();
    let mut project = suite(&format!("{RUN}{}", slot("bedrock", &server)), &CASES);
    project.run(&["run"]).exits(3).says("`AWS_BEARER_TOKEN_BEDROCK` is not set");
    let (secret, token) = (format!("{KEY}-aws"), format!("{KEY}-session"));
    project.set("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    project.set("AWS_SECRET_ACCESS_KEY", &secret);
    project.set("AWS_SESSION_TOKEN", &token);
    project.set("AWS_REGION", "eu-west-1");
    project.run(&["run"]).exits(3).says("1 new, 1 error");
    let received = server.received();
    assert_eq!(received.len(), 2);
    let mut secret = vec![secret, token.clone()];
    for request in &received {
        let said = header(request, "authorization");
        let day = &header(request, "x-amz-date")[..8];
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{day}/eu-west-1/bedrock/aws4_request,"
        );
        assert!(said.starts_with(&scope), "{said}");
        assert_eq!(header(request, "x-amz-security-token"), token);
        secret.push(said.rsplit_once("Signature=").unwrap().1.to_owned());
    }
    assert_nowhere(&project, &secret.iter().map(String::as_str).collect::<Vec<_>>());
    // A recording is of the question, whoever asked it.
    project.set("AWS_ACCESS_KEY_ID", "");
    project.run(&["run", "--offline", "triage/refund"]).exits(0).says("1 replayed");
    project.set("AWS_BEARER_TOKEN_BEDROCK", &format!("{KEY}-bearer"));
    project.run(&["run", "--fresh", "triage/refund"]).exits(0);
    let last = server.received().pop().unwrap();
    assert_eq!(header(&last, "authorization"), format!("Bearer {KEY}-bearer"));
}

#[test]
fn vertex_is_asked_with_a_token_of_the_machine_that_is_renewed_and_never_kept() {
    let fetched = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&fetched);
    let tokens = Server::start(move |received, _| {
        assert_eq!(received.header("metadata-flavor"), Some("Google"));
        let number = count.fetch_add(1, Ordering::SeqCst);
        // It has ended when the next request comes.
        let token = json!({"access_token": format!("{KEY}-token-{number}"), "expires_in": 1});
        Some(Reply::new(200, token.to_string()))
    });
    let server = repeating();
    let mut project = suite(&format!("{RUN}{}", slot("vertex", &server)), &CASES);
    project.run(&["run"]).exits(3).says("`GOOGLE_OAUTH_ACCESS_TOKEN` is not set");
    project.set("GCE_METADATA_HOST", tokens.url("").strip_prefix("http://").unwrap());
    project.run(&["run"]).exits(3).says("1 new, 1 error");
    let received = server.received();
    let said: Vec<&str> = received.iter().map(|it| header(it, "authorization")).collect();
    assert_eq!(said, [format!("Bearer {KEY}-token-0"), format!("Bearer {KEY}-token-1")]);
    assert_eq!(received[0].path, "/models/m-2026-01-01:generateContent");
    assert_nowhere(&project, &[KEY]);
    project.run(&["run", "--offline", "triage/refund"]).exits(0).says("1 replayed");
    assert_eq!(fetched.load(Ordering::SeqCst), 2);
}

#[test]
fn credentials_that_do_not_serve_are_named_before_anything_is_asked() {
    let server = repeating();
    let mut project = suite(&format!("{RUN}{}", slot("vertex", &server)), &CASES[..1]);
    project.set("GOOGLE_APPLICATION_CREDENTIALS", "nowhere.json");
    let done = project.run(&["run"]).exits(3);
    assert!(done.stdout.contains("no other credentials serve"), "{}", done.stdout);
    assert_eq!(server.count(), 0);
}
