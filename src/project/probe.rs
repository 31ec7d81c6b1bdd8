//! One tiny call for each slot, before a run is paid for: whether it answers, who, and at what price.
//! Nothing of it is recorded, replayed or judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::answers::AnswerSource;
use super::run::words;
use super::{Error, Project, Result, RunOptions, SystemClock};
use crate::cost::price::Mode;
use crate::domain::{
    AnswerLimits, Bill, Cell, CellId, CellRecord, IdentityState, Kind, Message, Model, Output,
    Pico, Role, RunRecord, Schema, ServedModelPolicy, Slot, string_enum,
};
use crate::plan::plan;
use crate::run::{Exchanges, RunCells, Stop, World, prepare, run_blocking};
use crate::suite::env;

/// Most output tokens of a call: enough for the answer, and what OpenAI takes at least.
const TOKENS: u64 = 16;

/// What each slot answered.
#[derive(Debug, Serialize)]
pub struct Probed {
    /// In order of their names.
    pub slots: Vec<ProbedSlot>,
    /// What all of it cost.
    pub bill: Bill,
    /// Whether it was stopped before all slots were asked.
    pub interrupted: bool,
}

/// What one slot answered.
#[derive(Debug, Serialize)]
pub struct ProbedSlot {
    /// Which slot.
    pub slot: Slot,
    /// How it went.
    pub state: ProbeState,
    /// The id that is asked for.
    pub requested: String,
    /// The id that answered, where it is told.
    pub served: Option<String>,
    /// The ids whose answers were accepted.
    pub confirmed: Vec<String>,
    /// The fingerprint of its backend, where it is told.
    pub fingerprint: Option<String>,
    /// From sending to the last byte, in milliseconds.
    pub latency_ms: Option<u64>,
    /// `None` where it is not known.
    pub usd_pico: Option<Pico>,
    /// Why there is no answer.
    pub detail: Option<String>,
}

string_enum! {
    /// What a probe says of a slot.
    pub enum ProbeState {
        /// It answers.
        Answers = "answers",
        /// Another version answers than the one whose answers were accepted, which fails a run.
        Moved = "moved",
        /// It refuses the request, or there is no such model.
        Refused = "refused",
        /// No answer, which says nothing of the request: a key, a quota, the network.
        Unanswered = "unanswered",
    }
}

impl Project {
    /// Asks each slot of the cells once.
    pub fn probe(&self, options: &RunOptions) -> Result<Probed> {
        if self.source(AnswerSource::Providers) == AnswerSource::Recordings {
            let help = "leave out --offline and PROMPTMATRIX_OFFLINE";
            return Err(Error::usage("run::probe", "a probe asks the providers", help));
        }
        let cells = questions(plan(&self.suite, &options.cells)?.cells);
        let asked = RunCells::from(prepare(&cells, |_| None, env::has)?);
        let prices = Arc::new(self.prices()?);
        let limit = self.limit(options.limit.as_ref());
        let budget =
            self.budget(&asked, AnswerSource::Providers, limit.as_ref(), (&prices, Mode::Sync))?;
        let (transport, _, _) = self.transport(AnswerSource::Providers, &asked, None)?;
        let mut header = self.header("probe", words(&options.cells), self.run_history()?);
        header.ci = false;
        let mut settings = self.suite.run.clone();
        settings.retries.max_wait = options.max_wait.unwrap_or(settings.retries.max_wait);
        let ids: Vec<&CellId> = cells.iter().map(|cell| &cell.id).collect();
        let mut progress = self.observer.begins(&ids);
        let world = World {
            transport,
            exchanges: Arc::new(Exchanges::default()),
            prices,
            budget,
            clock: Arc::new(SystemClock),
            stop: Stop::never(),
            retiring: &|_| Vec::new(),
            kept: Vec::new(),
            sinks: progress.iter_mut().map(|progress| progress.as_mut() as _).collect(),
        };
        let record = run_blocking(asked, &settings, header, world)?;
        Ok(probed(&cells, &record))
    }
}

/// One question for each slot, asked in the way of its cells.
fn questions(chosen: Vec<&Cell>) -> Vec<Cell> {
    let mut slots: BTreeMap<&Slot, &Cell> = BTreeMap::new();
    for cell in chosen {
        let known = slots.entry(&cell.id.model).or_insert(cell);
        if matches!(known.output, Output::Text) {
            *known = cell;
        }
    }
    slots.into_values().map(question).collect()
}

fn question(cell: &Cell) -> Cell {
    let mut model = Model::clone(&cell.model);
    model.cache_system_prompt = false;
    // What goes through `extra-body` may need more: a budget for thinking above all.
    if model.params.extra_body.is_empty() {
        model.params.max_output_tokens = Some(TOKENS);
    }
    Cell {
        model: Arc::new(model),
        system: "Say that all is well, in as few words as possible.".into(),
        messages: [Message { role: Role::User, text: "Is all well?".to_owned() }].into(),
        output: match cell.output {
            Output::Text => Output::Text,
            _ => Output::Json { name: "probe".to_owned(), schema: schema(), described: true },
        },
        expect: BTreeMap::new(),
        limits: AnswerLimits::default(),
        samples: 1,
        ..cell.clone()
    }
}

fn schema() -> Arc<Schema> {
    let document = json!({
        "type": "object",
        "properties": {"ok": {"type": "boolean"}},
        "required": ["ok"],
        "additionalProperties": false,
    });
    Arc::new(Schema::new("probe", document))
}

fn probed(cells: &[Cell], record: &RunRecord) -> Probed {
    let slots = cells.iter().map(|cell| slot(cell, record.cell(&cell.id), record));
    let slots: Vec<ProbedSlot> = slots.collect();
    Probed { bill: record.totals.bill, interrupted: record.interrupted, slots }
}

fn slot(cell: &Cell, found: Option<&CellRecord>, record: &RunRecord) -> ProbedSlot {
    let model = record.models.get(&cell.id.model);
    let identity = model.and_then(|model| model.identity.as_ref());
    let trial = found.and_then(|found| found.trials.first());
    let state = match trial.map(|trial| trial.cause) {
        None | Some(Some(Kind::Transport | Kind::ProviderError)) => ProbeState::Unanswered,
        Some(Some(Kind::RejectedRequest | Kind::ModelRetired | Kind::NoSuchModel)) => {
            ProbeState::Refused
        }
        Some(_) => {
            let state = identity.and_then(|identity| identity.state);
            let fails = cell.gate.served_model == ServedModelPolicy::Fail;
            let is_moved = fails && state == Some(IdentityState::Repointed);
            if is_moved { ProbeState::Moved } else { ProbeState::Answers }
        }
    };
    let is_silent = matches!(state, ProbeState::Unanswered | ProbeState::Refused);
    let why = || trial.map_or_else(|| found?.note.clone(), |trial| trial.detail.clone());
    ProbedSlot {
        slot: cell.id.model.clone(),
        state,
        requested: cell.model.id.clone(),
        served: trial.and_then(|trial| trial.identity.served.clone()),
        confirmed: identity.map(|identity| identity.confirmed.clone()).unwrap_or_default(),
        fingerprint: trial.and_then(|trial| trial.identity.fingerprint.clone()),
        latency_ms: trial.filter(|_| !is_silent).map(|trial| trial.latency_ms),
        usd_pico: trial.filter(|_| !is_silent).and_then(|trial| trial.usd_pico),
        detail: why().filter(|_| is_silent),
    }
}
