//! What is handed over, and who is asked.

use std::sync::Mutex;

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::domain::Source;

const SOON: Duration = Duration::from_secs(1);

fn request(door: Door) -> HttpRequest {
    HttpRequest { door, url: "http://h/".into(), headers: Vec::new(), body: json!({"q": 1}) }
}

fn program() -> Door {
    Door::Command { argv: vec!["p".into()] }
}

fn response(status: u16, source: Source) -> HttpResponse {
    HttpResponse { status, headers: Vec::new(), body: b"{}".to_vec(), elapsed: SOON, source }
}

/// Answers every request alike.
struct Says(Result<u16, TransportFault>);

impl Transport for Says {
    fn send<'a>(&'a self, _: &'a HttpRequest, _: u64, _: Duration) -> Sending<'a> {
        let said = self.0.map(|status| response(status, Source::Fresh));
        Box::pin(async move { said.map_err(|fault| TransportError::new(fault, "no")) })
    }
}

async fn kept(door: Door, said: Result<u16, TransportFault>) -> Vec<u32> {
    let kept = Arc::<Mutex<Vec<u32>>>::default();
    let log = Arc::clone(&kept);
    let recording = Recording::new(Arc::new(Says(said)), move |_, trial, _| {
        log.lock().unwrap().push(trial);
    });
    let _ = recording.send(&request(door), (3 << 32) | 1, SOON).await;
    drop(recording);
    Arc::into_inner(kept).unwrap().into_inner().unwrap()
}

#[tokio::test]
async fn what_says_something_of_the_request_is_recorded_and_nothing_else() {
    for status in [200, 201, 400, 404, 413, 422] {
        assert_eq!(kept(Door::Http, Ok(status)).await, [2], "{status}");
        assert_eq!(kept(program(), Ok(status)).await, [2], "{status}");
        assert!(kept(Door::Demo, Ok(status)).await.is_empty(), "{status}");
    }
    for status in [401, 402, 403, 408, 409, 425, 429, 500, 502, 503, 529] {
        assert!(kept(Door::Http, Ok(status)).await.is_empty(), "{status}");
    }
    assert!(kept(Door::Http, Err(TransportFault::Interrupted)).await.is_empty());
}

const OLD: Source = Source::Replayed { recorded_at: Timestamp::UNIX_EPOCH };

/// Has a recording of the first trial, and a broken one of the second.
fn lookup(_: &HttpRequest, trial: u32) -> Result<Option<HttpResponse>, String> {
    match trial {
        1 => Ok(Some(response(200, OLD))),
        2 => Err("a.json is torn".to_owned()),
        _ => Ok(None),
    }
}

async fn source(replaying: &Replaying, door: Door, draw: u64) -> Result<Source, TransportError> {
    replaying.send(&request(door), draw, SOON).await.map(|response| response.source)
}

#[tokio::test]
async fn offline_asks_nobody_and_says_what_is_missing() {
    let offline = Replaying::only(Arc::new(Says(Ok(200))), lookup);
    for door in [Door::Http, program()] {
        assert_eq!(source(&offline, door.clone(), 0).await.unwrap(), OLD);
        assert_eq!(source(&offline, door.clone(), 1 << 32).await.unwrap(), OLD);
        let torn = source(&offline, door.clone(), 1).await.unwrap_err();
        assert_eq!((torn.fault, &*torn.message), (TransportFault::Unrecorded, "a.json is torn"));
        let miss = source(&offline, door.clone(), 2).await.unwrap_err();
        assert!(!miss.fault.is_retryable());
        assert!(miss.message.contains("no recording of this request"), "{miss}");
    }
    assert_eq!(source(&offline, Door::Demo, 0).await.unwrap(), Source::Fresh);
}

#[tokio::test]
async fn a_recording_is_taken_before_asking_but_for_programs_and_further_attempts() {
    let before = Replaying::before(Arc::new(Says(Ok(200))), lookup);
    assert_eq!(source(&before, Door::Http, 0).await.unwrap(), OLD);
    for (door, draw) in
        [(Door::Http, 1), (Door::Http, 2), (Door::Http, 1 << 32), (program(), 0), (Door::Demo, 0)]
    {
        assert_eq!(source(&before, door, draw).await.unwrap(), Source::Fresh);
    }
}
