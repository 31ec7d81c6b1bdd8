//! What is known of the accepted answers of one prompt in one slot: counts and roles.
//!
//! It lies beside the snapshots as `snapshots/PROMPT/@SLOT.profile.json`. Equal samples give equal
//! bytes: every list and map has an order.

use std::collections::{BTreeMap, HashSet};
use std::hash::Hash as StdHash;
use std::sync::Arc;

use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use super::{CaseName, Facet, FieldRole, Hash, PointerPattern, PromptName, Slot, string_enum};

/// How the accepted answers of one prompt vary in one slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Version of this format.
    pub format: u32,
    pub prompt: PromptName,
    pub slot: Slot,
    /// The id that was asked for.
    pub requested: String,
    /// The ids that answered, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub served: Vec<String>,
    /// The fingerprints of the backends that answered, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fingerprints: Vec<String>,
    /// What each place of an answer is for, as learned or set when the answers were accepted.
    #[schemars(with = "BTreeMap<String, FieldRole>")]
    pub roles: BTreeMap<PointerPattern, FieldRole>,
    /// What was accepted, by case.
    pub cases: BTreeMap<CaseName, Arc<CaseProfile>>,
}

impl Profile {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;

    /// One that counts nothing yet.
    pub fn new(prompt: PromptName, slot: Slot) -> Self {
        Self {
            format: Self::FORMAT,
            prompt,
            slot,
            requested: String::new(),
            served: Vec::new(),
            fingerprints: Vec::new(),
            roles: BTreeMap::new(),
            cases: BTreeMap::new(),
        }
    }

    /// Lets the cases share what is alike in them.
    #[must_use]
    pub(crate) fn shared(mut self) -> Self {
        let (mut facets, mut counts) = (HashSet::new(), HashSet::new());
        for case in self.cases.values_mut().map(Arc::make_mut) {
            let alike = |(facet, count)| (known(&mut facets, facet), known(&mut counts, count));
            let all = std::mem::take(&mut case.facets).into_tuple_vec().into_iter().map(alike);
            let all: Box<[_]> = all.collect();
            case.facets = all.into_iter().collect();
        }
        self
    }
}

/// The one that is known already, or else this one.
fn known<T: Clone + Eq + StdHash>(all: &mut HashSet<T>, one: T) -> T {
    all.get(&one).cloned().unwrap_or_else(|| {
        all.insert(one.clone());
        one
    })
}

/// What was accepted of one case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseProfile {
    /// How many answers are counted here.
    pub n: u32,
    /// The runs that they come from, in order: none is counted twice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<String>,
    /// Hash of the request that they answer, first 16 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Hash>,
    /// Hash of the accepted answer, first 16 digits, where it is one of those that are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Hash>,
    /// Tokens of that request as the provider counts them: another count for the same request
    /// proves a change on its side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// How often each category was seen. Most cases of a prompt share most of their counts.
    #[schemars(with = "BTreeMap<String, BTreeMap<String, u32>>")]
    pub facets: LiteMap<Facet, Arc<CategoryCounts>>,
    /// The numbers of the answers that vary, in ascending order.
    #[serde(default, skip_serializing_if = "LiteMap::is_empty")]
    #[schemars(with = "BTreeMap<String, Vec<f64>>")]
    pub numbers: LiteMap<Facet, Vec<f64>>,
    /// The median of numbers around the answers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<Metric, f64>,
}

/// How often each category of a facet was seen.
pub(crate) type CategoryCounts = LiteMap<Arc<str>, u32>;

string_enum! {
    /// A number around an answer.
    pub enum Metric {
        /// Output tokens, reasoning included.
        OutputTokens = "output-tokens",
        /// Of these, reasoning.
        ReasoningTokens = "reasoning-tokens",
        /// From sending to the last byte, in milliseconds.
        LatencyMs = "latency-ms",
        /// Price of the answer, in pico-dollars.
        Cost = "cost",
    }
}
