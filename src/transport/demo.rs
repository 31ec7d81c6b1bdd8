//! The channel to the scripted provider inside this process.
//!
//! Opens no socket and waits for nothing: the time an answer took is part of the script.

use std::fmt;
use std::time::Duration;

use super::{Sending, Transport};
use crate::domain::{HttpRequest, HttpResponse, TransportError, TransportFault};

type Simulator = dyn Fn(&HttpRequest, u64) -> HttpResponse + Send + Sync;

/// Answers requests by a script.
pub struct Demo {
    simulator: Box<Simulator>,
}

impl Demo {
    /// Takes the script: a pure function of the request and of the number that tells it apart from
    /// equal ones.
    pub fn new(
        simulator: impl Fn(&HttpRequest, u64) -> HttpResponse + Send + Sync + 'static,
    ) -> Self {
        Self { simulator: Box::new(simulator) }
    }
}

impl fmt::Debug for Demo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Demo").finish_non_exhaustive()
    }
}

impl Transport for Demo {
    fn send<'a>(&'a self, request: &'a HttpRequest, draw: u64, timeout: Duration) -> Sending<'a> {
        Box::pin(async move {
            let response = (self.simulator)(request, draw);
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
    use crate::domain::Channel;

    fn request(body: Value) -> HttpRequest {
        HttpRequest { channel: Channel::Demo, url: String::new(), headers: Vec::new(), body }
    }

    fn demo() -> Demo {
        Demo::new(|request, draw| HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: format!("{}#{draw}", request.body).into_bytes(),
            elapsed: Duration::from_secs(3),
            source: crate::domain::Source::Fresh,
        })
    }

    #[tokio::test]
    async fn an_answer_follows_from_request_and_draw_and_not_from_the_order() {
        let (demo, request) = (demo(), request(json!(1)));
        let mut answers = Vec::new();
        for draw in [7, 0, 7] {
            let response = demo.send(&request, draw, Duration::from_secs(9)).await.unwrap();
            answers.push(String::from_utf8(response.body).unwrap());
        }
        assert_eq!(answers, ["1#7", "1#0", "1#7"]);
    }

    #[tokio::test]
    async fn a_scripted_latency_counts_against_the_time_limit() {
        let request = request(json!(1));
        let error = demo().send(&request, 0, Duration::from_secs(2)).await.unwrap_err();
        assert_eq!(error.fault, TransportFault::Timeout);
    }
}
