//! What is kept of a run, and that the order of arrival leaves no trace in it.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use promptmatrix::sim::World;
use serde_json::Value;

use crate::project::Project;
use crate::server::{Gate, Reply, Server};
use crate::support::{Kept, REFUND, RUN, WORLD, openai, suite};

#[test]
fn an_answer_is_in_the_journal_while_others_are_still_asked() {
    let gate = Arc::<Gate>::default();
    let (world, door) = (World::parse(WORLD).unwrap(), Arc::clone(&gate));
    let server = Server::start(move |received, before| {
        if before == 2 {
            door.pass();
        }
        Some(Reply::of_world(&world, received))
    });
    let run = format!("{RUN}max-concurrency = 1\n");
    let project = openai(&server, &run, &[REFUND, ("b", "2"), ("c", "3")]);
    let mut process = project.command(&["run", "--quiet"]).spawn().unwrap();
    gate.until_held(1);
    let file = Kept::of(&project).file("cells.jsonl");
    let started = Instant::now();
    while fs::read_to_string(&file).unwrap().matches('\n').count() < 2 {
        assert!(started.elapsed() < Duration::from_secs(20), "the first two are not on disk");
        thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(Kept::of(&project).journal().len(), 2);
    assert!(!Kept::of(&project).file("run.json").exists());
    process.kill().unwrap();
    process.wait().unwrap();
    gate.open();
    // A line torn by the kill, and a run without a record, stand in nobody's way.
    let torn = fs::read_to_string(&file).unwrap() + "{\"format\":1,\"cell\":\"tri";
    fs::write(&file, torn).unwrap();
    project.run(&["status"]).exits(0);
    project.run(&["run"]).exits(0).says("3 new");
}

#[test]
fn when_an_answer_cannot_be_kept_the_run_ends_and_it_does_not_count() {
    let server = Server::of_world(WORLD);
    let project = openai(&server, RUN, &[REFUND]);
    project.run(&["run"]).exits(0);
    // In this shell no file may grow beyond one block, as on a full disk.
    let binary = project.command(&["run", "--json"]);
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"]).arg(binary.get_program());
    shell.args(binary.get_args()).current_dir(project.root()).env_clear();
    shell.envs(binary.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = shell.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("the answers cannot be kept") && said.contains("large"), "{said}");
    assert_eq!(server.count(), 2);
    let data: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&data["exit_code"], data.get("cells")), (&3.into(), None));
    let kept = Kept::of(&project);
    assert!(!kept.file("run.json").exists());
    assert_eq!(kept.journal(), []);
    project.run(&["run"]).exits(0).says("1 new");
}

const WOBBLY: &str = r#"
[[version]]
id = "m-2026-01-01"
quirks = [
    { kind = "enum-shifted", pointer = "/category", rate = 0.5 },
    { kind = "fenced", rate = 0.2 },
    { kind = "error", to = 500, rate = 0.2 },
]
"#;

/// A run without what differs by its nature: its name and its times.
fn timeless(project: &Project) -> String {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for name in ["id", "started", "finished", "at"] {
                    members.remove(name);
                }
                members.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut record = Kept::of(project).record();
    strip(&mut record);
    format!("{record:#}")
}

#[test]
fn the_order_of_arrival_leaves_no_trace() {
    let slot = |name| format!("[models.{name}]\nprovider = \"demo\"\nid = \"m-2026-01-01\"\n");
    let config = "[demo]\nworld = \"world.toml\"\n[run]\nsamples = 10\nmax-concurrency = 16\n\
                  retries = { count = 1, delay = \"1ms\" }\n";
    let project = suite(
        &(config.to_owned() + &slot("left") + &slot("right")),
        &[REFUND, ("b", "2"), ("c", "3"), ("d", "4")],
    );
    project.write("world.toml", WOBBLY);
    let runs: Vec<String> = (0..4)
        .map(|_| {
            project.run(&["run"]).exits(1);
            timeless(&project)
        })
        .collect();
    for run in &runs[1..] {
        assert!(*run == runs[0], "{}", first_difference(&runs[0], run));
    }
    // Chance is at work: otherwise equal runs would prove nothing.
    for word in ["\"fenced\"", "\"status\": 500", "\"account\"", "\"billing\""] {
        assert!(runs[0].contains(word), "no {word}");
    }
}

fn first_difference(one: &str, other: &str) -> String {
    let mut lines = one.lines().zip(other.lines()).enumerate();
    let found = lines.find(|(_, (one, other))| one != other);
    found.map_or("one is longer".to_owned(), |(n, (a, b))| format!("line {n}: {a} and {b}"))
}
