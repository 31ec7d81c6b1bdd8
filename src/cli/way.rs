//! Where the answers of a run come from: from the providers, from recordings, or from both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::args::Run;
use super::clock::SystemClock;
use super::failure::Failure;
use super::output;
use super::session::Session;
use crate::domain::{
    Clock, EnvName, Hash, Header, HeaderValue, HttpRequest, HttpResponse, Model, Suite,
};
use crate::report::{escape, paint};
use crate::run::{Asked, Prepared, is_answer};
use crate::sim;
use crate::store::{Exchange, RecordingError, Recordings};
use crate::suite::env;
use crate::transport::{
    COMMAND_ENVIRONMENT, Demo, Doors, Recording, Replaying, Secrets, Setup, Transport,
};

/// Where answers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From recordings alone.
    Offline,
    /// From recordings that are young enough, else from the providers.
    Live,
    /// From the providers.
    Fresh,
}

impl Way {
    /// What the flags and the environment say. Sending nothing goes before asking anew.
    pub(crate) fn of(session: &Session, args: &Run) -> Self {
        match Self::of_environment(session) {
            Self::Offline => Self::Offline,
            _ if args.offline => Self::Offline,
            _ if args.fresh => Self::Fresh,
            way => way,
        }
    }

    /// What the environment says, for commands without such flags.
    pub(crate) fn of_environment(session: &Session) -> Self {
        if session.environment.offline { Self::Offline } else { Self::Live }
    }

    /// The transport of this way, and what could not be recorded by it.
    pub(crate) fn transport(
        self,
        suite: &Suite,
        asked: &Asked,
    ) -> Result<(Arc<dyn Transport>, Unkept), Failure> {
        let prepared: Vec<&Prepared> = asked.cells.iter().chain(&asked.beside).collect();
        let recordings = Session::recordings(suite);
        let unkept = Unkept::default();
        if self == Self::Offline {
            // There is no way out of the process here, so that nothing can be sent by mistake.
            let lookup = move |request: &HttpRequest, trial| {
                recordings.find(&request.hash(), trial).map_err(|error| error.to_string())
            };
            return Ok((Arc::new(Replaying::only(Arc::new(demo(suite)?), lookup)), unkept));
        }
        let secrets = secrets(&prepared);
        let mut transport: Arc<dyn Transport> = Arc::new(Doors::new(Setup {
            root: &suite.root,
            secrets: secrets.clone(),
            environment: env::named(COMMAND_ENVIRONMENT),
            max_response_bytes: suite.run.max_response_bytes,
            demo: demo(suite)?,
        }));
        if suite.store.record {
            let recorder = Recorder {
                recordings: recordings.clone(),
                models: models(&prepared),
                secrets,
                unkept: unkept.clone(),
            };
            let keep = move |request: &HttpRequest, trial, response: &HttpResponse| {
                recorder.keep(request, trial, response);
            };
            transport = Arc::new(Recording::new(transport, keep));
        }
        let age = suite.run.max_age;
        if self == Self::Live && age > Duration::ZERO {
            let lookup = move |request: &HttpRequest, trial| {
                let found =
                    recordings.find_younger((&request.hash(), trial), SystemClock.now(), age);
                found.map_err(|error| error.to_string())
            };
            transport = Arc::new(Replaying::before(transport, lookup));
        }
        Ok((transport, unkept))
    }
}

/// Keeps exchanges. One that cannot be kept is told at the end; its answer counts all the same.
struct Recorder {
    recordings: Recordings,
    models: BTreeMap<Hash, Arc<Model>>,
    secrets: Secrets,
    unkept: Unkept,
}

impl Recorder {
    fn keep(&self, request: &HttpRequest, trial: u32, response: &HttpResponse) {
        let model = self.models.get(&request.hash());
        if !model.is_some_and(|model| is_answer(model, response)) {
            return;
        }
        let exchange = Exchange { request, trial, response, at: SystemClock.now() };
        let secret_in = |bytes: &[u8]| self.secrets.found_in(bytes);
        if let Err(error) = self.recordings.keep(exchange, secret_in) {
            self.unkept.add(&error);
        }
    }
}

/// Why some exchanges are not recorded: each reason, and how many there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unkept(Arc<Mutex<BTreeMap<String, usize>>>);

impl Unkept {
    fn add(&self, error: &RecordingError) {
        let mut reasons = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *reasons.entry(error.to_string()).or_default() += 1;
    }

    /// Tells them on stderr.
    pub(crate) fn tell(&self) -> Result<(), Failure> {
        let reasons = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (reason, number) in reasons.iter().take(3) {
            let warning = paint::paint(paint::REVIEW, "warning");
            let answers = paint::count(*number, "answer");
            output::say(&format!("{warning}: {answers}: {}\n", escape::short(reason, 300)))?;
        }
        Ok(())
    }
}

fn demo(suite: &Suite) -> Result<Demo, Failure> {
    let brain = match &suite.demo_world {
        Some(text) => sim::World::parse(text)?,
        None => sim::World::builtin(),
    };
    Ok(Demo::new(move |request, draw| brain.answer(request, draw)))
}

fn models(prepared: &[&Prepared]) -> BTreeMap<Hash, Arc<Model>> {
    let model = |cell: &&Prepared| (cell.hashes.request.clone(), Arc::clone(&cell.cell.model));
    prepared.iter().map(model).collect()
}

/// A way out for a few requests that are no questions: nothing of it is recorded or replayed.
pub(crate) fn unrecorded(
    suite: &Suite,
    requests: &[HttpRequest],
) -> Result<Arc<dyn Transport>, Failure> {
    Ok(Arc::new(Doors::new(Setup {
        root: &suite.root,
        secrets: secrets_of(requests.iter().flat_map(|request| &request.headers)),
        environment: Vec::new(),
        max_response_bytes: suite.run.max_response_bytes,
        demo: demo(suite)?,
    })))
}

/// The secrets that the cells name, and no others.
fn secrets(prepared: &[&Prepared]) -> Secrets {
    secrets_of(prepared.iter().flat_map(|cell| &cell.encoded.http.headers))
}

fn secrets_of<'h>(headers: impl Iterator<Item = &'h Header>) -> Secrets {
    let names: BTreeSet<EnvName> = headers
        .filter_map(|header| match &header.value {
            HeaderValue::Secret { env, .. } => Some(env.clone()),
            HeaderValue::Plain(_) => None,
        })
        .collect();
    Secrets::new(names.into_iter().filter_map(|name| Some((name.clone(), env::secret(&name)?))))
}
