//! Answers that are asked for in pieces.

use serde_json::{Value, json};

use crate::project::Project;
use crate::server::{Reply, Server};
use crate::support::{FORMATS, Kept, REFUND, RUN, WORLD, openai, suite};

/// Runs one cell of OpenAI's format, in pieces, at a server that says this first and then the answer.
fn after(first: impl Fn(Reply) -> Reply + Send + Sync + 'static) -> (Project, Server) {
    let world = promptmatrix::sim::World::parse(WORLD).unwrap();
    let server = Server::start(move |received, before| {
        let reply = Reply::of_world(&world, received);
        Some(if before == 0 { first(reply) } else { reply })
    });
    let project = openai(&server, &format!("{RUN}[defaults]\nstream = true\n"), &[REFUND]);
    (project, server)
}

fn trial(project: &Project) -> Value {
    Kept::of(project).record()["cells"][0]["trials"][0].clone()
}

#[test]
fn every_format_that_streams_gives_the_answer_that_it_gives_in_one_piece() {
    let servers: Vec<Server> = FORMATS.iter().map(|_| Server::of_world(WORLD)).collect();
    let slots: String =
        FORMATS.iter().zip(&servers).map(|(format, server)| format.slot(server)).collect();
    let mut project = suite(&slots, &[REFUND]);
    for format in &FORMATS {
        if let Some((name, _, _)) = format.key {
            project.set(name, &format.key_value());
        }
    }
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    let config = project.read("promptmatrix.toml");
    project.write("promptmatrix.toml", &format!("{config}[defaults]\nstream = true\n"));
    project.run(&["run"]).exits(0).says("7 same");
    for (format, server) in FORMATS.iter().zip(&servers) {
        let received = server.received();
        let last = received.last().unwrap();
        let streams =
            last.body["stream"] == true || last.path.ends_with(":streamGenerateContent?alt=sse");
        assert_eq!(streams, format.provider != "bedrock", "{}", last.path);
    }
    let asked = servers.iter().map(Server::count).sum::<usize>();
    project.run(&["run", "--offline"]).exits(0).says("7 same");
    assert_eq!(servers.iter().map(Server::count).sum::<usize>(), asked, "streams are recorded");
}

#[test]
fn a_stream_that_ends_before_the_answer_is_asked_for_again() {
    let (project, server) = after(|reply| {
        let body = String::from_utf8_lossy(reply.body()).into_owned();
        let half = body.get(..body.len() / 2).unwrap();
        Reply::new(200, half).with("content-type", "text/event-stream")
    });
    project.run(&["run"]).exits(0).warns("the stream ended before the answer did");
    assert_eq!(server.count(), 2);
}

#[test]
fn a_stream_that_never_ends_well_is_no_answer_and_breaks_no_prompt() {
    let server = Server::start(|_, _| Some(Reply::new(200, "data: {\"choices\": []}\n\n")));
    let project = openai(&server, &format!("{RUN}[defaults]\nstream = true\n"), &[REFUND]);
    project.run(&["run"]).exits(3);
    let trial = trial(&project);
    assert_eq!((&trial["cause"], trial.get("sub")), (&json!("transport"), None));
    assert_eq!(server.count(), 3);
}

#[test]
fn an_error_in_the_middle_of_a_stream_is_the_providers_error() {
    let (project, server) = after(|reply| {
        let body = String::from_utf8_lossy(reply.body()).into_owned();
        let error = json!({"error": {"message": "slow down", "code": 429}});
        let body = body.replacen("\n\ndata: ", &format!("\n\ndata: {error}\n\ndata: "), 3);
        Reply::new(200, body).with("content-type", "text/event-stream")
    });
    project.run(&["run"]).exits(0).warns("slow down");
    assert_eq!(server.count(), 2);
}
