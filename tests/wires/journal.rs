//! What is kept of a run, and that the order of arrival leaves no trace in it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use promptmatrix::sim::World;
use serde_json::Value;

use crate::project::Project;
use crate::server::{Gate, Received, Reply, Server};
use crate::support::{Kept, REFUND, RUN, WORLD, openai, string, suite};

#[test]
fn an_answer_is_in_the_journal_while_others_are_still_asked() {
    let gate = Arc::<Gate>::default();
    let (world, channel) = (World::parse(WORLD).unwrap(), Arc::clone(&gate));
    let server = Server::start(move |received, before| {
        if before == 2 {
            channel.pass();
        }
        Some(Reply::of_world(&world, received))
    });
    let run = format!("{RUN}max-concurrency = 1\n");
    let project = openai(&server, &run, &[REFUND, ("b", "2"), ("c", "3")]);
    let mut process = project.command(&["run", "--quiet"]).spawn().unwrap();
    gate.until_held(1);
    let file = Kept::of(&project).file("cells.jsonl");
    let started = Instant::now();
    while fs::read_to_string(&file).unwrap().matches('\n').count() < 3 {
        assert!(started.elapsed() < Duration::from_secs(20), "the first two are not on disk");
        thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(Kept::of(&project).journal().len(), 2);
    assert!(!Kept::of(&project).file("run.json").exists());
    process.kill().unwrap();
    process.wait().unwrap();
    gate.open();
    // A line torn by the kill stands in nobody's way.
    let torn = fs::read_to_string(&file).unwrap() + "{\"crc\":\"0123abcd\",\"cell\":\"tri";
    fs::write(&file, torn).unwrap();
    project.run(&["status"]).exits(0).says("was cut short: 2 of 3 answers are there");
    let done = project.run(&["run"]).exits(0).says("3 new");
    done.warns("2 of 3 answers are there");
    assert_eq!((server.count(), Kept::of(&project).journal().len()), (4, 3));
    assert_eq!(fs::read_dir(project.path(".promptmatrix/runs")).unwrap().count(), 1);
    project.run(&["status"]).exits(0).lacks("cut short");
    project.run(&["run"]).exits(0);
    assert_eq!(server.count(), 7, "a run that is whole does not go on");
}

/// A run of three answers that was cut short, as if it had been killed after the second.
fn cut(server: &Server) -> (Project, PathBuf) {
    let project =
        openai(server, &format!("{RUN}max-concurrency = 1\n"), &[REFUND, ("b", "2"), ("c", "3")]);
    project.run(&["run"]).exits(0);
    let kept = Kept::of(&project);
    fs::remove_file(kept.file("run.json")).unwrap();
    let file = kept.file("cells.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').take(3).collect();
    fs::write(&file, lines.concat()).unwrap();
    (project, file)
}

#[test]
fn a_damaged_answer_is_named_and_asked_for_again() {
    let server = Server::of_world(WORLD);
    let (project, file) = cut(&server);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("billing", "billinh", 1)).unwrap();
    project.run(&["run"]).exits(0).says("3 new").warns("damaged, so its answer is lost");
    assert_eq!(server.count(), 3 + 2);
    project.run(&["cost"]).exits(0);
}

#[test]
fn a_run_goes_on_by_name_and_only_where_it_asks_the_same() {
    let server = Server::of_world(WORLD);
    let (project, _) = cut(&server);
    let id = project.run(&["status", "--json"]).json()["interrupted"]["id"].clone();
    let id = id.as_str().unwrap();
    project.run(&["run", "triage/b"]).exits(0).says("1 new");
    project.run(&["run", "--fresh"]).exits(0).says("3 new");
    assert_eq!(server.count(), 3 + 1 + 3);
    project.run(&["run", "--resume", id]).exits(0).says("3 new").warns("2 of 3 answers");
    assert_eq!(server.count(), 3 + 1 + 3 + 1);
    project.run(&["run", "--resume", id]).exits(2).warns("has every answer");
    project.run(&["run", "--resume"]).exits(2).warns("no run that was cut short");
    project.run(&["run", "--resume", "1999"]).exits(2).warns("there is no run `1999`");

    let (project, _) = cut(&server);
    project.replace("prompts/triage.md", "JSON", "plain JSON");
    project.run(&["run", "--resume"]).exits(2).warns("changed since it began");
    project.run(&["run"]).exits(0).says("3 new");
}

#[test]
fn a_dry_run_counts_what_is_left_to_ask_of_a_run_that_was_cut_short() {
    let server = Server::of_world(WORLD);
    let (project, _) = cut(&server);
    project.run(&["run", "--dry-run"]).exits(0).says("1 call, and 2 answers reused");
    project.run(&["run", "--dry-run", "--fresh"]).exits(0).says("3 calls.");
    project.run(&["run"]).exits(0);
    project.run(&["run", "--dry-run"]).exits(0).says("3 calls.");
    assert_eq!(server.count(), 3 + 1);
}

#[test]
fn two_runs_at_once_ask_once_and_say_the_same() {
    let gate = Arc::<Gate>::default();
    let (world, channel) = (World::parse(WORLD).unwrap(), Arc::clone(&gate));
    let server = Server::start(move |received, before| {
        if before == 1 {
            channel.pass();
        }
        Some(Reply::of_world(&world, received))
    });
    let project = openai(&server, RUN, &[REFUND, ("b", "2"), ("c", "3")]);
    let start = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let first = start(&["run", "--json"]);
    gate.until_held(1);
    project.run(&["status"]).exits(0).says("running this suite");
    let (second, other) = (start(&["run", "--json"]), start(&["run", "--json", "triage/b"]));
    project.run(&["prune", "--yes", "--keep", "0"]).exits(0);
    thread::sleep(Duration::from_millis(900));
    gate.open();
    let [first, second, other] = [first, second, other].map(|child| {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}");
        (output.stdout, said)
    });
    assert!(first.0 == second.0, "both say the same");
    assert!(
        second.1.contains("waiting: process") && second.1.contains("asked the same"),
        "{}",
        second.1
    );
    assert!(other.1.contains("waiting: process"), "{}", other.1);
    assert_eq!(server.count(), 3 + 1);
}

/// The command under a limit that the shell sets.
fn limited(project: &Project, limit: &str, arguments: &[&str]) -> Output {
    let binary = project.command(arguments);
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &format!("{limit}; exec \"$@\""), "sh"]).arg(binary.get_program());
    shell.args(binary.get_args()).current_dir(project.root()).env_clear();
    shell.envs(binary.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.output().unwrap()
}

#[test]
fn with_few_open_files_fewer_calls_are_made_at_once_and_no_answer_is_lost() {
    let server = Server::of_world(WORLD);
    let cases: Vec<String> = (0..60).map(|number| format!("c{number}")).collect();
    let cases: Vec<(&str, &str)> = cases.iter().map(|case| (case.as_str(), REFUND.1)).collect();
    for (files, at_once) in [(64, "16 calls at once"), (32, "1 call at once")] {
        let project = openai(&server, &format!("{RUN}max-concurrency = 60\n"), &cases);
        let output = limited(&project, &format!("ulimit -n {files}"), &["run"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains(at_once) && !said.contains("not recorded"), "{said}");
        project.run(&["run", "--offline"]).exits(0);
    }
    let output = limited(&openai(&server, RUN, &[REFUND]), "ulimit -n 8", &["run"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("8 files") && said.contains("ulimit -n 1024"), "{said}");
}

#[test]
fn when_an_answer_cannot_be_kept_the_run_ends_and_it_does_not_count() {
    let server = Server::of_world(WORLD);
    let project = openai(&server, RUN, &[REFUND]);
    project.run(&["run"]).exits(0);
    // No file may grow beyond one block, as on a full disk.
    let output = limited(&project, "trap '' XFSZ; ulimit -f 1", &["run", "--json"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("the answers cannot be kept") && said.contains("large"), "{said}");
    assert_eq!(server.count(), 2);
    let data: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&data["exit_code"], data.get("cells")), (&3.into(), None));
    let kept = Kept::of(&project);
    assert!(!kept.file("run.json").exists());
    assert_eq!(kept.journal(), []);
    assert!(said.contains("cells.jsonl") && said.contains("promptmatrix run goes on"), "{said}");
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
                for name in ["id", "started", "finished", "at", "latency_ms", "latency"] {
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

/// Kills a run so many times and lets it go on each time: no answer that is in the journal is asked
/// for again, and in the end all is as if nobody had killed it.
#[expect(clippy::print_stdout, reason = "the figures of many kills")]
fn killed(times: usize, seed: u64) {
    const AT_ONCE: usize = 4;
    let names: Vec<String> = (0..times * 3).map(|number| format!("c{number}")).collect();
    let cases: Vec<(&str, &str)> = names.iter().map(|name| (&**name, &**name)).collect();
    let server = Server::of_world(WORLD);
    let run = format!("{RUN}max-concurrency = {AT_ONCE}\n");
    let project = openai(&server, &run, &cases);
    let asked = |from: usize| {
        let text = |received: &Received| received.body["messages"][1]["content"].clone();
        server.received()[from..].iter().map(text).collect::<Vec<_>>()
    };
    let (mut chance, mut kills, mut is_over) = (seed, 0, false);
    let mut kept: Vec<String> = Vec::new();
    while kills < times && !is_over {
        let before = server.count();
        let mut command = project.command(&["run", "--quiet"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (some, micros) = ((chance >> 33) as usize % 4, (chance >> 40) % 3_000);
        while server.count() < before + some && child.try_wait().unwrap().is_none() {}
        thread::sleep(Duration::from_micros(micros));
        child.kill().unwrap();
        is_over = child.wait().unwrap().code().is_some();
        for text in asked(before) {
            assert!(!kept.contains(&string(&text)), "kill {kills}: {text} was paid for twice");
        }
        if !project.path(".promptmatrix/runs").exists() {
            continue;
        }
        kills += 1;
        let now: Vec<String> = Kept::of(&project)
            .journal()
            .into_iter()
            .map(|(cell, _)| cell.replace("triage/", "").replace("@openai", ""))
            .collect();
        assert!(kept.iter().all(|known| now.contains(known)), "kill {kills}: an answer is lost");
        let (sent, safe) = (server.count() - before, now.len() - kept.len());
        // Those in flight, and as many whose answers were being written.
        assert!(sent - safe <= 2 * AT_ONCE, "kill {kills}: {sent} sent, {safe} kept");
        kept = now;
    }
    println!(
        "{kills} kills, {} of {} answers kept, {} asked",
        kept.len(),
        cases.len(),
        server.count()
    );
    if !is_over {
        project.run(&["run"]).exits(0);
    }
    assert_eq!(fs::read_dir(project.path(".promptmatrix/runs")).unwrap().count(), 1);
    let whole = openai(&server, &run, &cases);
    whole.run(&["run"]).exits(0);
    let (one, other) = (timeless(&project), timeless(&whole));
    assert!(one == other, "{}", first_difference(&one, &other));
}

#[test]
fn a_run_that_is_killed_again_and_again_pays_for_each_answer_once() {
    killed(6, 1);
}

#[test]
#[ignore = "takes minutes: 300 kills"]
fn three_hundred_kills_lose_no_answer_and_pay_for_none_twice() {
    for seed in 0..10 {
        killed(30, seed);
    }
}
