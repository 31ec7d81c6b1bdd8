//! What earlier runs saw around the answers: who answered, tokens, time, cost. No answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CellId, Hash, Metric, Slot};

/// What earlier runs saw around the answers of a suite.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Telemetry {
    pub slots: BTreeMap<Slot, SlotTelemetry>,
    /// Of each cell under the request that was asked last.
    pub cells: BTreeMap<CellId, CellTelemetry>,
}

/// What they saw of a slot.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotTelemetry {
    /// Fingerprints of its answers, those that were seen last at the end.
    pub fingerprints: Vec<String>,
    /// By how much the latency had moved in the last run, where that was told or put off.
    pub latency: Option<f64>,
}

/// What they saw of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct CellTelemetry {
    /// Hash of the request, first 16 digits.
    pub request: Hash,
    /// Input tokens the last time.
    pub input_tokens: Option<u64>,
    /// The last numbers around its answers, the latest at the end.
    pub metrics: BTreeMap<Metric, Vec<f64>>,
}
