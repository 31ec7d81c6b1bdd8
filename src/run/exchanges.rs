//! Exchanges of earlier runs in place of calls, and those of this run for later ones.
//!
//! Where they are kept is not known here: that comes in as functions.

use super::Prepared;
use super::retry::Failure;
use crate::domain::{
    Channel, Completion, ErrorClass, Hash, HttpRequest, HttpResponse, TransportError,
    TransportFault,
};

/// Gives the recorded response to a request for a trial, from 1; an error says why it cannot be used.
type Find = dyn Fn(&Hash, u32) -> Result<Option<HttpResponse>, String> + Send + Sync;

/// Takes an exchange: the request, its hash, the number of the trial from 1, the response.
type Keep = dyn Fn(&HttpRequest, &Hash, u32, &HttpResponse) + Send + Sync;

/// What is recorded, as far as a run makes use of it. The demo provider is always there: it is
/// neither recorded nor replayed.
#[derive(Default)]
pub struct Exchanges {
    /// What is taken instead of asking.
    pub replay: Replay,
    /// Keeps what is answered.
    pub keep: Option<Box<Keep>>,
}

/// When a recording is taken instead of asking.
#[derive(Default)]
pub enum Replay {
    #[default]
    Never,
    /// Where there is one that can be used, but for further attempts. Local programs are always
    /// asked: they cost nothing, and may have changed.
    First(Box<Find>),
    /// Always: what is not recorded is an error.
    Only(Box<Find>),
}

impl Exchanges {
    /// The recorded response, where one is to be taken; `before` counts the attempts of the trial.
    pub(super) fn find(
        &self,
        cell: &Prepared,
        trial: u32,
        before: usize,
    ) -> Result<Option<HttpResponse>, TransportError> {
        let request = &cell.hashes.request;
        let unrecorded = |message| TransportError::new(TransportFault::Unrecorded, message);
        match (&cell.head.channel, &self.replay) {
            (Channel::Http, Replay::First(find)) if before == 0 => {
                Ok(find(request, trial).unwrap_or_default())
            }
            (Channel::Demo, _) | (_, Replay::Never | Replay::First(_)) => Ok(None),
            (_, Replay::Only(find)) => match find(request, trial) {
                Ok(Some(response)) => Ok(Some(response)),
                Err(reason) => Err(unrecorded(reason)),
                // Without a number or hash in it, so that alike cells are told together.
                Ok(None) => Err(unrecorded(
                    "there is no recording of this request, and nothing is sent offline; a run \
                     with network and key records it"
                        .to_owned(),
                )),
            },
        }
    }

    /// Keeps what a request was answered, where that says something of it.
    pub(super) fn keep(
        &self,
        (cell, trial): (&Prepared, u32),
        request: &HttpRequest,
        response: &HttpResponse,
        outcome: &Result<Completion, Failure>,
    ) {
        if let Some(keep) = &self.keep
            && request.channel != Channel::Demo
            && response.source.is_asked()
            && is_about_the_request(response.status, outcome)
        {
            keep(request, &cell.hashes.request, trial, response);
        }
    }
}

/// Whether another day, key or hour would bring the same: a completion, or a refusal of the request as
/// such. An error may stand inside a response that looks like success.
fn is_about_the_request(status: u16, outcome: &Result<Completion, Failure>) -> bool {
    let error = match outcome {
        _ if status >= 400 && !matches!(status, 400 | 404 | 413 | 422) => return false,
        Ok(_) => return true,
        Err(Failure::Transport(_)) => return false,
        Err(Failure::Provider(error)) => error,
    };
    let holds = match error.class {
        ErrorClass::ModelGone
        | ErrorClass::SchemaRejected
        | ErrorClass::ParamRejected
        | ErrorClass::ToolChoiceRejected
        | ErrorClass::ContextOverflow
        | ErrorClass::Filtered
        | ErrorClass::OutputInvalid
        | ErrorClass::BadRequest => true,
        ErrorClass::RateLimited
        | ErrorClass::QuotaExhausted
        | ErrorClass::Unavailable
        | ErrorClass::Unauthorized
        | ErrorClass::Forbidden
        | ErrorClass::NotFound
        | ErrorClass::Other
        | ErrorClass::Malformed
        | ErrorClass::Interrupted => false,
    };
    holds && error.should_retry != Some(true)
}

#[cfg(test)]
mod tests;
