//! Transports around a transport: one that hands over complete exchanges to be recorded, and one
//! that answers from recordings.
//!
//! Where recordings are kept is not known here: that comes in as functions.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Sending, Transport};
use crate::domain::{Door, HttpRequest, HttpResponse, TransportError, TransportFault};

/// Takes an exchange: the request, the number of the trial from 1, the response.
type Keep = dyn Fn(&HttpRequest, u32, &HttpResponse) + Send + Sync;

/// Gives the recorded response to a request of a trial; an error says why it cannot be used.
type Lookup = dyn Fn(&HttpRequest, u32) -> Result<Option<HttpResponse>, String> + Send + Sync;

/// Sends through another transport, and hands over what can be recorded.
///
/// That is every response that says something of the request. What says something of the day, the
/// key or the load (401, 403, 408, 409, 425, 429, 5xx, no response) is not. Neither is the demo
/// provider, which is always there.
pub(crate) struct Recording {
    inner: Arc<dyn Transport>,
    keep: Box<Keep>,
}

impl Recording {
    /// Records what goes through `inner`.
    pub(crate) fn new(
        inner: Arc<dyn Transport>,
        keep: impl Fn(&HttpRequest, u32, &HttpResponse) + Send + Sync + 'static,
    ) -> Self {
        Self { inner, keep: Box::new(keep) }
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").finish_non_exhaustive()
    }
}

impl Transport for Recording {
    fn send<'a>(&'a self, request: &'a HttpRequest, draw: u64, timeout: Duration) -> Sending<'a> {
        Box::pin(async move {
            let response = self.inner.send(request, draw, timeout).await?;
            if request.door != Door::Demo && is_about_the_request(response.status) {
                (self.keep)(request, trial(draw), &response);
            }
            Ok(response)
        })
    }
}

/// What happens where there is no recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Miss {
    Ask,
    Refuse,
}

/// Answers from recordings.
pub(crate) struct Replaying {
    inner: Arc<dyn Transport>,
    lookup: Box<Lookup>,
    miss: Miss,
}

impl Replaying {
    /// Never sends anything: what is not recorded is an error. Only the demo provider, which needs
    /// no network, is asked through `demo`.
    pub(crate) fn only(
        demo: Arc<dyn Transport>,
        lookup: impl Fn(&HttpRequest, u32) -> Result<Option<HttpResponse>, String>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self { inner: demo, lookup: Box::new(lookup), miss: Miss::Refuse }
    }

    /// Asks `inner` where there is no recording that can be used, and for further attempts. Local
    /// programs are always asked: they cost nothing, and may have changed.
    pub(crate) fn before(
        inner: Arc<dyn Transport>,
        lookup: impl Fn(&HttpRequest, u32) -> Result<Option<HttpResponse>, String>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self { inner, lookup: Box::new(lookup), miss: Miss::Ask }
    }

    fn recorded(
        &self,
        request: &HttpRequest,
        draw: u64,
    ) -> Result<Option<HttpResponse>, TransportError> {
        let unrecorded = |message| TransportError::new(TransportFault::Unrecorded, message);
        match (self.miss, (self.lookup)(request, trial(draw))) {
            (_, Ok(Some(response))) => Ok(Some(response)),
            (Miss::Ask, _) => Ok(None),
            (Miss::Refuse, Err(reason)) => Err(unrecorded(reason)),
            // Without a number or hash in it, so that alike cells are told together.
            (Miss::Refuse, Ok(None)) => Err(unrecorded(
                "there is no recording of this request, and nothing is sent offline; a run with \
                 network and key records it"
                    .to_owned(),
            )),
        }
    }
}

impl fmt::Debug for Replaying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replaying").field("miss", &self.miss).finish_non_exhaustive()
    }
}

impl Transport for Replaying {
    fn send<'a>(&'a self, request: &'a HttpRequest, draw: u64, timeout: Duration) -> Sending<'a> {
        let is_asked = match (&request.door, self.miss) {
            (Door::Demo, _) => true,
            (_, Miss::Refuse) => false,
            (door, Miss::Ask) => *door != Door::Http || attempt(draw) > 0,
        };
        if is_asked {
            return self.inner.send(request, draw, timeout);
        }
        Box::pin(async move {
            match self.recorded(request, draw)? {
                Some(response) => Ok(response),
                None => self.inner.send(request, draw, timeout).await,
            }
        })
    }
}

/// Whether another day, key or hour would give the same response.
fn is_about_the_request(status: u16) -> bool {
    status < 400 || matches!(status, 400 | 404 | 413 | 422)
}

/// The number of the trial, from 1.
fn trial(draw: u64) -> u32 {
    u32::try_from(draw & u64::from(u32::MAX)).unwrap_or(u32::MAX).saturating_add(1)
}

/// How many attempts of the trial came before.
fn attempt(draw: u64) -> u64 {
    draw >> 32
}

#[cfg(test)]
mod tests;
