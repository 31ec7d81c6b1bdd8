//! A run in parts: what several machines ask is judged once, as if one had asked it all.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::project::{Done, Project};
use crate::world;

/// What every machine has: the same suite, whose model leaves a field out in some of its answers now.
fn machine() -> Project {
    let project = world::deep();
    let quirk =
        "[[version]]\nquirks = [{ kind = \"field-removed\", pointer = \"/tags\", rate = 0.2 }]";
    let world = project.read("world.toml").replacen("[[version]]", quirk, 1);
    project.write("world.toml", &world);
    project
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let entries = fs::read_dir(from).unwrap().map(Result::unwrap);
    for entry in entries.filter(|entry| {
        ![".promptmatrix", "recordings"].iter().any(|own| entry.file_name() == *own)
    }) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn copy(project: &Project) -> Project {
    let other = Project::empty();
    copied(project.root(), other.root());
    other
}

/// Asks a shard on a machine of its own, and brings its run to another one.
fn ask(base: &Project, shard: &str, to: &Project) -> Done {
    let machine = copy(base);
    let done = machine.run(&["run", "--shard", shard, "--json"]);
    let id = done.json()["run"].as_str().unwrap().to_owned();
    let folder = format!(".promptmatrix/runs/{id}");
    copied(&machine.path(&folder), &to.path(&format!("shards/{}", shard.replace('/', "-"))));
    done
}

/// Without what no two runs have in common.
fn timeless(mut value: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for name in ["id", "started", "finished", "at", "elapsed_ms", "latency_ms"] {
                    members.shift_remove(name);
                }
                members.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut value);
    value
}

#[test]
fn merged_shards_are_the_run_that_one_process_makes() {
    let base = machine();
    let single = copy(&base);
    let record = single.run(&["run", "--json"]).json();
    let merged = copy(&base);
    let mut cells = 0;
    for shard in ["1/3", "2/3", "3/3"] {
        cells += ask(&base, shard, &merged).exits(0).json()["cells"].as_u64().unwrap();
    }
    assert_eq!(cells, 14);
    let together = merged.run(&["merge", "shards", "--json"]).json();
    assert!(together["evidence"]["further"].as_u64().unwrap() > 0, "doubt is asked about");
    assert_eq!(timeless(together), timeless(record));
    let report = |project: &Project| project.run(&["report", "--format", "junit"]).stdout;
    let lines = |text: String| -> Vec<String> {
        let timeless = text.lines().filter(|line| !line.contains("timestamp="));
        timeless.map(str::to_owned).collect()
    };
    assert_eq!(lines(report(&merged)).len(), lines(report(&single)).len());
    merged.run(&["status"]).exits(0).lacks("cut short");
}

#[test]
fn shards_that_are_not_the_whole_of_one_run_are_refused_by_name() {
    let base = machine();
    let home = copy(&base);
    for shard in ["1/3", "2/3"] {
        ask(&base, shard, &home).exits(0);
    }
    let refused = home.run(&["merge", "shards"]).exits(2);
    refused.warns("there is no run of shard 3/3").warns("promptmatrix run --shard 3/3");
    home.run(&["merge", "shards", "shards/1-3"]).exits(2).warns("are both shard 1/3");
    ask(&base, "2/2", &home).exits(0);
    home.run(&["merge", "shards"]).exits(2).warns("are shards of different runs");
    fs::remove_dir_all(home.path("shards/2-2")).unwrap();
    ask(&base, "3/3", &home).exits(0);
    home.replace("prompts/triage.md", "Answer with JSON only.", "Answer with JSON.");
    home.run(&["merge", "shards"]).exits(2).warns("what the shards asked was changed since");
    home.run(&["merge", "nothing"]).exits(2).warns("there is no run `nothing`");
    home.run(&["run", "--shard", "4/3"]).exits(2).warns("`4/3` is no shard");
    home.run(&["run", "--shard", "auto"]).exits(2).warns("--shard 1/8").warns("Slurm");
}

#[test]
fn a_shard_that_was_cut_short_is_merged_by_asking_for_the_rest_and_offline_for_nothing_in_doubt() {
    let base = machine();
    let home = copy(&base);
    for shard in ["1/2", "2/2"] {
        ask(&base, shard, &home).exits(0);
    }
    let journal = home.path("shards/2-2/cells.jsonl");
    let text = fs::read_to_string(&journal).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(&journal, lines[..lines.len() - 1].concat()).unwrap();
    let offline = home.run(&["merge", "shards", "--offline", "--json"]).json();
    assert_eq!(offline["evidence"]["further"], 0);
    let online = home.run(&["merge", "shards", "--json"]).json();
    assert!(online["cells"].as_array().unwrap().iter().all(|cell| !cell["judged"].is_null()));
}

#[test]
fn a_damaged_line_of_a_shard_is_named_and_its_answer_is_asked_for_again() {
    let base = machine();
    let home = copy(&base);
    for shard in ["1/2", "2/2"] {
        ask(&base, shard, &home).exits(0);
    }
    let file = "shards/1-2/cells.jsonl";
    let text = home.read(file);
    let line = text.lines().nth(2).unwrap();
    home.write(file, &text.replace(line, &line.replacen("billing", "belling", 1)));
    let done = home.run(&["merge", "shards", "--json"]);
    done.json()["cells"]
        .as_array()
        .unwrap()
        .iter()
        .for_each(|cell| assert!(!cell["judged"].is_null()));
    done.warns("1 line damaged, their answers are asked for again");
}

#[test]
fn a_shard_may_spend_its_part_of_the_budget() {
    let project = world::deep();
    let price = "price = { input = 1, output = 1 }\nmax-output-tokens = 100\n";
    project.replace("promptmatrix.toml", "id = \"m\"", &format!("id = \"m\"\n{price}"));
    let run = |limit: &str| project.run(&["run", "--fresh", "--shard", "1/8", "--max-cost", limit]);
    let refused = run("0.001").exits(3);
    assert!(refused.stderr.contains("more than shard 1/8 of --max-cost 0.001; nothing was sent"));
    let advised = refused.stderr.split("pass --max-cost ").nth(1).unwrap();
    run(advised.split_whitespace().next().unwrap()).exits(0);
}

#[test]
fn a_scheduler_says_which_shard_this_is() {
    let mut project = world::deep();
    for (name, value) in [
        ("SLURM_ARRAY_TASK_ID", "6"),
        ("SLURM_ARRAY_TASK_MIN", "5"),
        ("SLURM_ARRAY_TASK_COUNT", "4"),
    ] {
        project.set(name, value);
    }
    let done = project.run(&["run", "--shard", "auto"]).exits(0).says("2/4: ");
    done.says("promptmatrix merge .promptmatrix/runs/").says("with the folders of all 4 shards");
}
