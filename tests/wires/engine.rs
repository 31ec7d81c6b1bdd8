//! The engine as a library: on any runtime, and with a transport that misbehaves.

use std::io;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use promptmatrix::cost::price::Prices;
use promptmatrix::domain::{Clock, Hash, HttpRequest, HttpResponse, JournalEntry, RunRecord, Sink};
use promptmatrix::run::{Header, Stop, World, prepare, run};
use promptmatrix::sim;
use promptmatrix::transport::{Sending, Transport};
use tokio::sync::Notify;

use crate::server::Server;
use crate::support::{FORMATS, REFUND, WORLD, suite};

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// Counts answers.
struct Journal(usize);

impl Sink for Journal {
    fn answers(&mut self, entries: &[JournalEntry]) -> io::Result<()> {
        self.0 += entries.len();
        Ok(())
    }
}

/// What the transport does with the first request; all others are answered by the simulator.
#[derive(Clone, Copy)]
enum First {
    Answers,
    NeverEnds,
    Panics,
}

struct Moody {
    first: First,
    simulator: sim::World,
    asked: Arc<Notify>,
}

impl Transport for Moody {
    fn send<'a>(&'a self, request: &'a HttpRequest, _: u64, _: Duration) -> Sending<'a> {
        Box::pin(async move {
            self.asked.notify_one();
            match self.first {
                _ if !request.body.to_string().contains("charged twice") => {}
                First::Answers => {}
                First::NeverEnds => std::future::pending().await,
                First::Panics => panic!("a bug on purpose"),
            }
            let response: HttpResponse = self.simulator.answer(request, 0);
            Ok(response)
        })
    }
}

/// Runs two cells on a runtime of one thread whose time flies, and stops once the first is asked.
fn run_two(first: First, stops: bool) -> thread::Result<RunRecord> {
    let server = Server::of_world(WORLD);
    let project = suite(&FORMATS[4].slot(&server), &[REFUND, ("login", "I cannot log in.")]);
    let suite = promptmatrix::suite::load(&project.path("promptmatrix.toml"), None).unwrap().suite;
    let cells = prepare(&suite.cells, |_| None, |_| true).unwrap();
    let (done, wait) = mpsc::channel();
    let engine = thread::spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().unwrap();
        let asked = Arc::<Notify>::default();
        let simulator = sim::World::parse(WORLD).unwrap();
        let (handle, stop) = Stop::new();
        let transport = Arc::new(Moody { first, simulator, asked: Arc::clone(&asked) });
        let mut journal = Journal(0);
        let clock = Arc::new(StandingClock);
        let world = World {
            transport,
            prices: Arc::new(Prices::embedded()),
            budget: None,
            clock,
            stop,
            retiring: &|_| Vec::new(),
            exchanges: Arc::default(),
            kept: Vec::new(),
            sinks: vec![&mut journal],
        };
        let header = Header {
            id: "r".to_owned(),
            suite: Hash::of_bytes(b"s"),
            profile: None,
            selection: Vec::new(),
            upgrade: None,
            routes: std::collections::BTreeMap::new(),
            ci: false,
            setting: promptmatrix::domain::Setting::ByHand,
            history: promptmatrix::domain::History::default(),
            minutes: promptmatrix::verdict::FixMinutes { review: 1.5, triage: 6.0, fix: 60.0 },
            run_history: promptmatrix::run::RunHistory::default(),
        };
        let record = runtime.block_on(async {
            if stops {
                tokio::spawn(async move {
                    asked.notified().await;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    handle.drain();
                });
            }
            run(cells, &suite.run, header, world).await.unwrap()
        });
        assert_eq!(journal.0, record.cells.len());
        done.send(()).unwrap();
        record
    });
    let late = wait.recv_timeout(Duration::from_secs(20)) == Err(mpsc::RecvTimeoutError::Timeout);
    assert!(!late, "the run does not end");
    engine.join()
}

#[test]
fn a_run_needs_no_runtime_of_many_threads() {
    let record = run_two(First::Answers, false).unwrap();
    assert_eq!((record.cells.len(), record.interrupted, record.exit_code), (2, false, 0));
}

#[test]
fn a_call_that_never_ends_is_given_up_after_a_stop() {
    let record = run_two(First::NeverEnds, true).unwrap();
    assert_eq!((record.cells.len(), record.interrupted, record.exit_code), (1, true, 130));
}

#[test]
fn a_bug_is_no_interruption() {
    let panic = run_two(First::Panics, false).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"a bug on purpose"));
}
