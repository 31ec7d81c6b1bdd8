//! Where the answers of a run come from: from the providers, from recordings, or from both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::clock::now;
use super::{Notice, Project, Result};
use crate::domain::{EnvName, Hash, Header, HeaderValue, HttpRequest};
use crate::provider::{BatchAnswers, batch_item_id};
use crate::run::{Exchanges, Replay, RunCells};
use crate::store::{Exchange, RecordingError, Recordings};
use crate::suite::env;
use crate::transport::{
    COMMAND_ENVIRONMENT, Demo, PROXY_ENVIRONMENT, Secrets, Setup, Transport, TransportRouter,
};

/// Where answers come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AnswerSource {
    /// From recordings alone: nothing is sent.
    Recordings,
    /// From recordings that are young enough, else from the providers.
    #[default]
    RecordingsFirst,
    /// From the providers.
    Providers,
}

impl Project {
    /// Where answers come from at best: sending nothing goes before asking anew.
    pub(super) fn source(&self, wanted: AnswerSource) -> AnswerSource {
        if self.options.offline { AnswerSource::Recordings } else { wanted }
    }

    /// The transport of a source, what is recorded beside it, and what could not be.
    pub(super) fn transport(
        &self,
        source: AnswerSource,
        asked: &RunCells,
        batch: Option<BatchAnswers>,
    ) -> Result<(Arc<dyn Transport>, Arc<Exchanges>, RecordingRun)> {
        let suite = &self.suite;
        let recordings = Arc::new(self.recordings_to_share()?);
        let mut run = RecordingRun { recordings: None, failures: Failures::default() };
        if source == AnswerSource::Recordings {
            // There is no way out of the process here, so that nothing can be sent by mistake.
            let find = move |request: &Hash, trial| {
                recordings.find(request, trial).map_err(|error| error.to_string())
            };
            let exchanges = Exchanges { replay: Replay::Only(Box::new(find)), keep: None };
            return Ok((Arc::new(self.demo()?), Arc::new(exchanges), run));
        }
        let cells = asked.cells.iter().chain(&asked.beside);
        let headers = cells.flat_map(|cell| &cell.head.headers);
        let secrets = secrets(headers);
        let transport = TransportRouter::new(Setup {
            root: &suite.root,
            secrets: secrets.clone(),
            environment: [
                env::named(&[COMMAND_ENVIRONMENT, PROXY_ENVIRONMENT].concat()),
                env::clouds(),
            ]
            .concat(),
            max_response_bytes: suite.run.max_response_bytes,
            demo: self.demo()?,
        });
        let mut exchanges = Exchanges::default();
        if let Some(answers) = batch {
            exchanges.replay = Replay::Only(Box::new(move |request, trial| {
                Ok(answers.get(&batch_item_id(request, trial)).cloned())
            }));
        }
        if suite.store.record {
            let recorder = Recorder {
                recordings: Arc::clone(&recordings),
                secrets,
                failures: run.failures.clone(),
            };
            run.recordings = Some(Arc::clone(&recordings));
            exchanges.keep = Some(Box::new(move |request, hash, trial, response| {
                recorder.keep(Exchange { request, hash, trial, response, at: now() });
            }));
        }
        let age = suite.run.max_age;
        if source == AnswerSource::RecordingsFirst && age > Duration::ZERO {
            exchanges.replay = Replay::First(Box::new(move |request, trial| {
                let found = recordings.find_younger((request, trial), now(), age);
                found.map_err(|error| error.to_string())
            }));
        }
        Ok((Arc::new(transport), Arc::new(exchanges), run))
    }

    fn demo(&self) -> Result<Demo> {
        let world = self.demo_world()?;
        Ok(Demo::new(move |request, draw| world.answer(request, draw)))
    }

    /// A way out for a few requests that are no questions: nothing of it is recorded or replayed.
    pub(super) fn unrecorded(
        &self,
        requests: &[HttpRequest],
        max_response_bytes: usize,
    ) -> Result<Arc<dyn Transport>> {
        Ok(Arc::new(TransportRouter::new(Setup {
            root: &self.suite.root,
            secrets: secrets(requests.iter().flat_map(|request| &request.headers)),
            environment: [env::named(PROXY_ENVIRONMENT), env::clouds()].concat(),
            max_response_bytes,
            demo: self.demo()?,
        })))
    }
}

/// Keeps exchanges. One that cannot be kept is told at the end; its answer counts all the same.
struct Recorder {
    recordings: Arc<Recordings>,
    secrets: Secrets,
    failures: Failures,
}

impl Recorder {
    fn keep(&self, exchange: Exchange<'_>) {
        let secret_in = |bytes: &[u8]| self.secrets.found_in(bytes);
        if let Err(error) = self.recordings.keep(exchange, secret_in) {
            self.failures.add(&error);
        }
    }
}

/// Why some exchanges are not recorded: each reason, and how many there are.
#[derive(Debug, Clone, Default)]
struct Failures(Arc<Mutex<BTreeMap<String, usize>>>);

impl Failures {
    fn add(&self, error: &RecordingError) {
        let mut reasons = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *reasons.entry(error.to_string()).or_default() += 1;
    }
}

/// What a run records.
pub(super) struct RecordingRun {
    recordings: Option<Arc<Recordings>>,
    failures: Failures,
}

impl RecordingRun {
    /// Ends the recording, and tells the first reasons why some of it is not kept.
    pub(super) fn end(self, project: &Project) {
        if let Some(Err(error)) = self.recordings.as_ref().map(|recordings| recordings.finish()) {
            self.failures.add(&error);
        }
        let reasons = self.failures.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (reason, answers) in reasons.iter().take(3) {
            project.notice(&Notice::NotRecorded { answers: *answers, reason: reason.clone() });
        }
    }
}

/// The secrets that these headers name, and no others.
fn secrets<'h>(headers: impl Iterator<Item = &'h Header>) -> Secrets {
    let names: BTreeSet<EnvName> = headers
        .filter_map(|header| match &header.value {
            HeaderValue::Secret { env, .. } => Some(env.clone()),
            HeaderValue::Plain(_) => None,
        })
        .collect();
    Secrets::new(names.iter().flat_map(env::secrets))
}
