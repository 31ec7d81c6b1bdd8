//! Recorded once, replayed without key and network.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use promptmatrix::sim::World;
use serde_json::Value;

use crate::project::{Done, Project};
use crate::server::{Reply, Server};
use crate::support::{FORMATS, KEY, Kept, REFUND, RUN, WORLD, openai, string, suite};

/// Recordings as files that can be told one from the other.
const FOLDER: &str = "[store]\nrecordings = \"recorded\"\n";

const LOGIN: (&str, &str) = ("login", "I cannot log in.");

/// A server of the simulator that can be stopped: then it closes every connection.
fn stoppable() -> (Server, Arc<AtomicBool>) {
    let stopped = Arc::<AtomicBool>::default();
    let (world, flag) = (World::parse(WORLD).unwrap(), Arc::clone(&stopped));
    let server = Server::start(move |received, _| {
        (!flag.load(Ordering::SeqCst)).then(|| Reply::of_world(&world, received))
    });
    (server, stopped)
}

/// A slot for each wire format, with its key.
fn every_format(config: &str) -> (Project, Vec<(Server, Arc<AtomicBool>)>) {
    let servers: Vec<_> = FORMATS.iter().map(|_| stoppable()).collect();
    let slots: String =
        FORMATS.iter().zip(&servers).map(|(format, (server, _))| format.slot(server)).collect();
    let mut project = suite(&format!("{config}{RUN}{slots}"), &[REFUND, LOGIN]);
    for format in &FORMATS {
        if let Some((name, ..)) = format.key {
            project.set(name, &format.key_value());
        }
    }
    (project, servers)
}

/// The files of a folder and below, sorted.
fn files(folder: PathBuf) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// The recorded answers, without the requests.
fn answers(project: &Project, folder: &str) -> Vec<PathBuf> {
    let mut files = files(project.path(folder));
    files.retain(|path| path.file_name().unwrap().to_str().unwrap().contains('-'));
    files
}

/// Copies a suite, as a clone of its repository has it, without a key.
fn clone(project: &Project) -> Project {
    let clone = Project::empty();
    for path in files(project.root().to_owned()) {
        let file = path.strip_prefix(project.root()).unwrap().to_str().unwrap();
        if !file.starts_with(".promptmatrix") && !file.starts_with(".git/") {
            clone.write(file, &project.read(file));
        }
    }
    clone
}

/// What was made of the answers, without what is of the day.
fn judged(record: &Value) -> Value {
    let mut cells = record["cells"].clone();
    for cell in cells.as_array_mut().unwrap() {
        for trial in cell["trials"].as_array_mut().unwrap() {
            for name in ["at", "source", "attempts"] {
                trial.as_object_mut().unwrap().remove(name);
            }
        }
    }
    cells
}

fn last(done: Done, project: &Project) -> Value {
    drop(done);
    Kept::of(project).record()
}

#[test]
fn what_was_recorded_replays_in_a_clone_without_key_and_server() {
    let (project, servers) = every_format(FOLDER);
    let fresh = last(project.run(&["run"]).exits(0), &project);
    assert_eq!(fresh["totals"]["calls"], 14);
    assert_eq!(fresh["totals"]["replayed"], 0);
    assert_eq!(fresh["cells"][0]["trials"][0]["source"], "fresh");
    assert_eq!(answers(&project, "recorded").len(), 14);
    for path in files(project.root().to_owned()) {
        let bytes = fs::read(&path).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(KEY), "{}", path.display());
    }
    let before: usize = servers.iter().map(|(server, _)| server.count()).sum();
    for (_, stopped) in &servers {
        stopped.store(true, Ordering::SeqCst);
    }
    let clone = clone(&project);
    let every = ["run", "--offline", "-o", "a.md", "-o", "a.xml", "-o", "a.txt"];
    let done = clone.run(&every).exits(0).says("14 replayed, oldest");
    for file in ["a.md", "a.xml", "a.txt"] {
        assert!(clone.read(file).contains("14 replayed, oldest "), "{file}: {}", clone.read(file));
    }
    assert!(!done.stdout.contains("fresh"), "{}", done.stdout);
    let replayed = last(done, &clone);
    assert_eq!(judged(&replayed), judged(&fresh));
    assert_eq!(replayed["totals"]["calls"], 0);
    assert_eq!(replayed["totals"]["trials"], 0);
    assert_eq!(replayed["totals"]["replayed"], 14);
    assert_eq!(replayed["totals"]["usage"], serde_json::json!({}));
    let trial = &replayed["cells"][0]["trials"][0];
    assert!(trial["source"]["replayed"]["recorded_at"].is_string(), "{trial}");
    assert_eq!(servers.iter().map(|(server, _)| server.count()).sum::<usize>(), before);
    fs::remove_dir_all(clone.path("recorded")).unwrap();
    let done = clone.run(&["run", "--offline"]).exits(3).says("14 error").says("no recording");
    for cell in replayed["cells"].as_array().unwrap() {
        assert!(done.stdout.contains(&string(&cell["cell"])), "{}", done.stdout);
    }
}

#[test]
fn a_missing_recording_fails_its_cell_alone_and_by_name() {
    let (mut project, _servers) = every_format(FOLDER);
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project.set("PROMPTMATRIX_OFFLINE", "1");
    project.run(&["run"]).exits(0).says("14 same");
    let victim = answers(&project, "recorded").remove(3);
    fs::remove_file(&victim).unwrap();
    let done = project.run(&["run"]).exits(3).says("13 same, 1 error").says("no recording");
    let record = Kept::of(&project).record();
    let cells = record["cells"].as_array().unwrap();
    let failed: Vec<&Value> = cells.iter().filter(|cell| cell["status"] == "error").collect();
    let [failed] = failed[..] else { panic!("{failed:?}") };
    let name = string(&failed["cell"]);
    assert!(done.stdout.contains(&name), "no `{name}` in:\n{}", done.stdout);
    let file = victim.file_stem().unwrap().to_str().unwrap();
    assert!(file.starts_with(&string(&failed["hashes"]["request"])), "{file}");
    assert!(string(&failed["note"]).contains("no recording"), "{failed}");
    assert_eq!(failed["trials"][0]["attempts"], serde_json::json!([]));
}

#[test]
fn a_torn_recording_fails_its_cell_and_names_the_file() {
    let server = Server::of_world(WORLD);
    for folder in ["recorded", ".promptmatrix/recordings"] {
        let config = if folder == "recorded" { format!("{FOLDER}{RUN}") } else { RUN.to_owned() };
        let project = openai(&server, &config, &[REFUND]);
        project.run(&["run"]).exits(0);
        let files = files(project.path(folder));
        let file = files.first().unwrap();
        let bytes = fs::read(file).unwrap();
        fs::write(file, &bytes[..100]).unwrap();
        project.run(&["run", "--offline"]).exits(3).says("cannot be replayed").says("record again");
        // Online it is asked again, and fixed.
        project.run(&["run"]).exits(0);
        project.run(&["run", "--offline"]).exits(0).says("1 replayed");
    }
}

#[test]
fn every_sample_is_recorded_and_replayed_as_itself() {
    let server = Server::start(|received, before| {
        let world = WORLD.replace("\"1182\"", &format!("\"{before}\""));
        Some(Reply::of_world(&World::parse(&world).unwrap(), received))
    });
    let project = openai(&server, RUN, &[REFUND]);
    let fresh = last(project.run(&["run", "--samples", "3"]).exits(0), &project);
    let replayed = last(project.run(&["run", "--samples", "3", "--offline"]).exits(0), &project);
    assert_eq!(judged(&fresh), judged(&replayed));
    // Nothing is accepted yet that would say how much its answers may differ.
    assert_eq!(fresh["cells"][0]["status"], "new");
    let done = project.run(&["run", "--samples", "4", "--offline"]);
    let record = last(done, &project);
    assert_eq!(record["totals"]["replayed"], 3);
    assert_eq!(record["cells"][0]["trials"][3]["cause"], "unrecorded");
    assert_eq!((&record["cells"][0]["status"], &record["exit_code"]), (&"error".into(), &3.into()));
}

#[test]
fn a_young_recording_is_taken_instead_of_asking_unless_fresh_is_wanted() {
    let server = Server::of_world(WORLD);
    let run = RUN.replace("[run]\n", "[run]\nmax-age = \"7d\"\n");
    let project = openai(&server, &run, &[REFUND]);
    let first = last(project.run(&["run"]).exits(0), &project);
    assert_eq!((server.count(), &first["totals"]["calls"]), (1, &Value::from(1)));
    let again = last(project.run(&["run"]).exits(0).says("1 replayed"), &project);
    assert_eq!((server.count(), &again["totals"]["calls"]), (1, &Value::from(0)));
    assert_eq!(judged(&again), judged(&first));
    project.run(&["run", "--samples", "2"]).exits(0).says("1 fresh, 1 replayed");
    assert_eq!(server.count(), 2);
    project.run(&["run", "--fresh"]).exits(0);
    assert_eq!(server.count(), 3);
    project.replace("promptmatrix.toml", "7d", "0s");
    project.run(&["run"]).exits(0);
    assert_eq!(server.count(), 4);
}

#[test]
fn what_says_nothing_of_the_request_is_not_recorded() {
    let server = Server::start(|received, before| {
        let world = World::parse(WORLD).unwrap();
        Some(match before {
            0 => Reply::new(429, "{}"),
            1 => Reply::new(200, r#"{"error": {"code": 503, "message": "overloaded"}}"#),
            2 => Reply::new(200, "<html>down</html>"),
            _ => Reply::of_world(&world, received),
        })
    });
    let project = openai(&server, &RUN.replace("count = 2", "count = 0"), &[REFUND]);
    let folder = project.path(".promptmatrix/recordings");
    // After the first, which is no failed try, the second one is asked for at once.
    for _ in 0..2 {
        project.run(&["run"]).exits(3);
        assert!(!folder.exists());
    }
    project.run(&["run"]).exits(0);
    assert_eq!(files(folder.clone()).len(), 1);
    project.replace("promptmatrix.toml", "version = 1", "version = 1\nstore.record = false");
    fs::remove_dir_all(&folder).unwrap();
    project.run(&["run"]).exits(0);
    assert!(!folder.exists());
}

#[test]
fn a_program_is_recorded_and_never_started_offline() {
    let slot = "[models.local]\nprovider = \"command\"\ncommand = [\"/bin/sh\", \"answer.sh\"]\n";
    let run = RUN.replace("[run]\n", "[run]\nmax-age = \"7d\"\n");
    let project = suite(&format!("{run}{slot}"), &[REFUND]);
    let script = "echo x >> started; echo '{\"category\": \"other\", \"priority\": \"low\"}'";
    project.write("answer.sh", script);
    project.run(&["run"]).exits(0);
    project.run(&["run"]).exits(0);
    assert_eq!(project.read("started"), "x\nx\n", "it may have changed, so it is asked");
    project.run(&["run", "--offline"]).exits(0).says("1 replayed");
    assert_eq!(project.read("started"), "x\nx\n");
}

#[test]
fn list_and_show_say_what_is_recorded_and_prune_removes_what_nothing_needs() {
    let server = Server::of_world(WORLD);
    let config = format!(
        "[store]\nrecordings = \"recorded\"\n[profile.warm]\ndefaults.temperature = 1\n{RUN}"
    );
    let project = openai(&server, &config, &[REFUND]);
    let cell = "triage/refund@openai";
    project.run(&["show", cell]).exits(0).says("nothing of this request");
    project.run(&["run", "--offline", "--dry-run"]).exits(0).says("1 of them cannot be").says(cell);
    project.run(&["run"]).exits(0);
    project.run(&["run", "--profile", "warm"]).exits(0);
    project.run(&["run", "--offline", "--dry-run"]).exits(0).says("0 of them cannot be");
    let shown = project.run(&["show", cell]).exits(0).says("1 of 1 sample, oldest ");
    assert!(shown.stdout.contains(" s\n"), "{}", shown.stdout);
    let listed = project.run(&["list", "--json"]).exits(0).json();
    assert_eq!(listed["cells"][0]["recorded"]["samples"], 1);
    assert!(listed["cells"][0]["recorded"]["oldest"].is_string());
    project.run(&["prune"]).exits(0).says("no recording file is obsolete");
    assert_eq!(files(project.path("recorded")).len(), 4);
    project.replace("prompts/triage.md", "You triage", "You sort");
    project.run(&["list"]).exits(0).says(" - ");
    project.run(&["run"]).exits(0);
    let done =
        project.run(&["prune"]).exits(0).says("4 obsolete recording files").says("  recorded/");
    assert!(done.stdout.contains("Nothing was deleted"), "{}", done.stdout);
    assert_eq!(files(project.path("recorded")).len(), 6);
    project.run(&["prune", "--yes"]).exits(0).says("4 recording files").says("  recorded/");
    assert_eq!(files(project.path("recorded")).len(), 2);
    project.run(&["run", "--offline"]).exits(0).says("1 replayed");
}

#[test]
fn recordings_stay_in_the_suite() {
    let server = Server::of_world(WORLD);
    for folder in ["../elsewhere", "/tmp/elsewhere", "."] {
        let config = format!("[store]\nrecordings = \"{folder}\"\n");
        let project = openai(&server, &config, &[REFUND]);
        project.run(&["check"]).exits(2).warns("config::outside-suite").warns("named here");
    }
    let outside = tempfile::tempdir().unwrap();
    let project = openai(&server, "[store]\nrecordings = \"link/below\"\n", &[REFUND]);
    std::os::unix::fs::symlink(outside.path(), project.path("link")).unwrap();
    project.run(&["run"]).exits(2).warns("config::outside-suite");
    assert_eq!(server.count(), 0);
}

#[test]
fn a_key_too_short_to_be_covered_is_no_reason_not_to_record() {
    let server = Server::of_world(WORLD);
    let mut project = openai(&server, RUN, &[REFUND]);
    project.set("OPENAI_API_KEY", "billing");
    let done = project.run(&["run"]).exits(0);
    assert!(!done.stderr.contains("warning"), "{}", done.stderr);
    assert_eq!(files(project.path(".promptmatrix/recordings")).len(), 1);
}

#[test]
fn a_key_that_stands_in_a_prompt_is_not_recorded_and_its_variable_is_named() {
    let server = Server::of_world(WORLD);
    let key = format!("{KEY}-openai");
    let config = format!("{FOLDER}{RUN}");
    let project = openai(&server, &config, &[("leak", &format!("I was charged twice! {key}"))]);
    let done = project.run(&["run"]).exits(0).warns("OPENAI_API_KEY").warns("not recorded");
    assert!(!done.stderr.contains(KEY), "{}", done.stderr);
    assert!(answers(&project, "recorded").is_empty());
}

#[test]
fn a_replay_of_a_new_cell_has_as_many_answers_as_were_recorded() {
    let server = Server::of_world(WORLD);
    let project = openai(&server, RUN, &[REFUND]);
    project.run(&["run"]).exits(0).says("1 new");
    project.replace("promptmatrix.toml", "first-samples = 1", "first-samples = 5");
    let replayed = last(project.run(&["run", "--offline"]).exits(0).says("1 replayed"), &project);
    assert_eq!(replayed["cells"][0]["trials"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_only_replayed_is_not_seen_again() {
    let moved = Arc::<AtomicBool>::default();
    let flag = Arc::clone(&moved);
    let world = World::parse(WORLD).unwrap();
    let server = Server::start(move |received, _| {
        let reply = Reply::of_world(&world, received);
        let is_moved = flag.load(Ordering::SeqCst);
        Some(if is_moved { reply.replace("billing", "account") } else { reply })
    });
    let mut project = openai(&server, &format!("{RUN}max-age = \"7d\"\n"), &[REFUND, LOGIN]);
    project.run(&["run", "--samples", "5"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project.set("CI", "1");
    project.run(&["run", "--fresh"]).exits(0);
    moved.store(true, Ordering::SeqCst);
    project.run(&["run", "--fresh"]).exits(0).says("1 cell suspect");
    project.run(&["run"]).exits(0).says("replayed").says("1 cell suspect");
    project.run(&["run", "--fresh"]).exits(1).says("~ changed  value  /category");
}

#[test]
fn a_replay_that_lacks_one_of_several_answers_is_inconclusive_and_says_so() {
    let server = Server::of_world(WORLD);
    let run = FOLDER.to_owned() + &RUN.replace("[run]\n", "[run]\nsamples = 3\n");
    let project = openai(&server, &run, &[REFUND]);
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project.run(&["run", "--offline"]).exits(0);
    let file = answers(&project, "recorded").pop().unwrap();
    fs::remove_file(file).unwrap();
    let done = project.run(&["run", "--offline"]).exits(3);
    assert!(done.stdout.contains("no recording of this request"), "{}", done.stdout);
}
