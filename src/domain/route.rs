//! Routes: columns made of other columns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CaseName, PromptName, Slot, Status, string_enum};

/// One `[routes.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its name: that of a column.
    pub name: Slot,
    pub plan: RoutePlan,
}

/// Which model of a route answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoutePlan {
    /// A model per prompt, written down.
    Static {
        /// For the prompts that are named.
        prompts: BTreeMap<PromptName, Slot>,
        /// For all others; `None` leaves them to no one.
        otherwise: Option<Slot>,
        /// Asked where the answer is not valid.
        fallback: Option<Slot>,
    },
    /// One after the other, until an answer is valid.
    Cascade {
        /// In this order.
        models: Vec<Slot>,
    },
    /// A call that decides, then the model of its choice.
    Router {
        /// What can be chosen, cheapest first.
        models: Vec<Slot>,
        /// Asked where the answer of the chosen model, or the decision itself, is not valid.
        fallback: Option<Slot>,
        /// Who decides.
        classifier: Slot,
        /// The cells of its decisions: a prompt of the route's name.
        decisions: PromptName,
    },
}

string_enum! {
    /// How a route works.
    pub enum RouteKind {
        /// A model per prompt, written down.
        Static = "static",
        /// One after the other, until an answer is valid.
        Cascade = "cascade",
        /// A call that decides.
        Router = "router",
    }
}

impl Route {
    pub fn kind(&self) -> RouteKind {
        match &self.plan {
            RoutePlan::Static { .. } => RouteKind::Static,
            RoutePlan::Cascade { .. } => RouteKind::Cascade,
            RoutePlan::Router { .. } => RouteKind::Router,
        }
    }

    /// Every model that can answer, in the order in which the route names them.
    pub fn models(&self) -> Vec<&Slot> {
        let mut models: Vec<&Slot> = match &self.plan {
            RoutePlan::Static { prompts, otherwise, fallback } => {
                prompts.values().chain(otherwise).chain(fallback).collect()
            }
            RoutePlan::Cascade { models } => models.iter().collect(),
            RoutePlan::Router { models, fallback, .. } => models.iter().chain(fallback).collect(),
        };
        let mut seen = std::collections::BTreeSet::new();
        models.retain(|slot| seen.insert(*slot));
        models
    }

    /// The name of the case by which a router decides about a case of a prompt. A name that would be
    /// too long keeps its beginning and the hash of the whole.
    pub fn decision_case(prompt: &PromptName, case: &CaseName) -> Option<CaseName> {
        let whole = format!("{prompt}.{case}");
        CaseName::new(whole.clone()).ok().or_else(|| {
            let begin: String = whole.chars().take(60).collect();
            let hash = super::Hash::of_bytes(whole.as_bytes());
            CaseName::new(format!("{}-{}", begin.trim_end_matches(['.', '_']), hash.short(12))).ok()
        })
    }
}

/// A route as a column of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteRecord {
    pub kind: RouteKind,
    /// What it would have answered, in order of prompt and case.
    pub cells: Vec<RouteCell>,
}

/// What a route would have answered to a case, by the answers of its models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteCell {
    pub prompt: PromptName,
    /// Which case of it.
    pub case: CaseName,
    /// The status of the cell whose answer it would have given.
    pub status: Status,
    /// Whom it would have called, in order; the last one gave the answer.
    pub path: Vec<Slot>,
    /// How long all of its calls took together, in milliseconds; a router's decision included.
    pub latency_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_has_a_name_however_long_those_of_prompt_and_case_are() {
        let name = |length: usize| "a_".repeat(length / 2);
        let of = |prompt: &str, case: &str| {
            let (prompt, case) = (PromptName::new(prompt).unwrap(), CaseName::new(case).unwrap());
            Route::decision_case(&prompt, &case).unwrap().as_str().to_owned()
        };
        assert_eq!(of("triage", "refund"), "triage.refund");
        let (long, other) = (of(&name(80), &name(78)), of(&name(80), &name(76)));
        assert!(long.len() <= 80 && long != other, "{long} {other}");
    }
}
