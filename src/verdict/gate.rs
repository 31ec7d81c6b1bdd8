//! Whether a cell, and a run, passes.

use crate::domain::{CellRecord, Exit, FlakyPolicy, Gate, Kind, Level, Status};

/// What a missing snapshot means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// It fails: in CI, where nobody is there to accept one.
    Required,
    /// It is pending.
    Optional,
}

/// What the gate has to know of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// Its status.
    pub status: Status,
    /// The level of the worst of its changes.
    pub worst: Option<Level>,
    /// Whether statistics leave it open, or put it off: then it fails nothing yet.
    pub is_open: bool,
}

impl From<&CellRecord> for Judged {
    fn from(record: &CellRecord) -> Self {
        let worst = record.changes.iter().map(|change| change.level).max();
        let is_open = record.status == Status::Flaky && record.decision.is_some();
        Self { status: record.status, worst, is_open }
    }
}

/// Whether a cell fails the gate: by the worst of its changes, by its samples that disagree, or by
/// its missing snapshot. What says nothing about the prompt does not fail it.
pub fn fails(judged: Judged, gate: &Gate, baseline: Baseline) -> bool {
    let heavy = judged.worst.is_some_and(|level| level >= gate.fail_on);
    match judged.status {
        Status::Broken | Status::Changed | Status::Drifted => heavy,
        Status::Flaky if judged.is_open => heavy,
        Status::Flaky => gate.flaky == FlakyPolicy::Fail || heavy,
        Status::New => baseline == Baseline::Required || heavy,
        Status::Same | Status::Stale | Status::Error | Status::Skipped => false,
    }
}

/// Whether a cell has no answer because the id of its slot names no model: a fault of the config.
pub fn is_misnamed(record: &CellRecord) -> bool {
    record.status == Status::Error
        && record.trials.iter().any(|trial| trial.cause == Some(Kind::NoSuchModel))
}

/// What the gate says of all cells together. A failure outweighs what is inconclusive.
pub fn outcome<'a>(
    cells: impl IntoIterator<Item = (Judged, &'a Gate)>,
    baseline: Baseline,
) -> Exit {
    let mut exit = Exit::Pass;
    for (judged, gate) in cells {
        if fails(judged, gate, baseline) {
            return Exit::Fail;
        }
        if matches!(judged.status, Status::Error | Status::Skipped) {
            exit = Exit::Inconclusive;
        }
    }
    exit
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cell of this status, with the change that made it so.
    fn judged(status: Status) -> Judged {
        let worst = match status {
            Status::Broken => Some(Level::Breaking),
            Status::Changed => Some(Level::Review),
            Status::Drifted => Some(Level::Info),
            _ => None,
        };
        Judged { status, worst, is_open: false }
    }

    #[test]
    fn the_gate_fails_by_its_own_settings() {
        let gate = |fail_on| Gate { fail_on, ..Gate::default() };
        let fails = |status, gate: Gate| fails(judged(status), &gate, Baseline::Optional);
        for (status, by_info, by_review, by_breaking) in [
            (Status::Same, false, false, false),
            (Status::Drifted, true, false, false),
            (Status::Changed, true, true, false),
            (Status::Broken, true, true, true),
            (Status::New, false, false, false),
            (Status::Error, false, false, false),
        ] {
            assert_eq!(fails(status, gate(Level::Info)), by_info, "{status}");
            assert_eq!(fails(status, gate(Level::Review)), by_review, "{status}");
            assert_eq!(fails(status, gate(Level::Breaking)), by_breaking, "{status}");
        }
        assert!(fails(Status::Flaky, Gate::default()));
        let lenient = Gate { flaky: FlakyPolicy::Pass, ..Gate::default() };
        assert!(!fails(Status::Flaky, lenient));
        // Samples may disagree, but what most of them say still counts.
        let lost = Judged { worst: Some(Level::Breaking), ..judged(Status::Flaky) };
        assert!(super::fails(lost, &lenient, Baseline::Optional));
        // What is not told from noise yet fails nothing.
        let open = Judged { is_open: true, ..judged(Status::Flaky) };
        assert!(!super::fails(open, &Gate::default(), Baseline::Optional));
        assert!(super::fails(judged(Status::New), &Gate::default(), Baseline::Required));
    }

    #[test]
    fn a_failure_outweighs_what_is_inconclusive() {
        let gate = Gate::default();
        let run = |statuses: &[Status]| {
            outcome(statuses.iter().map(|s| (judged(*s), &gate)), Baseline::Optional).code()
        };
        assert_eq!(run(&[Status::Same, Status::New]), 0);
        assert_eq!(run(&[Status::Same, Status::Error]), 3);
        assert_eq!(run(&[Status::Skipped, Status::Same]), 3);
        assert_eq!(run(&[Status::Error, Status::Broken, Status::Same]), 1);
        assert_eq!(run(&[]), 0);
    }
}
