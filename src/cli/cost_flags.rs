//! What `promptmatrix cost` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::flags::{self, MORE};
use crate::domain::Preset;
use crate::project::PriceDay;
use crate::report::cost::Format;

/// `promptmatrix cost`
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that is typed or not")]
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Cost {
    /// What else than to show it
    #[command(subcommand)]
    pub(crate) command: Option<CostCommand>,
    /// What is counted: this many days back, like 90d
    #[arg(long, value_name = "DAYS", default_value = "90d", value_parser = days)]
    pub(crate) since: i64,
    /// Count one run alone
    #[arg(help_heading = MORE, long, value_name = "RUN", conflicts_with_all = ["since", "bump"])]
    pub(crate) run: Option<String>,
    /// Count one bump and its runs alone
    #[arg(help_heading = MORE, long, value_name = "BUMP")]
    pub(crate) bump: Option<String>,
    /// Break it down: what was spent, or the upkeep of each model
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) by: Vec<By>,
    /// Show what one more model or prompt would add
    #[arg(help_heading = MORE, long)]
    pub(crate) marginal: bool,
    /// Show month by month, this many months ahead, and what is coming
    #[arg(long, value_name = "MONTHS", num_args = 0..=1, default_missing_value = "12", value_parser = months)]
    pub(crate) forecast: Option<u32>,
    /// Ask the providers too when their models end; needs their keys
    #[arg(help_heading = MORE, long)]
    pub(crate) live: bool,
    /// Show every parameter: measured, written or assumed, and how to measure it
    #[arg(help_heading = MORE, long)]
    pub(crate) assumptions: bool,
    /// Compare ways to route: one model, one per prompt, a cascade, a router, and the best possible
    #[arg(long)]
    pub(crate) compare: bool,
    /// The cheaper slot of the comparison [default: the cheapest]
    #[arg(help_heading = MORE, long, value_name = "SLOT")]
    pub(crate) small: Option<String>,
    /// The slot that could handle every request alone [default: the one with the most valid answers]
    #[arg(help_heading = MORE, long, value_name = "SLOT")]
    pub(crate) large: Option<String>,
    /// Requests a month of your application [default: cost.requests-per-month]
    #[arg(help_heading = MORE, long, value_name = "N", value_parser = volume)]
    pub(crate) volume: Option<f64>,
    /// What is assumed of people's time [default: cost.preset]
    #[arg(help_heading = MORE, long, value_name = "NAME", value_parser = preset)]
    pub(crate) preset: Option<Preset>,
    /// Calculate what was spent by the prices of this day: YYYY-MM-DD, or today
    #[arg(help_heading = MORE, long, value_name = "DAY", value_parser = day)]
    pub(crate) reprice_at: Option<PriceDay>,
    /// Exit 3 where the cost of a call is unknown
    #[arg(help_heading = MORE, long)]
    pub(crate) strict_prices: bool,
    /// Write to this file, not to stdout; the format follows its extension: .txt, .json, .md or .html
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,
    /// What stdout gets: text, json, md or html [default: text, or nothing beside a file]
    #[arg(help_heading = MORE, long, value_name = "NAME", value_parser = format)]
    pub(crate) format: Option<Format>,
}

/// What else than to show the cost.
#[derive(Debug, Subcommand)]
pub(crate) enum CostCommand {
    /// Record working time in the ledger that the tool cannot measure itself
    Log(CostLog),
}

/// `promptmatrix cost log`
#[derive(Debug, Args)]
pub(crate) struct CostLog {
    /// How many minutes
    #[arg(long, value_name = "N", value_parser = minutes)]
    pub(crate) minutes: f64,
    /// Id of the bump that they were for, or how it begins
    #[arg(long, value_name = "BUMP")]
    pub(crate) bump: Option<String>,
    /// Slot that they were for
    #[arg(long, value_name = "SLOT")]
    pub(crate) model: Option<String>,
    /// What for, in a few words
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) why: String,
}

/// The parts that can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// Upkeep of each model, and what a valid answer costs
    Model,
    /// Calls by prompt
    Prompt,
    /// Calls by what they were for
    Kind,
    /// Calls by month
    Month,
    /// Bumps, what they broke and took
    Bump,
    /// Runs
    Run,
}

fn days(text: &str) -> Result<i64, String> {
    let days = flags::days(text).map(i64::from)?;
    if days == 0 { Err("at least one day".to_owned()) } else { Ok(days) }
}

fn months(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix(['m', 'M']).unwrap_or(text).parse().ok();
    number.filter(|months| (1..=120).contains(months)).ok_or_else(|| "write months, like 12".into())
}

fn format(name: &str) -> Result<Format, String> {
    name.parse().map_err(|()| "the formats are text, json, md, html".to_owned())
}

fn volume(text: &str) -> Result<f64, String> {
    let number = text.replace('_', "").parse::<f64>().ok();
    let possible = |volume: &f64| volume.is_finite() && *volume >= 0.0;
    number.filter(possible).ok_or_else(|| "write a number of requests, like 300000".into())
}

fn minutes(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok();
    let possible = |minutes: &f64| *minutes > 0.0 && *minutes <= 100_000.0;
    number.filter(possible).ok_or_else(|| "write minutes, like 30".into())
}

fn preset(text: &str) -> Result<Preset, String> {
    text.parse().map_err(|()| "the presets are lean, default and heavy".into())
}

fn day(text: &str) -> Result<PriceDay, String> {
    match text {
        "today" => Ok(PriceDay::Today),
        text => super::price_flags::date(text).map(PriceDay::Of),
    }
}
