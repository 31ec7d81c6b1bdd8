//! What `promptmatrix prices` takes.

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::flags::days;
use crate::cost::price::ListFormat;
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
    /// Take a price list of genai-prices, litellm, models.dev or our own format into the suite's file
    Update(PricesUpdate),
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

/// `promptmatrix prices update`
#[derive(Debug, Args)]
pub(crate) struct PricesUpdate {
    /// A file, or an address (`http://` or `https://`)
    #[arg(long, value_name = "FILE or URL")]
    pub(crate) from: String,
    /// Whose format it has: auto, promptmatrix, genai-prices, litellm or models.dev [default: auto]
    #[arg(long, value_name = "NAME", value_parser = format, hide_possible_values = true)]
    pub(crate) format: Option<ListFormatArg>,
    /// Only the models of the suite's slots
    #[arg(long)]
    pub(crate) only_configured: bool,
    /// Say what would change, and write nothing; exit 1 where something would
    #[arg(long = "dry-run")]
    pub(crate) dry: bool,
    /// Refuse anything but the list with this SHA-256
    #[arg(long, value_name = "SHA256")]
    pub(crate) pin: Option<String>,
    /// Take changes to five times as much, or to a fifth; a 0 is not taken, and fails no more
    #[arg(long)]
    pub(crate) accept_large_changes: bool,
    /// The first day of prices whose list does not say since when: YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DAY", value_parser = date)]
    pub(crate) effective: Option<Date>,
}

/// A format that is named, or none.
pub(crate) type ListFormatArg = Option<ListFormat>;

fn format(name: &str) -> Result<ListFormatArg, String> {
    if name == "auto" {
        return Ok(None);
    }
    let names = || ListFormat::ALL.map(ListFormat::as_str).join(", ");
    name.parse().map(Some).map_err(|()| format!("the formats are auto, {}", names()))
}

impl PricesShow {
    /// The entry that is named, where it is one.
    pub(crate) fn key(&self) -> Option<PriceKey> {
        self.model.parse().ok()
    }
}

/// `2026-11-23`.
pub(super) fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day, like 2026-11-23".into())
}
