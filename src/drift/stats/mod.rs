//! The statistics, as functions of counts. Nothing here knows of answers, cells or prompts.

mod classic;
mod em;
mod group;
mod urn;

pub use classic::{at_least, e_bh, fisher, mad, mcnemar, median, share_within, signed_rank};
pub use em::{Patterns, fit};
pub use group::{Shared, common_change};
pub use urn::{Evidence, log_likelihood, weigh};
