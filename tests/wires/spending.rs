//! What a run may cost, against a real server: nothing is sent, or no more than is left. And the order
//! in which a cache is filled.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use promptmatrix::sim::World;

use crate::project::Project;
use crate::server::{Reply, Server};
use crate::support::{FORMATS, REFUND, WORLD, suite};

/// As many cases as there are calls, none like another.
fn cases(number: usize) -> Vec<(String, String)> {
    (0..number).map(|at| (format!("c{at:02}"), format!("{} {at}", REFUND.1))).collect()
}

fn project(slot: &str, number: usize, more: &str) -> Project {
    let cases = cases(number);
    let cases: Vec<(&str, &str)> =
        cases.iter().map(|(name, input)| (name.as_str(), input.as_str())).collect();
    let mut project = suite(&format!("{more}\n{slot}"), &cases);
    for key in ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"] {
        project.set(key, "sk-for-tests");
    }
    project
}

const PRICE: &str = "price = { input = 1, output = 1 }\nmax-output-tokens = 100\n";

/// Answers as the world does, but says that it read a hundred thousand tokens: ten cents.
fn dear() -> Server {
    let world = World::parse(WORLD).unwrap();
    Server::start(move |received, _| {
        let mut reply = Reply::of_world(&world, received);
        let mut body: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
        body["usage"] = serde_json::json!({"prompt_tokens": 100_000, "completion_tokens": 0, "total_tokens": 100_000});
        reply = Reply::new(200, body.to_string());
        Some(reply.with("content-type", "application/json"))
    })
}

#[test]
fn a_run_that_could_cost_more_than_its_budget_sends_nothing() {
    let server = Server::of_world(WORLD);
    let slot = format!("{}{PRICE}", FORMATS[0].slot(&server));
    let project = project(&slot, 3, "[run]\nbudget-usd = 0.0001");
    let done =
        project.run(&["run"]).exits(3).warns("run::budget").warns("more than budget-usd = 0.0001");
    assert!(done.stderr.contains("--max-cost 0.01"), "{}", done.stderr);
    assert_eq!(server.count(), 0);
    assert!(!project.path(".promptmatrix/runs").exists(), "and no run begins");
    project.run(&["upgrade", "openai", "--to", "m-2026-02-01"]).exits(3).warns("run::budget");
    project.run(&["run", "--dry-run"]).exits(3).says("at most $0.00").warns("run::budget");
    assert_eq!(server.count(), 0);
    project.run(&["run", "--max-cost", "1"]).exits(0);
    assert_eq!(server.count(), 3);
}

#[test]
fn the_flag_goes_before_the_variable_and_the_variable_before_the_config() {
    let server = Server::of_world(WORLD);
    let slot = format!("{}{PRICE}", FORMATS[0].slot(&server));
    let mut project = project(&slot, 1, "[run]\nbudget-usd = 1.0");
    project.set("PROMPTMATRIX_MAX_COST", "0");
    project.run(&["run"]).exits(3).warns("more than PROMPTMATRIX_MAX_COST = 0");
    project.run(&["run", "--max-cost", "0.5"]).exits(0);
    project.set("PROMPTMATRIX_MAX_COST", "a lot");
    project.run(&["run"]).exits(2).warns("run::max-cost");
    assert_eq!(server.count(), 1);
}

#[test]
fn under_a_budget_nothing_is_sent_to_a_model_whose_price_nobody_knows() {
    let server = Server::of_world(WORLD);
    let slot = format!("{}max-output-tokens = 100\n", FORMATS[0].slot(&server));
    let project = project(&slot, 1, "");
    project
        .run(&["run", "--max-cost", "100"])
        .exits(3)
        .warns("nobody knows what slot `openai` costs");
    assert_eq!(server.count(), 0);
    project.replace(
        "promptmatrix.toml",
        "max-output-tokens = 100",
        "price = { input = 1, output = 1 }",
    );
    project.run(&["run", "--max-cost", "100"]).warns("sets no `max-output-tokens`");
    assert!(server.count() > 0);
}

#[test]
fn a_run_whose_answers_turn_out_dearer_ends_with_what_it_has() {
    let server = dear();
    let slot = format!("{}{PRICE}", FORMATS[0].slot(&server));
    let project = project(&slot, 6, "[run]\nmax-concurrency = 1");
    let done = project.run(&["run", "--max-cost", "0.15"]).exits(3).says("OVER BUDGET");
    assert!(done.stderr.contains("the budget is used up"), "{}", done.stderr);
    // After the first a call could still fit, after the second none does.
    let sent = server.count();
    assert_eq!(sent, 2);
    let record = project.run(&["report", "--format", "json"]).exits(0).json();
    assert_eq!(record["over_budget"], true);
    assert_eq!(record["exit_code"], 3);
    assert_eq!(record["cells"].as_array().unwrap().len(), sent);
    let cost: u128 = record["totals"]["bill"]["usd_pico"].as_str().unwrap().parse().unwrap();
    assert_eq!(cost, sent as u128 * 100_000_000_000);
}

#[test]
fn recordings_cost_nothing_and_fit_every_budget() {
    let server = Server::of_world(WORLD);
    let slot = format!("{}{PRICE}", FORMATS[0].slot(&server));
    let project = project(&slot, 2, "[run]\nmax-age = \"7d\"");
    project.run(&["run"]).exits(0);
    project.run(&["run", "--max-cost", "0"]).exits(0).says("2 replayed");
    project.run(&["run", "--offline", "--max-cost", "0"]).exits(0);
    project.run(&["run", "--dry-run"]).exits(0).says("0 calls, and 2 answers reused");
    assert_eq!(server.count(), 2, "each cell is asked once");
}

#[test]
fn a_forecast_knows_the_tokens_of_the_last_answers() {
    let server = dear();
    let slot = format!("{}{PRICE}", FORMATS[0].slot(&server));
    let project = project(&slot, 2, "");
    let guessed = project.run(&["run", "--dry-run", "--json"]).exits(0).json();
    assert_eq!(
        (&guessed["total"]["calls"], &guessed["total"]["estimated"]),
        (&2.into(), &2.into())
    );
    project.run(&["run"]).exits(0);
    project
        .run(&["run", "--dry-run"])
        .exits(0)
        .says("200,000 tokens in")
        .says("$0.200, at most $0.200");
    let known = project.run(&["run", "--dry-run", "--json"]).exits(0).json();
    assert_eq!(known["total"]["input_tokens"], 200_000);
    assert_eq!(known["total"]["usd_pico"], "200000000000");
    assert_eq!(known["total"]["estimated"], 0);
    assert!(known["total"]["latency_ms"].is_u64());
    assert_eq!(server.count(), 2);
}

/// How many requests are there at once, and how many there were while the first was answered.
#[derive(Default)]
struct Crowd {
    now: Mutex<(usize, usize)>,
    changed: Condvar,
}

/// Answers the first request slowly, and the others only when `together` of them are there at once.
fn crowded(crowd: &Arc<Crowd>, together: usize) -> Server {
    let world = World::parse(WORLD).unwrap();
    let crowd = Arc::clone(crowd);
    Server::start(move |received, before| {
        if before == 0 {
            std::thread::sleep(Duration::from_millis(200));
        }
        let mut now = crowd.now.lock().unwrap();
        if before > 0 {
            now.0 += 1;
            now.1 = now.1.max(now.0);
            crowd.changed.notify_all();
            let late = Duration::from_secs(20);
            now = crowd.changed.wait_timeout_while(now, late, |now| now.1 < together).unwrap().0;
            now.0 -= 1;
        }
        drop(now);
        Some(Reply::of_world(&world, received))
    })
}

#[test]
fn the_first_case_of_a_cached_prompt_goes_alone_and_then_the_others_together() {
    let crowd = Arc::new(Crowd::default());
    let server = Arc::new(crowded(&crowd, 4));
    let slot = format!("{}cache-system-prompt = true\n", FORMATS[2].slot(&server));
    let project = project(&slot, 20, "[run]\nmax-concurrency = 4");
    let running = std::thread::scope(|scope| {
        let run = scope.spawn(|| project.run(&["run"]).exits(0));
        while server.count() == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        // The first answer takes a while: whoever does not wait for it has arrived by now.
        std::thread::sleep(Duration::from_millis(100));
        let during_first = server.count();
        run.join().unwrap();
        during_first
    });
    assert_eq!(running, 1, "the first goes alone");
    assert_eq!(crowd.now.lock().unwrap().1, 4, "then the others go together");
    assert_eq!(server.count(), 20);
}

#[test]
fn without_a_cache_nobody_waits_for_the_first() {
    let crowd = Arc::new(Crowd::default());
    let server = crowded(&crowd, 3);
    let project = project(&FORMATS[2].slot(&server), 4, "[run]\nmax-concurrency = 4");
    project.run(&["run"]).exits(0);
    assert_eq!(server.count(), 4);
}
