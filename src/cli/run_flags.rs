//! Which cells, what `run` and `merge` take, and where a run is written.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;

use crate::domain::{CellPattern, NoShard, Pico, Selection, Shard};
use crate::report::{FORMATS, Format, format};
use crate::suite::duration;

/// Which cells.
#[derive(Debug, Clone, Args)]
pub(crate) struct Cells {
    /// PROMPT, PROMPT/CASE, @SLOT or PROMPT/*@SLOT; `!` before one excludes it [default: all]
    #[arg(value_name = "CELLS", value_parser = |text: &str| cells(text).parse::<CellPattern>())]
    pub(crate) cells: Vec<CellPattern>,
}

impl Cells {
    /// The patterns as a selection.
    pub(crate) fn selection(&self) -> Selection {
        Selection { patterns: self.cells.clone() }
    }
}

/// `promptmatrix run`
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that is typed or not")]
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Which cells.
    #[command(flatten)]
    pub(crate) cells: Cells,
    /// Say what would be asked, and send nothing
    #[arg(long = "dry-run")]
    pub(crate) dry: bool,
    /// Ask each slot one tiny question before a run is paid for: who answers, and what is refused
    #[arg(long, conflicts_with_all = ["dry", "samples", "failed", "offline", "fresh", "resume", "shard"])]
    #[arg(conflicts_with_all = ["batch", "wait", "output", "format"])]
    pub(crate) probe: bool,
    /// Answers per cell
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    #[arg(allow_negative_numbers = true)]
    pub(crate) samples: Option<u32>,
    /// Maximum cost in USD; overrides `PROMPTMATRIX_MAX_COST` and `budget-usd`
    #[arg(long, value_name = "USD", allow_negative_numbers = true)]
    pub(crate) max_cost: Option<Pico>,
    /// Only cells that did not pass in the last run
    #[arg(long)]
    pub(crate) failed: bool,
    /// Answer from recordings, send nothing: no key and no network is needed
    #[arg(long)]
    pub(crate) offline: bool,
    /// Ignore recordings and the answers of an interrupted run
    #[arg(long, conflicts_with = "offline")]
    pub(crate) fresh: bool,
    /// How long to wait for a provider that refuses or fails every call, as `90s` or `5m`
    #[arg(long, value_name = "TIME", value_parser = time_of)]
    pub(crate) max_wait: Option<Duration>,
    /// Resume an interrupted run, by the beginning of its id [default: the last one]
    #[arg(
        long,
        value_name = "RUN",
        num_args = 0..=1,
        default_missing_value = "",
        conflicts_with_all = ["cells", "dry", "samples", "failed", "offline", "fresh"]
    )]
    pub(crate) resume: Option<String>,
    /// Run one shard, as `2/8`, or `auto` to read it from the scheduler; `merge` judges all of them
    #[arg(
        long,
        value_name = "I/N",
        conflicts_with_all = ["dry", "failed", "offline", "resume", "output", "format"]
    )]
    pub(crate) shard: Option<WhichShard>,
    /// Hand the requests in as batches, at half the price, and leave: `--resume` collects the answers
    #[arg(long, conflicts_with_all = ["offline", "resume", "shard"])]
    pub(crate) batch: bool,
    /// That they are handed in is all that is wanted: exit with 0
    #[arg(long, requires = "batch", conflicts_with_all = ["wait", "dry"])]
    pub(crate) submit_only: bool,
    /// Wait until batches are answered, and go on
    #[arg(long, conflicts_with_all = ["offline", "shard", "dry"])]
    pub(crate) wait: bool,
    /// Where the run is written.
    #[command(flatten)]
    pub(crate) outputs: Outputs,
    /// No annotations and no job summary for GitHub
    #[arg(long)]
    pub(crate) no_github: bool,
}

/// The shard that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhichShard {
    /// The one that the scheduler says.
    Auto,
    This(Shard),
}

impl FromStr for WhichShard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        if text == "auto" { Ok(Self::Auto) } else { text.parse().map(Self::This) }
    }
}

/// `promptmatrix merge`
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The runs of all shards: folders that hold their journals, or the beginnings of their ids
    #[arg(value_name = "RUN", required = true)]
    pub(crate) runs: Vec<String>,
    /// Ask nobody where answers are in doubt
    #[arg(long)]
    pub(crate) offline: bool,
    /// Maximum cost of further answers in USD; overrides `PROMPTMATRIX_MAX_COST` and `budget-usd`
    #[arg(long, value_name = "USD", allow_negative_numbers = true)]
    pub(crate) max_cost: Option<Pico>,
    /// Where the run is written.
    #[command(flatten)]
    pub(crate) outputs: Outputs,
    /// No annotations and no job summary for GitHub
    #[arg(long)]
    pub(crate) no_github: bool,
}

/// Where a run is written, and how.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Outputs {
    #[arg(short, long, value_name = "FILE", help = output_help())]
    pub(crate) output: Vec<PathBuf>,
    #[arg(long, value_name = "NAME", help = format_help(), value_parser = format_of)]
    pub(crate) format: Option<Format>,
}

fn output_help() -> String {
    format!(
        "Write the run to this file; the format follows its extension: {}; `-` is stdout",
        format::endings()
    )
}

fn format_help() -> String {
    let names: Vec<&str> = FORMATS.iter().map(|row| row.name).collect();
    format!("What stdout gets: {} [default: text]", names.join(", "))
}

fn time_of(text: &str) -> Result<Duration, String> {
    duration(text).ok_or_else(|| "write a whole number with `ms`, `s`, `m`, `h` or `d`".to_owned())
}

fn format_of(name: &str) -> Result<Format, String> {
    let names = || FORMATS.iter().map(|row| row.name).collect::<Vec<_>>().join(", ");
    Format::named(name).ok_or_else(|| format!("the formats are {}", names()))
}

/// A prompt as a shell completes it, `triage/` or `prompts/triage.md`, is the pattern `triage`.
pub(crate) fn cells(text: &str) -> String {
    let (minus, name) = text.strip_prefix('!').map_or(("", text), |name| ("!", name));
    let file = name.rsplit_once("prompts/").and_then(|(_, name)| name.strip_suffix(".md"));
    format!("{minus}{}", file.unwrap_or(name).trim_end_matches('/'))
}
