//! What a verdict needs of earlier runs: how often each cell deviated, and how. No answers, no values.

use std::collections::BTreeMap;

use super::{CellId, Deviation, Hash, RunRecord};

/// What earlier runs saw of the cells of a suite since their answers were accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// By cell; cells of which no run is known are left out.
    pub cells: BTreeMap<CellId, CellHistory>,
}

/// What earlier runs saw of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellHistory {
    /// Names what was accepted and what was asked: of anything else nothing is remembered.
    pub baseline: Hash,
    /// One entry for each run, oldest first; at most [`History::RUNS`].
    pub runs: Vec<Seen>,
}

/// What one run saw of one cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    pub run: String,
    /// How many answers it got.
    pub asked: u32,
    /// Of these, how many are valid.
    pub readable: u32,
    /// How many of them deviate, by how.
    pub deviations: BTreeMap<Deviation, u32>,
}

impl History {
    /// How many runs are remembered.
    pub const RUNS: usize = 7;

    /// Earlier runs of a cell that were judged by this baseline, oldest first.
    pub fn of(&self, cell: &CellId, baseline: &Hash) -> &[Seen] {
        let known = self.cells.get(cell).filter(|known| known.baseline == *baseline);
        known.map(|known| known.runs.as_slice()).unwrap_or_default()
    }

    /// Adds what a run saw of its cells. Only what was asked for counts: a replay says the same however
    /// often it is read, and a rehearsal asks another version.
    pub fn remember(&mut self, run: &RunRecord) {
        self.forget(&run.id);
        for record in run.cells.iter().filter(|_| run.upgrade.is_none()) {
            let is_fresh = record.trials.iter().all(|trial| trial.source.is_asked());
            let known = record.baseline.as_ref().zip(record.decision.as_ref());
            let Some((baseline, decision)) = known.filter(|_| is_fresh) else { continue };
            let deviations: BTreeMap<Deviation, u32> = decision
                .findings
                .iter()
                .map(|finding| (finding.deviation.clone(), finding.deviating))
                .collect();
            let broken = deviations.get(&Deviation::broken()).copied().unwrap_or_default();
            let asked = decision.answers;
            let readable = asked.saturating_sub(broken);
            let seen = Seen { run: run.id.clone(), asked, readable, deviations };
            self.add(record.cell.clone(), baseline.clone(), seen);
        }
    }

    /// Takes away what a run saw that goes on: it is no earlier one.
    pub fn forget(&mut self, run: &str) {
        for cell in self.cells.values_mut() {
            cell.runs.retain(|seen| seen.run != run);
        }
    }

    /// Adds what a run saw of a cell. What was remembered of another baseline is forgotten.
    pub fn add(&mut self, cell: CellId, baseline: Hash, seen: Seen) {
        let known = self
            .cells
            .entry(cell)
            .or_insert_with(|| CellHistory { baseline: baseline.clone(), runs: Vec::new() });
        if known.baseline != baseline {
            *known = CellHistory { baseline, runs: Vec::new() };
        }
        known.runs.push(seen);
        let spare = known.runs.len().saturating_sub(Self::RUNS);
        known.runs.drain(..spare);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_runs_are_remembered_and_another_baseline_begins_anew() {
        let cell: CellId = "p/c@m".parse().unwrap();
        let (one, two) = (Hash::of_bytes(b"1"), Hash::of_bytes(b"2"));
        let mut history = History::default();
        for run in 0..9 {
            let seen = Seen { run: format!("r{run}"), asked: 1, readable: 1, ..Seen::default() };
            history.add(cell.clone(), one.clone(), seen);
        }
        let runs: Vec<&str> = history.of(&cell, &one).iter().map(|seen| &*seen.run).collect();
        assert_eq!(runs, ["r2", "r3", "r4", "r5", "r6", "r7", "r8"]);
        assert_eq!(history.of(&cell, &two), []);
        history.add(cell.clone(), two.clone(), Seen::default());
        assert_eq!((history.of(&cell, &one).len(), history.of(&cell, &two).len()), (0, 1));
    }
}
