//! What is decided is written whole or not at all: killed at any moment, and by many processes at
//! once.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::project::Project;
use crate::world::WORLD;

const CELLS: usize = 24;
const LEDGER: &str = "snapshots/ledger.jsonl";

/// Twenty-four cells without a snapshot.
fn suite(model: &str) -> Project {
    let project = Project::demo(model, WORLD);
    let mut prompt = "+++\nschema = \"schemas/triage.json\"\n".to_owned();
    for number in 0..CELLS {
        let _ = write!(
            prompt,
            "[[case]]\nname = \"c{number}\"\ninput = \"I was charged twice for order {number}.\"\n"
        );
    }
    project.write("prompts/triage.md", &(prompt + "+++\nAnswer with JSON only."));
    project
}

/// The same with an answer accepted for each, and another one of a moved alias pending.
fn pending() -> Project {
    let project = suite("id = \"m\"\ndialect = \"anthropic\"");
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project.replace("world.toml", "m = \"m-2026-01-01\"", "m = \"m-2026-06-01\"");
    project.run(&["run"]).exits(1);
    project
}

/// With the rehearsal of an upgrade, and its id.
fn rehearsed() -> (Project, String) {
    let project = suite("id = \"m-2026-01-01\"");
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    let to = ["upgrade", "swift", "--to", "m-2026-05-01", "--json"];
    let id = project.run(&to).exits(1).json()["id"].as_str().unwrap().to_owned();
    (project, id)
}

/// Every file by its path; of the ledger what does not tell one moment from another.
type Tree = BTreeMap<PathBuf, Vec<u8>>;

fn tree(root: &Path) -> Tree {
    let mut found = files(root);
    for lock in ["lock", "run.lock"] {
        found.remove(&Path::new(".promptmatrix").join(lock));
    }
    if let Some(ledger) = found.get_mut(Path::new(LEDGER)) {
        let lines = String::from_utf8_lossy(ledger).into_owned();
        let timeless = |line: &str| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            for field in ["ts", "id", "session", "bump"] {
                line.as_object_mut().unwrap().remove(field);
            }
            format!("{line}\n")
        };
        *ledger = lines.lines().map(timeless).collect::<String>().into_bytes();
    }
    found
}

fn files(root: &Path) -> Tree {
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// Makes the folder what it was.
fn restore(root: &Path, then: &Tree) {
    for name in files(root).keys().filter(|name| !then.contains_key(*name)) {
        fs::remove_file(root.join(name)).unwrap();
    }
    for (name, bytes) in then {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Numbers that are the same every time, from a seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % end
    }
}

/// What a number of kills came to.
#[derive(Debug, Default)]
struct Found {
    /// Ended by itself before the kill.
    survived: usize,
    before: usize,
    after: usize,
    /// The next command found a change that was not complete.
    undone: usize,
    completed: usize,
}

fn start(project: &Project, arguments: &[&str]) -> Child {
    let mut command = project.command(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Kills a command in the middle, most times while it writes. Whether it was alive to the end.
fn killed(project: &Project, arguments: &[&str], (whole, draw): (Duration, &mut Draw)) -> bool {
    let mut child = start(project, arguments);
    let micros = |draw: &mut Draw, most: Duration| {
        Duration::from_micros(draw.below(u64::try_from(most.as_micros()).unwrap().max(1)))
    };
    let (list, most) = match draw.below(4) {
        0 => (".promptmatrix", whole),
        1 => (".promptmatrix/commit.new", Duration::from_millis(15)),
        _ => (".promptmatrix/commit", Duration::from_millis(4)),
    };
    let list = project.path(list);
    while !list.exists() && child.try_wait().unwrap().is_none() {}
    let wait = Instant::now() + micros(draw, most);
    while Instant::now() < wait {}
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

/// Kills a command so many times, each time from the same state on, and lets another one follow.
fn kill(project: &Project, arguments: &[&str], times: usize, seed: u64) -> Found {
    let root = project.root();
    let (then, before) = (files(root), tree(root));
    let started = Instant::now();
    project.run(arguments).exits(0);
    let (whole, after) = (started.elapsed(), tree(root));
    assert_ne!(before, after);
    let (mut found, mut draw) = (Found::default(), Draw(seed));
    for kill in 0..times {
        restore(root, &then);
        if !killed(project, arguments, (whole, &mut draw)) {
            found.survived += 1;
        }
        if kill % 3 == 0 {
            killed(project, &["status"], (whole / 4, &mut draw));
        }
        let next = ["status", "check", "list"][kill % 3];
        let done = project.run(&[next]);
        found.undone += usize::from(done.stderr.contains("undid an interrupted change"));
        found.completed += usize::from(done.stderr.contains("completed an interrupted change"));
        let now = tree(root);
        found.before += usize::from(now == before);
        found.after += usize::from(now == after);
        assert!(now == before || now == after, "kill {kill}: {:?}", now.keys());
    }
    restore(root, &then);
    assert_eq!(found.before + found.after, times);
    found
}

#[test]
fn a_killed_decision_is_made_whole_or_undone_by_the_next_command() {
    let project = pending();
    kill(&project, &["accept", "--all"], 4, 1);
    kill(&project, &["reject", "--all"], 4, 2);
    let (project, id) = rehearsed();
    kill(&project, &["upgrade", "--apply", &id], 4, 3);
}

#[test]
#[ignore = "takes minutes: 200 kills"]
fn two_hundred_kills_leave_no_decision_half_made() {
    let project = pending();
    println!("accept  {:?}", kill(&project, &["accept", "--all"], 80, 11));
    println!("reject  {:?}", kill(&project, &["reject", "--all"], 50, 12));
    let (project, id) = rehearsed();
    println!("upgrade {:?}", kill(&project, &["upgrade", "--apply", &id], 70, 13));
}

#[test]
fn cells_that_many_processes_accept_at_once_are_all_counted() {
    let project = suite("id = \"m\"\ndialect = \"anthropic\"");
    project.run(&["run"]).exits(0);
    let cells: Vec<String> = (0..CELLS).map(|number| format!("triage/c{number}@swift")).collect();
    let children: Vec<Child> =
        cells.iter().map(|cell| start(&project, &["accept", cell])).collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    let profile = project.read("snapshots/triage/@swift.profile.json");
    let profile: Value = serde_json::from_str(&profile).unwrap();
    assert_eq!(profile["cases"].as_object().unwrap().len(), CELLS);
    let ledger = project.read(LEDGER);
    let lines = ledger.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut accepted: Vec<String> = lines
        .filter(|line| line["action"] == "accept")
        .flat_map(|line| line["cells"].as_array().unwrap().clone())
        .map(|cell| cell.as_str().unwrap().to_owned())
        .collect();
    accepted.sort();
    let mut cells = cells;
    cells.sort();
    assert_eq!(accepted, cells);
    project.run(&["status"]).exits(0).says("every one with a snapshot that fits");
}
