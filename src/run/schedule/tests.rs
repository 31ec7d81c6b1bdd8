//! Rounds: what is asked again, with which numbers, and when it ends.

mod limits;

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
    accepted.accepted = Some(Accepted { value: json!("x").into(), meta });
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
