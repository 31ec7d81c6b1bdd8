//! What `promptmatrix prices` takes.

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::flags::days;
use crate::domain::PriceKey;

/// `promptmatrix prices`
#[derive(Debug, Args)]
pub(crate) struct Prices {
    /// What to do with them
    #[command(subcommand)]
    pub(crate) command: PricesCommand,
}

/// What to do with prices.
#[derive(Debug, Subcommand)]
pub(crate) enum PricesCommand {
    /// What every model costs on one day
    List(PricesList),
    /// One model: its history, tiers, hours, its end, and who says so
    Show(PricesShow),
    /// Whether the prices of all slots are known and not stale, and what is coming
    Check(PricesCheck),
}

/// `promptmatrix prices list`
#[derive(Debug, Args)]
pub(crate) struct PricesList {
    /// Only the models of one provider, as the tables name it
    #[arg(long, value_name = "PROVIDER")]
    pub(crate) provider: Option<String>,
    /// The day whose prices are shown: YYYY-MM-DD [default: today, in UTC]
    #[arg(long, value_name = "DAY", value_parser = date)]
    pub(crate) at: Option<Date>,
}

/// `promptmatrix prices show`
#[derive(Debug, Args)]
pub(crate) struct PricesShow {
    /// PROVIDER/ID, such as openai/gpt-4o; or a slot
    #[arg(value_name = "MODEL")]
    pub(crate) model: String,
}

/// `promptmatrix prices check`
#[derive(Debug, Args)]
pub(crate) struct PricesCheck {
    /// How far ahead: days `90d`, or weeks `12w`
    #[arg(long, value_name = "SPAN", default_value = "180d", value_parser = days)]
    pub(crate) upcoming: i32,
}

impl PricesShow {
    /// The entry that is named, where it is one.
    pub(crate) fn key(&self) -> Option<PriceKey> {
        self.model.parse().ok()
    }
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day, like 2026-11-23".into())
}
