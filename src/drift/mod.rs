//! Tells breakage from noise: what an answer is made of, how much it varied when people accepted
//! it, and whether what came now is news. Pure functions.
//!
//! A trial becomes an [`Observation`]; its facets are counted. How much each facet of a cell varies
//! by itself is known from accepted answers ([`crate::domain::Profile`]). New answers are weighed
//! against that by the [`Engine`], cell by cell and over all cells of a prompt and slot
//! ([`crate::domain::CellDecision`]).

mod count;
pub mod drill;
mod engine;
mod facets;
mod flips;
mod learn;
mod observe;
mod places;
pub mod promise;
mod roles;
pub mod stats;
mod telemetry;

use crate::domain::texts;

/// On which side of the comparison an answer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The version that was accepted.
    Accepted,
    /// What is judged.
    Candidate,
}

pub use count::{Counted, accepted, deepen};
pub use engine::{Engine, MOST_OF_CELL, Rules, most_further};
pub use facets::{Facets, facets};
pub use flips::{Flip, flips};
pub use observe::Observation;
pub use roles::Roles;
pub use telemetry::shift;
