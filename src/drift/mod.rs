//! Tells breakage from noise: what an answer is made of, how much it varied when people accepted
//! it, and whether what came now is news. Pure functions.
//!
//! A trial becomes an [`Observation`]; its facets are counted. How much each facet of a cell varies
//! by itself is known from accepted answers ([`crate::domain::Profile`]). New answers are weighed
//! against that by the [`Engine`], cell by cell and over all cells of a prompt and slot
//! ([`crate::domain::CellDecision`]).

mod count;
pub(crate) mod drill;
mod engine;
mod facets;
mod flips;
mod learn;
mod observe;
mod places;
pub mod promise;
mod roles;
pub(crate) mod stats;
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

pub(crate) use count::{Counted, accepted, deepen};
pub(crate) use engine::{Engine, MOST_OF_CELL, Rules, most_further};
pub(crate) use flips::{Flip, flips};
pub(crate) use observe::Observation;
pub(crate) use roles::Roles;
pub(crate) use telemetry::shift;
