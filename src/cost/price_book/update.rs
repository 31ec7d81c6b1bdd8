//! What an imported list changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cost::price::{Change, Day, Held, LeftOut, ListFormat, Odd, Why};
use crate::domain::{Exit, Hash};

/// The page of an update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PriceUpdate {
    /// Version of this format.
    pub format: u32,
    /// The day of the update, in UTC.
    #[schemars(with = "String")]
    pub today: Day,
    /// What was read: the name of a file, or an address.
    pub from: String,
    /// Whose format it has.
    pub list: ListFormat,
    /// SHA-256 of what was read, as `--pin` takes it.
    pub sha256: Hash,
    /// How many entries it has.
    pub entries: usize,
    /// How many of them say what another one says, or are only another name.
    pub joined: usize,
    /// Whether only the models of the suite's slots were taken.
    pub only_configured: bool,
    /// What is new, or costs something else.
    pub changes: Vec<Change>,
    /// What was not taken, because it jumps.
    pub held: Vec<Held>,
    /// How many cost what was known.
    pub same: usize,
    /// What could not be read.
    pub left_out: Vec<LeftOut>,
    /// What was taken although it is odd, and names that were not: they mean another entry.
    pub odd: Vec<Odd>,
    /// How many prices were rounded to a pico-dollar per token.
    pub rounded: usize,
    /// The file of prices, relative to the suite.
    pub file: String,
    /// Whether it was written.
    pub wrote: bool,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// What the command tells its caller.
    pub exit_code: u8,
}

impl PriceUpdate {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;

    /// What the command tells its caller: fail where something was held back, or a dry run found
    /// that something would change.
    pub fn exit(&self) -> Exit {
        let would_change = self.dry_run && !self.changes.is_empty();
        if would_change || !self.held.is_empty() { Exit::Fail } else { Exit::Pass }
    }

    /// How many entries were left out, by reason.
    pub fn reasons(&self) -> BTreeMap<Why, Vec<&LeftOut>> {
        let mut reasons: BTreeMap<Why, Vec<&LeftOut>> = BTreeMap::new();
        for left in &self.left_out {
            reasons.entry(left.why).or_default().push(left);
        }
        reasons
    }
}
