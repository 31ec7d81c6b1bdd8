//! What the gate is worth on a suite: runs that are answered from what is at hand, with a breakage or
//! without one. Asks nobody.

mod drill;
mod mend;
mod night;
mod splits;
mod stock;
mod subject;

pub use drill::{Drilled, drill};
pub use splits::{Dealt, false_alarms, wanted};
pub use stock::Stock;
