//! All that the benchmark uses of the product: it accepts answers and runs nights, as the command
//! line does, with the folder of snapshots and the kept runs in memory.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use promptmatrix::cost::price::Prices;
use promptmatrix::domain::{
    Accepted, CellId, Clock, Content, Hash, History, HttpRequest, HttpResponse, Identities,
    Identity, ImportedAnswer, Profile, RunRecord, Setting, Source, Status, Suite, Telemetry,
};
use promptmatrix::review::{Offer, offer};
use promptmatrix::run::{
    AcceptedAnswers, Header, Prepared, RunHistory, Stop, World, identities, import, prepare,
    remember, replace, run,
};
use promptmatrix::transport::{Sending, Transport};
use promptmatrix::verdict::FixMinutes;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How often cells that gave no answer to accept are asked again on the first day.
const FIRST_DAY: usize = 10;

/// One prompt of a suite.
pub(crate) struct Question {
    pub(crate) name: String,
    pub(crate) schema: Value,
    pub(crate) cases: Vec<String>,
}

/// A suite to build. Cells count through prompts, then slots, then cases.
pub(crate) struct Plan {
    pub(crate) questions: Vec<Question>,
    pub(crate) slots: Vec<String>,
}

/// One answer as the provider sends it.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: u16,
    text: String,
    finish: &'static str,
    refusal: Option<&'static str>,
    pub(crate) seconds: f64,
}

impl Answer {
    pub(crate) fn of(text: String) -> Self {
        Self { status: 200, text, finish: "stop", refusal: None, seconds: 1.0 }
    }

    /// The limit of output tokens is reached after so many characters.
    pub(crate) fn cut(text: &str, length: usize) -> Self {
        Self { finish: "length", ..Self::of(text.chars().take(length).collect()) }
    }

    pub(crate) fn refused() -> Self {
        Self { refusal: Some("I can't help with that."), ..Self::of(String::new()) }
    }

    /// The request is not accepted any more.
    pub(crate) fn rejected() -> Self {
        Self { status: 400, ..Self::of(String::new()) }
    }

    fn body(&self, model: &str) -> Value {
        if self.status != 200 {
            return json!({"error": {
                "message": "Invalid schema for response_format: 'uniqueItems' is not permitted.",
                "type": "invalid_request_error", "param": "response_format", "code": null
            }});
        }
        let tokens = self.text.len() / 4 + 1;
        json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1_767_225_600, "model": model,
            "choices": [{"index": 0, "finish_reason": self.finish, "message": {
                "role": "assistant", "content": self.text, "refusal": self.refusal
            }}],
            "usage": {"prompt_tokens": 200, "completion_tokens": tokens, "total_tokens": 200 + tokens}
        })
    }
}

/// Who answers.
pub(crate) trait Model: Send + Sync {
    /// The answer of a cell to one call; `draw` tells calls of a run apart.
    fn answer(&self, cell: usize, draw: u64) -> Answer;
}

/// What one run came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// Cells that fail the gate.
    pub(crate) red: Vec<usize>,
    /// Cells that may have changed, and fail nothing yet.
    pub(crate) suspect: Vec<usize>,
    /// Whether something fails that belongs to no cell.
    pub(crate) column: bool,
    pub(crate) calls: usize,
    pub(crate) exit: u8,
}

/// A suite of the product.
pub(crate) struct Product {
    suite: Suite,
    _folder: TempDir,
    index: BTreeMap<CellId, usize>,
    requests: Arc<HashMap<String, usize>>,
    accepted: BTreeMap<CellId, Accepted>,
    profiles: Vec<Profile>,
    identities: Identities,
    history: History,
    /// Newest first.
    /// How many runs there were.
    runs: usize,
    seen: Telemetry,
    prices: Arc<Prices>,
    runtime: tokio::runtime::Runtime,
}

impl Product {
    pub(crate) fn new(plan: &Plan) -> Self {
        let folder = write(plan);
        let config = folder.path().join("promptmatrix.toml");
        let suite = promptmatrix::suite::load(&config, None).unwrap().suite;
        let (mut index, mut requests) = (BTreeMap::new(), HashMap::new());
        let mut cell = 0;
        for Question { name, cases, .. } in &plan.questions {
            for slot in &plan.slots {
                for case in cases {
                    index.insert(format!("{name}/{case}@{slot}").parse().unwrap(), cell);
                    requests.insert(request(&id_of(slot), &asked(name), case), cell);
                    cell += 1;
                }
            }
        }
        Self {
            suite,
            _folder: folder,
            index,
            requests: Arc::new(requests),
            accepted: BTreeMap::new(),
            profiles: Vec::new(),
            identities: Identities::default(),
            history: History::default(),
            runs: 0,
            seen: Telemetry::default(),
            prices: Arc::new(Prices::embedded()),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap(),
        }
    }

    /// Accepts `n` answers of every cell on day 0. Says of each how many of them are broken; of a cell
    /// that never gave an answer that can be accepted, nothing.
    pub(crate) fn accept(&mut self, n: u32, model: &Arc<dyn Model>) -> Vec<Option<u32>> {
        let mut broken = vec![None; self.index.len()];
        for turn in 0..FIRST_DAY as u64 {
            let ids = self.suite.cells.iter().map(|cell| cell.id.clone());
            let open: Vec<_> = ids.filter(|id| !self.accepted.contains_key(id)).collect();
            if open.is_empty() {
                break;
            }
            let mut cells = self.prepare(|id| open.contains(id));
            for cell in &mut cells {
                cell.cell.samples = n;
            }
            let record = self.run(cells, Setting::ByHand, 0, (model, turn));
            self.take(&record, &mut broken);
        }
        broken
    }

    /// Takes what a run puts up, with all of its answers.
    fn take(&mut self, record: &RunRecord, broken: &mut [Option<u32>]) {
        for cell in &record.cells {
            if let Offer::Put(value, meta) = offer(cell) {
                let answer = Accepted { value: value.clone(), meta: meta.clone() };
                self.accepted.insert(cell.cell.clone(), answer);
                let count = cell.trials.iter().filter(|trial| trial.cause.is_some()).count();
                broken[self.index[&cell.cell]] = Some(count as u32);
            }
        }
        let taken: Vec<_> = record.cells.iter().map(|cell| &cell.cell).collect();
        let cells = self.prepare(|id| self.accepted.contains_key(id) && taken.contains(&id));
        let trials = |cell: &Prepared| record.cell(&cell.cell.id).unwrap().trials.as_slice().into();
        let taken: Vec<_> = cells
            .iter()
            .map(|cell| AcceptedAnswers { cell, run: Some(&record.id), trials: trials(cell) })
            .collect();
        for profile in replace(&self.profiles, &taken).profiles {
            self.profiles
                .retain(|known| (&known.prompt, &known.slot) != (&profile.prompt, &profile.slot));
            self.profiles.push(profile);
        }
        for (slot, seen) in identities(&taken) {
            self.identities.confirm(slot, seen);
        }
    }

    /// One run, so many days after the first.
    pub(crate) fn night(&mut self, setting: Setting, day: u32, model: &Arc<dyn Model>) -> Outcome {
        let cells = self.prepare(|id| self.accepted.contains_key(id));
        if setting == Setting::FreshMachine {
            self.history = History::default();
            self.seen = Telemetry::default();
        }
        let record = self.run(cells, setting, day, (model, 0));
        self.history.remember(&record);
        let outcome = self.outcome(&record);
        let _ = remember(&mut self.seen, &record);
        self.runs += 1;
        outcome
    }

    /// Judges one recorded answer of every cell, without asking.
    pub(crate) fn import(&mut self, day: u32, model: &Arc<dyn Model>) -> Outcome {
        let cells = self.prepare(|id| self.accepted.contains_key(id));
        let given = |cell: &Prepared| ImportedAnswer {
            cell: cell.cell.id.clone(),
            number: 1,
            at: None,
            content: Content::Text(model.answer(self.index[&cell.cell.id], 0).text),
            requested: None,
            identity: Identity::default(),
            stop: Some("stop".to_owned()),
            usage: None,
            latency_ms: 0,
        };
        let given = cells.iter().map(given).collect();
        let header = self.header(Setting::Closed, day);
        let about = (header, &self.suite.run.drift);
        let record = import(cells, given, about, &self.prices, at(day), &mut Day(at(day))).unwrap();
        self.outcome(&record)
    }

    fn outcome(&self, record: &RunRecord) -> Outcome {
        let mut outcome = Outcome {
            calls: record.totals.calls,
            exit: record.exit_code,
            column: record.columns.iter().any(|column| column.fails),
            ..Outcome::default()
        };
        for cell in &record.cells {
            let at = self.index[&cell.cell];
            match cell.status {
                Status::Changed | Status::Broken => outcome.red.push(at),
                Status::Suspect => outcome.suspect.push(at),
                _ => {}
            }
        }
        outcome
    }

    fn prepare(&self, wanted: impl Fn(&CellId) -> bool) -> Vec<Prepared> {
        let cells = self.suite.cells.iter().filter(|cell| wanted(&cell.id));
        let mut cells = prepare(cells, |id| self.accepted.get(id).cloned(), |_| true).unwrap();
        let profiles = self.profiles.iter().cloned().map(Arc::new);
        let profiles: BTreeMap<_, _> =
            profiles.map(|of| ((of.prompt.clone(), of.slot.clone()), of)).collect();
        for cell in &mut cells {
            let home = (cell.cell.id.prompt.clone(), cell.cell.id.model.clone());
            cell.profile = profiles.get(&home).cloned();
        }
        cells
    }

    fn header(&self, setting: Setting, day: u32) -> Header {
        Header {
            id: format!("{}-{:04x}", at(day).strftime("%Y%m%d-%H%M%S"), self.runs),
            suite: Hash::of_bytes(b"simulated"),
            profile: None,
            selection: Vec::new(),
            upgrade: None,
            routes: BTreeMap::new(),
            ci: matches!(setting, Setting::RunsKept | Setting::FreshMachine),
            setting,
            history: self.history.clone(),
            minutes: FixMinutes { review: 1.5, triage: 6.0, fix: 60.0 },
            run_history: RunHistory { confirmed: self.identities.clone(), seen: self.seen.clone() },
        }
    }

    fn run(
        &self,
        cells: Vec<Prepared>,
        setting: Setting,
        day: u32,
        (model, turn): (&Arc<dyn Model>, u64),
    ) -> RunRecord {
        let transport = Arc::new(Channel {
            model: Arc::clone(model),
            requests: Arc::clone(&self.requests),
            turn,
        });
        let world = World {
            transport,
            prices: Arc::clone(&self.prices),
            budget: None,
            clock: Arc::new(Day(at(day))),
            stop: Stop::never(),
            retiring: &|_| Vec::new(),
            exchanges: Arc::default(),
            kept: Vec::new(),
            sinks: Vec::new(),
        };
        let header = self.header(setting, day);
        self.runtime.block_on(run(cells, &self.suite.run, header, world)).unwrap()
    }
}

fn at(day: u32) -> Timestamp {
    let first: Timestamp = "2026-01-01T03:00:00Z".parse().unwrap();
    first + SignedDuration::from_hours(24 * i64::from(day))
}

/// A clock that stands still, and a sink that keeps nothing.
struct Day(Timestamp);

impl promptmatrix::domain::Sink for Day {}

impl Clock for Day {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Answers requests from memory.
struct Channel {
    model: Arc<dyn Model>,
    requests: Arc<HashMap<String, usize>>,
    turn: u64,
}

impl Transport for Channel {
    fn send<'a>(&'a self, request: &'a HttpRequest, draw: u64, _: Duration) -> Sending<'a> {
        let said = |pointer| request.body.pointer(pointer).and_then(Value::as_str).unwrap();
        let id = said("/model");
        let key = self::request(id, said("/messages/0/content"), said("/messages/1/content"));
        let answer = self.model.answer(self.requests[&key], draw | self.turn << 48);
        let response = HttpResponse {
            status: answer.status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: serde_json::to_vec(&answer.body(id)).unwrap(),
            elapsed: Duration::from_secs_f64(answer.seconds),
            source: Source::Fresh,
        };
        Box::pin(std::future::ready(Ok(response)))
    }
}

fn request(id: &str, system: &str, user: &str) -> String {
    format!("{id}|{system}|{user}")
}

fn id_of(slot: &str) -> String {
    format!("{slot}-2026-01-01")
}

fn asked(prompt: &str) -> String {
    format!("Answer for {prompt} with JSON.")
}

/// The suite as a person would have written it.
fn write(plan: &Plan) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for name in ["prompts", "schemas"] {
        std::fs::create_dir(root.join(name)).unwrap();
    }
    let mut config = "version = 1\n".to_owned();
    for slot in &plan.slots {
        let id = id_of(slot);
        write!(
            config,
            "\n[models.{slot}]\nprovider = \"openai-compatible\"\nid = \"{id}\"\n\
             base-url = \"http://127.0.0.1:9/v1\"\napi-key-env = \"\"\n"
        )
        .unwrap();
    }
    std::fs::write(root.join("promptmatrix.toml"), config).unwrap();
    for Question { name, schema, cases } in &plan.questions {
        std::fs::write(root.join(format!("schemas/{name}.json")), schema.to_string()).unwrap();
        let mut prompt = format!("+++\nschema = \"schemas/{name}.json\"\n");
        for case in cases {
            write!(prompt, "[[case]]\nname = \"{case}\"\ninput = \"{case}\"\n").unwrap();
        }
        write!(prompt, "+++\n{}\n", asked(name)).unwrap();
        std::fs::write(root.join(format!("prompts/{name}.md")), prompt).unwrap();
    }
    folder
}
