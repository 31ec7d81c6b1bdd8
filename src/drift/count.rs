//! One answer with everything that a profile keeps of it, and profiles made of such answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::facets::{Facets, facets};
use super::observe::Observation;
use super::roles::Roles;
use crate::domain::kit::median;
use crate::domain::{CaseProfile, Hash, Identity, Metric, Trial};

/// One answer, ready to be counted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Counted {
    /// What is watched of it.
    pub facets: Facets,
    /// Tokens of the request.
    pub input_tokens: Option<u64>,
    /// Numbers around it, as far as they are known.
    pub metrics: Vec<(Metric, f64)>,
    /// Who says that it answered.
    pub identity: Identity,
}

impl Counted {
    /// The answer of a trial; `None` where nobody answered. Prices are not known here.
    pub(crate) fn of(trial: &Trial, schema: Option<&Value>, roles: &Roles) -> Option<Self> {
        let answer = Observation::of(trial)?;
        let usage = trial.usage.unwrap_or_default();
        let latency = (trial.latency_ms > 0).then_some(trial.latency_ms);
        let metrics = [
            (Metric::OutputTokens, usage.output),
            (Metric::ReasoningTokens, usage.reasoning),
            (Metric::LatencyMs, latency),
        ];
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let known = |(metric, number): (Metric, Option<u64>)| Some((metric, number? as f64));
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53 for one answer")]
        let cost = trial.usd_pico.map(|cost| (Metric::Cost, cost.get() as f64));
        Some(Self {
            facets: facets(&answer, schema, roles),
            input_tokens: usage.input,
            metrics: metrics.into_iter().filter_map(known).chain(cost).collect(),
            identity: trial.identity.clone(),
        })
    }
}

/// What is accepted of a case, from the answers that a person accepted, oldest first.
pub(crate) fn accepted(answers: &[Counted], request: Option<Hash>) -> CaseProfile {
    let mut case = CaseProfile { request, ..CaseProfile::default() };
    deepen(&mut case, answers);
    let mut metrics: BTreeMap<Metric, Vec<f64>> = BTreeMap::new();
    for (metric, number) in answers.iter().flat_map(|answer| &answer.metrics) {
        metrics.entry(*metric).or_default().push(*number);
    }
    let middle = |(metric, numbers): (Metric, Vec<f64>)| Some((metric, median(&numbers)?));
    case.metrics = metrics.into_iter().filter_map(middle).collect();
    case
}

/// Counts further answers that a person accepted, oldest first. Numbers around the answers stay as
/// they are.
pub(crate) fn deepen(case: &mut CaseProfile, answers: &[Counted]) {
    for answer in answers {
        for (facet, category) in &answer.facets.categories {
            let counts = case.facets.entry(facet.clone()).or_default();
            *Arc::make_mut(counts).entry(Arc::from(category.as_str())).or_default() += 1;
        }
        for (facet, number) in &answer.facets.numbers {
            let numbers = case.numbers.entry(facet.clone()).or_default();
            numbers.insert(numbers.partition_point(|known| known < number), *number);
        }
        case.n += 1;
        case.input_tokens = answer.input_tokens.or(case.input_tokens);
    }
}
