//! When a model may be asked: within the limits of its account, and with as many calls at once as its
//! provider bears.
//!
//! Calls to one address with one key share a pace. What is known of limits comes from the config and from
//! the headers of responses; what is not known shows in refusals, which halve the number of calls at
//! once, until answers show how many there are in a second. A provider that only fails is asked by one
//! call at a time, and given up after a while.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Line, Notify};
use tokio::time::{Instant, sleep_until};

use super::Prepared;
use super::bucket::{Buckets, Limit, Use};
use super::retry::Failure;
use crate::domain::kit::length;
use crate::domain::{Channel, Completion, EnvName, HttpResponse, Retries, Source};
use crate::provider::{self, Allowance};

/// Calls at once to a provider of whose limits nothing is known yet. Each answer adds one.
const FIRST: f64 = 8.0;

/// How many calls in a row fail before a provider is taken to be down.
const DOWN: u32 = 10;

/// Share of late calls that were refused, from which on it is no accident.
const REFUSED: f64 = 0.25;

/// Share from which on down none is refused any more.
const NONE_REFUSED: f64 = 0.01;

/// How much the last call weighs in that share.
const WEIGHT: f64 = 1.0 / 16.0;

/// The lanes of a run.
pub(super) struct Lanes(BTreeMap<(Account, String), Arc<Lane>>);

/// The address and the key.
type Account = (String, Option<EnvName>);

/// The calls to one model. Whoever waits stands in line: only the first looks when it may go.
pub(super) struct Lane {
    model: String,
    line: Line<()>,
    pace: Arc<Pace>,
}

/// The pace of one account.
struct Pace {
    state: Mutex<State>,
    freed: Notify,
    most: f64,
    retries: Retries,
}

struct State {
    under_way: u32,
    /// What the calls under way use, as far as that can be guessed.
    using: Use,
    /// When the youngest call began that was answered.
    youngest: Instant,
    /// How many calls may be under way.
    window: f64,
    /// When it was made smaller.
    cut: Option<Instant>,
    refused: f64,
    paused_until: Instant,
    models: BTreeMap<String, ModelState>,
    told: Buckets,
    /// The limit that shows in refusals, where none is told.
    found: Buckets,
    /// Answers since a moment, to find it by.
    answers: (Instant, u32),
    silence: Option<Silence>,
}

#[derive(Default)]
struct ModelState {
    /// Limits of the config.
    own: Buckets,
    /// Which of the limits that the provider tells count for it; all, where nothing is known.
    told: Option<Vec<Limit>>,
    /// Output tokens of the last answers, on average.
    output: f64,
}

/// Calls that came to nothing, since the last that did not.
struct Silence {
    since: Instant,
    failed: u32,
    last: Failure,
}

/// A call that may be made.
pub(super) struct Going<'l> {
    lane: &'l Lane,
    since: Instant,
    expected: Use,
}

impl Lanes {
    pub(super) fn of<'c>(
        cells: impl IntoIterator<Item = &'c Arc<Prepared>>,
        most: usize,
        retries: &Retries,
    ) -> Self {
        let mut paces: BTreeMap<Account, Arc<Pace>> = BTreeMap::new();
        let mut lanes = BTreeMap::new();
        for cell in cells {
            let (account, model) = key(cell);
            let pace = paces.entry(account.clone());
            let pace = pace.or_insert_with(|| Arc::new(Pace::new(most, retries)));
            let mut state = pace.state();
            if cell.head.channel != Channel::Http {
                state.window = pace.most;
            }
            let of_model = state.models.entry(model.clone()).or_default();
            of_model.own.limit(&cell.cell.model.limits);
            let lane = Lane { model: model.clone(), line: Line::default(), pace: Arc::clone(pace) };
            lanes.entry((account, model)).or_insert_with(|| Arc::new(lane));
        }
        Self(lanes)
    }

    pub(super) fn get(&self, cell: &Prepared) -> Option<Arc<Lane>> {
        self.0.get(&key(cell)).map(Arc::clone)
    }
}

fn key(cell: &Prepared) -> (Account, String) {
    let model = &cell.cell.model;
    let address = model.base_url.clone().unwrap_or_else(|| model.dialect.clone());
    ((address, model.api_key_env.clone()), model.id.clone())
}

impl Pace {
    fn new(most: usize, retries: &Retries) -> Self {
        let most = f64::from(crate::domain::kit::small(most)).max(1.0);
        let state = State {
            under_way: 0,
            using: Use::default(),
            youngest: Instant::now(),
            window: FIRST.min(most),
            cut: None,
            refused: 0.0,
            paused_until: Instant::now(),
            models: BTreeMap::new(),
            told: Buckets::default(),
            found: Buckets::default(),
            answers: (Instant::now(), 0),
            silence: None,
        };
        Self { state: Mutex::new(state), freed: Notify::new(), most, retries: *retries }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane {
    /// Waits until a call may be made; the error says why none is made any more.
    pub(super) async fn go(&self, cell: &Prepared) -> Result<Going<'_>, Failure> {
        let _first = self.line.lock().await;
        let input = if self.pace.state().counts_tokens(&self.model) { tokens(cell) } else { 0.0 };
        loop {
            // Listens before it looks, so that what is freed in between is not missed.
            let freed = self.pace.freed.notified();
            let now = Instant::now();
            let until = {
                let mut state = self.pace.state();
                if let Some(failure) = state.given_up(now, self.pace.retries.max_wait) {
                    return Err(failure);
                }
                match state.next(now, &self.model, input) {
                    Next::Go(expected) => return Ok(Going { lane: self, since: now, expected }),
                    Next::At(until) => Some(until),
                    Next::AfterAnother => None,
                }
            };
            match until {
                Some(until) => tokio::select! { () = sleep_until(until) => {}, () = freed => {} },
                None => freed.await,
            }
        }
    }
}

/// When the next call may be made.
enum Next {
    /// Now; it counts already.
    Go(Use),
    At(Instant),
    AfterAnother,
}

/// About how many input tokens a request has.
fn tokens(cell: &Prepared) -> f64 {
    length(cell.body_bytes) / 4.0
}

impl State {
    fn counts_tokens(&self, model: &str) -> bool {
        let own = self.models.get(model).is_some_and(|model| model.own.counts_tokens());
        own || self.told.counts_tokens()
    }

    fn next(&mut self, now: Instant, model: &str, input: f64) -> Next {
        let is_down = self.silence.as_ref().is_some_and(|silence| silence.failed >= DOWN);
        let places = if is_down { 1.0 } else { self.window.floor().max(1.0) };
        if f64::from(self.under_way) >= places {
            return Next::AfterAnother;
        }
        let mut nothing = ModelState::default();
        let ModelState { own, told, output } = self.models.get_mut(model).unwrap_or(&mut nothing);
        let expected = Use { requests: 1.0, input, output: *output };
        let counts = |limit: &Limit| told.as_ref().is_none_or(|told| told.contains(limit));
        let enough = own.when(now, &expected, |_| true);
        let enough = enough.max(self.found.when(now, &expected, |_| true));
        let enough = enough.max(self.told.when(now, &expected, counts)).max(self.paused_until);
        if enough > now {
            return Next::At(enough);
        }
        self.under_way += 1;
        self.using.add(&expected, 1.0);
        own.take(now, &expected, |_| true);
        self.found.take(now, &expected, |_| true);
        self.told.take(now, &expected, counts);
        Next::Go(expected)
    }

    /// What an answer says of the limits and of itself.
    fn learn(
        &mut self,
        now: Instant,
        of: &Going<'_>,
        allowances: &[Allowance],
        used: Option<&Use>,
    ) {
        // A call that was answered although it began later is in no count of this one.
        let unseen = (of.since >= self.youngest && !allowances.is_empty()).then(|| {
            self.youngest = of.since;
            let mut others = self.using;
            others.add(&of.expected, -1.0);
            others
        });
        for allowance in allowances {
            self.told.tell(now, allowance, unseen.as_ref());
        }
        let Some(model) = self.models.get_mut(&of.lane.model) else { return };
        if !allowances.is_empty() {
            model.told = Some(allowances.iter().map(|one| (one.counted, one.limit)).collect());
        }
        if let Some(used) = used {
            model.own.correct(&of.expected, used);
            let weight = if model.output > 0.0 { WEIGHT } else { 1.0 };
            model.output += (used.output - model.output) * weight;
        }
    }

    /// Why nobody asks any more: nothing but failures, for as long as one waits.
    fn given_up(&self, now: Instant, max_wait: Duration) -> Option<Failure> {
        let silence = self.silence.as_ref().filter(|silence| silence.failed >= DOWN)?;
        (now.duration_since(silence.since) >= max_wait).then(|| silence.last.clone())
    }

    fn answered(&mut self, most: f64) {
        self.silence = None;
        self.answers.1 += 1;
        self.refused -= self.refused * WEIGHT;
        self.found.grow(if self.refused < NONE_REFUSED { 0.003 } else { 0.0002 });
        let more = if self.cut.is_none() { 1.0 } else { 1.0 / self.window };
        self.window = (self.window + more).min(most);
    }

    fn failed(&mut self, now: Instant, failure: &Failure) -> u32 {
        let (since, failed) = self.silence.as_ref().map_or((now, 0), |it| (it.since, it.failed));
        self.silence = Some(Silence { since, failed: failed + 1, last: failure.clone() });
        failed + 1
    }

    /// A refusal of a call that began at `since`. Where limits are known and kept, one that comes now and
    /// then is an accident, and says nothing of the others.
    fn refused(&mut self, since: Instant, now: Instant, (wait, most): (Duration, f64)) {
        self.refused += (1.0 - self.refused) * WEIGHT;
        let is_known = !(self.told.is_empty() && self.found.is_empty());
        let is_accident = is_known && self.refused < REFUSED;
        if is_accident || self.cut.is_some_and(|cut| cut > since) {
            return;
        }
        self.window = (self.window.min(f64::from(self.under_way)) / 2.0).max(1.0);
        if self.cut.is_none() {
            self.answers = (now, 0);
        }
        self.cut = Some(now);
        let (since, answers) = self.answers;
        let span = now.duration_since(since).as_secs_f64();
        if self.told.is_empty() && span >= 2.0 && answers >= DOWN {
            self.found.find(now, f64::from(answers) / span);
            (self.answers, self.refused) = ((now, 0), 0.0);
            self.window = most;
        }
        self.paused_until = self.paused_until.max(now + wait);
    }
}

impl Going<'_> {
    /// Learns from what came back, whatever it was. A recording says nothing of the provider.
    pub(super) fn heard(
        &self,
        response: Option<&HttpResponse>,
        outcome: Result<&Completion, &Failure>,
    ) {
        let (now, pace) = (Instant::now(), &self.lane.pace);
        let mut state = pace.state();
        if response.is_some_and(|response| response.source != Source::Fresh) {
            state.learn(now, self, &[], Some(&Use::default()));
            state.answered(pace.most);
            return;
        }
        let allowances = response.map(provider::allowances).unwrap_or_default();
        if state.told.is_empty() && !allowances.is_empty() && state.cut.is_none() {
            state.window = pace.most;
        }
        let used =
            outcome.ok().and_then(|completion| completion.usage).map(|usage| Use::of(&usage));
        state.learn(now, self, &allowances, used.as_ref());
        match outcome {
            Err(failure) if failure.is_limit() => {
                let failed = state.failed(now, failure);
                let wait = failure.asked_wait().unwrap_or(pace.retries.delay);
                let wait = if failed >= DOWN { wait.max(pace.retries.delay) } else { wait };
                state.refused(self.since, now, (wait.min(pace.retries.max_wait), pace.most));
            }
            Err(failure) if failure.is_retryable() => {
                if let Some(more) = state.failed(now, failure).checked_sub(DOWN) {
                    let Retries { delay, max_delay, .. } = pace.retries;
                    let pause = delay.saturating_mul(2_u32.saturating_pow(more)).min(max_delay);
                    state.paused_until = now + pause;
                }
            }
            _ => state.answered(pace.most),
        }
    }
}

impl Drop for Going<'_> {
    fn drop(&mut self) {
        let mut state = self.lane.pace.state();
        state.under_way -= 1;
        state.using.add(&self.expected, -1.0);
        drop(state);
        self.lane.pace.freed.notify_waiters();
    }
}
