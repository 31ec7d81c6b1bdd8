//! Tells breakage from noise: what an answer is made of, how much it varied when people accepted
//! it, and whether what came now is news. Pure functions.
//!
//! A trial becomes an [`Observation`]; its facets are counted. How much each facet of a cell varies
//! by itself is known from accepted answers ([`crate::domain::Profile`]). New answers are weighed
//! against that, cell by cell and over all cells of a prompt and slot
//! ([`crate::domain::Decision`]).

mod baseline;
mod count;
pub mod drill;
mod engine;
mod facets;
mod flips;
mod learn;
mod nights;
mod observe;
mod places;
pub mod prior;
pub mod promise;
mod relative;
mod roles;
mod settings;
pub mod stats;
mod swap;
mod telemetry;

use crate::domain::texts;

pub use baseline::Baseline;
pub use count::{Counted, accepted, deepen, learn};
pub use engine::Engine;
pub use facets::{Facets, facets};
pub use flips::{Flip, flips};
pub use nights::settle;
pub use observe::Observation;
pub use relative::category;
pub use roles::Roles;
pub use settings::{Ask, Moved, Settings, Side};
pub use swap::{Ranked, swap};
pub use telemetry::shift;
