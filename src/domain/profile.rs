//! What is known of the accepted answers of one prompt in one slot: counts and roles.
//!
//! It lies beside the snapshots as `snapshots/PROMPT/@SLOT.profile.json`. Equal samples give equal
//! bytes: every list and map has an order.

use std::collections::BTreeMap;
use std::sync::Arc;

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
    /// How often each category was seen.
    #[schemars(with = "BTreeMap<String, BTreeMap<String, u32>>")]
    pub facets: BTreeMap<Facet, BTreeMap<String, u32>>,
    /// The numbers of the answers that vary, in ascending order.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, Vec<f64>>")]
    pub numbers: BTreeMap<Facet, Vec<f64>>,
    /// The median of numbers around the answers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<Metric, f64>,
}

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
