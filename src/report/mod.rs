//! Text and data for readers: a run becomes bytes. Renders what was decided; decides nothing, reads nothing,
//! prints nothing.
//!
//! Text for terminals carries ANSI styles; the caller strips them where they are not wanted.

pub mod bill;
pub mod bumps;
pub mod calibration;
pub mod changes;
pub mod column;
pub mod compared;
pub mod cost;
pub mod diagnostic;
pub mod escape;
pub mod evidence;
pub mod explain;
pub mod forecast;
pub mod format;
pub mod github;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod matrix;
pub mod paint;
pub mod prices;
pub mod terminal;
pub mod upgrade;
mod words;

#[cfg(test)]
mod tests;

pub use format::{FORMATS, Format, FormatError};
pub use paint::Look;
