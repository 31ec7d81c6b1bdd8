//! Decisions: which answers wait for a person, and which of them a person named.
//!
//! Pure: reads no snapshot and writes none, and never asks a model.

mod offer;
mod pick;

pub use offer::{Offer, offer};
pub use pick::Picks;
pub(crate) use pick::{KindWord, PendingCell, PickError, Picked, groups, pick};
