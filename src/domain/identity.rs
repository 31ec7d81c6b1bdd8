//! Who answers for a slot: what was confirmed when its answers were accepted, and what a run saw.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CellId, Slot, moved, string_enum};

/// The last confirmed identity of every slot: what `promptmatrix.lock` holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identities(pub BTreeMap<Slot, Confirmed>);

/// Who answered for a slot when its answers were last accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// The id that was asked for.
    pub requested: String,
    /// The ids that said they answered; none where the provider does not disclose it.
    pub served: BTreeSet<String>,
    /// Fingerprints of the backends that answered.
    pub fingerprints: BTreeSet<String>,
    /// Version of the API, where it is part of the request.
    pub api_version: Option<String>,
    /// The day on which this identity was first confirmed, in UTC.
    pub since: Date,
}

impl Identities {
    /// Confirms an identity of a slot. The same one, seen again, keeps its day and gets to know
    /// further fingerprints; another one takes its place.
    pub fn confirm(&mut self, slot: Slot, mut seen: Confirmed) {
        if let Some(known) = self.0.get(&slot)
            && known.is_same_version(&seen)
        {
            seen.since = known.since;
            seen.served.extend(known.served.iter().cloned());
            seen.fingerprints.extend(known.fingerprints.iter().cloned());
        }
        self.0.insert(slot, seen);
    }
}

impl Confirmed {
    /// Whether an id is one of those that are confirmed, however it is spelt.
    pub fn knows(&self, id: &str) -> bool {
        self.served.iter().any(|was| !moved(&self.requested, was, id))
    }

    /// Whether the same version answers.
    fn is_same_version(&self, seen: &Self) -> bool {
        self.requested == seen.requested
            && self.api_version == seen.api_version
            && self.served.is_empty() == seen.served.is_empty()
            && seen.served.iter().all(|id| self.knows(id))
    }
}

/// What a run saw of who answers for a slot.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityRecord {
    /// Whether the provider says that the confirmed version answered; absent where nothing is
    /// confirmed for the id that is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<IdentityState>,
    /// What moved behind the id, as far as the evidence says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub news: Option<IdentityNews>,
    /// The ids that were confirmed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed: Vec<String>,
    /// Fingerprints of this run that were never seen before, where all of at least twenty are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_fingerprints: Vec<String>,
    /// Requests that were sent before to the letter, and are counted otherwise now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<TokensMoved>,
    /// Changes that several cells of the slot share, and that nothing on record explains.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shared_changes: usize,
}

impl IdentityRecord {
    /// Whether an id that answered is one of those that were confirmed, however it is spelt.
    pub fn knows(&self, requested: &str, id: &str) -> bool {
        self.confirmed.iter().any(|was| !moved(requested, was, id))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

string_enum! {
    /// Whether the confirmed version answers.
    pub enum IdentityState {
        /// The provider names a version that was confirmed.
        Confirmed = "confirmed",
        /// The same id was asked for, and the provider names another version.
        Repointed = "repointed",
        /// The confirmed version answers under another spelling of its id.
        SpeltOtherwise = "spelt-otherwise",
        /// The provider does not say which version answered.
        Undisclosed = "undisclosed",
    }
}

/// What moved behind an id that did not change.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityNews {
    /// The provider says so itself: another version answers to the same id.
    AliasMoved,
    /// Answers behave otherwise, and nothing that is disclosed says why.
    SilentSwap,
    /// Only what is around the model changed: its fingerprint, or how tokens are counted.
    BackendOnly,
}

/// Tokens of the same request, counted otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokensMoved {
    /// The cells where it shows, in order.
    pub cells: Vec<CellId>,
    /// How many cells were compared.
    pub compared: usize,
    /// Input tokens of the first of them, before.
    pub was: u64,
    pub is: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_identity_keeps_its_day_and_another_one_takes_its_place() {
        let slot = Slot::new("m").unwrap();
        let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let seen = |served: &[&str], fingerprint: &str, since: &str| Confirmed {
            requested: "gpt".into(),
            served: set(served),
            fingerprints: set(&[fingerprint]),
            api_version: None,
            since: since.parse().unwrap(),
        };
        let mut known = Identities::default();
        known.confirm(slot.clone(), seen(&["gpt-1"], "a", "2026-01-01"));
        known.confirm(slot.clone(), seen(&["gpt-1"], "b", "2026-02-01"));
        let same = &known.0[&slot];
        assert_eq!((same.fingerprints.len(), same.since.to_string()), (2, "2026-01-01".into()));
        known.confirm(slot.clone(), seen(&["acme/GPT-1"], "b", "2026-02-02"));
        assert_eq!(known.0[&slot].since.to_string(), "2026-01-01", "only spelt otherwise");
        known.confirm(slot.clone(), seen(&["gpt-2"], "c", "2026-03-01"));
        assert_eq!(known.0[&slot], seen(&["gpt-2"], "c", "2026-03-01"));
    }
}
