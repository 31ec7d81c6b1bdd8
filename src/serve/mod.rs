//! The simulator on a socket: a server on this machine that answers by the simulator in `sim`.
//!
//! Reads requests, waits as long as an answer takes, and carries out the faults that `sim` decides
//! on. Listens on loopback addresses only; keeps nothing of a request but counts.

mod exchange;
mod send;
mod stats;

use std::future::poll_fn;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::Clock;
use crate::sim::{FaultPlan, World};
use exchange::Desk;

/// How many connections are served at once; further ones wait until one ends.
const CONNECTIONS: usize = 512;

/// How long a client may take for the head of its next request.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the simulator is to be.
pub(crate) struct Setup {
    pub world: World,
    /// Which requests meet which fault.
    pub faults: FaultPlan,
    /// How long answers take.
    pub pace: Pace,
    /// The time of day, for dates in headers.
    pub clock: Arc<dyn Clock>,
}

/// How long things take that are simulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pace {
    /// Every wait is divided by this; above 0.
    pub speed: f64,
    /// Whether an answer takes the time that it says it takes. The waits of faults stay.
    pub latency: Latency,
}

/// Whether answers take their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Latency {
    /// As long as the world says.
    Simulated,
    /// No time.
    None,
}

impl Pace {
    /// The wait before an answer that takes so long.
    fn latency(self, elapsed: Duration) -> Duration {
        match self.latency {
            Latency::Simulated => self.wait(elapsed),
            Latency::None => Duration::ZERO,
        }
    }

    /// A wait at this speed. One that is longer than time itself is the longest there is.
    fn wait(self, wait: Duration) -> Duration {
        Duration::try_from_secs_f64(wait.as_secs_f64() / self.speed).unwrap_or(Duration::MAX)
    }
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// The address is reachable from elsewhere.
    #[error("{0} is not an address of this machine alone")]
    NotLoopback(SocketAddr),
    /// The address cannot be had: taken, or not allowed.
    #[error("cannot listen on {0}")]
    Listen(SocketAddr, #[source] io::Error),
}

/// A server that listens, and serves once it runs.
pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    desk: Arc<Desk>,
}

impl Server {
    /// Listens. Port 0 is any free one.
    pub(crate) fn bind(address: SocketAddr, setup: Setup) -> Result<Self, ServeError> {
        if !address.ip().is_loopback() {
            return Err(ServeError::NotLoopback(address));
        }
        let failed = |error| ServeError::Listen(address, error);
        let listener = TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, desk: Arc::new(Desk::new(setup)) })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the process is told to end, by Ctrl-C or by SIGTERM. Connections end with it.
    pub(crate) fn run(self) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let done = runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            tokio::select! {
                biased;
                told = told_to_end() => told,
                () = accept(&listener, &self.desk) => Ok(()),
            }
        });
        runtime.shutdown_background();
        done
    }
}

async fn accept(listener: &tokio::net::TcpListener, desk: &Arc<Desk>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(converse(Arc::clone(desk), stream, place));
            }
            // Too many open files, or a client that left at once: neither is the end.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Serves one connection to its end. What no HTTP library would write is written by hand.
async fn converse(desk: Arc<Desk>, stream: TcpStream, _place: OwnedSemaphorePermit) {
    // A drip is to arrive when it falls; without this, pieces wait for each other.
    let _ = stream.set_nodelay(true);
    let by_hand: Arc<Mutex<Option<send::ByHand>>> = Arc::default();
    let service = service_fn(|request| {
        let (desk, by_hand) = (Arc::clone(&desk), Arc::clone(&by_hand));
        Box::pin(async move {
            desk.answer(request).await.map_err(|delivery| {
                *by_hand.lock().unwrap_or_else(PoisonError::into_inner) = Some(delivery);
                send::Aside
            })
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service);
    // How it ended makes no difference: the client left, or the answer is written below.
    let _ = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let stream = connection.into_parts().io.into_inner();
    let delivery = by_hand.lock().unwrap_or_else(PoisonError::into_inner).take();
    // A client that went away is no matter.
    let _ = match delivery {
        Some(delivery) => send::by_hand(stream, delivery).await,
        None => send::close(stream).await,
    };
}

#[cfg(unix)]
async fn told_to_end() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        told = tokio::signal::ctrl_c() => told,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn told_to_end() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
