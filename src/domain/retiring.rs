//! A model that ends so soon that a run fails for it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Slot;

/// A model of a run that ends within the days of `[gate] retirement-days`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retiring {
    /// Whose model.
    pub slot: Slot,
    /// The id that is asked for.
    pub id: String,
    /// The first day without it, in UTC.
    #[schemars(with = "String")]
    pub shutdown: Date,
    /// Days until then; negative where it is past.
    pub days_left: i32,
    /// The command that rehearses the move; absent where nothing is known to move to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

impl Retiring {
    /// One sentence: `gpt-x (swift) stops answering on 2027-01-14, in 20 days`.
    pub fn sentence(&self) -> String {
        let days = self.days_left.unsigned_abs();
        let plural = if days == 1 { "" } else { "s" };
        let Self { id, slot, shutdown, .. } = self;
        match self.days_left {
            1.. => format!("{id} ({slot}) stops answering on {shutdown}, in {days} day{plural}"),
            0 => format!("{id} ({slot}) stops answering today"),
            _ => format!("{id} ({slot}) stopped answering on {shutdown}, {days} day{plural} ago"),
        }
    }
}
