//! The verdict: what the gate says of a cell, of alike changes together, and of a run.
//!
//! Weighs what others found; looks into no answer itself.

mod group;
mod judge;
mod stale;
#[cfg(test)]
mod tests;

pub use group::group;
pub use judge::{Evidence, Verdict, bump, exit, fails, judge};
pub use stale::stale;
