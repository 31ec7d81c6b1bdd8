//! Runs in batches: requests are handed in, and the run goes on when the providers have answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::answers::AnswerSource;
use super::asking::{Asking, Purpose, Resume, RunOptions};
use super::run::{typed, words};
use super::{Error, Notice, Project, Result};
use crate::cost::price::Mode;
use crate::domain::{Batch, Diagnostic, HttpRequest, HttpResponse, Model, Slot};
use crate::provider::{self, BatchAnswers, BatchItem, BatchState, Submission, batch_item_id};
use crate::run::{Prepared, fetch_blocking};
use crate::transport::Transport;

/// How long is waited before batches are looked at again: at first, and at most.
const LOOKS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// Most bytes of a file of answers, and how long a file may be on its way.
const MOST_BYTES: usize = 1 << 30;
const PATIENCE: Duration = Duration::from_mins(20);

/// A run whose requests are with the providers.
#[derive(Debug)]
pub struct Submitted {
    /// The run that goes on when they have answered.
    pub run: String,
    /// What was handed in.
    pub batches: Vec<Batch>,
}

impl Project {
    /// Hands in what a run asks. `None` where `failed` leaves nothing to ask.
    pub fn submit(&self, options: &RunOptions) -> Result<Option<Submitted>> {
        let turn = self.turn(None)?;
        let asks_anew = options.source == AnswerSource::Providers;
        let options = RunOptions { source: AnswerSource::Providers, ..options.clone() };
        let (source, cells) = self.chosen(&options)?;
        if !asks_anew {
            self.check_collected(&cells)?;
        }
        if source == AnswerSource::Recordings {
            let help = "leave out --offline and PROMPTMATRIX_OFFLINE, or --batch";
            return Err(Error::usage("run::batch", "a batch is sent to a provider", help));
        }
        let items = items(&cells)?;
        if items.is_empty() {
            return Ok(None);
        }
        let command = typed(&options, source, &cells);
        let asking = Asking {
            asked: cells.into(),
            purpose: Purpose::Gate,
            source,
            limit: self.limit(options.limit.as_ref()),
            max_wait: None,
            selection: words(&options.cells),
            command: Some(command),
            resume: Resume::Never,
            batch: None,
        };
        self.check_writable(&asking)?;
        let prices = self.prices()?;
        self.budget(&asking.asked, source, asking.limit.as_ref(), (&prices, Mode::Batch))?;
        let heads: Vec<_> = asking.asked.cells.iter().map(|cell| (*cell.head).clone()).collect();
        let transport = self.unrecorded(&heads, MOST_BYTES)?;
        let (journal, _) = self.begin_run(self.head(&asking), &asking.resume)?;
        let run = journal.head().id.clone();
        let mut batches = Vec::new();
        // From here on the run is one of batches, whatever becomes of them.
        self.runs().keep_batches(&run, &batches)?;
        for (model, items) in items.into_values() {
            for part in provider::parts(&model, items) {
                let id = hand_in(&model, &part, &*transport)?;
                batches.push(Batch { slot: model.slot.clone(), id, requests: part.len() });
                // As soon as it is paid for, so that it is never forgotten.
                self.runs().keep_batches(&run, &batches)?;
            }
        }
        drop(turn);
        Ok(Some(Submitted { run, batches }))
    }

    /// Refuses to ask slots whose answers are on their way in batches: they would be paid for twice.
    pub(super) fn check_collected(&self, cells: &[Prepared]) -> Result<()> {
        for (run, batches) in self.runs().uncollected()? {
            let is_asked =
                |batch: &Batch| cells.iter().any(|cell| cell.cell.id.model == batch.slot);
            if let Some(batch) = batches.iter().find(|batch| is_asked(batch)) {
                let title = format!("slot `{}` is asked in a batch of run {run}", batch.slot);
                let help = format!(
                    "promptmatrix run --resume {run}   collects the answers; --fresh asks again, and pays again"
                );
                let problem = Diagnostic::error("run::pending", title).help(help);
                return Err(Error::Refused(problem.into()));
            }
        }
        Ok(())
    }

    /// The answers of the batches of a run that goes on; `None` where it has none. Whatever was handed
    /// in and is not answered says why.
    pub(super) fn collected(&self, options: &RunOptions) -> Result<Option<BatchAnswers>> {
        let (options, Resume::Named(head)) = self.resumed(options)? else { return Ok(None) };
        let Some(batches) = self.runs().batches(&head.id)? else { return Ok(None) };
        let (_, cells) = self.chosen(&options)?;
        let heads: Vec<_> = cells.iter().map(|cell| (*cell.head).clone()).collect();
        let transport = self.unrecorded(&heads, MOST_BYTES)?;
        let models: BTreeMap<&Slot, &Arc<Model>> =
            cells.iter().map(|cell| (&cell.cell.id.model, &cell.cell.model)).collect();
        let (mut answers, mut ends) = (BatchAnswers::new(), BTreeMap::new());
        let mut open: Vec<&Batch> = batches.iter().collect();
        let mut pause = LOOKS.0;
        loop {
            let mut still = Vec::new();
            for batch in open {
                match models.get(&batch.slot).map(|model| ended(model, batch, &*transport)) {
                    Some(Ok(Some((ended, why)))) => {
                        answers.extend(ended);
                        ends.insert(&batch.slot, why);
                    }
                    Some(Ok(None)) => still.push(batch),
                    Some(Err(error)) => return Err(error),
                    None => {}
                }
            }
            open = still;
            if open.is_empty() {
                for (cell, trial) in cells.iter().flat_map(trials) {
                    let why = ends.get(&cell.cell.id.model).map_or("not handed in", String::as_str);
                    let id = batch_item_id(&cell.hashes.request, trial);
                    answers.entry(id).or_insert_with(|| provider::unanswered(why));
                }
                return Ok(Some(answers));
            }
            let pending =
                OpenBatches { run: head.id.clone(), open: open.len(), batches: batches.len() };
            if !options.wait {
                return Err(pending.error());
            }
            self.notice(&Notice::BatchesPending(pending));
            std::thread::sleep(pause);
            pause = (pause * 2).min(LOOKS.1);
        }
    }
}

/// Batches that are not answered yet.
#[derive(Debug)]
pub struct OpenBatches {
    /// Whose they are.
    pub run: String,
    /// How many are not.
    pub open: usize,
    /// Of how many.
    pub batches: usize,
}

impl OpenBatches {
    fn error(&self) -> Error {
        let Self { run, open, batches } = self;
        let title = format!("run {run} is pending: {open} of {batches} batches are not answered");
        let help = format!("promptmatrix run --resume {run}   later, or with --wait");
        Error::Refused(Diagnostic::error("run::pending", title).help(help).into())
    }
}

/// The trials of a cell that are asked first.
fn trials(cell: &Prepared) -> impl Iterator<Item = (&Prepared, u32)> {
    (1..=u32::try_from(cell.open_trials()).unwrap_or(u32::MAX)).map(move |trial| (cell, trial))
}

/// What slots are asked.
type Items = BTreeMap<Slot, (Arc<Model>, Vec<BatchItem>)>;

/// What each slot is asked, each request once.
fn items(cells: &[Prepared]) -> Result<Items> {
    let (mut known, mut items) = (BTreeSet::new(), Items::new());
    for cell in cells {
        let (slot, model) = (&cell.cell.id.model, &cell.cell.model);
        if !provider::has_batches(model) {
            return Err(Error::usage(
                "run::batch",
                format!("slot `{slot}`: its provider takes no batches"),
                format!("ask the others in a batch: promptmatrix run --batch '!@{slot}'"),
            ));
        }
        for (_, trial) in trials(cell) {
            let id = batch_item_id(&cell.hashes.request, trial);
            if known.insert((slot.clone(), id.clone())) {
                let request = cell.request().map_err(|error| Error::Other(error.into()))?;
                let (_, items) =
                    items.entry(slot.clone()).or_insert_with(|| (Arc::clone(model), Vec::new()));
                items.push(BatchItem { id, request });
            }
        }
    }
    Ok(items)
}

/// Hands in one batch, and gives its id.
fn hand_in(model: &Model, part: &[BatchItem], transport: &dyn Transport) -> Result<String> {
    let what = format!("slot `{}`: the batch was not taken", model.slot);
    let mut request = provider::submit(model, part).map_err(|e| Error::while_doing(&*what, e))?;
    loop {
        let response = sent(&request, transport, &what)?;
        match provider::submission(model, &response).map_err(|e| Error::while_doing(&*what, e))? {
            Submission::Next(next) => request = *next,
            Submission::Taken(id) => return Ok(id),
        }
    }
}

/// The answers of a batch, and how it ended; none while it is pending.
fn ended(
    model: &Model,
    batch: &Batch,
    transport: &dyn Transport,
) -> Result<Option<(BatchAnswers, String)>> {
    let what = format!("slot `{}`: batch {} cannot be read", model.slot, batch.id);
    let doing = |error| Error::while_doing(&*what, error);
    let look = provider::look(model, &batch.id).map_err(|e| Error::while_doing(&*what, e))?;
    let response = sent(&look, transport, &what)?;
    let BatchState::Ended { answers, files, why } =
        provider::state(model, &batch.id, &response).map_err(doing)?
    else {
        return Ok(None);
    };
    let mut all: BatchAnswers = answers.into_iter().collect();
    for file in files {
        all.extend(provider::batch_answers(&sent(&file, transport, &what)?).map_err(doing)?);
    }
    Ok(Some((all, why)))
}

fn sent(request: &HttpRequest, transport: &dyn Transport, what: &str) -> Result<HttpResponse> {
    fetch_blocking(request, transport, PATIENCE)?.map_err(|error| Error::while_doing(what, error))
}
