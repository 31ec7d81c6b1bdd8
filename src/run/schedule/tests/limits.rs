//! What holds calls up: a provider's limits, and a disk that is slow.

use super::*;

/// A provider with a limit: it answers ten requests a second, and refuses one in twenty beside.
struct Limited {
    told: bool,
    state: Mutex<LimitedState>,
}

struct LimitedState {
    left: f64,
    at: Option<tokio::time::Instant>,
    requests: u32,
    by_chance: u32,
}

impl Transport for Limited {
    fn send<'a>(&'a self, _: &'a HttpRequest, _: u64, _: Duration) -> Sending<'a> {
        Box::pin(async move {
            let (left, refused) = {
                let mut state = self.state.lock().unwrap();
                let now = tokio::time::Instant::now();
                let passed = state.at.map_or(0.0, |at| (now - at).as_secs_f64());
                state.left = (state.left + passed * 10.0).min(10.0);
                (state.at, state.requests) = (Some(now), state.requests + 1);
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

/// Asks so many cells of a limited provider; gives requests beyond cells and accidents, and the share of
/// the limit that was used.
fn limited(told: bool, per_minute: Option<u64>, cells: u32) -> (u32, f64) {
    let state = LimitedState { left: 10.0, at: None, requests: 0, by_chance: 0 };
    let transport = Arc::new(Limited { told, state: Mutex::new(state) });
    let seconds = seconds(Arc::clone(&transport) as Arc<dyn Transport>, per_minute, cells);
    let state = transport.state.lock().unwrap();
    let used = f64::from(cells + state.by_chance) / (seconds * 10.0);
    (state.requests - cells - state.by_chance, used)
}

/// How long it takes to ask so many cells, 64 at once.
fn seconds(transport: Arc<dyn Transport>, per_minute: Option<u64>, cells: u32) -> f64 {
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
        let began = tokio::time::Instant::now();
        let mut world = World {
            prices: Arc::new(Prices::embedded()),
            budget: None,
            transport,
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
        began.elapsed().as_secs_f64()
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

/// A provider that counts fewer tokens than a request seems to have: most of its limit is always left.
struct Generous;

impl Transport for Generous {
    fn send<'a>(&'a self, _: &'a HttpRequest, _: u64, _: Duration) -> Sending<'a> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let answer =
                json!({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]});
            Ok(HttpResponse {
                status: 200,
                headers: vec![
                    header("x-ratelimit-limit-tokens", "600"),
                    header("x-ratelimit-remaining-tokens", "599"),
                ],
                body: answer.to_string().into_bytes(),
                elapsed: Duration::from_millis(50),
                source: Source::Fresh,
            })
        })
    }
}

#[test]
fn what_a_provider_counts_goes_before_what_is_guessed() {
    let seconds = seconds(Arc::new(Generous), None, 300);
    assert!(seconds < 10.0, "{seconds} s");
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
