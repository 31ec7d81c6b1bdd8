//! The statistics against the figures of the reference, and the whole engine in a simulated world.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a test"
)]

mod laws;
#[expect(dead_code, reason = "the benchmark uses all of it")]
#[path = "../../benches/drift/measure.rs"]
mod measure;
mod reference;
mod slice;
mod vectors;
#[allow(clippy::cast_sign_loss, clippy::too_many_lines, reason = "a simulation")]
#[path = "../../benches/drift/world.rs"]
mod world;
