//! What is kept, and what is taken instead of asking.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::*;
use crate::domain::{ProviderError, Source};
use crate::run::schedule::tests::cell;

fn cell_of(channel: Channel) -> Prepared {
    let mut cell = cell("a");
    cell.head = Arc::new(HttpRequest { channel, ..HttpRequest::clone(&cell.head) });
    cell
}

fn program() -> Channel {
    Channel::Command { argv: vec!["p".into()] }
}

fn response(status: u16, source: Source) -> HttpResponse {
    let elapsed = Duration::from_secs(1);
    HttpResponse { status, headers: Vec::new(), body: b"{}".to_vec(), elapsed, source }
}

/// The trials that are kept.
fn kept(channel: Channel, status: u16, outcome: &Result<Completion, Failure>) -> Vec<u32> {
    let kept = Arc::<Mutex<Vec<u32>>>::default();
    let log = Arc::clone(&kept);
    let exchanges = Exchanges {
        keep: Some(Box::new(move |_, _, trial, _| log.lock().unwrap().push(trial))),
        replay: Replay::Never,
    };
    let cell = cell_of(channel);
    let request = HttpRequest { body: Value::Null, ..HttpRequest::clone(&cell.head) };
    exchanges.keep((&cell, 2), &request, &response(status, Source::Fresh), outcome);
    exchanges.keep((&cell, 3), &request, &response(status, OLD), outcome);
    drop(exchanges);
    Arc::into_inner(kept).unwrap().into_inner().unwrap()
}

#[test]
fn what_says_something_of_the_request_is_recorded_and_nothing_else() {
    let completion = || Ok(Completion::default());
    for status in [200, 201, 400, 404, 413, 422] {
        assert_eq!(kept(Channel::Http, status, &completion()), [2], "{status}");
        assert_eq!(kept(program(), status, &completion()), [2], "{status}");
        assert!(kept(Channel::Demo, status, &completion()).is_empty(), "{status}");
    }
    for status in [401, 402, 403, 408, 409, 425, 429, 500, 502, 503, 529] {
        assert!(kept(Channel::Http, status, &completion()).is_empty(), "{status}");
    }
    let refused = |class, should_retry| {
        let error = ProviderError {
            class,
            should_retry,
            status: 400,
            code: None,
            message: "no".to_owned(),
            retry_after: None,
            generation: None,
        };
        kept(Channel::Http, 400, &Err(error.into()))
    };
    assert_eq!(refused(ErrorClass::SchemaRejected, None), [2]);
    assert!(refused(ErrorClass::SchemaRejected, Some(true)).is_empty());
    assert!(refused(ErrorClass::RateLimited, None).is_empty());
}

const OLD: Source = Source::Replayed { recorded_at: Timestamp::UNIX_EPOCH };

/// Has a recording of the first trial, and a broken one of the second.
fn recorded() -> Box<Find> {
    Box::new(|_, trial| match trial {
        1 => Ok(Some(response(200, OLD))),
        2 => Err("a.json is torn".to_owned()),
        _ => Ok(None),
    })
}

fn is_found(
    exchanges: &Exchanges,
    channel: Channel,
    trial: (u32, usize),
) -> Result<bool, TransportError> {
    exchanges.find(&cell_of(channel), trial.0, trial.1).map(|found| found.is_some())
}

#[test]
fn offline_asks_nobody_and_says_what_is_missing() {
    let offline = Exchanges { replay: Replay::Only(recorded()), keep: None };
    for channel in [Channel::Http, program()] {
        assert!(is_found(&offline, channel.clone(), (1, 0)).unwrap());
        assert!(is_found(&offline, channel.clone(), (1, 1)).unwrap());
        let torn = is_found(&offline, channel.clone(), (2, 0)).unwrap_err();
        assert_eq!((torn.fault, &*torn.message), (TransportFault::Unrecorded, "a.json is torn"));
        let miss = is_found(&offline, channel.clone(), (3, 0)).unwrap_err();
        assert!(!miss.fault.is_retryable());
        assert!(miss.message.contains("no recording of this request"), "{miss}");
    }
    assert!(!is_found(&offline, Channel::Demo, (1, 0)).unwrap());
}

#[test]
fn a_recording_is_taken_before_asking_but_for_programs_and_further_attempts() {
    let before = Exchanges { replay: Replay::First(recorded()), keep: None };
    assert!(is_found(&before, Channel::Http, (1, 0)).unwrap());
    for (channel, trial) in [
        (Channel::Http, (2, 0)),
        (Channel::Http, (3, 0)),
        (Channel::Http, (1, 1)),
        (program(), (1, 0)),
        (Channel::Demo, (1, 0)),
    ] {
        assert!(!is_found(&before, channel, trial).unwrap());
    }
}
