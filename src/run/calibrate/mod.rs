//! What the gate is worth on a suite: runs that are answered from what is at hand, with a breakage or
//! without one. Asks nobody.

mod answer_pool;
mod drill;
mod remedy;
mod simulated_run;
mod splits;
mod target;

pub(crate) use answer_pool::AnswerPool;
pub(crate) use drill::{Drilled, drill};
pub(crate) use splits::{SplitConfig, false_alarms, wanted};
