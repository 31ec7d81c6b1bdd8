//! `run --probe`: one tiny call for each slot, of which nothing is kept.

use promptmatrix::sim::World;
use serde_json::{Value, json};

use crate::project::Project;
use crate::server::{Reply, Server};
use crate::support::{FORMATS, REFUND, RUN, WORLD, suite};

const CASES: [(&str, &str); 2] = [REFUND, ("login", "I cannot log in.")];

fn with_keys(slots: &str) -> Project {
    let mut project = suite(&format!("{RUN}{slots}"), &CASES);
    for format in &FORMATS {
        if let Some((name, ..)) = format.key {
            project.set(name, &format.key_value());
        }
    }
    project
}

#[test]
fn each_slot_is_asked_once_in_its_own_format_and_nothing_is_kept() {
    let servers: Vec<Server> = FORMATS.iter().map(|_| Server::of_world(WORLD)).collect();
    let slots = FORMATS.iter().zip(&servers).map(|(format, server)| format.slot(server));
    let project = with_keys(&slots.collect::<String>());
    let done = project.run(&["run", "--probe"]).exits(0).says("7 slots asked once");
    assert!(done.stdout.contains("bedrock           answers     m-2026-01-01"), "{}", done.stdout);
    for (format, server) in FORMATS.iter().zip(&servers) {
        let received = server.received();
        assert_eq!(received.len(), 1, "{}", format.provider);
        let body = received[0].body.to_string();
        assert!(body.contains(":16") && body.contains("all well"), "{body}");
    }
    for kept in [".promptmatrix/runs", ".promptmatrix/recordings", "snapshots"] {
        assert!(!project.path(kept).exists(), "{kept}");
    }
}

/// A server whose model is this one.
fn of(model: &str) -> Server {
    Server::of_world(&WORLD.replace("m-2026-01-01", model))
}

fn slot(name: &str, server: &Server, id: &str) -> String {
    let slot = FORMATS[0].slot(server).replace("[models.openai]", &format!("[models.{name}]"));
    slot.replace("m-2026-01-01", id)
}

fn probed(project: &Project, exit: i32) -> Value {
    project.run(&["run", "--probe", "--json"]).exits(exit).json()
}

#[test]
fn a_model_that_moved_is_told_before_the_run_fails_for_it() {
    let answers = |served: &'static str| {
        let world = World::parse(WORLD).unwrap();
        Server::start(move |received, _| {
            Some(Reply::of_world(&world, received).replace("m-2026-01-01", served))
        })
    };
    let (before, after) = (answers("m-2026-01-01"), answers("m-2026-02-02"));
    let project = with_keys(&slot("moving", &before, "m-2026-01-01"));
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    assert_eq!(probed(&project, 0)["slots"][0]["state"], "answers");
    project.replace("promptmatrix.toml", &before.url(""), &after.url(""));
    let found = &probed(&project, 1)["slots"][0];
    assert_eq!((&found["state"], &found["served"]), (&json!("moved"), &json!("m-2026-02-02")));
    assert_eq!(found["confirmed"], json!(["m-2026-01-01"]));
}

#[test]
fn what_is_refused_fails_and_what_is_only_not_answered_is_inconclusive() {
    let refuses = Server::start(|_, _| {
        let message = "Unsupported parameter: 'temperature' is not supported with this model.";
        let error = json!({"error": {"message": message, "code": "unsupported_parameter"}});
        Some(Reply::new(400, error.to_string()))
    });
    let locked = Server::start(|_, _| Some(Reply::new(401, r#"{"error":{"message":"who?"}}"#)));
    let good = of("m-2026-01-01");
    let slots = slot("good", &good, "m-2026-01-01") + &slot("locked", &locked, "m-2026-01-01");
    let project = with_keys(&slots);
    let record = probed(&project, 3);
    let states = |record: &Value| -> Vec<String> {
        let slots = record["slots"].as_array().unwrap();
        slots.iter().map(|slot| slot["state"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(states(&record), ["answers", "unanswered"]);
    let project = with_keys(&(slots + &slot("picky", &refuses, "m-2026-01-01")));
    assert_eq!(states(&probed(&project, 1)), ["answers", "unanswered", "refused"]);
    project.run(&["run", "--probe"]).exits(1).says("'temperature' is not supported");
    project.run(&["run", "--probe", "@good"]).exits(0).says("1 slot asked once");
    let gone = with_keys(&slot("gone", &good, "m-2020"));
    assert_eq!(states(&probed(&gone, 1)), ["refused"]);
}

#[test]
fn a_probe_without_a_key_or_offline_asks_nobody() {
    let server = of("m-2026-01-01");
    let mut project = suite(&FORMATS[0].slot(&server), &CASES);
    let found = probed(&project, 3);
    assert_eq!(found["slots"][0]["detail"], "`OPENAI_API_KEY` is not set");
    project.set("PROMPTMATRIX_OFFLINE", "1");
    project.run(&["run", "--probe"]).exits(2);
    assert_eq!(server.count(), 0);
}
