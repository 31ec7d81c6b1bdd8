//! `prices update`: an imported list makes the suite's own file of prices current.

use crate::cli::args::PricesUpdate;
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::{PriceUpdateOptions, Result};
use crate::report::prices as report;

/// Runs the command. Exit 1 where something is held back, or a dry run would change something; 3 where
/// the list could not be had, or is not what was pinned.
pub(super) fn update(session: &Session, args: &PricesUpdate) -> Result<Exit> {
    let page = session.project()?.update_prices(&PriceUpdateOptions {
        from: args.from.clone(),
        format: args.format.flatten(),
        only_configured: args.only_configured,
        dry: args.dry,
        pin: args.pin.clone(),
        accept_large_changes: args.accept_large_changes,
        effective: args.effective,
    })?;
    let data = serde_json::to_value(&page)?;
    session.print(|| data, || report::update(&page, session.look()))?;
    Ok(page.exit())
}
