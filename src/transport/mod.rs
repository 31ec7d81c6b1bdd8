//! Where a request leaves this process, and how its response comes back.
//!
//! One call, one response or one reason. Never asks twice: whether to try again is decided above.

mod command;
mod demo;
mod descriptors;
#[cfg(feature = "http")]
mod http;
mod secrets;

use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

pub(crate) use command::COMMAND_ENVIRONMENT;
pub use demo::Demo;
pub(crate) use descriptors::most_connections;
pub use secrets::Secrets;

use command::Command;
#[cfg(feature = "http")]
use http::Http;

use crate::domain::{Channel, HttpRequest, HttpResponse, TransportError};

/// The variables that name proxies. The first of a pair that is set holds.
pub const PROXY_ENVIRONMENT: &[&str] = &[
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// A response that is on its way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Sent> + Send + 'a>>;

/// What comes back of a request.
type Sent = Result<HttpResponse, TransportError>;

/// Sends one request and brings back its response.
pub trait Transport: Send + Sync {
    /// Sends the request once. Takes at most `timeout`, from the call to the last byte.
    ///
    /// `draw` tells equal requests apart, by what they are for and not by when they are sent: chance
    /// that is simulated follows from it, and what replays can keep several answers. Its low 32 bits
    /// count the trials of a cell from 0, its high ones the attempts of a trial.
    ///
    /// Any HTTP status is a response; an error means that no response is complete. Dropping the
    /// future gives up the call.
    fn send<'a>(&'a self, request: &'a HttpRequest, draw: u64, timeout: Duration) -> Sending<'a>;
}

/// All channels of a run: each request says by which one it leaves.
///
/// What comes back holds no secret: where a server repeats a key, its name stands instead.
#[derive(Debug)]
pub struct TransportRouter {
    #[cfg(feature = "http")]
    http: Http,
    demo: Demo,
    command: Command,
    secrets: Secrets,
}

/// What the channels have to know of the suite and the process.
pub struct Setup<'a> {
    /// The suite's folder: where programs are found and run.
    pub root: &'a Path,
    /// The keys by name.
    pub secrets: Secrets,
    /// Variables for programs, of which those of [`COMMAND_ENVIRONMENT`] reach them, and those of
    /// [`PROXY_ENVIRONMENT`] and [`crate::domain::Cloud::variables`].
    pub environment: Vec<(String, String)>,
    /// Most bytes of one response.
    pub max_response_bytes: usize,
    pub demo: Demo,
}

impl TransportRouter {
    /// Opens no connection yet.
    pub fn new(setup: Setup<'_>) -> Self {
        let Setup { root, secrets, environment, max_response_bytes, demo } = setup;
        Self {
            #[cfg(feature = "http")]
            http: Http::new(secrets.clone(), &environment, max_response_bytes),
            demo,
            command: Command::new(root, environment, max_response_bytes),
            secrets,
        }
    }

    fn open<'a>(&'a self, request: &'a HttpRequest, draw: u64, timeout: Duration) -> Sending<'a> {
        match &request.channel {
            #[cfg(feature = "http")]
            Channel::Http => self.http.send(request, draw, timeout),
            #[cfg(not(feature = "http"))]
            Channel::Http => Box::pin(std::future::ready(Err(TransportError::new(
                crate::domain::TransportFault::BadRequest,
                "this build has no HTTP client: build it with the feature `http`",
            )))),
            Channel::Demo => self.demo.send(request, draw, timeout),
            Channel::Command { .. } => self.command.send(request, draw, timeout),
        }
    }
}

impl Transport for TransportRouter {
    fn send<'a>(&'a self, request: &'a HttpRequest, draw: u64, timeout: Duration) -> Sending<'a> {
        Box::pin(async move { self.secrets.cover(self.open(request, draw, timeout).await) })
    }
}
