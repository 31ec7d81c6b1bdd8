//! A world: the versions of the demo models, their aliases, and the scripted answers.
//!
//! Read from TOML, and valid by construction: an alias names a version, a quirk's `to` is of the
//! kind's type, every scripted answer says exactly one thing.

mod keys;
mod raw;

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use super::ask::Answer;
use super::quirk::Quirk;
use crate::domain::Rates;
use keys::Retires;
pub use keys::WORLD_KEYS;

/// Why a text is not a world.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct WorldError {
    /// One sentence, lower case, no final period.
    pub message: String,
    /// Where in the text, in bytes; the whole text where no smaller place is known.
    pub span: Range<usize>,
}

/// Everything that decides what the demo provider answers.
#[derive(Debug, Clone)]
pub struct World {
    seed: u64,
    versions: BTreeMap<String, Version>,
    aliases: BTreeMap<String, String>,
    answers: Vec<Answer>,
}

/// One version of a demo model.
#[derive(Debug, Clone)]
pub(super) struct Version {
    /// The id that its answers name.
    pub(super) id: String,
    /// What a call takes before the first token.
    pub(super) latency: Duration,
    /// When it ends, if it does.
    retires: Option<Retires>,
    /// What comes after it.
    replaced_by: Option<String>,
    /// What it does differently.
    pub(super) quirks: Vec<Quirk>,
    /// What its tokens would cost.
    price: Option<Rates>,
}

/// The made-up price of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldPrice<'w> {
    pub id: &'w str,
    /// The ids that float and mean it.
    pub aliases: Vec<&'w str>,
    /// What its tokens would cost, if they were asked of a real provider.
    pub rates: Rates,
}

impl World {
    /// The text of [`World::builtin`].
    pub const BUILTIN: &str = include_str!("../builtin.toml");

    /// The world that needs no file: `demo-v1`, `demo-v2`, and the floating id `demo`, which has
    /// moved to the second. The second leaves out an optional field where the
    /// user shouts, and shifts a value of a closed list where somebody was charged twice.
    #[expect(clippy::expect_used, reason = "the text is a part of the program, and read by a test")]
    pub fn builtin() -> Self {
        Self::parse(Self::BUILTIN).expect("the built-in world is a world")
    }

    /// Reads a world from TOML.
    pub fn parse(text: &str) -> Result<Self, WorldError> {
        raw::read(text)
    }

    /// All ids that can be asked for: versions and aliases, in order.
    pub fn models(&self) -> Vec<&str> {
        let mut ids: Vec<&str> =
            self.versions.keys().chain(self.aliases.keys()).map(String::as_str).collect();
        ids.sort_unstable();
        ids
    }

    /// The made-up prices of the versions that have one, in order.
    pub fn prices(&self) -> Vec<WorldPrice<'_>> {
        let priced = self.versions.values().filter_map(|version| Some((version, version.price?)));
        priced
            .map(|(version, rates)| {
                let mine = self.aliases.iter().filter(|(_, id)| **id == version.id);
                let aliases = mine.map(|(alias, _)| alias.as_str()).collect();
                WorldPrice { id: &version.id, aliases, rates }
            })
            .collect()
    }

    /// What chance follows from.
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// The version that serves an id.
    pub(super) fn version(&self, id: &str) -> Option<&Version> {
        self.versions.get(self.aliases.get(id).map_or(id, String::as_str))
    }

    /// The scripted answers, in the order of the text.
    pub(super) fn answers(&self) -> &[Answer] {
        &self.answers
    }
}

#[cfg(test)]
mod tests;
