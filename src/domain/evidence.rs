//! How far a run can be trusted: what its decisions rest on, how often they cry wolf, and what they
//! would have noticed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Detectable, Drifted, Incident, Slot};

/// What statistics say of a run as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Cells that were decided by statistics.
    pub decided: usize,
    /// By how many accepted answers at least; 0 where no cell was.
    pub depth: u32,
    /// Of 1,000 unchanged cells, how many at most are called changed or broken by mistake.
    pub false_alarms: f64,
    /// Cells that changed where one accepted answer is all there is, and no other cell shows the
    /// same: that may be noise.
    pub unsure: usize,
    /// The share of the cells that are called changed or broken that is expected to be a mistake;
    /// absent when none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_share: Option<f64>,
    /// Changes that many cells share, most certain first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<Incident>,
    /// Numbers inside the answers that moved over a prompt and slot, although single ones vary.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<Drifted>,
    /// The smallest share of broken answers that would have been noticed, by slot.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub detectable: BTreeMap<Slot, Detectable>,
    /// Answers that were asked for again to tell a change from noise, of both versions.
    pub further: u32,
}

impl Evidence {
    /// Of 1,000 unchanged cells, how many are called changed or broken by mistake at most: as the
    /// benchmark of drift measures it, for cells of so many accepted answers. Where a single cell
    /// has to show it in two runs, hardly any is.
    pub fn stated(depth: u32, two_runs: bool) -> f64 {
        match depth {
            _ if two_runs && depth >= 3 => 0.05,
            5.. => 1.0,
            3 | 4 => 2.0,
            _ => 7.0,
        }
    }
}
