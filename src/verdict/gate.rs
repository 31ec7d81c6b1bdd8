//! Whether a cell, and a run, passes.

use crate::domain::{CellRecord, Exit, Kind, Status};

/// What a missing snapshot means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Baseline {
    /// It fails: in CI, where nobody is there to accept one.
    Required,
    /// It is pending.
    Optional,
}

/// Whether a cell of this status fails the gate. What says nothing about the prompt does not fail it.
pub(crate) fn fails(status: Status, baseline: Baseline) -> bool {
    match status {
        Status::Broken | Status::Changed => true,
        Status::New => baseline == Baseline::Required,
        Status::Same | Status::Varies | Status::Suspect | Status::Error | Status::Skipped => false,
    }
}

/// Whether a cell has no answer because the id of its slot names no model: a fault of the config.
pub(crate) fn is_misnamed(record: &CellRecord) -> bool {
    record.status == Status::Error
        && record.trials.iter().any(|trial| trial.cause == Some(Kind::NoSuchModel))
}

/// What the gate says of all cells together. A failure outweighs what is inconclusive.
pub(crate) fn outcome(cells: impl IntoIterator<Item = Status>, baseline: Baseline) -> Exit {
    let mut exit = Exit::Pass;
    for status in cells {
        if fails(status, baseline) {
            return Exit::Fail;
        }
        if matches!(status, Status::Error | Status::Skipped) {
            exit = Exit::Inconclusive;
        }
    }
    exit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_outweighs_what_is_inconclusive() {
        let run =
            |statuses: &[Status]| outcome(statuses.iter().copied(), Baseline::Optional).code();
        assert_eq!(run(&[Status::Same, Status::New, Status::Varies, Status::Suspect]), 0);
        assert_eq!(run(&[Status::Same, Status::Error]), 3);
        assert_eq!(run(&[Status::Skipped, Status::Same]), 3);
        assert_eq!(run(&[Status::Error, Status::Broken, Status::Same]), 1);
        assert_eq!(run(&[Status::Changed]), 1);
        assert_eq!(run(&[]), 0);
        assert_eq!(outcome([Status::New], Baseline::Required).code(), 1);
    }
}
