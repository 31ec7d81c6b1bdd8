//! `promptmatrix prices`: what models cost, since when, by whose word, and whether that is in order.

mod check;
mod compare;
mod look;
mod update;

use crate::cli::args::{Prices, PricesCommand};
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::Result;

/// Runs the command.
pub(in crate::cli) fn prices(session: &Session, args: &Prices) -> Result<Exit> {
    match &args.command {
        PricesCommand::List(args) => look::list(session, args),
        PricesCommand::Show(args) => look::show(session, args),
        PricesCommand::Check(args) => check::check(session, args),
        PricesCommand::Diff(args) => compare::diff(session, args),
        PricesCommand::Verify(args) => compare::verify(session, args),
        PricesCommand::Update(args) => update::update(session, args),
    }
}
