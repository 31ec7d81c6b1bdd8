//! How many requests run at once.

use std::sync::Arc;

use crate::server::{Meter, Reply, Server};
use crate::support::{FORMATS, Format, WORLD, suite};

const CASES: [(&str, &str); 6] =
    [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), ("e", "5"), ("f", "6")];

/// A server whose requests wait until there were so many at once.
fn metered(meter: &Arc<Meter>, company: usize) -> Server {
    let meter = Arc::clone(meter);
    let world = promptmatrix::sim::World::parse(WORLD).unwrap();
    Server::start(move |received, _| {
        meter.pass(company);
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
