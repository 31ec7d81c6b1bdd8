//! `prices diff` and `prices verify`: two tables beside each other.

use crate::cli::args::{PricesDiff, PricesVerify};
use crate::cli::clock::SystemClock;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::prices;
use crate::cli::session::Session;
use crate::cost::price::{Day, Layer, Prices};
use crate::cost::price_book::{PriceDiff, PriceVerify};
use crate::domain::{Clock, Exit, PriceLayer};
use crate::report::prices as report;

use super::source::Source;

/// What names the table of the program.
const BUILT_IN: &str = "built-in";

/// What names all tables of the suite together.
const SUITE: &str = "suite";

/// Compares two tables. Exit 1 where they differ.
pub(super) fn diff(session: &Session, args: &PricesDiff) -> Result<Exit, Failure> {
    let at = args.at.map_or_else(|| Day::of(SystemClock.now()), Day::from);
    let (left, right) = (side(session, &args.left)?, side(session, &args.right)?);
    let page = PriceDiff::new((&args.left, &left), (&args.right, &right), at);
    if session.global.json {
        output::print_json(&serde_json::to_value(&page)?)?;
    } else {
        output::print(&report::diff(&page, session.look()))?;
    }
    Ok(if page.exit_code == 0 { Exit::Pass } else { Exit::Fail })
}

/// The prices that a word names.
fn side(session: &Session, word: &str) -> Result<Prices, Failure> {
    match word {
        BUILT_IN => Ok(Prices::embedded()),
        SUITE => prices::of(&session.suite()?.0),
        path => {
            let models = Source::file(path)?.list(None)?.models;
            Ok(Prices::new(&[Layer { name: PriceLayer::File, models }]))
        }
    }
}

/// Compares the prices that hold with another source. Exit 1 where the two disagree, 4 where they have
/// no model in common.
pub(super) fn verify(session: &Session, args: &PricesVerify) -> Result<Exit, Failure> {
    let suite = session.suite_if_any()?;
    let prices = suite.as_ref().map_or_else(|| Ok(Prices::embedded()), prices::of)?;
    let source = Source::file(&args.against)?;
    let list = source.list(args.format.flatten())?;
    let at = Day::of(SystemClock.now());
    let page = PriceVerify::new(&prices, (&source.name, &list), at);
    if page.agree == 0 && page.disagree.is_empty() {
        let title = format!("{} has no model that the tables here have", source.name);
        let help = "`promptmatrix prices list` shows who is known, and by which name";
        return Err(Failure::nothing("prices::no-match", title, help));
    }
    if session.global.json {
        output::print_json(&serde_json::to_value(&page)?)?;
    } else {
        output::print(&report::verify(&page, session.look()))?;
    }
    Ok(if page.disagree.is_empty() { Exit::Pass } else { Exit::Fail })
}
