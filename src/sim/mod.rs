//! The simulator of the demo provider: a request in a provider's wire format goes in, a response in
//! the same format comes out.
//!
//! Pure: the answer follows from the world (a TOML text), the request and a number that tells
//! samples of the same request apart. No clock, no socket, no randomness; latency is reported, not
//! waited for. Scripted answers come first, then answers made from the schema; then the quirks of
//! the version that serves the request are applied.

mod ask;
mod batch;
mod faults;
mod generate;
mod model;
mod quirk;
mod reply;
mod schema;
mod wire;
mod words;
mod world;

use std::time::Duration;

pub(crate) use batch::Batches;
pub use faults::FAULTS;
pub(crate) use faults::{Delivery, FaultKind, FaultPlan, FaultRate, Manner, UnknownFault};
pub use quirk::{QUIRKS, QuirkKind, Stage, To};
pub(crate) use world::WorldError;
pub use world::{WORLD_KEYS, World};

use jiff::civil::Date;

use crate::domain::{Hash, HttpRequest, HttpResponse};
use ask::Ask;
use quirk::Active;
use reply::{Draft, Reply};
use wire::{Fault, Wire};
use words::Noise;
use world::Version;

impl World {
    /// Answers one request as the provider whose wire format it is in would.
    ///
    /// `draw` tells equal requests apart. It only moves quirks whose rate lies between 0 and 1;
    /// everything else is the same for every draw. Never fails: what a provider would refuse is answered with that provider's error.
    pub fn answer(&self, request: &HttpRequest, draw: u64) -> HttpResponse {
        let Some(wire) = Wire::of(&request.url) else {
            let path = wire::path_of(&request.url);
            return refuse(
                request,
                404,
                format!("Not Found: the demo provider has nothing at {path}"),
            );
        };
        let request_hash = wire.question(&request.body);
        let id = request_hash.short(24).to_owned();
        let answered = wire.read(request).and_then(|ask| {
            let Some(version) = self.version(&ask.model) else {
                return Err(Fault::no_model(wire, &ask.model));
            };
            let noise =
                Noise::new([self.seed().to_string().as_str(), &version.id, request_hash.as_str()]);
            let active = Active::of(&version.quirks, &ask, &noise, draw);
            match active.status() {
                Some(status) => Err(Fault::of_status(status)),
                None => Ok((self.reply(wire, &ask, version, &active), ask)),
            }
        });
        match answered {
            Ok((reply, ask)) => wire.write(&reply, (request, &ask), &id),
            Err(fault) => wire.refuse(&fault, &id),
        }
    }

    /// The list of models, where the address of the request has one: versions and aliases, in the
    /// words of the provider whose address it is.
    /// Which day it is decides what is said to have ended.
    pub fn list(&self, request: &HttpRequest, today: Date) -> Option<HttpResponse> {
        Wire::list(request, &self.models_on(today), today)
    }

    fn reply(&self, wire: Wire, ask: &Ask, version: &Version, active: &Active<'_>) -> Reply {
        let mut draft = match ask::find(self.answers(), ask) {
            Some(script) => Draft::of_script(script),
            None => generate::draft(ask, self.seed()),
        };
        active.bend_value(&mut draft, ask);
        let mut reply = Reply::deliver(draft, ask);
        active.bend_text(&mut reply, wire);
        active.bend_ending(&mut reply, wire);
        reply.cut_to(ask.max_tokens);
        reply.served = active.served(&version.id);
        reply.elapsed = active.latency(thinking_time(version, &reply, ask));
        reply
    }
}

/// An error in the words of the provider that the request is for, as far as can be told.
pub fn refuse(request: &HttpRequest, status: u16, message: impl Into<String>) -> HttpResponse {
    let id = Hash::of_json(&request.body).short(24).to_owned();
    Wire::likely(request).refuse(&Fault::saying(status, message), &id)
}

/// Whether questions are answered at this address.
pub fn has_answers(url: &str) -> bool {
    Wire::of(url).is_some()
}

/// The model that a request asks for, when it asks for one.
pub fn asked_model(request: &HttpRequest) -> Option<String> {
    Wire::of(&request.url)?.read(request).ok().map(|ask| ask.model)
}

/// What a call of this size takes: the version's own latency, 8 ms for each token of the answer,
/// and up to a quarter more that depends on the question.
fn thinking_time(version: &Version, reply: &Reply, ask: &Ask) -> Duration {
    let base = version.latency + Duration::from_millis(8) * u32::from(reply.output_tokens_capped());
    let wobble = Noise::new([version.id.as_str(), &ask.user]).unit("latency");
    base.mul_f64(1.0 + wobble / 4.0)
}

#[cfg(test)]
mod tests;
