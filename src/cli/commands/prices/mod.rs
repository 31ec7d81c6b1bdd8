//! `promptmatrix prices`: what models cost, since when, by whose word, and whether that is in order.

mod check;
mod look;
mod source;
mod update;

use crate::cli::args::{Prices, PricesCommand};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::domain::Exit;

/// Runs the command.
pub(in crate::cli) fn prices(session: &Session, args: &Prices) -> Result<Exit, Failure> {
    match &args.command {
        PricesCommand::List(args) => look::list(session, args),
        PricesCommand::Show(args) => look::show(session, args),
        PricesCommand::Check(args) => check::check(session, args),
        PricesCommand::Update(args) => update::update(session, args),
    }
}
