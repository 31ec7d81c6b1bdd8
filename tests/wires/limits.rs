//! How many requests run at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use promptmatrix::sim::World;

use crate::server::{Meter, Reply, Server};
use crate::support::{FORMATS, Format, WORLD, suite};

const CASES: [(&str, &str); 6] =
    [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), ("e", "5"), ("f", "6")];

/// A server whose requests wait until there were so many at once, but for the first: of a model that
/// never answered, one call goes alone.
fn metered(meter: &Arc<Meter>, company: usize) -> Server {
    let meter = Arc::clone(meter);
    let world = World::parse(WORLD).unwrap();
    Server::start(move |received, before| {
        meter.pass(if before == 0 { 1 } else { company });
        Some(Reply::of_world(&world, received))
    })
}

/// Slots without a key at these servers, each with its own lines.
fn slot(name: &str, server: &Server, more: &str) -> String {
    let Format { provider, .. } = FORMATS[4];
    let url = server.url("");
    format!(
        "[models.{name}]\nprovider = \"{provider}\"\nid = \"m-2026-01-01\"\nbase-url = \"{url}\"\n\
         {more}\n"
    )
}

#[test]
fn a_slot_keeps_its_own_limit_while_others_use_theirs() {
    let (one, free) = (Arc::<Meter>::default(), Arc::<Meter>::default());
    let (shy, wide) = (metered(&one, 1), metered(&free, 4));
    let config = "[run]\nmax-concurrency = 5\n".to_owned()
        + &slot("shy", &shy, "max-concurrency = 1")
        + &slot("wide", &wide, "");
    let project = suite(&config, &CASES);
    project.run(&["run"]).exits(0).says("12 new");
    assert_eq!((shy.count(), wide.count()), (6, 6));
    assert_eq!(one.most(), 1);
    assert!(free.most() >= 4, "only {} at once", free.most());
}

#[test]
fn a_run_keeps_its_limit_over_all_slots() {
    for limit in [1, 3] {
        let meter = Arc::<Meter>::default();
        let servers = [metered(&meter, limit), metered(&meter, limit)];
        let config = format!("[run]\nmax-concurrency = {limit}\n")
            + &slot("left", &servers[0], "")
            + &slot("right", &servers[1], "max-concurrency = 9");
        suite(&config, &CASES).run(&["run"]).exits(0).says("12 new");
        assert_eq!(meter.most(), limit);
    }
}

#[test]
fn shards_divide_the_limits_of_the_run_and_of_each_slot() {
    let meters = [Arc::<Meter>::default(), Arc::default()];
    let [left, right] = [metered(&meters[0], 1), metered(&meters[1], 2)];
    let config = "[run]\nmax-concurrency = 12\n".to_owned()
        + &slot("left", &left, "max-concurrency = 4")
        + &slot("right", &right, "max-concurrency = 8");
    let names: Vec<String> = (0..40).map(|number| format!("c{number}")).collect();
    let cases: Vec<(&str, &str)> = names.iter().map(|name| (&**name, &**name)).collect();
    let project = suite(&config, &cases);
    project.run(&["run", "--shard", "2/4"]).exits(0);
    assert_eq!((meters[0].most(), meters[1].most()), (1, 2));
    assert!(left.count() < 20 && right.count() < 20, "{} {}", left.count(), right.count());
}

#[test]
fn a_wait_for_a_limit_holds_no_place_and_is_no_failed_try() {
    let free = Arc::new(Server::of_world(WORLD));
    let meanwhile = Arc::<AtomicUsize>::default();
    let (world, other, seen) =
        (World::parse(WORLD).unwrap(), Arc::clone(&free), Arc::clone(&meanwhile));
    let limited = Server::start(move |received, before| {
        if before == 1 {
            seen.store(other.count(), Ordering::SeqCst);
        }
        Some(match before {
            0..3 => Reply::new(429, "{}").with("retry-after-ms", "700"),
            _ => Reply::of_world(&world, received),
        })
    });
    let run = "[run]\nmax-concurrency = 1\nretries = { count = 0, delay = \"1ms\" }\n";
    let slots = slot("a", &limited, "") + &slot("b", &free, "");
    let project = suite(&(run.to_owned() + &slots), &CASES[..2]);
    project.run(&["run"]).exits(0).says("4 new");
    assert_eq!((limited.count(), meanwhile.load(Ordering::SeqCst)), (5, 2));
}

#[test]
fn a_provider_that_is_down_is_given_up_and_not_asked_for_every_cell() {
    let server = Server::start(|_, _| Some(Reply::new(500, "{}")));
    let run = "[run]\nretries = { count = 2, delay = \"1ms\", max-delay = \"20ms\", max-wait = \"1m\" }\n";
    let names: Vec<String> = (0..60).map(|number| format!("c{number}")).collect();
    let cases: Vec<(&str, &str)> = names.iter().map(|name| (&**name, &**name)).collect();
    let project = suite(&(run.to_owned() + &slot("one", &server, "")), &cases);
    let done = project.run(&["run", "--max-wait", "200ms"]).exits(3).says("60 error");
    assert!(done.stdout.contains("given up after 0.2 s without any answer"), "{}", done.stdout);
    assert!(server.count() < 60, "{}", server.count());
}
