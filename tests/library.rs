//! The use cases as a program calls them that uses this crate: no flag, no screen, no process.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use promptmatrix::domain::{CellId, Exit, RunEvent, Selection, Sink};
use promptmatrix::project::{
    AnswerSource, Counted, Error, Notice, Observer, Options, Project, RehearseOptions, RunOptions,
    RunPlan, StatementOptions, exit_of_rehearsals,
};
use promptmatrix::review::Picks;

/// The suite that `init` writes.
fn suite() -> tempfile::TempDir {
    let start = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/start");
    let folder = tempfile::TempDir::new().unwrap();
    for (file, place) in [("triage.md", "prompts"), ("triage.json", "schemas")] {
        fs::create_dir(folder.path().join(place)).unwrap();
        fs::copy(start.join(file), folder.path().join(place).join(file)).unwrap();
    }
    fs::copy(start.join("promptmatrix.toml"), folder.path().join("promptmatrix.toml")).unwrap();
    folder
}

fn open(folder: &Path, observer: impl Observer + 'static) -> Project {
    Project::open(Options { folder: folder.to_owned(), ..Options::default() }, observer).unwrap()
}

/// Writes down what it is told.
#[derive(Default, Clone)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    fn add(&self, what: &str) {
        self.0.lock().unwrap().push(what.to_owned());
    }
}

impl Observer for Heard {
    fn notice(&self, notice: &Notice) {
        let is_plan = matches!(notice, Notice::Rehearsing(_));
        self.add(if is_plan { "plan" } else { "notice" });
    }

    fn begins(&self, _: &[&CellId]) -> Option<Box<dyn Sink>> {
        self.add("begins");
        Some(Box::new(self.clone()))
    }
}

impl Sink for Heard {
    fn event(&mut self, event: &RunEvent) {
        if matches!(event, RunEvent::Judged { .. }) {
            self.add("judged");
        }
    }
}

#[test]
fn a_program_runs_accepts_looks_rehearses_applies_and_reads_the_cost() {
    let (folder, heard) = (suite(), Heard::default());
    let mut project = open(folder.path(), heard.clone());
    let options = RunOptions::default();

    let Some(RunPlan::Calls(plan)) = project.plan_run(&options).unwrap() else { panic!() };
    let ran = project.run(&options).unwrap().unwrap();
    ran.stage_pending.unwrap();
    let cells = ran.record.cells.len();
    assert_eq!(plan.forecast.cells, cells);
    assert_eq!(project.pending().unwrap().cells.len(), cells);

    let all = Picks::default();
    let accepted = project.accept(&all).unwrap();
    assert_eq!((accepted.cells.len(), accepted.exit()), (cells, Exit::Pass));
    let status = project.status().unwrap();
    assert!(status.upkeep.missing.is_empty() && status.open.cells.is_empty());
    assert_eq!(project.check().unwrap().exit(true), Exit::Pass);
    assert_eq!(project.run(&options).unwrap().unwrap().record.exit(), Exit::Pass);

    let rehearsal = RehearseOptions {
        slots: vec!["demo".to_owned()],
        to: vec!["demo-v2-2026-09-18".to_owned()],
        ..RehearseOptions::default()
    };
    let records = project.rehearse(&rehearsal).unwrap();
    assert_eq!(exit_of_rehearsals(&records), Exit::Fail, "the second version breaks");
    let applied = project.apply(&records[0].id).unwrap();
    assert!(!applied.taken.is_empty());
    assert!(
        fs::read_to_string(project.suite().root.join("promptmatrix.toml"))
            .unwrap()
            .contains("id = \"demo-v2-2026-09-18\"")
    );

    let run = Counted::Run(ran.record.id);
    let one = StatementOptions { counted: run, ..StatementOptions::default() };
    let (one, whole) = (
        project.statement(&one).unwrap(),
        project.statement(&StatementOptions::default()).unwrap(),
    );
    assert!(one.spend.total.calls >= cells as u64);
    assert!(whole.spend.total.calls > one.spend.total.calls);

    let heard = heard.0.lock().unwrap();
    let number = |what: &str| heard.iter().filter(|one| *one == what).count();
    assert_eq!((number("begins"), number("plan"), number("notice")), (3, 1, 0));
    assert_eq!(number("judged"), 3 * cells);
}

#[test]
fn an_error_says_what_it_is_and_how_it_ends() {
    let folder = suite();
    let project = open(folder.path(), ());
    let nothing = RunOptions {
        cells: Selection { patterns: vec!["no-such".parse().unwrap()] },
        ..RunOptions::default()
    };
    let error = project.run(&nothing).unwrap_err();
    assert!(matches!(error, Error::NoMatch(_)) && error.exit() == Exit::NoMatch, "{error}");
    let last = RunOptions { failed: true, ..RunOptions::default() };
    let error = project.run(&last).unwrap_err();
    assert!(error.to_string().contains("run::no-last-run") && error.exit() == Exit::Usage);
    let replay = RunOptions { source: AnswerSource::Recordings, ..RunOptions::default() };
    let Some(RunPlan::Replay(replay)) = project.plan_run(&replay).unwrap() else { panic!() };
    assert!(replay.cells > 0 && replay.missing.is_empty(), "the demo provider is always there");
}
