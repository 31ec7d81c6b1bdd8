//! Nights without a change: the demo's answers vary, and no night is red. And one night with a change.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use promptmatrix::cost::price::Prices;
use promptmatrix::domain::{Clock, Hash, History, HttpRequest, RunRecord, Setting, Status, Suite};
use promptmatrix::run::{Header, Prepared, Stop, World, prepare, run};
use promptmatrix::sim;
use promptmatrix::store::{Profiles, Snapshots};
use promptmatrix::suite::load;
use promptmatrix::transport::Demo;
use promptmatrix::verdict::FixMinutes;

const NOW: &str = "demo-swift = \"demo-swift-2026-09-18\"";
const BEFORE: &str = "demo-swift = \"demo-swift-2026-03-02\"";

/// A prompt whose answers vary.
const VARIES: &str = "triage";

/// Every night asks anew: its draws are its own.
const DRAWS: u64 = 1000;

struct Night(Timestamp);

impl Clock for Night {
    fn now(&self) -> Timestamp {
        self.0
    }
}

struct Suites {
    root: PathBuf,
    suite: Suite,
}

impl Suites {
    fn own() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
        let suite = load(&root.join("promptmatrix.toml"), None).unwrap().suite;
        Self { root, suite }
    }

    /// All cells with what is committed of them.
    fn prepared(&self) -> Vec<Prepared> {
        let (snapshots, profiles) = (Snapshots::open(&self.root), Profiles::open(&self.root));
        let accepted = |id: &_| snapshots.accepted(id).unwrap();
        let cells = self.suite.cells.iter().filter(|cell| cell.id.prompt.as_str() == VARIES);
        let mut cells = prepare(cells, accepted, |_| true).unwrap();
        for cell in &mut cells {
            let id = &cell.cell.id;
            cell.profile = profiles.read(&id.prompt, &id.model).unwrap().map(Arc::new);
        }
        cells
    }

    /// One night in this world.
    fn night(&self, number: u32, world: &sim::World, history: &History) -> RunRecord {
        let start: Timestamp = "2026-12-01T03:17:00Z".parse().unwrap();
        let simulator = world.clone();
        let answer = move |request: &HttpRequest, draw| {
            simulator.answer(request, draw + DRAWS * u64::from(number))
        };
        let clock = Night(start + SignedDuration::from_hours(24 * i64::from(number)));
        let world = World {
            transport: Arc::new(Demo::new(answer)),
            prices: Arc::new(Prices::embedded()),
            budget: None,
            clock: Arc::new(clock),
            stop: Stop::never(),
            retiring: &|_| Vec::new(),
            exchanges: Arc::default(),
            kept: Vec::new(),
            sinks: Vec::new(),
        };
        let header = Header {
            id: format!("night-{number:02}"),
            suite: Hash::of_bytes(b"own"),
            profile: None,
            selection: Vec::new(),
            upgrade: None,
            routes: std::collections::BTreeMap::new(),
            ci: true,
            setting: Setting::RunsKept,
            history: history.clone(),
            run_history: promptmatrix::run::RunHistory::default(),
            minutes: FixMinutes { review: 1.5, triage: 6.0, fix: 60.0 },
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let asked = run(self.prepared(), &self.suite.run, header, world);
        runtime.block_on(asked).unwrap()
    }
}

#[test]
fn of_thirty_nights_with_noise_none_is_red_and_the_night_of_a_change_is() {
    let own = Suites::own();
    let text = own.suite.demo_world.clone().unwrap();
    let steady = sim::World::parse(&text.replace(NOW, BEFORE)).unwrap();
    let mut history = History::default();
    let (mut noisy, mut further) = (0, 0);
    for number in 1..=30 {
        let record = own.night(number, &steady, &history);
        let alarms: Vec<_> = record.cells.iter().filter(|cell| cell.fails).collect();
        assert!(alarms.is_empty(), "night {number}: {alarms:#?}");
        assert_eq!(record.exit_code, 0, "night {number}");
        noisy += record.cells.iter().filter(|cell| cell.status == Status::Varies).count();
        further += record.evidence.as_ref().unwrap().further;
        history.remember(&record);
    }
    assert!(noisy >= 10, "the noise is there: {noisy}");
    assert!(further < 30 * 10, "a night without a change costs a tenth more: {further}");

    let moved = sim::World::parse(&text).unwrap();
    let record = own.night(31, &moved, &history);
    assert_eq!(record.exit_code, 1);
    let red = record.cells.iter().filter(|cell| cell.fails);
    assert!(
        red.clone().count() >= 3 && red.clone().all(|cell| cell.cell.model.as_str() == "swift")
    );
}
