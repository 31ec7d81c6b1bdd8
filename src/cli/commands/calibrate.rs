//! `promptmatrix calibrate`: what the gate is worth on this suite. Asks nobody, changes nothing.

use crate::cli::args::Calibrate;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::{Calibration, Exit};
use crate::plan::plan;
use crate::report::calibration;
use crate::run::{Drilled, drill, stock};

/// How many stored runs answers are taken from.
const RUNS: usize = 200;

/// Runs the command.
pub(in crate::cli) fn calibrate(session: &Session, args: &Calibrate) -> Result<Exit, Failure> {
    let (suite, _) = session.suite()?;
    let plan = plan(&suite, &args.cells.selection())?;
    let prepared = Session::prepare_with(&suite, plan.cells, |_| true)?;
    let runs = Session::runs(&suite).newest(RUNS)?;
    let stock = stock(&prepared, &runs);
    let mut rates: Vec<f64> = args.rates.iter().map(|rate| f64::from(*rate) / 100.0).collect();
    rates.sort_by(|one, two| two.total_cmp(one));
    rates.dedup();
    let how = Drilled { rates: &rates, seed: args.seed, drift: &suite.run.drift };
    let (drill, detectable) = drill(&prepared, &stock, &how);
    let found = Calibration {
        format: Calibration::FORMAT,
        seed: args.seed,
        cells: prepared.len(),
        detectable,
        drill: Some(drill),
    };
    if session.global.json {
        output::print_json(&serde_json::to_value(&found)?)?;
    } else {
        output::print(&calibration::render(&found, session.look(), args.all))?;
    }
    Ok(Exit::Pass)
}
