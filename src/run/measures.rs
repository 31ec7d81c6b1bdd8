//! Numbers around the answers of a rehearsal, beside those of the version in place.

use std::collections::BTreeMap;

use super::gather::Gathered;
use crate::domain::kit::median;
use crate::domain::{CellId, CellRecord, Measure, Metric, Trial};
use crate::verdict::measure;

/// What changes from the version in place to the one that is rehearsed. The accepted answers say
/// what was; where they do not, those that were asked for beside do.
pub(super) fn measures(
    whole: &[Gathered],
    cells: &[CellRecord],
    beside: &BTreeMap<CellId, Vec<Trial>>,
) -> Vec<Measure> {
    let of = |metric: Metric| {
        let pair = |(Gathered { cell, .. }, record): (&Gathered, &CellRecord)| {
            let accepted = cell.counts().and_then(|counts| counts.metrics.get(&metric));
            let asked = || middle(metric, beside.get(&cell.cell.id)?);
            let before = accepted.copied().or_else(asked)?;
            Some((before, middle(metric, &record.trials)?))
        };
        measure(metric, &whole.iter().zip(cells).filter_map(pair).collect::<Vec<_>>())
    };
    [Metric::Cost, Metric::LatencyMs, Metric::OutputTokens, Metric::ReasoningTokens]
        .into_iter()
        .filter_map(of)
        .collect()
}

fn middle(metric: Metric, trials: &[Trial]) -> Option<f64> {
    let numbers: Vec<f64> = trials.iter().filter_map(|trial| number(metric, trial)).collect();
    median(&numbers)
}

/// A number around a trial, where it is known.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
pub(super) fn number(metric: Metric, trial: &Trial) -> Option<f64> {
    if trial.attempts.last().is_some_and(|attempt| attempt.error.is_some()) {
        return None; // How long an error takes says nothing of answers.
    }
    let usage = trial.usage.unwrap_or_default();
    let number = match metric {
        Metric::OutputTokens => usage.output,
        Metric::ReasoningTokens => usage.reasoning,
        Metric::LatencyMs => (trial.latency_ms > 0).then_some(trial.latency_ms),
        Metric::Cost => return trial.usd_pico.map(|cost| cost.get() as f64),
    };
    number.map(|number| number as f64)
}
