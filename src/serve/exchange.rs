//! One request and its answer: what it asks, what the simulator says, whether a fault is in the way.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::{Method, Request, Response};
use jiff::tz::Offset;
use serde_json::Value;

use super::send::{ByHand, whole};
use super::stats::{Counted, Stats};
use super::{Pace, Setup};
use crate::domain::{Channel, Hash, Header, HeaderValue, HttpRequest, HttpResponse};
use crate::sim::{self, Batches, Delivery, FaultKind, Manner};

/// Most bytes of one request.
const MOST_BYTES: usize = 16 << 20;

/// How long a client may take for the body of a request.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Names a fault for one request.
const FAULT_HEADER: &str = "x-sim-fault";

/// Where requests are answered.
pub(super) struct Desk {
    setup: Setup,
    stats: Mutex<Stats>,
    batches: Mutex<Batches>,
}

/// What an answer is about, for the counts.
struct Answer {
    delivery: Delivery,
    fault: Option<FaultKind>,
    model: Option<String>,
}

impl Answer {
    fn plain(response: HttpResponse) -> Self {
        let delivery = Delivery { response, manner: Manner::Whole };
        Self { delivery, fault: None, model: None }
    }
}

impl Desk {
    pub(super) fn new(setup: Setup) -> Self {
        Self { setup, stats: Mutex::default(), batches: Mutex::default() }
    }

    /// Answers one request, when its answer is due; or says what is to be written by hand.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, ByHand> {
        let (head, body) = request.into_parts();
        let path = head.uri.path().to_owned();
        if let Some(response) = self.own(&head.method, &path) {
            return Ok(whole(response));
        }
        let mut request = HttpRequest {
            channel: Channel::Http,
            url: path.clone(),
            headers: readable(&head.headers),
            body: Value::Null,
        };
        let answer = match head.method {
            Method::POST => match read(body).await {
                Ok(body) => {
                    request.body = body;
                    self.ask(&request)
                }
                Err((status, why)) => Answer::plain(sim::refuse(&request, status, why)),
            },
            method => Answer::plain(self.read_only(&request, &method)),
        };
        let Answer { delivery, fault, model } = answer;
        let status = (delivery.manner != Manner::Reset).then_some(delivery.response.status);
        let counted = Counted { path: &path, model: model.as_deref(), fault, status };
        self.stats().count(&counted);
        send(delivery, self.setup.pace).await
    }

    /// The addresses that are the simulator's own, and are not counted.
    fn own(&self, method: &Method, path: &str) -> Option<HttpResponse> {
        let mut stats = self.stats();
        match (method, path) {
            (&Method::POST, "/stats/reset") => *stats = Stats::default(),
            (&Method::GET, "/stats") => {}
            _ => return None,
        }
        Some(HttpResponse {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: format!("{:#}\n", stats.to_json()).into_bytes(),
            elapsed: Duration::ZERO,
            source: crate::domain::Source::Fresh,
        })
    }

    fn read_only(&self, request: &HttpRequest, method: &Method) -> HttpResponse {
        let today = Offset::UTC.to_datetime(self.setup.clock.now()).date();
        if let Some(list) = self.setup.world.list(request, today).filter(|_| method == Method::GET)
        {
            return list;
        }
        let path = &request.url;
        if let Some(response) = self.batch(request).filter(|_| method == Method::GET) {
            return response;
        }
        if sim::has_answers(path) {
            return sim::refuse(request, 405, format!("{method} is not allowed at {path}"));
        }
        sim::refuse(request, 404, format!("Not Found: the demo provider has nothing at {path}"))
    }

    /// Asks the simulator, and whether a fault is in the way.
    fn ask(&self, request: &HttpRequest) -> Answer {
        if let Some(response) = self.batch(request) {
            return Answer::plain(response);
        }
        let question =
            Hash::of_bytes(format!("{}\n{}", request.url, Hash::of_json(&request.body)).as_bytes());
        let draw = self.stats().draw(question.clone());
        let response = self.setup.world.answer(request, draw);
        if !sim::has_answers(&request.url) {
            return Answer::plain(response);
        }
        let model = sim::asked_model(request);
        let fault = match wished(request) {
            Ok(Some(fault)) => Some(fault),
            Ok(None) => self.setup.faults.pick(&question, draw),
            Err(why) => return Answer { model, ..Answer::plain(sim::refuse(request, 400, why)) },
        };
        let delivery = match fault {
            Some(fault) => fault.spoil(request, response, self.setup.clock.now()),
            None => Delivery { response, manner: Manner::Whole },
        };
        Answer { delivery, fault, model }
    }

    fn batch(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        batches.answer(&self.setup.world, request)
    }

    fn stats(&self) -> MutexGuard<'_, Stats> {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The fault that the request itself asks for.
fn wished(request: &HttpRequest) -> Result<Option<FaultKind>, String> {
    let header = request.headers.iter().find(|header| header.name == FAULT_HEADER);
    match header.map(|header| &header.value) {
        Some(HeaderValue::Plain(word)) => {
            word.parse().map(Some).map_err(|error: sim::UnknownFault| error.to_string())
        }
        _ => Ok(None),
    }
}

/// Waits until the answer is due, and sends it if it is one that HTTP knows.
async fn send(delivery: Delivery, pace: Pace) -> Result<Response<Full<Bytes>>, ByHand> {
    let Delivery { response, manner } = delivery;
    let late = if let Manner::Late(late) = manner { pace.wait(late) } else { Duration::ZERO };
    tokio::time::sleep(pace.latency(response.elapsed).saturating_add(late)).await;
    match manner {
        Manner::Whole | Manner::Late(_) => Ok(whole(response)),
        Manner::Dripping(time) => Err(ByHand::Dripping(response, pace.wait(time))),
        Manner::Cut => Err(ByHand::Cut(response)),
        Manner::Understated => Err(ByHand::Understated(response)),
        Manner::Reset => Err(ByHand::Reset),
    }
}

/// The body as JSON; or the status that refuses it, and why.
async fn read(body: Incoming) -> Result<Value, (u16, String)> {
    let too_long = || (413, format!("the request has more than {MOST_BYTES} bytes"));
    if body.size_hint().lower() > MOST_BYTES as u64 {
        return Err(too_long());
    }
    let body = Limited::new(body, MOST_BYTES).collect();
    let Ok(body) = tokio::time::timeout(BODY_TIME, body).await else {
        return Err((408, format!("the body did not arrive within {BODY_TIME:?}")));
    };
    let bytes = body.map_err(|error| {
        if error.is::<LengthLimitError>() {
            too_long()
        } else {
            (400, "the body did not arrive".to_owned())
        }
    })?;
    let bytes = bytes.to_bytes();
    if bytes.starts_with(b"--") {
        // A form.
        return Ok(Value::String(String::from_utf8_lossy(&bytes).into_owned()));
    }
    serde_json::from_slice(&bytes).map_err(|error| (400, format!("the body is not JSON: {error}")))
}

/// The headers that are text. A key among them is looked at by nobody, and kept nowhere.
fn readable(headers: &hyper::HeaderMap) -> Vec<Header> {
    let text = headers.iter().filter_map(|(name, value)| Some((name, value.to_str().ok()?)));
    text.map(|(name, value)| Header::plain(name.as_str(), value)).collect()
}
