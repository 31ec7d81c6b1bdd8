//! `promptmatrix bumps`: what moved under each slot, and what is coming for it.

use std::path::Path;

use crate::cli::args::Bumps;
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::{Clock, Exit};
use crate::project::{BumpOptions, Error, Result, SystemClock};
use crate::report::{bumps as report, ics};

/// Runs the command. Exit 1 where a model ends within the days of its gate, 3 where a provider's
/// list was wanted and could not be had.
pub(in crate::cli) fn bumps(session: &Session, args: &Bumps) -> Result<Exit> {
    let is_calendar = args.ics.as_deref() == Some(Path::new("-"));
    if is_calendar && session.global.json {
        return Err(Error::usage(
            "report::two-outputs",
            "two outputs want standard output",
            "name a file for the calendar",
        ));
    }
    let book = session.project()?.bumps(&BumpOptions {
        since_days: args.since,
        upcoming_days: args.upcoming,
        live: args.live,
    })?;
    if let Some(file) = &args.ics {
        let text = ics::render(&book.retirements, &book.prices, SystemClock.now());
        if is_calendar { output::print_data(&text)? } else { output::write(file, &text)? }
    }
    if !is_calendar {
        let data = serde_json::to_value(&book)?;
        session.print(|| data, || report::render(&book, session.look()))?;
    }
    Ok(Exit::of(book.exit_code))
}
