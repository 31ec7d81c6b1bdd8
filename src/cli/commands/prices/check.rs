//! `prices check`: whether the prices of all slots are known and not stale, and what is coming.

use crate::cli::args::PricesCheck;
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::Result;
use crate::report::prices as report;

/// Runs the command. Exit 1 where prices are stale or a model has ended, 3 where prices are unknown.
pub(super) fn check(session: &Session, args: &PricesCheck) -> Result<Exit> {
    let page = session.project()?.check_prices(args.upcoming)?;
    let data = serde_json::to_value(&page)?;
    session.print(|| data, || report::check(&page, session.look()))?;
    Ok(page.exit())
}
