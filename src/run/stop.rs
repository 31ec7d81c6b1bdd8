//! Stopping early, in two steps: start nothing more, then end what runs.

use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Run,
    Drain,
    Abort,
}

/// Stops a run from outside.
#[derive(Debug, Clone)]
pub struct StopHandle(watch::Sender<Level>);

/// Says to a run whether it may go on.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<Level>);

impl Stop {
    /// A run that may go on, and the handle that stops it.
    pub fn new() -> (StopHandle, Self) {
        let (sender, receiver) = watch::channel(Level::Run);
        (StopHandle(sender), Self(receiver))
    }

    /// Never stopped from outside.
    pub fn never() -> Self {
        Self::new().1
    }

    /// Whether no further call may be started.
    pub fn is_draining(&self) -> bool {
        *self.0.borrow() >= Level::Drain
    }

    /// Ends when no further call may be started. Never, when the handle is gone.
    pub async fn draining(&mut self) {
        self.reach(Level::Drain).await;
    }

    /// Ends when running calls must end too. Never, when the handle is gone.
    pub async fn aborting(&mut self) {
        self.reach(Level::Abort).await;
    }

    async fn reach(&mut self, level: Level) {
        if self.0.wait_for(|now| *now >= level).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl StopHandle {
    /// Starts no further call; running ones may end.
    pub fn drain(&self) {
        self.0.send_if_modified(|now| raise(now, Level::Drain));
    }

    /// Listens for Ctrl-C, or for the signal by which CI cancels a job: the first lets running calls
    /// end, the second ends them too. Hears them from this call on, before the first request is sent.
    pub fn on_signal(self) -> impl Future<Output = ()> + Send {
        let signals = Signals::listen();
        async move {
            let Ok(mut signals) = signals else { return };
            signals.next().await;
            self.drain();
            signals.next().await;
            self.abort();
        }
    }

    /// Ends running calls as well.
    pub fn abort(&self) {
        self.0.send_if_modified(|now| raise(now, Level::Abort));
    }
}

/// The signals that ask a process to end.
#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 2]);

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?]))
    }

    async fn next(&mut self) {
        let [interrupt, terminate] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

/// The signals that ask a process to end.
#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}

fn raise(now: &mut Level, to: Level) -> bool {
    let higher = to > *now;
    *now = (*now).max(to);
    higher
}
