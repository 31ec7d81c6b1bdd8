//! What decisions leave in the ledger: runs, bumps, looks and decisions, fixes found in git.

use std::process::Command;

use serde_json::{Value, json};

use crate::project::Project;
use crate::world::{self, WORLD};

const LEDGER: &str = "snapshots/ledger.jsonl";
const ALIAS: &str = "id = \"m\"\ndialect = \"anthropic\"";

fn lines(project: &Project) -> Vec<Value> {
    project.read(LEDGER).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of_kind(project: &Project, kind: &str) -> Vec<Value> {
    lines(project).into_iter().filter(|line| line["t"] == kind).collect()
}

/// A suite whose floating id has moved since its answers were accepted, and the run that shows it.
fn bumped() -> Project {
    let project = world::accepted(ALIAS);
    project.replace("world.toml", "m = \"m-2026-01-01\"", "m = \"m-2026-06-01\"");
    project.run(&["run"]).exits(1);
    project
}

#[test]
fn a_first_acceptance_is_a_decision_and_no_bump() {
    let project = world::accepted(ALIAS);
    let kinds: Vec<Value> = lines(&project).into_iter().map(|line| line["t"].clone()).collect();
    assert_eq!(kinds, ["run", "review", "review"], "{:?}", lines(&project));
    let reviews = of_kind(&project, "review");
    assert_eq!((&reviews[0]["action"], &reviews[1]["action"]), (&json!("open"), &json!("accept")));
    assert_eq!(reviews[1]["cells"], json!(["triage/login@swift", "triage/refund@swift"]));
    assert_eq!(reviews[1]["who"].as_str().unwrap().len(), 8);
    let run = &of_kind(&project, "run")[0];
    assert_eq!((&run["run"], &run["kind"]), (&reviews[1]["session"], &json!("local")));
    assert_eq!(run["slots"]["swift"]["valid"], 10, "five answers of each new cell");
    assert_eq!(project.read("snapshots/.gitattributes"), "ledger.jsonl merge=union\n");
    project.run(&["status"]).exits(0).says("every one with a snapshot that fits");
}

#[test]
fn a_moved_alias_is_one_bump_however_many_decisions_it_takes() {
    let project = bumped();
    project.run(&["show", "triage/refund@swift"]).exits(0);
    project.run(&["accept", "triage/refund"]).exits(0);
    project.run(&["run"]).exits(1);
    project.run(&["reject", "triage/login"]).exits(0);
    let [bump] = of_kind(&project, "bump").try_into().unwrap();
    assert_eq!((&bump["class"], &bump["slot"]), (&json!("alias-move"), &json!("swift")));
    assert_eq!((&bump["from"], &bump["to"]), (&json!("m-2026-01-01"), &json!("m-2026-06-01")));
    // The refund lost an optional field, which breaks; the login only went to another category.
    let counts = ["cells", "changed", "broken_loud", "broken_silent"].map(|name| &bump[name]);
    assert_eq!(counts, [&json!(2), &json!(1), &json!(0), &json!(1)], "{bump}");
    assert_eq!(bump["prompts"], json!(["triage"]));
    let reviews = of_kind(&project, "review");
    let of_bump: Vec<&Value> = reviews.iter().filter(|one| one["bump"] == bump["id"]).collect();
    let actions: Vec<&Value> = of_bump.iter().map(|one| &one["action"]).collect();
    assert_eq!(actions, ["diff", "accept", "reject"], "{reviews:?}");
    assert_eq!(of_kind(&project, "run").len(), 3, "each run that was decided on, once");
}

#[test]
fn an_applied_upgrade_is_a_bump_of_our_own() {
    let project = world::accepted("id = \"m-2026-01-01\"");
    let record = project.run(&["upgrade", "swift", "--to", "m-2026-05-01", "--json"]).exits(1);
    let id = record.json()["id"].as_str().unwrap().to_owned();
    project.run(&["upgrade", "--apply", &id]).exits(0);
    let [bump] = of_kind(&project, "bump").try_into().unwrap();
    assert_eq!((&bump["class"], &bump["runs"]), (&json!("config"), &json!([id])));
    assert_eq!((&bump["broken_silent"], &bump["to"]), (&json!(1), &json!("m-2026-05-01")));
    let kinds: Vec<Value> =
        of_kind(&project, "run").into_iter().map(|run| run["kind"].clone()).collect();
    assert_eq!(kinds, ["local", "upgrade"]);
}

#[test]
fn an_accepted_change_behind_an_unchanged_id_is_drift() {
    let project = world::deep();
    project.run(&["run"]).exits(0);
    world::lose_tags(&project);
    let first = project.run(&["run", "--json"]).exits(1).json();
    let last = project.run(&["run", "--json"]).exits(1).json();
    project.run(&["accept", "triage/c0", "triage/c1"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    let [bump] = of_kind(&project, "bump").try_into().unwrap();
    assert_eq!((&bump["class"], &bump["slot"]), (&json!("drift"), &json!("swift")));
    assert_eq!(bump["runs"], json!([first["id"], last["id"]]));
    assert_eq!((&bump["cells"], &bump["broken_silent"]), (&json!(14), &json!(14)), "{bump}");
    assert!(bump["from"].as_str().unwrap().starts_with("m-2026-01-01 of "), "{bump}");
    let reviews = of_kind(&project, "review");
    let of_bump = reviews.iter().filter(|review| review["bump"] == bump["id"]).count();
    assert_eq!(of_bump, 2, "{reviews:?}");
    let book = project.run(&["bumps", "--json"]).exits(0).json();
    assert_eq!((&book["open"], &book["bumps"][0]["class"]), (&json!([]), &json!("drift")));
    let cost = project.run(&["cost", "--json"]).exits(0).json();
    assert_eq!(
        (&cost["slots"][0]["bumps"], &cost["bumps"][0]["class"]),
        (&json!(1), &json!("drift"))
    );
}

#[test]
fn another_backend_that_is_accepted_is_on_record_and_no_work() {
    let project = world::deep();
    world::import(&project, 312, "fp_a").exits(1);
    project.run(&["accept", "--all"]).exits(0);
    world::import(&project, 312, "fp_a").exits(0);
    let before = of_kind(&project, "bump");
    let run = world::import(&project, 312, "fp_b").exits(0).json();
    let open = project.run(&["bumps", "--json"]).exits(0).json();
    assert_eq!(open["open"][0]["class"], "fingerprint");
    project.run(&["bumps"]).exits(0).says("beside it").says("nothing to do");
    project.run(&["accept", "--deepen", run["id"].as_str().unwrap()]).exits(0);
    let bumps = of_kind(&project, "bump");
    assert_eq!(bumps.len(), before.len() + 1, "{bumps:?}");
    let bump = bumps.last().unwrap();
    assert_eq!((&bump["class"], &bump["to"]), (&json!("fingerprint"), &json!("fp_b")));
    assert_eq!((&bump["cells"], &bump["changed"]), (&json!(14), &json!(0)));
    let book = project.run(&["bumps", "--json"]).exits(0).json();
    assert_eq!(book["open"], json!([]));
    let cost = project.run(&["cost", "--json"]).exits(0).json();
    let mut all = cost["bumps"].as_array().unwrap().iter();
    let line = all.find(|line| line["class"] == "fingerprint").unwrap();
    assert_eq!(line["people_usd"], 0.0);
    assert_eq!(cost["slots"][0]["bumps"], before.len());
}

#[test]
fn a_commit_that_fixes_the_prompt_is_found_and_nobody_is_named() {
    let project = bumped();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=Ada Lovelace", "-c", "user.email=ada@example.org"];
        let done = Command::new("git")
            .current_dir(project.root())
            .args(identity)
            .args(arguments)
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet"]);
    project.run(&["reject", "--all"]).exits(0);
    let prompt = project.read("prompts/triage.md");
    project.write("prompts/triage.md", &(prompt + "\nNever leave out the tags.\n"));
    git(&["add", "prompts"]);
    git(&["commit", "--quiet", "-m", "Ask for the tags"]);
    project.run(&["run"]).exits(1);
    project.run(&["accept", "--all"]).exits(0);
    let [fix] = of_kind(&project, "fix").try_into().unwrap();
    assert_eq!(fix["bump"], of_kind(&project, "bump")[0]["id"]);
    assert_eq!(fix["cells"], json!(["triage/*@swift"]));
    assert_eq!(fix["commit"].as_str().unwrap().len(), 12);
    let text = project.read(LEDGER).to_lowercase();
    assert!(!text.contains("lovelace") && !text.contains("example.org"), "{text}");
}

#[test]
fn a_suite_may_keep_no_ledger_or_one_of_every_run() {
    let project = Project::demo(ALIAS, WORLD);
    project.replace("promptmatrix.toml", "[demo]", "[store]\nledger = false\n[demo]");
    project.run(&["run"]).exits(0);
    project.run(&["show", "triage/refund@swift"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    assert!(!project.path(LEDGER).exists() && !project.path(".promptmatrix/looks.jsonl").exists());
    project.replace("promptmatrix.toml", "ledger = false", "");
    project.replace("promptmatrix.toml", "[demo]", "[run]\nledger = true\n[demo]");
    project.run(&["run"]).exits(0);
    assert_eq!(of_kind(&project, "run").len(), 1);
}

#[test]
fn an_unresolved_ledger_stops_a_decision_before_anything_is_changed() {
    let project = bumped();
    let whole = project.read(LEDGER);
    project.write(LEDGER, &format!("<<<<<<< HEAD\n{whole}"));
    let before = project.read("snapshots/triage/refund@swift.snap");
    let done = project.run(&["accept", "--all"]).exits(2);
    done.warns("ledger::conflict").warns("snapshots/ledger.jsonl:1").warns("merge=union");
    assert_eq!(project.read("snapshots/triage/refund@swift.snap"), before);
    project.write(LEDGER, &whole);
    project.run(&["accept", "--all"]).exits(0);
}
