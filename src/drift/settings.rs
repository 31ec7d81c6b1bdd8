//! What a decision takes for granted: thresholds, priors, and how much may be asked.

use std::collections::BTreeMap;

use crate::domain::{CellId, Slot};

/// Thresholds of a decision. The defaults are the ones that the benchmark measures.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Posterior from which a deviation of one cell is a fact.
    pub confirm: f64,
    /// Posterior up to which a cell is cleared.
    pub clear: f64,
    /// Posterior from which a change that cells share is an incident.
    pub incident: f64,
    /// Deviating answers of one cell without which nothing is confirmed in that cell alone.
    pub least_deviating: u32,
    /// Answers over which one cell alone has to show a change before that is a fact, where so many
    /// may be asked for.
    pub least_answers: u32,
    /// Share of broken answers from which one cell alone no longer keeps its contract.
    pub broken: f64,
    /// E-value from which broken answers count as new, and not as the cell's old flakiness.
    pub new_from: f64,
    /// Most answers of one cell on each side.
    pub most_answers: u32,
    /// Most extra answers, as a share of the number of cells; `0` asks for none.
    pub budget: f64,
    /// Whether the accepted side can still be asked (an upgrade, while the old version is served).
    pub two_sided: bool,
    /// Slots whose version is known or suspected to have moved: a change is likelier there.
    pub moved: BTreeMap<Slot, Moved>,
    /// Whether a change has to show in two runs before it counts, unless it is beyond doubt.
    /// For runs of the same version; not for a declared bump.
    pub two_runs: bool,
    /// Keeps the expected share of false alarms among the confirmed cells at this level whatever
    /// the dependence between cells (e-BH); `None` leaves it to the posterior.
    pub strict_fdr: Option<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            confirm: 0.95,
            clear: 0.01,
            incident: 0.99,
            least_deviating: 3,
            least_answers: 6,
            broken: 0.75,
            new_from: 20.0,
            most_answers: 8,
            budget: 0.6,
            two_sided: false,
            moved: BTreeMap::new(),
            two_runs: false,
            strict_fdr: None,
        }
    }
}

/// Why a slot is likelier to have changed than on any other day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moved {
    /// The provider shows another identity, or counts the tokens of the same request otherwise.
    Suspected,
    /// A person declares another version.
    Declared,
}

/// On which side of the comparison an answer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The version that was accepted.
    Accepted,
    /// What is judged.
    Candidate,
}

/// One more answer that would help to decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask {
    /// Of which cell.
    pub cell: CellId,
    /// Of which version.
    pub side: Side,
}
