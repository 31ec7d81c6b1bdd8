//! `promptmatrix prices`: what models cost, since when, by whose word, and whether that is in order.

mod look;

use crate::cli::args::{Prices, PricesCheck, PricesCommand, PricesUpdate};
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::{PriceUpdateOptions, Result};
use crate::report::prices as report;

/// Runs the command.
pub(in crate::cli) fn prices(session: &Session, args: &Prices) -> Result<Exit> {
    match &args.command {
        PricesCommand::List(args) => look::list(session, args),
        PricesCommand::Show(args) => look::show(session, args),
        PricesCommand::Check(args) => check(session, args),
        PricesCommand::Update(args) => update(session, args),
    }
}

/// `prices check`. Exit 1 where prices are stale or a model has ended, 3 where prices are unknown.
fn check(session: &Session, args: &PricesCheck) -> Result<Exit> {
    let page = session.project()?.check_prices(args.upcoming)?;
    let data = serde_json::to_value(&page)?;
    session.print(|| data, || report::check(&page, session.look()))?;
    Ok(page.exit())
}

/// `prices update`. Exit 1 where something is held back, or a dry run would change something; 3 where
/// the list could not be had, or is not what was pinned.
fn update(session: &Session, args: &PricesUpdate) -> Result<Exit> {
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
