//! A loopback HTTP server: a thread for each connection, so that an answer may block.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use promptmatrix::domain::{Channel, Header, HttpRequest};
use promptmatrix::sim::World;
use serde_json::Value;

/// Long enough for any machine; a test that waits so long fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A response as it is written.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into().into_bytes() }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    /// The same with other words in its body.
    pub(crate) fn replace(mut self, from: &str, to: &str) -> Self {
        self.body = String::from_utf8(self.body).unwrap().replace(from, to).into_bytes();
        self
    }

    /// What the simulator answers, in the wire format of the request.
    pub(crate) fn of_world(world: &World, received: &Received) -> Self {
        let request = HttpRequest {
            channel: Channel::Http,
            url: received.path.clone(),
            headers: received.headers.iter().map(|(k, v)| Header::plain(k, v)).collect(),
            body: received.body.clone(),
        };
        let response = world.answer(&request, 0);
        Self { status: response.status, headers: response.headers, body: response.body }
    }
}

/// Answers a request, given how many came before it; `None` closes the connection.
type Handler = dyn Fn(&Received, usize) -> Option<Reply> + Send + Sync;

/// A server that lives as long as the process.
pub(crate) struct Server {
    address: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    pub(crate) fn start(
        handler: impl Fn(&Received, usize) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let (log, handler): (_, Arc<Handler>) = (Arc::clone(&received), Arc::new(handler));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, handler) = (Arc::clone(&log), Arc::clone(&handler));
                thread::spawn(move || serve(&stream, &log, &*handler));
            }
        });
        Self { address, received }
    }

    /// A server that answers every request by the simulator.
    pub(crate) fn of_world(world: &str) -> Self {
        let world = World::parse(world).unwrap();
        Self::start(move |received, _| Some(Reply::of_world(&world, received)))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Everything that arrived so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }
}

/// Serves one connection until the other side closes it.
fn serve(stream: &TcpStream, log: &Mutex<Vec<Received>>, handler: &Handler) {
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    while let Some(received) = read(&mut reader) {
        let before = {
            let mut log = log.lock().unwrap();
            log.push(received.clone());
            log.len() - 1
        };
        let Some(reply) = handler(&received, before) else { return };
        let mut head = format!("HTTP/1.1 {} -\r\n", reply.status);
        for (name, value) in reply.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("content-length: {}\r\n\r\n", reply.body.len());
        // A client that went away is what some tests are about.
        if writer.write_all(&[head.as_bytes(), &reply.body].concat()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Received> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(Some(0), |(_, length)| length.parse().ok())?];
    reader.read_exact(&mut body).ok()?;
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    Some(Received { path, headers, body })
}

/// A channel that holds requests until it is opened.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<(usize, bool)>,
    changed: Condvar,
}

impl Gate {
    /// Waits in front of the channel; counted while it waits.
    pub(crate) fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.0 += 1;
        self.changed.notify_all();
        let wait = self.changed.wait_timeout_while(state, PATIENCE, |(_, open)| !*open);
        wait.unwrap().0.0 -= 1;
    }

    pub(crate) fn open(&self) {
        self.state.lock().unwrap().1 = true;
        self.changed.notify_all();
    }

    /// Waits until so many requests stand in front of the channel.
    pub(crate) fn until_held(&self, count: usize) {
        let state = self.state.lock().unwrap();
        let wait = self.changed.wait_timeout_while(state, PATIENCE, |(held, _)| *held < count);
        assert!(!wait.unwrap().1.timed_out(), "{count} requests never arrived together");
    }
}

/// Measures how many requests are answered at once.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    now: Mutex<usize>,
    changed: Condvar,
    most: AtomicUsize,
}

impl Meter {
    /// Waits until there were `company` requests at once, then a moment for one too many.
    pub(crate) fn pass(&self, company: usize) {
        let mut now = self.now.lock().unwrap();
        *now += 1;
        self.most.fetch_max(*now, Ordering::SeqCst);
        self.changed.notify_all();
        let gathering = |_: &mut usize| self.most() < company;
        let (now, _) = self.changed.wait_timeout_while(now, PATIENCE, gathering).unwrap();
        let moment = Duration::from_millis(20);
        let too_few = |now: &mut usize| *now <= company;
        let (mut now, _) = self.changed.wait_timeout_while(now, moment, too_few).unwrap();
        *now -= 1;
    }

    pub(crate) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}
