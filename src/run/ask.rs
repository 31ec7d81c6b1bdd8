//! One trial: send, wait and send again where infrastructure fails, and make a record of it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::answer;
use super::billing::bill;
use super::budget_guard::BudgetGuard;
use super::exchanges::Exchanges;
use super::places::{Place, Places, Unwritten};
use super::prepare::Prepared;
use super::retry::{Failure, Patience};
use super::standing::Standing;
use super::stop::Stop;
use crate::cost::price::Prices;
use crate::domain::{
    Attempt, Clock, Completion, ErrorClass, HeaderValue, HttpRequest, HttpResponse, Identity, Kind,
    Retries, RunEvent, Source, StopReason, TransportError, TransportFault, Trial,
};
use crate::provider::{self, EncodeError};
use crate::transport::Transport;
use crate::verdict::Cause;

/// Everything that one trial needs.
pub(super) struct Asker {
    pub(super) cell: Arc<Prepared>,
    pub(super) number: u32,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) exchanges: Arc<Exchanges>,
    pub(super) prices: Arc<Prices>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) retries: Retries,
    pub(super) places: Places,
    pub(super) standing: Arc<Standing>,
    pub(super) budget_guard: Arc<BudgetGuard>,
    pub(super) stop: Stop,
    pub(super) events: mpsc::UnboundedSender<RunEvent>,
}

impl Asker {
    fn tell(&self, event: RunEvent) {
        // Nobody listens any more when the run is over; then there is nothing to tell.
        let _ = self.events.send(event);
    }

    /// Waits until a call may be made; `None` when the run was stopped before.
    async fn enter(&self) -> Option<Result<Place<'_>, Failure>> {
        let mut stop = self.stop.clone();
        tokio::select! {
            biased;
            () = stop.draining() => None,
            place = self.places.enter(&self.cell) => Some(place),
        }
    }
}

/// Asks for one answer; `None` when the run was stopped before there was one, or the budget ended.
pub(super) async fn ask(asker: Asker) -> Option<(Trial, Option<Unwritten>)> {
    let place = asker.enter().await?;
    if let Some(trial) = asker.standing.gone(asker.number) {
        return Some((trial, None));
    }
    let id = &asker.cell.cell.id;
    let hold = Arc::clone(&asker.budget_guard).hold(id).await?;
    asker.tell(RunEvent::Asking { cell: id.clone(), trial: asker.number });
    let mut stop = asker.stop.clone();
    let (mut trial, unwritten) = tokio::select! {
        biased;
        () = stop.aborting() => None,
        // Only what is under way takes the room of a call: there may be many thousands that wait.
        answered = Box::pin(attempts(&asker, place)) => answered,
    }?;
    bill(&mut trial, &asker.cell, &asker.prices);
    hold.settle(&trial);
    Some((asker.standing.heard(&asker.cell.cell.model.id, trial), unwritten))
}

async fn attempts(
    asker: &Asker,
    first: Result<Place<'_>, Failure>,
) -> Option<(Trial, Option<Unwritten>)> {
    let mut trial = begun(asker.number, asker.clock.now());
    let mut patience = Patience::default();
    let mut place = first;
    loop {
        let entered = match place {
            Ok(entered) => entered,
            Err(failure) => return Some((given_up(asker, &failure, trial), None)),
        };
        let Reply { status, elapsed, source, outcome } =
            send(asker, &entered, trial.attempts.len()).await;
        // A wait takes no place of others.
        let unwritten = entered.leave();
        trial.latency_ms = milliseconds(elapsed);
        trial.source = source.unwrap_or_default();
        let is_sent = source.is_some_and(Source::is_asked);
        let mut attempt =
            Attempt { status, error: None, latency_ms: trial.latency_ms, waited_ms: None };
        let failure = match outcome {
            Ok(completion) => {
                trial.attempts.reserve_exact(1);
                trial.attempts.extend(is_sent.then_some(attempt));
                return Some((answer::read(&asker.cell, completion, trial), unwritten));
            }
            Err(failure) => failure,
        };
        if !is_sent {
            // A recording says the same for ever, and one that is missing stays so.
            return Some((failed(&asker.cell, &failure, trial), unwritten));
        }
        attempt.error = Some(failure.to_string());
        let wait = patience.wait(&failure, &asker.retries, &asker.cell.hashes.request);
        attempt.waited_ms = wait.map(milliseconds);
        trial.attempts.push(attempt);
        let Some(wait) = wait else {
            return Some((failed(&asker.cell, &failure, trial), unwritten));
        };
        drop(unwritten);
        asker.tell(RunEvent::Retrying {
            cell: asker.cell.cell.id.clone(),
            reason: failure.to_string(),
            wait_ms: milliseconds(wait),
        });
        let mut stop = asker.stop.clone();
        tokio::select! {
            biased;
            () = stop.draining() => return None,
            () = tokio::time::sleep(wait) => {}
        }
        place = asker.enter().await?;
    }
}

/// The record of a trial that is asked for no more, since nobody is answered.
fn given_up(asker: &Asker, failure: &Failure, trial: Trial) -> Trial {
    let mut trial = failed(&asker.cell, failure, trial);
    let said = trial.detail.take().unwrap_or_default();
    let waited = asker.retries.max_wait.as_secs_f64();
    trial.detail = Some(format!("{said}; given up after {waited} s without any answer"));
    trial
}

/// A trial of which nothing is known yet.
pub(super) fn begun(number: u32, at: Timestamp) -> Trial {
    Trial {
        number,
        at,
        source: Source::Fresh,
        latency_ms: 0,
        attempts: Vec::new(),
        cause: None,
        sub: None,
        recoverable: false,
        detail: None,
        how: None,
        strict: false,
        value: None,
        violations: Vec::new(),
        text: None,
        stop: StopReason::Unknown,
        stop_raw: None,
        usage: None,
        identity: Identity::default(),
        usd_pico: None,
        priced_by_family: false,
    }
}

/// What came of one exchange.
struct Reply {
    status: Option<u16>,
    elapsed: Duration,
    /// Absent where nothing was sent and nothing is recorded.
    source: Option<Source>,
    outcome: Result<Completion, Failure>,
}

async fn send(asker: &Asker, place: &Place<'_>, before: usize) -> Reply {
    let model = &asker.cell.cell.model;
    match exchange(asker, before).await {
        Ok((request, response)) => {
            let outcome = provider::decode(model, &response).map_err(Failure::from);
            if let Some(request) = request {
                let trial = (&*asker.cell, asker.number);
                asker.exchanges.keep(trial, &request, &response, &outcome);
            }
            place.heard(Some(&response), outcome.as_ref());
            let HttpResponse { status, elapsed, source, .. } = response;
            Reply { status: Some(status), elapsed, source: Some(source), outcome }
        }
        Err(error) => {
            let source = (error.fault != TransportFault::Unrecorded).then_some(Source::Fresh);
            let outcome = Err(error.into());
            place.heard(None, outcome.as_ref());
            Reply { status: None, elapsed: Duration::ZERO, source, outcome }
        }
    }
}

/// A response, with its request where that was sent.
async fn exchange(
    Asker { cell, number, transport, exchanges, .. }: &Asker,
    before: usize,
) -> Result<(Option<HttpRequest>, HttpResponse), TransportError> {
    if let Some(response) = exchanges.find(cell, *number, before)? {
        // What came in a batch is recorded like any other.
        let request = response.source.is_asked().then(|| cell.request().ok());
        return Ok((request.flatten(), response));
    }
    let bad =
        |error: EncodeError| TransportError::new(TransportFault::BadRequest, error.to_string());
    let request = cell.request().map_err(bad)?;
    let sent = transport.send(&request, draw(*number, before), cell.cell.model.timeout).await;
    Ok((Some(request), sent?))
}

/// Tells the requests of a cell apart: from 0 on for the trials, and far away for further attempts.
/// Which of them is sent first makes no difference.
fn draw(trial: u32, attempts_before: usize) -> u64 {
    ((attempts_before as u64) << 32) | u64::from(trial.saturating_sub(1))
}

/// The record of a trial that has no completion.
pub(super) fn failed(cell: &Prepared, failure: &Failure, mut trial: Trial) -> Trial {
    if let Failure::Provider(error) = failure
        && let (ErrorClass::OutputInvalid, Some(generation)) = (error.class, &error.generation)
    {
        // The provider checked the model's answer and rejected it: an answer, not infrastructure.
        let completion = Completion { text: Some(generation.clone()), ..Completion::default() };
        return answer::read(cell, completion, trial);
    }
    (trial.cause, trial.sub) = cause(failure);
    let about_keys = about_keys(cell, failure);
    trial.detail = Some(match trial.attempts.len() {
        0 | 1 => format!("{failure}{about_keys}"),
        tries => format!("{failure}{about_keys} (after {tries} tries)"),
    });
    trial
}

/// Which keys a provider did not take. Only we know the names of their variables.
fn about_keys(cell: &Prepared, failure: &Failure) -> String {
    match failure {
        Failure::Provider(error) if error.class == ErrorClass::Unauthorized => {}
        _ => return String::new(),
    }
    let headers = cell.head.headers.iter();
    let names: Vec<&str> = headers
        .filter_map(|header| match &header.value {
            HeaderValue::Secret { env, .. } => Some(env.0.as_str()),
            HeaderValue::Plain(_) => None,
        })
        .collect();
    if names.is_empty() {
        return "; no key was sent, since `api-key-env` names none".to_owned();
    }
    format!("; the key is that of {}", names.join(" and "))
}

/// What a failure says of the cell. No answer at all says nothing of the prompt.
fn cause(failure: &Failure) -> (Option<Kind>, Option<String>) {
    match failure {
        Failure::Transport(error) if error.fault == TransportFault::Unrecorded => {
            (Some(Kind::Unrecorded), None)
        }
        Failure::Transport(_) => (Some(Kind::Transport), None),
        Failure::Provider(error) => {
            let Cause { kind, sub, .. } = error.into();
            (Some(kind), sub)
        }
    }
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
