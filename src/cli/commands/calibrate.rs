//! `promptmatrix calibrate`: what the gate is worth on this suite. Changes nothing, and asks only where
//! that is wanted.

use std::fmt::Write;

use crate::cli::args::{Calibrate, CalibratePart};
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::{Exit, RunRecord};
use crate::project::{CalibrateOptions, Result};
use crate::report::{bill, calibration, paint};

/// Runs the command.
pub(in crate::cli) fn calibrate(session: &Session, args: &Calibrate) -> Result<Exit> {
    let project = session.project()?;
    let wants = |part| args.only.is_none_or(|only| only == part);
    let mut rates: Vec<f64> = args.rates.iter().map(|rate| f64::from(*rate) / 100.0).collect();
    rates.sort_by(|one, two| two.total_cmp(one));
    rates.dedup();
    let done = project.calibrate(&CalibrateOptions {
        cells: args.cells.selection(),
        drill: wants(CalibratePart::Drill),
        alarms: wants(CalibratePart::Alarms),
        rates,
        splits: args.splits,
        seed: args.seed,
        rerun: args.rerun,
        limit: session.limit(args.max_cost)?,
    })?;
    if let Some(record) = &done.rerun {
        output::eprint(&asked(record, done.found.is_none()))?;
    }
    if let Some(found) = &done.found {
        let data = serde_json::to_value(found)?;
        session.print(|| data, || calibration::render(found, session.look(), args.all))?;
    }
    Ok(done.exit())
}

fn asked(record: &RunRecord, is_cut_short: bool) -> String {
    let answers = paint::count(record.totals.trials, "answer");
    let cost = bill::spent(record).map(|cost| format!(", {cost}")).unwrap_or_default();
    let mut text = format!("{answers} more{cost}; run {} saved\n", record.id);
    if is_cut_short {
        let _ = writeln!(text, "cut short: promptmatrix report {} says why", record.id);
    }
    text
}
