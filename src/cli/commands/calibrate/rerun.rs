//! Asks unchanged models again, for the answers that stored runs lack. The budget guards it, and it is
//! recorded as any run is; nothing is put up for a decision.

use crate::cli::args::Calibrate;
use crate::cli::budget::Limit;
use crate::cli::clock::SystemClock;
use crate::cli::commands::run::{Money, ask, header_of};
use crate::cli::failure::Failure;
use crate::cli::ledger;
use crate::cli::output;
use crate::cli::session::Session;
use crate::cli::way::Way;
use crate::domain::{Cell, Clock, Exit, Suite};
use crate::report::{bill, paint};
use crate::run::{Prepared, Stock, wanted};

/// Asks what is missing. Gives an exit code where it was cut short.
pub(super) fn rerun(
    session: &Session,
    suite: &Suite,
    args: &Calibrate,
    prepared: &[Prepared],
    stock: &Stock,
) -> Result<Option<Exit>, Failure> {
    let lacking = prepared.iter().filter_map(|cell| {
        let lacks = wanted(cell).checked_sub(stock.of(&cell.cell.id).len()).filter(|n| *n > 0)?;
        let samples = u32::try_from(lacks).unwrap_or(u32::MAX);
        let helps = cell.accepted.is_some() && !stock.is_by_other(&cell.cell.id);
        helps.then(|| Cell { samples, ..cell.cell.clone() })
    });
    let cells: Vec<Cell> = lacking.collect();
    if cells.is_empty() {
        return Ok(None);
    }
    if Way::of_environment(session) == Way::Offline {
        let help = "unset PROMPTMATRIX_OFFLINE, or calibrate without --rerun";
        let title = "`--rerun` asks models, and nothing may be sent";
        return Err(Failure::usage("calibrate::offline", title, help));
    }
    let prepared = Session::prepare(suite, &cells)?;
    let limit = Limit::of(session, suite, args.max_cost)?;
    let money = Money::of(suite, Way::Fresh, limit.as_ref(), (&prepared, &[]))?;
    let known = Session::remember(suite)?;
    let runs = Session::runs(suite);
    let mut journal = runs.start(SystemClock.now(), &std::process::id().to_string())?;
    let selection = args.cells.cells.iter().map(ToString::to_string).collect();
    let header = header_of(session, suite, &journal, selection, known.witness);
    // Every answer is one that is asked for in any case: a further one would not be a fair draw.
    let mut steady = suite.clone();
    steady.run.drift.adaptive = false;
    let asked = ask((session, Way::Fresh), (&steady, money), prepared.into(), header, &mut journal);
    let record = asked?;
    runs.save(&record)?;
    ledger::ran(suite, &record)?;
    let answers = paint::count(record.totals.trials, "answer");
    let cost = bill::spent(&record).map(|cost| format!(", {cost}")).unwrap_or_default();
    output::say(&format!("{answers} more{cost}; run {} saved\n", record.id))?;
    let is_in_vain = record.interrupted || record.totals.trials == 0;
    if is_in_vain {
        output::say(&format!("cut short: promptmatrix report {} says why\n", record.id))?;
    }
    Ok(is_in_vain.then(|| record.exit()))
}
