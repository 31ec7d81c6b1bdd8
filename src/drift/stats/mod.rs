//! The statistics that are in every textbook, as functions of numbers.

mod classic;

pub(crate) use classic::{at_least, mcnemar, signed_rank};
