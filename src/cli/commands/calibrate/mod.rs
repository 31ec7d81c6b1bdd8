//! `promptmatrix calibrate`: what the gate is worth on this suite. Changes nothing, and asks only where
//! that is wanted.

mod rerun;

use crate::cli::args::{Calibrate, CalibratePart};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::{Calibration, Exit, Suite};
use crate::plan::plan;
use crate::report::calibration;
use crate::run::{Dealt, Drilled, Prepared, Stock, drill, false_alarms};

/// How many stored runs answers are taken from.
const RUNS: usize = 200;

/// Runs the command.
pub(in crate::cli) fn calibrate(session: &Session, args: &Calibrate) -> Result<Exit, Failure> {
    let (suite, _) = session.suite()?;
    let plan = plan(&suite, &args.cells.selection())?;
    let prepared = Session::prepare_with(&suite, plan.cells, |_| true)?;
    let mut stock = stored(&suite, &prepared)?;
    if args.rerun {
        if let Some(exit) = rerun::rerun(session, &suite, args, &prepared, &stock)? {
            return Ok(exit);
        }
        stock = stored(&suite, &prepared)?;
    }
    let mut rates: Vec<f64> = args.rates.iter().map(|rate| f64::from(*rate) / 100.0).collect();
    rates.sort_by(|one, two| two.total_cmp(one));
    rates.dedup();
    let drift = &suite.run.drift;
    let how = Drilled { rates: &rates, seed: args.seed, drift };
    let dealt = Dealt { splits: args.splits, seed: args.seed, drift };
    let wants = |part| args.only.is_none_or(|only| only == part);
    let found = Calibration {
        format: Calibration::FORMAT,
        seed: args.seed,
        cells: prepared.len(),
        drill: wants(CalibratePart::Drill).then(|| drill(&prepared, &stock, &how)),
        alarms: wants(CalibratePart::Alarms).then(|| false_alarms(prepared, &stock, &dealt)),
    };
    if session.global.json {
        output::print_json(&serde_json::to_value(&found)?)?;
    } else {
        output::print(&calibration::render(&found, session.look(), args.all))?;
    }
    Ok(Exit::Pass)
}

/// The answers of stored runs. A run that cannot be read says nothing.
fn stored(suite: &Suite, prepared: &[Prepared]) -> Result<Stock, Failure> {
    let runs = Session::runs(suite);
    let mut stock = Stock::default();
    for id in runs.list()?.iter().rev().take(RUNS) {
        if let Ok(run) = runs.load(id) {
            stock.take(prepared, &run);
        }
    }
    Ok(stock)
}
