//! What each command takes. The commands themselves are in `args`.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand, ValueEnum};

use super::run_flags::{Cells, Outputs};
use crate::domain::{CellPattern, Pico};
use crate::report::json;
use crate::sim::{FAULTS, FaultRate};

/// The heading of what few need, below what many do.
pub(super) const MORE: &str = "More";

/// `promptmatrix init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Where to write it; the folder is created [default: here]
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// `promptmatrix report`
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Id of the run, or how it begins [default: the latest]
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// What waits for a decision, by group, whichever run it comes from
    #[arg(long, conflicts_with_all = ["run", "output", "format"])]
    pub(crate) open: bool,
    /// Where it is written.
    #[command(flatten)]
    pub(crate) outputs: Outputs,
}

/// `promptmatrix import`
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// What is taken in.
    #[command(subcommand)]
    pub(crate) what: ImportWhat,
}

/// What can be imported.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportWhat {
    /// Recorded answers: one JSON object a line, with prompt, case, model, and text or value
    Answers(ImportRun),
    /// The `run.json` of a run elsewhere, as in CI: nothing is asked again, and its answers wait here
    Run(ImportRun),
    /// The config of promptfoo, as a suite; says what is not carried and what takes its place
    Promptfoo(ImportPromptfoo),
}

/// `promptmatrix import answers`, `promptmatrix import run`
#[derive(Debug, Args)]
pub(crate) struct ImportRun {
    /// Answers as JSON Lines, or the record of a run
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Where the run is written.
    #[command(flatten)]
    pub(crate) outputs: Outputs,
}

/// `promptmatrix import promptfoo`
#[derive(Debug, Args)]
pub(crate) struct ImportPromptfoo {
    /// promptfooconfig.yaml, or another config of promptfoo
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Folder for the suite; nothing in it is overwritten
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) into: PathBuf,
}

/// `promptmatrix accept`, `promptmatrix reject`
#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// Cell patterns, or ids of groups and changes as a run prints them, from six digits on
    #[arg(value_name = "CELLS or CHANGE")]
    pub(crate) what: Vec<String>,
    /// Everything that is pending
    #[arg(long, conflicts_with = "what")]
    pub(crate) all: bool,
    /// Cells with changes of this kind or family; may be repeated. `accept` skips cells that also
    /// have other changes
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Vec<String>,
}

/// `promptmatrix accept`
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// What is decided.
    #[command(flatten)]
    pub(crate) decide: Decide,
    /// Add the answers of these runs to the baseline where they match what is accepted, so that
    /// noise can be told from change
    #[arg(long, value_name = "RUN", num_args = 1.., conflicts_with_all = ["all", "kind"])]
    pub(crate) deepen: Vec<String>,
}

/// `promptmatrix bumps`
#[derive(Debug, Args)]
pub(crate) struct Bumps {
    /// How far back: days `90d`, or weeks `12w`
    #[arg(long, value_name = "SPAN", default_value = "365d", value_parser = days)]
    pub(crate) since: i32,
    /// How far ahead
    #[arg(long, value_name = "SPAN", default_value = "180d", value_parser = days)]
    pub(crate) upcoming: i32,
    /// Ask the providers for their lists of models; costs no tokens
    #[arg(long)]
    pub(crate) live: bool,
}

/// `promptmatrix calibrate`
#[derive(Debug, Args)]
pub(crate) struct Calibrate {
    /// Which cells.
    #[command(flatten)]
    pub(crate) cells: Cells,
    /// One of the two questions alone
    #[arg(long, value_enum, value_name = "PART")]
    pub(crate) only: Option<CalibratePart>,
    /// In how many of a hundred answers a breakage shows; several, to compare them
    #[arg(help_heading = MORE, long, value_name = "PERCENT", value_delimiter = ',', default_value = "100")]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) rates: Vec<u8>,
    /// How often the stored answers are dealt out, to count false alarms
    #[arg(help_heading = MORE, long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) splits: u32,
    /// Which cells and answers are hit, and which are dealt where, follows from this number
    #[arg(help_heading = MORE, long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Ask the models for the answers that the stored runs lack; recorded as a run
    #[arg(long)]
    pub(crate) rerun: bool,
    /// Most USD that `--rerun` may cost, before `PROMPTMATRIX_MAX_COST` and `budget-usd`
    #[arg(long, value_name = "USD", requires = "rerun", allow_negative_numbers = true)]
    pub(crate) max_cost: Option<Pico>,
    /// All that slips through, and not only the worst
    #[arg(long)]
    pub(crate) all: bool,
}

/// What is asked of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CalibratePart {
    /// How often it fails where nothing changed
    Alarms,
    /// What it lets slip
    Drill,
}

/// `promptmatrix prune`
#[derive(Debug, Args)]
pub(crate) struct Prune {
    /// List what would be deleted, and delete nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Delete
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) yes: bool,
    /// How many runs to keep, before `keep-runs`
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) keep: Option<usize>,
}

/// `promptmatrix check`
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Warnings fail too
    #[arg(long)]
    pub(crate) strict: bool,
    /// Rewrite keywords of schemas that servers do not enforce, where others mean the same
    #[arg(long)]
    pub(crate) fix: bool,
}

/// `promptmatrix upgrade`
#[derive(Debug, Args)]
pub(crate) struct Upgrade {
    /// The slot whose model moves; several, to compare them in a table
    #[arg(value_name = "SLOT")]
    pub(crate) slots: Vec<String>,
    /// The model id to rehearse; can be given again, to compare several in a table
    #[arg(long, value_name = "ID")]
    pub(crate) to: Vec<String>,
    /// Say what would be asked, and what it costs; send nothing
    #[arg(long = "dry-run")]
    pub(crate) dry: bool,
    /// Answers per cell
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    #[arg(allow_negative_numbers = true)]
    pub(crate) samples: Option<u32>,
    /// Maximum cost of all of it in USD; overrides `PROMPTMATRIX_MAX_COST` and `budget-usd`
    #[arg(long, value_name = "USD", allow_negative_numbers = true)]
    pub(crate) max_cost: Option<Pico>,
    /// Take exactly the answers of this rehearsal, and move the id in the config
    #[arg(long, value_name = "RUN", conflicts_with_all = ["slots", "to", "dry", "samples", "max_cost"])]
    pub(crate) apply: Option<String>,
}

/// `promptmatrix diff`
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// SLOT..SLOT, RUN..RUN, REVISION..REVISION, REVISION.. for today's snapshots; or the left side
    #[arg(value_name = "A..B")]
    pub(crate) left: String,
    /// The right side
    #[arg(value_name = "B")]
    pub(crate) right: Option<String>,
    /// Only the counts
    #[arg(long)]
    pub(crate) stat: bool,
}

/// `promptmatrix show`
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// PROMPT/CASE@SLOT; `models`: what each slot has and the suite uses; `schemas`: what servers do with
    /// each schema
    #[arg(value_name = "CELL|models|schemas")]
    pub(crate) cell: CellPattern,
}

/// `promptmatrix explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A kind of change, a status, an exit code or the code of a diagnostic; none lists them all
    #[arg(value_name = "WORD")]
    pub(crate) word: Option<String>,
}

/// `promptmatrix sim`
#[derive(Debug, Args)]
pub(crate) struct Sim {
    /// Loopback address and port; port 0 takes a free one. The first line on stdout says which
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// What is answered, as `[demo] world` of a config [default: the built-in world]
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,
    /// How often a kind of fault happens, from 0 to 1; can be given again
    #[arg(long = "fault", value_name = "KIND=RATE", long_help = faults_help())]
    pub(crate) faults: Vec<FaultRate>,
    /// Which requests meet a fault follows from this number
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Divide all waits by this
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) speed: f64,
    /// Answer at once; faults that are about time still take theirs
    #[arg(long)]
    pub(crate) no_latency: bool,
}

/// The config, and every format of our own.
fn schemas() -> PossibleValuesParser {
    let mut names: Vec<&str> = json::SCHEMAS.into_iter().chain(["config"]).collect();
    names.sort_unstable();
    PossibleValuesParser::new(names)
}

/// `promptmatrix schema`
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Which format
    #[arg(value_name = "NAME", value_parser = schemas())]
    pub(crate) name: String,
}

/// `promptmatrix completions`
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Which shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// `90d`, `12w`, or `90`: whole days.
pub(super) fn days(text: &str) -> Result<i32, String> {
    let unit = |unit: char, days: i32| {
        text.strip_suffix(unit)?.parse().ok().filter(|n: &i32| *n >= 0)?.checked_mul(days)
    };
    let bare = || text.parse().ok().filter(|n: &i32| *n >= 0);
    let span = unit('d', 1).or_else(|| unit('w', 7)).or_else(bare).filter(|days| *days <= 36_500);
    span.ok_or_else(|| "days, like `90d`, or weeks, like `12w`".to_owned())
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed: &f64| speed.is_finite() && *speed > 0.0);
    speed.ok_or_else(|| "a number above 0".to_owned())
}

/// The help of `--fault`, with all kinds.
fn faults_help() -> String {
    let mut help = "How often a kind of fault happens, from 0 to 1; can be given again. `any` \
                    shares a rate among all kinds. The header `x-sim-fault: KIND` asks for one.\n"
        .to_owned();
    for row in FAULTS {
        let _ = write!(help, "\n  {:<13} {}", row.id, row.does);
    }
    help
}
