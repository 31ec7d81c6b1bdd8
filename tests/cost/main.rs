//! What the matrix costs, against figures that were worked out elsewhere.

#![expect(clippy::unwrap_used, reason = "a test")]
#![expect(clippy::indexing_slicing, reason = "a member that is missing reads as null")]

mod decisions;
mod formulas;
mod prices;
mod vectors;
mod world;
