//! One answer with everything that a profile keeps of it, and profiles made of such answers.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::facets::{Facets, facets};
use super::observe::Observation;
use super::prior::Prior;
use super::prior::Weights;
use super::relative;
use super::roles::Roles;
use super::stats::{Patterns, fit, mad, median};
use crate::domain::{
    CaseProfile, Facet, FacetFamily, Hash, Identity, Metric, Profile, Sample, Spread, Trial,
};

/// One answer, ready to be counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// What is watched of it.
    pub facets: Facets,
    /// The day on which it was given, in UTC.
    pub night: Date,
    /// Tokens of the request.
    pub input_tokens: Option<u64>,
    /// Numbers around it, as far as they are known.
    pub metrics: Vec<(Metric, f64)>,
    /// Who says that it answered.
    pub identity: Identity,
    /// The answer in short; absent without a text.
    pub sample: Option<Sample>,
}

impl Counted {
    /// The answer of a trial; `None` where nobody answered. A recording counts for the day on which
    /// it was made. Prices are not known here.
    pub fn of(trial: &Trial, schema: Option<&Value>, roles: &Roles) -> Option<Self> {
        let answer = Observation::of(trial)?;
        let facets = facets(&answer, schema, roles);
        let at = trial.source.recorded_at().unwrap_or(trial.at);
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
            sample: trial.text.as_deref().map(|text| sample(text, &facets)),
            night: at.to_zoned_datetime(TimeZone::UTC).date(),
            input_tokens: usage.input,
            metrics: metrics.into_iter().filter_map(known).chain(cost).collect(),
            identity: trial.identity.clone(),
            facets,
        })
    }
}

/// A text in short, with a hash over its values.
fn sample(text: &str, facets: &Facets) -> Sample {
    let values = facets.categories.iter().filter(|(facet, _)| facet.family == FacetFamily::Value);
    let values: Vec<String> = values.map(|(facet, value)| format!("{facet}\n{value}\n")).collect();
    let hash = Hash::of_bytes(values.concat().as_bytes());
    Sample {
        head: text.chars().take(Sample::HEAD).collect(),
        length: u32::try_from(text.chars().count()).unwrap_or(u32::MAX),
        values: Hash::from(hash.short(8).to_owned()),
    }
}

/// What is accepted of a case, from the answers that a person accepted, oldest first.
pub fn accepted(answers: &[Counted], request: Option<Hash>) -> CaseProfile {
    let mut case = CaseProfile { request, ..CaseProfile::default() };
    let numbers = answers.iter().flat_map(|answer| answer.facets.numbers.iter().cloned());
    case.numbers = spreads(numbers);
    deepen(&mut case, answers);
    let metrics = answers.iter().flat_map(|answer| answer.metrics.iter().copied());
    case.metrics = spreads(metrics);
    case
}

/// Counts further answers that a person accepted, oldest first. Medians stay as they are.
pub fn deepen(case: &mut CaseProfile, answers: &[Counted]) {
    let medians: BTreeMap<Facet, f64> =
        case.numbers.iter().map(|(facet, spread)| (facet.clone(), spread.median)).collect();
    for answer in answers {
        for (facet, category) in relative::resolve(&answer.facets, |facet| medians.get(facet)) {
            *case.facets.entry(facet).or_default().entry(category).or_default() += 1;
        }
        case.n += 1;
        case.pinned += 1;
        case.nights.push(answer.night);
        case.input_tokens = answer.input_tokens.or(case.input_tokens);
        case.samples.extend(answer.sample.clone());
    }
    case.nights.sort_unstable();
    case.nights.dedup();
    let spare = case.samples.len().saturating_sub(CaseProfile::SAMPLES);
    case.samples.drain(..spare);
}

fn spreads<K: Ord>(numbers: impl Iterator<Item = (K, f64)>) -> BTreeMap<K, Spread> {
    let mut all: BTreeMap<K, Vec<f64>> = BTreeMap::new();
    for (key, number) in numbers {
        all.entry(key).or_default().push(number);
    }
    let spread = |numbers: &[f64]| Some(Spread { median: median(numbers)?, mad: mad(numbers)? });
    all.into_iter().filter_map(|(key, numbers)| Some((key, spread(&numbers)?))).collect()
}

/// Learns how much each facet varies, and writes it into the profiles. What the profiles have in
/// common counts where a single one knows little; facets that never vary are left out.
pub fn learn(profiles: &mut [Profile]) {
    let mut all: BTreeMap<FacetFamily, Patterns> = BTreeMap::new();
    for case in profiles.iter().flat_map(|profile| profile.cases.values()) {
        for (facet, counts) in &case.facets {
            add(all.entry(facet.family).or_default(), counts.values());
        }
    }
    let usual = usual(&all);
    for profile in profiles {
        let mut facets: BTreeMap<Facet, Patterns> = BTreeMap::new();
        for case in profile.cases.values() {
            for (facet, counts) in &case.facets {
                add(facets.entry(facet.clone()).or_default(), counts.values());
            }
        }
        facets.retain(|_, patterns| patterns.keys().any(|counts| counts.len() > 1));
        let weights = |(facet, patterns): (Facet, Patterns)| {
            let prior = usual.get(&facet.family)?;
            Some((facet, of_group(&patterns, prior)))
        };
        profile.weights = facets.into_iter().filter_map(weights).collect();
    }
}

/// Adds the counts of one cell to patterns.
pub(super) fn add<'a>(patterns: &mut Patterns, counts: impl Iterator<Item = &'a u32>) {
    let mut counts: Vec<u32> = counts.copied().collect();
    counts.sort_unstable_by(|one, two| two.cmp(one));
    *patterns.entry(counts).or_default() += 1;
}

/// How much the families vary over everything that is known.
pub(super) fn usual(all: &BTreeMap<FacetFamily, Patterns>) -> BTreeMap<FacetFamily, Weights> {
    let fit = |(family, patterns): (&FacetFamily, &Patterns)| {
        (*family, fit(patterns, &Prior::of(*family).weights, 20.0, 60))
    };
    all.iter().map(fit).collect()
}

/// How much one facet of one prompt and slot varies.
pub(super) fn of_group(patterns: &Patterns, usual: &Weights) -> Weights {
    fit(patterns, usual, 8.0, 30)
}
