//! A local program as a column.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::project::{Done, Project};
use crate::support::{KEY, Kept, REFUND, RUN, suite};

/// A slot whose program is this script, read by `/bin/sh`.
fn scripted(script: &str, more: &str) -> Project {
    let slot = "[models.local]\nprovider = \"command\"\ncommand = [\"/bin/sh\", \"answer.sh\"]\n";
    let mut project = suite(&format!("{RUN}{slot}{more}\n"), &[REFUND]);
    project.write("answer.sh", script);
    project.set("OPENAI_API_KEY", KEY);
    project
}

fn run(project: &Project) -> (Done, Value) {
    let done = project.run(&["run"]);
    let record = Kept::of(project).record();
    (done, record["cells"][0]["trials"][0].clone())
}

#[test]
fn a_program_answers_what_it_is_asked() {
    let script = r#"read -r request
case "$request" in
*'"format":1'*'"role":"user"'*'charged twice'*'"schema":'*)
    echo '{"category": "billing", "priority": "low"}' ;;
*) echo "$request" >&2; exit 9 ;;
esac
"#;
    let project = scripted(script, "");
    let (done, trial) = run(&project);
    done.exits(0).says("1 new");
    assert_eq!(trial["value"]["category"], "billing");
    assert_eq!(trial["strict"], true);
    project.run(&["run", "--samples", "5"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    project.replace("answer.sh", "billing", "other");
    project.run(&["run"]).exits(1).says("~ changed  value  /category");
}

#[test]
fn a_wrong_answer_of_a_program_breaks_the_cell() {
    let (done, trial) = run(&scripted("echo '{\"category\": \"none of these\"}'", ""));
    done.exits(1).says("schema-violation");
    assert_eq!(trial["attempts"].as_array().unwrap().len(), 1);
    let (done, _) = run(&scripted("echo 'I would say billing.'", ""));
    done.exits(1).says("not-json");
}

#[test]
fn a_program_that_fails_is_quoted_and_says_nothing_of_the_prompt() {
    let (done, trial) = run(&scripted("echo 'out of memory' >&2; exit 1", ""));
    done.exits(3).says("/bin/sh").says("exit status: 1").says("out of memory");
    assert_eq!(trial["attempts"].as_array().unwrap().len(), 1);
}

#[test]
fn a_program_that_is_not_there_is_named_and_not_tried_again() {
    let slot = "[models.local]\nprovider = \"command\"\ncommand = [\"no-such-program\"]\n";
    let project = suite(&format!("{RUN}{slot}"), &[REFUND]);
    let (done, trial) = run(&project);
    done.exits(3).says("cannot start `no-such-program`").says("PATH");
    assert_eq!(trial["attempts"].as_array().unwrap().len(), 1);
}

#[test]
fn a_program_that_does_not_end_is_killed_with_all_that_it_started() {
    let script = "sleep 600 & echo $! > child; echo $$ > leader; wait";
    let project = scripted(script, "timeout = \"1s\"");
    project.replace("promptmatrix.toml", "count = 2", "count = 0");
    let (done, trial) = run(&project);
    done.exits(3).says("was not done within 1s");
    assert_eq!(trial["cause"], "transport");
    for name in ["child", "leader"] {
        let id: i32 = project.read(name).trim().parse().unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        while is_alive(id) {
            assert!(Instant::now() < deadline, "the {name} lives on");
            std::thread::yield_now();
        }
    }
}

/// Whether a process runs; one that waits for its burial does not.
fn is_alive(id: i32) -> bool {
    let listed = Command::new("ps").args(["-o", "stat=", "-p", &id.to_string()]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    !matches!(listed.trim().chars().next(), None | Some('Z'))
}

#[test]
fn a_program_sees_no_key_of_ours() {
    let script = "env > seen; echo '{\"category\": \"other\", \"priority\": \"low\"}'";
    let project = scripted(script, "api-key-env = \"OPENAI_API_KEY\"");
    let (done, _) = run(&project);
    done.exits(0);
    let seen = project.read("seen");
    assert!(seen.contains("PATH="), "{seen}");
    assert!(!seen.contains(KEY) && !seen.contains("OPENAI_API_KEY"), "{seen}");
}
