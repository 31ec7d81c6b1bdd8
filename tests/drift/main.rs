//! The statistics against the figures of the reference, and the whole engine in a simulated world.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test"
)]

mod laws;
mod reference;
mod vectors;
