//! What only holds today, or of a model id: it breaks no prompt, and is not kept.

use serde_json::{Value, json};

use crate::project::Project;
use crate::server::{Received, Reply, Server};
use crate::support::{FORMATS, Kept, REFUND, RUN, WORLD, openai, string, suite};

const KEEP: &str =
    "retries = { count = 2, delay = \"1ms\", max-delay = \"1ms\", jitter = false }\n";

fn good(received: &Received) -> Option<Reply> {
    let world = promptmatrix::sim::World::parse(WORLD).unwrap();
    Some(Reply::of_world(&world, received))
}

/// Six cells of one slot.
const CASES: [(&str, &str); 6] = [
    REFUND,
    ("again", "I was charged twice, again"),
    ("third", "charged twice in May"),
    ("log-in", "I cannot log in"),
    ("log-in-2", "log in fails"),
    ("log-in-3", "log in is slow"),
];

fn gone() -> Option<Reply> {
    let body = json!({"error": {"code": "model_not_found", "message": "no such id here"}});
    Some(Reply::new(404, body.to_string()))
}

fn asks_for(received: &Received, id: &str) -> bool {
    received.body["model"] == id
}

fn causes(record: &Value) -> Vec<String> {
    let cells = record["cells"].as_array().unwrap();
    cells.iter().map(|cell| string(&cell["trials"][0]["cause"])).collect()
}

#[test]
fn a_refusal_of_the_day_breaks_nothing_is_not_kept_and_is_asked_anew() {
    let of_the_day = [
        (400, json!({"code": "invalid-argument", "error": "Incorrect API key provided: a***z."})),
        (400, json!({"error": {"message": "Your credit balance is too low."}})),
        (400, json!({"error": {"status": "FAILED_PRECONDITION", "message": "not here"}})),
        (412, json!({"error": {"message": "a condition"}})),
        (451, json!({"error": {"message": "by law"}})),
    ];
    for (status, body) in of_the_day {
        let body = body.to_string();
        let server = Server::start(move |received, before| match before {
            0 => Some(Reply::new(status, body.clone())),
            _ => good(received),
        });
        let run = format!("[store]\nrecord = true\n[run]\nmax-age = \"7d\"\n{KEEP}");
        let project = openai(&server, &run, &[REFUND]);
        project.run(&["run"]).exits(3).says("1 error");
        assert_eq!(causes(&Kept::of(&project).record()), ["provider-error"]);
        assert_eq!(server.count(), 1, "{status}: not tried again");
        project.run(&["run"]).exits(0).says("1 new");
        assert_eq!(server.count(), 2, "{status}: nothing was kept of it");
    }
}

#[test]
fn what_passes_by_itself_is_asked_again_whoever_is_blamed_for_it() {
    for status in [424, 425, 499] {
        let server = Server::start(move |received, before| match before {
            0 => Some(Reply::new(status, r#"{"error":{"message":"cut off"}}"#)),
            _ => good(received),
        });
        openai(&server, RUN, &[REFUND]).run(&["run"]).exits(0);
        assert_eq!(server.count(), 2);
    }
}

#[test]
fn an_upgrade_without_money_is_inconclusive() {
    let server = Server::start(|received, _| {
        if asks_for(received, "m-2026-01-01") {
            good(received)
        } else {
            Some(Reply::new(400, r#"{"error":{"message":"You reached your usage limits."}}"#))
        }
    });
    let project = openai(&server, RUN, &CASES);
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project.run(&["upgrade", "openai", "--to", "m-2026-02-02"]).exits(3).lacks("worse");
}

/// Two slots, the second of an id that the server does not know.
fn two_slots(server: &Server) -> Project {
    let second = FORMATS[0].slot(server).replace("[models.openai]", "[models.second]");
    let second = second.replace("m-2026-01-01", "m-2026-99-99");
    let mut project = suite(&format!("{RUN}{}{second}", FORMATS[0].slot(server)), &CASES);
    project.set("OPENAI_API_KEY", &FORMATS[0].key_value());
    project
}

#[test]
fn an_id_that_never_answered_is_known_for_none_after_one_call_and_the_other_slots_run() {
    let server =
        Server::start(
            |received, _| {
                if asks_for(received, "m-2026-01-01") { good(received) } else { gone() }
            },
        );
    let project = two_slots(&server);
    project.run(&["run"]).exits(2).says("6 new, 6 error").says("m-2026-99-99");
    assert_eq!(server.received().iter().filter(|it| asks_for(it, "m-2026-99-99")).count(), 1);
    let record = Kept::of(&project).record();
    let cells = record["cells"].as_array().unwrap();
    let second = cells.iter().filter(|cell| string(&cell["cell"]).ends_with("@second"));
    let second: Vec<&Value> = second.collect();
    assert!(second.iter().all(|cell| cell["status"] == "error"));
    assert!(second.iter().all(|cell| cell["trials"][0]["cause"] == "no-such-model"));
    assert_eq!(record["totals"]["calls"], 7);
}

#[test]
fn a_break_outweighs_an_id_that_names_no_model() {
    let server = Server::start(|received, _| {
        if asks_for(received, "m-2026-01-01") {
            Some(good(received)?.replace("billing", "nonsense"))
        } else {
            gone()
        }
    });
    two_slots(&server).run(&["run"]).exits(1).says("6 error");
}

#[test]
fn a_model_that_answered_before_and_is_gone_is_retired_and_no_swap() {
    let server = Server::start(|received, before| match before {
        0..=5 => good(received),
        _ => gone(),
    });
    let project = openai(&server, &format!("{RUN}max-concurrency = 1\n"), &CASES);
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    let done = project.run(&["run"]).exits(1).says("6 broken").says("model-retired");
    done.lacks("swap").lacks("noise");
    assert_eq!(server.count(), 7, "one call says it for all");
    assert_eq!(causes(&Kept::of(&project).record()), ["model-retired"; 6]);
}

#[test]
fn an_upgrade_to_an_id_that_names_no_model_ends_after_one_call() {
    let server =
        Server::start(
            |received, _| {
                if asks_for(received, "m-2026-01-01") { good(received) } else { gone() }
            },
        );
    let project = openai(&server, RUN, &CASES);
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    let done = project.run(&["upgrade", "openai", "--to", "m-2026-02-02"]).exits(2);
    done.says("there is no model `m-2026-02-02`").lacks("worse");
    assert_eq!(server.count(), 7);
}
