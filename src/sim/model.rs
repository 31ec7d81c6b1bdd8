//! What a list of models says of one of them.

use jiff::civil::Date;

/// One id of a world that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldModel {
    pub id: String,
    /// The version that it means, where it floats.
    pub alias_of: Option<String>,
    /// The day from which it no longer answers, by its list of models. The world itself has no clock.
    pub shutdown: Option<Date>,
    /// What comes after it.
    pub replaced_by: Option<String>,
}
