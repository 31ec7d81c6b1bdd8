//! `prices diff` and `prices verify`: two tables beside each other.

use crate::cli::args::{PricesDiff, PricesVerify};
use crate::cli::session::Session;
use crate::cost::price::{Day, Layer, Prices};
use crate::cost::price_book::{PriceDiff, PriceVerify};
use crate::domain::{Clock, Exit, PriceLayer};
use crate::project::{Error, PriceSource, Project, Result, SystemClock};
use crate::report::prices as report;

/// What names the table of the program.
const BUILT_IN: &str = "built-in";

/// What names all tables of the suite together.
const SUITE: &str = "suite";

/// Compares two tables. Exit 1 where they differ.
pub(super) fn diff(session: &Session, args: &PricesDiff) -> Result<Exit> {
    let at = args.at.map_or_else(|| Day::of(SystemClock.now()), Day::from);
    let (left, right) = (side(session, &args.left)?, side(session, &args.right)?);
    let page = PriceDiff::new((&args.left, &left), (&args.right, &right), at);
    let data = serde_json::to_value(&page)?;
    session.print(|| data, || report::diff(&page, session.look()))?;
    Ok(Exit::of(page.exit_code))
}

/// The prices that a word names.
fn side(session: &Session, word: &str) -> Result<Prices> {
    match word {
        BUILT_IN => Ok(Prices::embedded()),
        SUITE => session.project()?.prices(),
        path => {
            let models = PriceSource::file(path)?.list(None)?.models;
            Ok(Prices::new(&[Layer { name: PriceLayer::File, models }]))
        }
    }
}

/// Compares the prices that hold with another source. Exit 1 where the two disagree, 4 where they have
/// no model in common.
pub(super) fn verify(session: &Session, args: &PricesVerify) -> Result<Exit> {
    let project = session.project_if_any()?;
    let prices = project.as_ref().map_or_else(|| Ok(Prices::embedded()), Project::prices)?;
    let source = PriceSource::file(&args.against)?;
    let list = source.list(args.format.flatten())?;
    let at = Day::of(SystemClock.now());
    let page = PriceVerify::new(&prices, (&source.name, &list), at);
    if page.agree == 0 && page.disagree.is_empty() {
        let title = format!("{} has no model that the tables here have", source.name);
        let help = "`promptmatrix prices list` shows who is known, and by which name";
        return Err(Error::nothing("prices::no-match", title, help));
    }
    let data = serde_json::to_value(&page)?;
    session.print(|| data, || report::verify(&page, session.look()))?;
    Ok(Exit::of(page.exit_code))
}
