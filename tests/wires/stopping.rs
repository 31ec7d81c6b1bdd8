//! Ctrl-C while calls run.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use promptmatrix::sim::World;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::project::Project;
use crate::server::{Gate, Reply, Server};
use crate::support::{Kept, RUN, WORLD, openai};

const CASES: [(&str, &str); 6] =
    [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), ("e", "5"), ("f", "6")];

/// A process whose run answers two cells and is held at the next two; the last two wait.
struct Held {
    process: Child,
    stderr: BufReader<ChildStderr>,
    gate: Arc<Gate>,
    server: Server,
    project: Project,
}

impl Held {
    fn start() -> Self {
        let gate = Arc::<Gate>::default();
        let (world, channel) = (World::parse(WORLD).unwrap(), Arc::clone(&gate));
        let server = Server::start(move |received, before| {
            if before >= 2 {
                channel.pass();
            }
            Some(Reply::of_world(&world, received))
        });
        let run = format!("{RUN}max-concurrency = 2\nledger = true\n");
        let project = openai(&server, &run, &CASES);
        let mut command = project.command(&["run"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let stderr = BufReader::new(process.stderr.take().unwrap());
        gate.until_held(2);
        Self { process, stderr, gate, server, project }
    }

    fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw).unwrap();
        kill_process(id, signal).unwrap();
    }

    /// Waits until the process says that it stops.
    fn until_stopping(&mut self) {
        let mut line = String::new();
        while !line.contains("stopping") {
            line.clear();
            assert!(self.stderr.read_line(&mut line).unwrap() > 0, "it never said so");
        }
    }

    /// The exit code, the kept run, and how many requests there were.
    fn end(mut self) -> (Option<i32>, Kept, Project, usize) {
        let code = self.process.wait().unwrap().code();
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        assert!(!rest.contains("crashed"), "{rest}");
        (code, Kept::of(&self.project), self.project, self.server.count())
    }
}

/// Names of the cells in the record, without prompt and slot.
fn cells(kept: &Kept) -> usize {
    let record = kept.record();
    assert_eq!((&record["interrupted"], &record["exit_code"]), (&true.into(), &130.into()));
    for cell in record["cells"].as_array().unwrap() {
        assert_eq!(cell["status"], "new", "{cell:#}");
    }
    record["cells"].as_array().unwrap().len()
}

#[test]
fn the_first_signal_starts_nothing_more_and_keeps_what_comes_back() {
    // Ctrl-C by a person, and the signal by which CI cancels a job.
    for signal in [Signal::INT, Signal::TERM] {
        let mut held = Held::start();
        held.signal(signal);
        held.until_stopping();
        held.gate.open();
        let (code, kept, project, requests) = held.end();
        assert_eq!((code, requests), (Some(130), 4));
        assert_eq!((cells(&kept), kept.journal().len()), (4, 4));
        project.run(&["accept", "--all"]).exits(0).says("accepted 4 answers");
        // What was not asked is asked next time, and nothing else.
        project.run(&["run", "--failed"]).exits(0);
        project.run(&["run"]).exits(0).says("4 same");
    }
}

#[test]
fn a_run_that_goes_on_has_one_line_in_the_ledger_with_all_its_answers() {
    let mut held = Held::start();
    held.interrupt();
    held.until_stopping();
    held.gate.open();
    let (_, kept, project, _) = held.end();
    let id = kept.record()["id"].clone();
    project.run(&["accept", "triage/a"]).exits(0);
    let lines = || -> Vec<Value> {
        let text = project.read("snapshots/ledger.jsonl");
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["run"] == id).collect()
    };
    assert_eq!((lines().len(), &lines()[0]["trials"]), (1, &4.into()));
    project.run(&["run", "--resume"]).exits(0);
    assert_eq!((lines().len(), &lines()[0]["trials"]), (1, &6.into()));
    project.run(&["cost"]).exits(0);
}

#[test]
fn a_signal_at_any_moment_loses_no_answer_that_was_paid() {
    for after in (0..).step_by(10).map(Duration::from_millis).take(20) {
        let server = Server::of_world(WORLD);
        let project = openai(&server, &format!("{RUN}max-concurrency = 2\n"), &CASES);
        let mut process =
            project.command(&["run", "--quiet"]).stdout(Stdio::null()).spawn().unwrap();
        thread::sleep(after);
        let id = i32::try_from(process.id()).ok().and_then(Pid::from_raw).unwrap();
        kill_process(id, Signal::TERM).unwrap();
        let code = process.wait().unwrap().code();
        assert!(matches!(code, None | Some(0 | 130)), "{code:?} after {after:?}");
        project.run(&["run"]).exits(0).says("6 new");
        let paid = if code == Some(0) { 12 } else { 6 };
        assert_eq!(server.count(), paid, "{code:?} after {after:?}");
    }
}

#[test]
fn the_second_ctrl_c_ends_at_once_and_keeps_what_had_come_back() {
    let mut held = Held::start();
    held.interrupt();
    held.until_stopping();
    held.interrupt();
    let gate = Arc::clone(&held.gate);
    let (from, started) = (thread::spawn(move || held.end()), Instant::now());
    // Sooner than running calls may go on after the first.
    while !from.is_finished() && started.elapsed() < Duration::from_secs(4) {
        thread::sleep(Duration::from_millis(5));
    }
    assert!(from.is_finished(), "it waits for calls that were given up");
    let (code, kept, _project, requests) = from.join().unwrap();
    gate.open();
    assert_eq!((code, requests), (Some(130), 4));
    assert_eq!((cells(&kept), kept.journal().len()), (2, 2));
}
