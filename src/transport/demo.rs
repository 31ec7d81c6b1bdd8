//! The door to the scripted provider inside this process.
//!
//! Opens no socket and waits for nothing: the time an answer took is part of the script.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{Sending, Transport};
use crate::domain::{Hash, HttpRequest, HttpResponse, TransportError, TransportFault};

type Brain = dyn Fn(&HttpRequest, u64) -> HttpResponse + Send + Sync;

/// Answers requests by a script.
pub struct Demo {
    brain: Box<Brain>,
    /// How often each request was sent.
    sent: Mutex<BTreeMap<Hash, u64>>,
}

impl Demo {
    /// Takes the script: a pure function of the request and of how often the same one was sent
    /// before.
    pub fn new(brain: impl Fn(&HttpRequest, u64) -> HttpResponse + Send + Sync + 'static) -> Self {
        Self { brain: Box::new(brain), sent: Mutex::default() }
    }

    fn draw(&self, request: &HttpRequest) -> u64 {
        let hash = Hash::of_json(&request.body);
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let count = sent.entry(hash).or_default();
        *count += 1;
        *count - 1
    }
}

impl fmt::Debug for Demo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Demo").finish_non_exhaustive()
    }
}

impl Transport for Demo {
    fn send<'a>(&'a self, request: &'a HttpRequest, timeout: Duration) -> Sending<'a> {
        // Drawn now, not when first polled, so that samples are numbered as they are asked for.
        let draw = self.draw(request);
        Box::pin(async move {
            let response = (self.brain)(request, draw);
            if response.elapsed > timeout {
                let message = format!("no complete answer within {timeout:?}");
                return Err(TransportError::new(TransportFault::Timeout, message));
            }
            Ok(response)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::Door;

    fn request(body: Value) -> HttpRequest {
        HttpRequest { door: Door::Demo, url: String::new(), headers: Vec::new(), body }
    }

    fn demo() -> Demo {
        Demo::new(|request, draw| HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: format!("{}#{draw}", request.body).into_bytes(),
            elapsed: Duration::from_secs(3),
        })
    }

    #[tokio::test]
    async fn samples_of_one_request_are_counted() {
        let demo = demo();
        let limit = Duration::from_secs(9);
        let mut answers = Vec::new();
        for body in [json!(1), json!(1), json!(2)] {
            let request = request(body);
            let response = demo.send(&request, limit).await.unwrap();
            answers.push(String::from_utf8(response.body).unwrap());
        }
        assert_eq!(answers, ["1#0", "1#1", "2#0"]);
    }

    #[tokio::test]
    async fn a_scripted_latency_counts_against_the_time_limit() {
        let request = request(json!(1));
        let error = demo().send(&request, Duration::from_secs(2)).await.unwrap_err();
        assert_eq!(error.fault, TransportFault::Timeout);
    }
}
