//! What the process tells its caller, from what a use case gave back: the one place that knows.
//! What a run says is in its record, and what a page of prices or bumps says is on it.

use super::{Calibrated, Checked, Comparison, Decided, Deepened, Error, ProbeState, Probed};
use crate::cost::statement::Statement;
use crate::domain::{Exit, RunRecord};
use crate::verdict::{self, Baseline};

impl Error {
    /// What is neither wrong use nor a bug proves nothing of the prompts.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Suite(_) => Exit::Usage,
            Self::NoMatch(_) => Exit::NoMatch,
            Self::Refused(_) | Self::Other(_) => Exit::Inconclusive,
        }
    }
}

impl Checked {
    /// With `strict`, warnings fail too.
    pub fn exit(&self, strict: bool) -> Exit {
        if strict && !self.warnings.is_empty() { Exit::Fail } else { Exit::Pass }
    }
}

impl Decided {
    /// Fails where an answer was meant that cannot be accepted.
    pub fn exit(&self) -> Exit {
        if self.refused.is_empty() { Exit::Pass } else { Exit::Fail }
    }
}

impl Deepened {
    /// Passes where any cell got deeper.
    pub fn exit(&self) -> Exit {
        if self.deeper > 0 { Exit::Pass } else { Exit::NoMatch }
    }
}

impl Comparison {
    /// Fails where anything that weighs is different.
    pub fn exit(&self) -> Exit {
        let weighs = self.cells.iter().any(|one| verdict::fails(one.status, Baseline::Optional));
        if weighs { Exit::Fail } else { Exit::Pass }
    }
}

impl Probed {
    /// Fails where a run would fail already for who answers or what is refused; what is only not
    /// answered proves nothing.
    pub fn exit(&self) -> Exit {
        let has = |states: &[ProbeState]| self.slots.iter().any(|one| states.contains(&one.state));
        if self.interrupted {
            Exit::Interrupted
        } else if has(&[ProbeState::Moved, ProbeState::Refused]) {
            Exit::Fail
        } else if has(&[ProbeState::Unanswered]) {
            Exit::Inconclusive
        } else {
            Exit::Pass
        }
    }
}

impl Calibrated {
    /// What a run says that was cut short.
    pub fn exit(&self) -> Exit {
        let cut_short = self.rerun.as_ref().filter(|_| self.found.is_none());
        cut_short.map_or(Exit::Pass, RunRecord::exit)
    }
}

/// What all rehearsals together say: one that was cut short, else one that is not safe, else one of
/// no model at all, else one that is not known.
pub fn exit_of_rehearsals(records: &[RunRecord]) -> Exit {
    let exits = [Exit::Interrupted, Exit::Fail, Exit::Usage, Exit::Inconclusive];
    let said = |exit: &Exit| records.iter().any(|record| record.exit() == *exit);
    exits.into_iter().find(said).unwrap_or(Exit::Pass)
}

/// Fails over a gate of costs; with `strict`, a cost that is not known proves nothing.
pub fn exit_of_statement(statement: &Statement, strict: bool) -> Exit {
    let unknown = statement.spend.total.unpriced > 0 || !statement.unpriced_models.is_empty();
    match (statement.passes(), strict && unknown) {
        (false, _) => Exit::Fail,
        (true, true) => Exit::Inconclusive,
        (true, false) => Exit::Pass,
    }
}
