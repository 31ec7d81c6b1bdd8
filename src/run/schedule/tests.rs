//! Rounds: what is asked again, with which numbers, and when it ends.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::cost::forecast::Budget;
use crate::cost::price::Prices;
use crate::domain::{
    Accepted, AnswerLimits, Billing, Cell, Clock, CompareRules, Gate, HttpRequest, HttpResponse,
    Levels, Model, Output, Params, Pico, Place, ProviderKind, Sink, Source, Structured,
    TransportError, TransportFault,
};
use crate::run::Stop;
use crate::run::rounds::Answered;
use crate::transport::{Sending, Transport};

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// Remembers what was sent; from some draw on nothing is recorded.
struct Memory {
    sent: Mutex<Vec<u64>>,
    recorded: u64,
}

impl Transport for Memory {
    fn send<'a>(&'a self, _: &'a HttpRequest, draw: u64, _: Duration) -> Sending<'a> {
        Box::pin(async move {
            self.sent.lock().unwrap().push(draw);
            if draw >= self.recorded {
                return Err(TransportError::new(TransportFault::Unrecorded, "not recorded"));
            }
            Ok(HttpResponse {
                status: 200,
                headers: Vec::new(),
                body: json!({"model": "m", "choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]})
                    .to_string()
                    .into_bytes(),
                elapsed: Duration::ZERO,
                source: Source::Fresh,
            })
        })
    }
}

/// Wants each of the cells once more, so many times.
struct Wants {
    cells: Vec<usize>,
    times: usize,
    seen: Vec<Vec<usize>>,
}

impl Decider for Wants {
    fn again(&mut self, cells: &[Answered<'_>]) -> Vec<usize> {
        self.seen.push(cells.iter().map(|cell| cell.trials.len()).collect());
        if self.seen.len() > self.times { Vec::new() } else { self.cells.clone() }
    }
}

#[derive(Default)]
struct Listener {
    events: Vec<RunEvent>,
    entries: Vec<(String, u32)>,
}

impl Sink for Listener {
    fn event(&mut self, event: &RunEvent) {
        self.events.push(event.clone());
    }

    fn answers(&mut self, entries: &[JournalEntry]) -> io::Result<()> {
        self.entries.extend(entries.iter().map(|e| (e.cell.to_string(), e.trial.number)));
        Ok(())
    }
}

pub(crate) fn cell(name: &str) -> Prepared {
    let model = Model {
        slot: "m".to_owned().try_into().unwrap(),
        provider: ProviderKind::Demo,
        dialect: "openai".into(),
        id: "model-1".into(),
        structured: Structured::Native,
        base_url: None,
        api_key_env: None,
        headers: Vec::new(),
        params: Params::default(),
        cache_system_prompt: false,
        billing: Billing::default(),
        command: Vec::new(),
        timeout: Duration::from_secs(1),
        max_concurrency: None,
        limits: crate::domain::ModelLimits::default(),
    };
    let cell = Cell {
        id: format!("p/{name}@m").parse().unwrap(),
        model: Arc::new(model),
        system: "s".into(),
        messages: Arc::new([]),
        output: Output::Text,
        expect: BTreeMap::new(),
        limits: AnswerLimits::default(),
        compare: CompareRules::default(),
        tolerant: None,
        samples: 1,
        gate: Gate::default(),
        levels: Levels::default(),
        prompt_file: "prompts/p.md".into(),
        place: Place::new("prompts/p.md", "".into(), 0..0),
    };
    crate::run::prepare_cell(&cell, None, &Arc::new(crate::run::Schemas::default())).unwrap()
}

/// Runs two cells; gives how many answers each has, and what was heard.
fn rounds(wants: &mut Wants, recorded: u64) -> (Vec<usize>, Listener, Vec<u64>) {
    let transport = Arc::new(Memory { sent: Mutex::default(), recorded });
    let mut listener = Listener::default();
    let mut world = World {
        prices: Arc::new(Prices::embedded()),
        budget: None,
        transport: Arc::clone(&transport) as Arc<dyn Transport>,
        clock: Arc::new(StandingClock),
        stop: Stop::never(),
        retiring: &|_| Vec::new(),
        exchanges: Arc::default(),
        kept: Vec::new(),
        sinks: vec![&mut listener],
    };
    let mut settings = RunSettings::default();
    settings.drift.wave_delay = Duration::from_secs(90);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    let mut accepted = cell("b");
    let meta = accepted.meta(&crate::run::ask::begun(1, Timestamp::UNIX_EPOCH), 1);
    accepted.accepted = Some(Accepted { value: json!("x"), meta });
    let asked = RunCells { cells: vec![cell("a"), cell("b")], beside: vec![accepted] };
    let asked = ask_all(asked, &settings, wants, &mut world);
    let collected = runtime.block_on(asked).unwrap();
    let counts = collected.answered().iter().map(|cell| cell.trials.len()).collect();
    let sent = transport.sent.lock().unwrap().clone();
    (counts, listener, sent)
}

#[test]
fn a_cell_that_is_wanted_again_gets_the_numbers_after_those_it_has() {
    let mut wants = Wants { cells: vec![1], times: 2, seen: Vec::new() };
    let (counts, heard, mut sent) = rounds(&mut wants, u64::MAX);
    assert_eq!(counts, [1, 3, 0]);
    assert_eq!(wants.seen, [[1, 1, 0], [1, 2, 0], [1, 3, 0]]);
    sent.sort_unstable();
    assert_eq!(sent, [0, 0, 1, 2]);
    let further: Vec<_> = heard.entries.iter().filter(|(_, number)| *number > 1).collect();
    assert_eq!(further, [&("p/b@m".to_owned(), 2), &("p/b@m".to_owned(), 3)]);
    let again = RunEvent::AskingAgain { trials: 1, wait_ms: 90_000 };
    assert_eq!(heard.events.iter().filter(|event| **event == again).count(), 2);
    let judged = |event: &&RunEvent| matches!(event, RunEvent::Judged { .. });
    assert_eq!(heard.events.iter().filter(judged).count(), 2);
}

#[test]
fn a_replay_ends_where_the_recorded_rounds_end_and_is_judged_by_them() {
    let mut wants = Wants { cells: vec![0], times: 9, seen: Vec::new() };
    let (counts, _, sent) = rounds(&mut wants, 2);
    assert_eq!(counts, [2, 1, 0]);
    assert_eq!(sent.len(), 4);
}

#[test]
fn a_position_that_is_no_cell_is_not_asked() {
    let mut wants = Wants { cells: vec![7], times: 9, seen: Vec::new() };
    assert_eq!(rounds(&mut wants, u64::MAX).0, [1, 1, 0]);
    assert_eq!(wants.seen.len(), 1);
}

#[test]
fn the_accepted_version_is_asked_only_where_that_is_wanted() {
    let mut wants = Wants { cells: vec![2], times: 1, seen: Vec::new() };
    let (counts, heard, sent) = rounds(&mut wants, u64::MAX);
    assert_eq!(counts, [1, 1, 1]);
    // The accepted answer was the first one of that version.
    assert_eq!(sent.iter().filter(|draw| **draw == 1).count(), 1);
    assert_eq!(heard.entries.iter().filter(|(cell, _)| cell == "p/b@m").count(), 2);
}

/// Runs two cells on a budget, each call of which is held to cost at most one dollar.
fn on_budget(limit: u32, wants: &mut Wants) -> (Vec<usize>, bool, Listener) {
    let transport = Arc::new(Memory { sent: Mutex::default(), recorded: u64::MAX });
    let mut listener = Listener::default();
    let dollar = Pico::from_usd("1").unwrap();
    let cells = vec![cell("a"), cell("b")];
    let bounds = cells.iter().map(|cell| (cell.cell.id.clone(), dollar)).collect();
    let limit = dollar.checked_mul(limit.into()).unwrap();
    let mut world = World {
        prices: Arc::new(Prices::embedded()),
        budget: Some(Budget { limit, bounds }),
        transport,
        clock: Arc::new(StandingClock),
        stop: Stop::never(),
        retiring: &|_| Vec::new(),
        exchanges: Arc::default(),
        kept: Vec::new(),
        sinks: vec![&mut listener],
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    let settings = RunSettings::default();
    let collected = runtime.block_on(ask_all(cells.into(), &settings, wants, &mut world)).unwrap();
    let counts = collected.answered().iter().map(|cell| cell.trials.len()).collect();
    let over = listener.events.contains(&RunEvent::OverBudget);
    (counts, over, listener)
}

#[test]
fn an_answer_that_does_not_say_what_it_cost_counts_at_the_most_it_can_have_cost() {
    let mut wants = Wants { cells: vec![0], times: 9, seen: Vec::new() };
    let (counts, over, _) = on_budget(2, &mut wants);
    assert_eq!((counts, over), (vec![1, 1], true), "no third call fits");
    let mut wants = Wants { cells: vec![0], times: 9, seen: Vec::new() };
    let (counts, over, heard) = on_budget(1, &mut wants);
    assert_eq!((counts, over), (vec![1, 0], true));
    assert_eq!(heard.entries.len(), 1, "what is answered is kept");
    let mut wants = Wants { cells: vec![1], times: 1, seen: Vec::new() };
    let (counts, over, _) = on_budget(3, &mut wants);
    assert_eq!((counts, over), (vec![1, 2], false));
}

/// A provider with a limit: it answers ten requests a second, and refuses one in twenty beside.
struct Limited {
    told: bool,
    state: Mutex<LimitedState>,
}

struct LimitedState {
    left: f64,
    at: tokio::time::Instant,
    requests: u32,
    by_chance: u32,
}

impl Transport for Limited {
    fn send<'a>(&'a self, _: &'a HttpRequest, _: u64, _: Duration) -> Sending<'a> {
        Box::pin(async move {
            let (left, refused) = {
                let mut state = self.state.lock().unwrap();
                let now = tokio::time::Instant::now();
                state.left = (state.left + (now - state.at).as_secs_f64() * 10.0).min(10.0);
                (state.at, state.requests) = (now, state.requests + 1);
                let is_full = state.left < 1.0;
                let chance = !is_full && state.requests.is_multiple_of(20);
                state.by_chance += u32::from(chance);
                state.left -= if is_full { 0.0 } else { 1.0 };
                (state.left, is_full.then_some(100).or(chance.then_some(1000)))
            };
            tokio::time::sleep(Duration::from_millis(50)).await;
            let header = |name: &str, value: String| (name.to_owned(), value);
            let mut headers = Vec::new();
            if self.told {
                headers.push(header("x-ratelimit-limit-requests", "600".into()));
                headers.push(header("x-ratelimit-remaining-requests", left.floor().to_string()));
            }
            headers.extend(refused.map(|ms| header("retry-after-ms", ms.to_string())));
            let answer = json!({"model": "m", "choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]});
            Ok(HttpResponse {
                status: if refused.is_some() { 429 } else { 200 },
                headers,
                body: answer.to_string().into_bytes(),
                elapsed: Duration::from_millis(50),
                source: Source::Fresh,
            })
        })
    }
}

/// Asks so many cells of a limited provider, 64 at once; gives requests beyond cells and accidents, and
/// the share of the limit that was used.
fn limited(told: bool, per_minute: Option<u64>, cells: u32) -> (u32, f64) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    let remote = |number: u32| {
        let Prepared { cell, .. } = cell(&format!("c{number}"));
        let limits = crate::domain::ModelLimits { requests: per_minute, ..Default::default() };
        let model = Model { provider: ProviderKind::Openai, limits, ..Model::clone(&cell.model) };
        let cell = Cell { model: Arc::new(model), ..cell };
        crate::run::prepare_cell(&cell, None, &Arc::default()).unwrap()
    };
    let asked: Vec<Prepared> = (0..cells).map(remote).collect();
    runtime.block_on(async {
        let at = tokio::time::Instant::now();
        let state = Mutex::new(LimitedState { left: 10.0, at, requests: 0, by_chance: 0 });
        let transport = Arc::new(Limited { told, state });
        let mut world = World {
            prices: Arc::new(Prices::embedded()),
            budget: None,
            transport: Arc::clone(&transport) as Arc<dyn Transport>,
            clock: Arc::new(StandingClock),
            stop: Stop::never(),
            retiring: &|_| Vec::new(),
            exchanges: Arc::default(),
            kept: Vec::new(),
            sinks: Vec::new(),
        };
        let settings = RunSettings { max_concurrency: 64, ..RunSettings::default() };
        let mut wants = Wants { cells: Vec::new(), times: 0, seen: Vec::new() };
        let collected = ask_all(asked.into(), &settings, &mut wants, &mut world).await.unwrap();
        let answered = collected.answered();
        let is_answered =
            |cell: &Answered<'_>| cell.trials.iter().all(|trial| trial.text.is_some());
        assert!(answered.iter().all(is_answered), "every cell is answered");
        let state = transport.state.lock().unwrap();
        let used = f64::from(cells + state.by_chance) / (at.elapsed().as_secs_f64() * 10.0);
        (state.requests - cells - state.by_chance, used)
    })
}

#[test]
fn a_limit_that_is_told_or_configured_is_kept_and_used() {
    for (told, per_minute) in [(true, None), (false, Some(600)), (true, Some(600))] {
        let (beyond, used) = limited(told, per_minute, 1200);
        assert!(beyond <= 24 && used > 0.95, "{told} {per_minute:?}: {beyond} {used}");
    }
    let (_, used) = limited(true, Some(300), 300);
    assert!((0.4..0.55).contains(&used), "{used}");
}

#[test]
fn a_limit_that_nobody_knows_is_found_by_refusals() {
    let (beyond, used) = limited(false, None, 1200);
    assert!(beyond <= 120 && used > 0.9, "{beyond} {used}");
}

/// Counts what was sent and is not written yet, and the most there ever was of it.
#[derive(Default)]
struct Unsaved([Mutex<usize>; 2]);

impl Unsaved {
    fn one_more(&self) {
        let [mut now, mut most] = self.0.each_ref().map(|count| count.lock().unwrap());
        *now += 1;
        *most = (*most).max(*now);
    }
}

impl Transport for Arc<Unsaved> {
    fn send<'a>(&'a self, _: &'a HttpRequest, _: u64, _: Duration) -> Sending<'a> {
        self.one_more();
        let answer = json!({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]});
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(HttpResponse {
                status: 200,
                headers: Vec::new(),
                body: answer.to_string().into_bytes(),
                elapsed: Duration::ZERO,
                source: Source::Fresh,
            })
        })
    }
}

/// A disk that takes its time.
struct SlowDisk(Arc<Unsaved>);

impl Sink for SlowDisk {
    fn event(&mut self, _: &RunEvent) {}

    fn answers(&mut self, entries: &[JournalEntry]) -> io::Result<()> {
        std::thread::sleep(Duration::from_millis(2));
        *self.0.0[0].lock().unwrap() -= entries.len();
        Ok(())
    }
}

#[test]
fn a_slow_disk_holds_up_the_calls() {
    let unsaved = Arc::new(Unsaved::default());
    let mut disk = SlowDisk(Arc::clone(&unsaved));
    let mut world = World {
        prices: Arc::new(Prices::embedded()),
        budget: None,
        transport: Arc::new(Arc::clone(&unsaved)),
        clock: Arc::new(StandingClock),
        stop: Stop::never(),
        retiring: &|_| Vec::new(),
        exchanges: Arc::default(),
        kept: Vec::new(),
        sinks: vec![&mut disk],
    };
    let cells: Vec<Prepared> = (0..200).map(|number| cell(&format!("c{number}"))).collect();
    let settings = RunSettings { max_concurrency: 4, ..RunSettings::default() };
    let mut wants = Wants { cells: Vec::new(), times: 0, seen: Vec::new() };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    let asked = ask_all(cells.into(), &settings, &mut wants, &mut world);
    runtime.unwrap().block_on(asked).unwrap();
    let [left, most] = unsaved.0.each_ref().map(|count| *count.lock().unwrap());
    assert_eq!(left, 0);
    assert!(most <= 8, "{most} answers would be lost by a kill");
}
