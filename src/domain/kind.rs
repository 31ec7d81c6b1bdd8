//! The table of kinds: every cause for which there is no valid answer, and every kind of change.
//!
//! `explain`, the reference page, the reports and the JSON Schema are generated from it.

mod family;
mod table;

use std::fmt;
use std::str::FromStr;

pub use family::KindFamily;
pub use table::{KINDS, Kind};

use super::{ChangeClass, Level, string_enum};

/// What a row of the table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Nobody answered: says nothing about the prompt.
    NoEvidence,
    /// The answer cannot be used: why there is no valid value.
    Cause,
    /// A valid answer that differs from the accepted one.
    Change,
    /// Something around the answer differs.
    Telemetry,
}

string_enum! {
    /// Where the repair is usually made.
    pub enum FixClass {
        /// In the code that parses the answer.
        ClientParse = "client-parse",
        /// In the JSON Schema.
        Schema = "schema",
        /// In the wording of the prompt.
        Prompt = "prompt",
        /// In the parameters of the request.
        Params = "params",
        /// By pinning another version, or going back to the last.
        Pin = "pin",
        /// Outside: network, key, quota, provider.
        Infra = "infra",
    }
}

impl FixClass {
    /// Where that is, in words.
    pub fn place(self) -> &'static str {
        match self {
            Self::ClientParse => "in the code that parses the answer",
            Self::Schema => "in the JSON Schema",
            Self::Prompt => "in the wording of the prompt",
            Self::Params => "in the parameters of the request",
            Self::Pin => "by pinning another version",
            Self::Infra => "outside: network, key, quota, provider",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct KindInfo {
    pub kind: Kind,
    /// Its name everywhere: stable, lower case, with dashes.
    pub id: &'static str,
    /// Its number in the taxonomy of drift; several where the taxonomy tells finer, none where it
    /// has no such kind.
    pub number: &'static str,
    /// What people read in its place; nothing where nobody answered.
    pub shown: Option<KindFamily>,
    /// What the row is about.
    pub family: Family,
    /// What about an answer it is, which decides how it weighs by the role of the place.
    pub class: ChangeClass,
    /// How much it weighs unless `[levels]` says otherwise.
    pub level: Level,
    /// One sentence: what it is.
    pub title: &'static str,
    /// What it does to the program that reads the answer.
    pub effect: &'static str,
    /// What to do if it matters.
    pub remedy: &'static str,
    /// An accepted answer and one that has changed like this; empty where there is none.
    pub example: (&'static str, &'static str),
    /// Where the repair is usually made.
    pub fix: FixClass,
}

impl Kind {
    /// Its row in the table.
    #[expect(clippy::indexing_slicing, reason = "the macro makes one row per variant, in order")]
    pub fn info(self) -> &'static KindInfo {
        &KINDS[self as usize]
    }

    /// What people read in its place.
    pub fn shown(self) -> &'static str {
        self.info().shown.map_or(self.id(), KindFamily::id)
    }

    pub fn id(self) -> &'static str {
        self.info().id
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        KINDS.iter().find(|row| row.id == text).map(|row| row.kind).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_id_and_says_what_to_do() {
        for row in KINDS {
            assert_eq!(row.id.parse(), Ok(row.kind));
            assert_eq!(row.kind.info().id, row.id);
            assert!(row.title.ends_with('.') && row.effect.ends_with('.'), "{}", row.id);
            assert!(!row.remedy.is_empty(), "{}", row.id);
        }
        let mut ids: Vec<_> = KINDS.iter().map(|row| row.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), KINDS.len());
    }

    #[test]
    fn every_family_has_kinds_and_what_nobody_answered_has_no_family() {
        for family in KindFamily::ALL {
            assert_eq!(family.id().parse(), Ok(*family));
            assert!(KINDS.iter().any(|row| row.shown == Some(*family)), "{}", family.id());
        }
        for row in KINDS {
            assert_eq!(row.shown.is_none(), row.family == Family::NoEvidence, "{}", row.id);
        }
    }

    #[test]
    fn a_cause_is_breaking_and_no_evidence_is_not() {
        for row in KINDS {
            match row.family {
                Family::Cause => assert_eq!(row.level, Level::Breaking, "{}", row.id),
                Family::NoEvidence => assert_eq!(row.level, Level::Info, "{}", row.id),
                Family::Change | Family::Telemetry => {}
            }
        }
    }
}
