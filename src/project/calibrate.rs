//! What the gate is worth on this suite. Changes nothing, and asks only where that is wanted.

use super::answers::AnswerSource;
use super::asking::{Asking, Purpose, Resume};
use super::budget::Limit;
use super::run::words;
use super::{Error, Project, Result};
use crate::domain::{Calibration, Cell, RunRecord, Selection};
use crate::plan::plan;
use crate::run::{AnswerPool, Drilled, Prepared, SplitConfig, drill, false_alarms, wanted};

/// How many stored runs answers are taken from.
const RUNS: usize = 200;

/// What is tried, and how.
#[derive(Debug, Clone, Default)]
pub struct CalibrateOptions {
    /// Which cells.
    pub cells: Selection,
    /// Whether answers are broken, to see what slips through.
    pub drill: bool,
    /// Whether stored answers are dealt out, to count false alarms.
    pub alarms: bool,
    /// In which shares of answers a breakage shows.
    pub rates: Vec<f64>,
    /// How often the stored answers are dealt out.
    pub splits: u32,
    /// Which cells and answers are hit follows from this number.
    pub seed: u64,
    /// Whether models are asked for the answers that stored runs lack.
    pub rerun: bool,
    /// What that may cost, before the budget of the config.
    pub limit: Option<Limit>,
}

/// What came of it.
#[derive(Debug)]
pub struct Calibrated {
    /// The run that asked for what was lacking.
    pub rerun: Option<RunRecord>,
    /// What the gate is worth; `None` where that run was cut short.
    pub found: Option<Calibration>,
}

impl Project {
    /// Tries the gate on this suite's own answers.
    pub fn calibrate(&self, options: &CalibrateOptions) -> Result<Calibrated> {
        let prepared = self.prepare_unasked(plan(&self.suite, &options.cells)?.cells)?;
        let mut answer_pool = self.answer_pool(&prepared)?;
        let rerun =
            if options.rerun { self.ask_lacking(options, &prepared, &answer_pool)? } else { None };
        if let Some(record) = &rerun {
            if record.interrupted || record.totals.trials == 0 {
                return Ok(Calibrated { rerun, found: None });
            }
            answer_pool = self.answer_pool(&prepared)?;
        }
        let drift = &self.suite.run.drift;
        let how = Drilled { rates: &options.rates, seed: options.seed, drift };
        let dealt = SplitConfig { splits: options.splits, seed: options.seed, drift };
        let found = Calibration {
            format: Calibration::FORMAT,
            seed: options.seed,
            cells: prepared.len(),
            drill: options.drill.then(|| drill(&prepared, &answer_pool, &how)),
            alarms: options.alarms.then(|| false_alarms(prepared, &answer_pool, &dealt)),
        };
        Ok(Calibrated { rerun, found: Some(found) })
    }

    /// The answers of stored runs. A run that cannot be read says nothing.
    fn answer_pool(&self, prepared: &[Prepared]) -> Result<AnswerPool> {
        let mut answer_pool = AnswerPool::default();
        for run in self.runs().backwards()?.take(RUNS) {
            answer_pool.take(prepared, &run);
        }
        Ok(answer_pool)
    }

    /// Asks unchanged models for the answers that stored runs lack. The budget guards it, and it is
    /// recorded as any run is; nothing is put up for a decision.
    fn ask_lacking(
        &self,
        options: &CalibrateOptions,
        prepared: &[Prepared],
        answer_pool: &AnswerPool,
    ) -> Result<Option<RunRecord>> {
        let lacking = prepared.iter().filter_map(|cell| {
            let id = &cell.cell.id;
            let lacks = wanted(cell).checked_sub(answer_pool.of(id).len()).filter(|n| *n > 0)?;
            let samples = u32::try_from(lacks).unwrap_or(u32::MAX);
            let helps = cell.accepted.is_some() && !answer_pool.is_by_other(id);
            helps.then(|| Cell { samples, ..cell.cell.clone() })
        });
        let cells: Vec<Cell> = lacking.collect();
        if cells.is_empty() {
            return Ok(None);
        }
        if self.options.offline {
            let help = "unset PROMPTMATRIX_OFFLINE, or calibrate without --rerun";
            let title = "`--rerun` asks models, and nothing may be sent";
            return Err(Error::usage("calibrate::offline", title, help));
        }
        let asking = Asking {
            asked: self.prepare(&cells)?.into(),
            purpose: Purpose::Calibration,
            source: AnswerSource::Providers,
            limit: self.limit(options.limit.as_ref()),
            selection: words(&options.cells),
            command: None,
            max_wait: None,
            resume: Resume::Alike,
            batch: None,
        };
        self.ask(asking, &self.turn(None)?).map(Some)
    }
}
