//! Text and data for readers: a run becomes bytes. Renders what was decided; decides nothing, reads nothing,
//! prints nothing.
//!
//! Text for terminals carries ANSI styles; the caller strips them where they are not wanted.

pub(crate) mod bill;
pub(crate) mod bumps;
pub(crate) mod calibration;
pub(crate) mod changes;
pub(crate) mod column;
pub(crate) mod compared;
pub(crate) mod cost;
pub(crate) mod diagnostic;
pub(crate) mod escape;
pub(crate) mod evidence;
pub mod explain;
pub(crate) mod forecast;
pub(crate) mod format;
pub(crate) mod github;
pub mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod matrix;
pub(crate) mod paint;
pub(crate) mod prices;
pub(crate) mod terminal;
pub(crate) mod upgrade;
mod words;

#[cfg(test)]
mod tests;

pub use format::FORMATS;
pub(crate) use format::{Format, FormatError};
pub(crate) use paint::Look;
