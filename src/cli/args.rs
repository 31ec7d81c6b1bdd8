//! The command line as data: what can be typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

pub(crate) use super::cost_flags::{By, Cost, CostCommand, CostLog};
pub(crate) use super::flags::*;
pub(crate) use super::price_flags::{
    Prices, PricesCheck, PricesCommand, PricesList, PricesShow, PricesUpdate,
};
pub(crate) use super::run_flags::{Cells, Merge, Run, WhichShard, cells};

use crate::domain::EXITS;
use crate::suite;

/// Run every prompt against every model, and see what a model update breaks.
#[derive(Debug, Parser)]
#[command(name = "promptmatrix", version, disable_help_subcommand = true)]
#[command(arg_required_else_help = true, propagate_version = false)]
#[command(after_help = examples(
    "run               ask every cell, compare with the snapshots",
    "accept triage     take the new answers of one prompt",
))]
pub(crate) struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that is typed or not")]
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Config file [default: promptmatrix.toml or .config/promptmatrix.toml, here or in a parent]
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Profile of the config to use
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Data on stdout as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// More detail: one row per case, and changes that do not affect the verdict
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Say less: no progress
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Words instead of glyphs
    #[arg(long, global = true)]
    pub(crate) ascii: bool,
    /// When to use colours: auto, always or never
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    #[arg(hide_possible_values = true)]
    pub(crate) color: When,
    /// How progress is shown on stderr: auto, bar, counter or none
    #[arg(long, global = true, value_enum, value_name = "HOW", hide_possible_values = true)]
    pub(crate) progress: Option<ProgressKind>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless the environment says no.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressKind {
    /// A bar on a terminal, a counter elsewhere.
    Auto,
    /// One line that is redrawn.
    Bar,
    /// One line per finished prompt.
    Counter,
    /// Nothing.
    None,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a suite that runs at once, without a key; nothing is overwritten
    #[command(after_help = examples(
        "init          a demo suite here",
        "init matrix   in a folder of its own",
    ))]
    Init(Init),
    /// Send every cell to its model, compare the answers with the snapshots, report what changed
    #[command(after_help = examples(
        "run triage @swift             one prompt, and one whole column",
        "run --failed                  what the last run left without a pass",
    ))]
    Run(Run),
    /// Accept new answers as the baseline, without calling a model
    #[command(after_help = examples(
        "accept triage/refund@swift    one cell",
        "accept a3f8c2                 the cells of a group that changed in no other way",
    ))]
    Accept(Accept),
    /// Throw new answers away and keep the accepted ones
    #[command(after_help = examples(
        "reject triage/refund@swift            one cell",
        "reject --kind enum-value-changed      every cell with a change of this kind",
    ))]
    Reject(Decide),
    /// What waits for a decision, by group; what is stale or obsolete; how the last run ended
    #[command(after_help = examples(
        "status           what waits for a decision, by group",
        "status --json    the same as data",
    ))]
    Status,
    /// Rehearse a slot's new model id: is it safe? Nothing is changed until it is applied
    #[command(after_help = examples(
        "upgrade flagship --to gpt-4o-2024-11-20   ask all cells of the slot, compare",
        "upgrade --apply 20261123-204635-3f9a      take exactly what was seen",
    ))]
    Upgrade(Upgrade),
    /// What moved under each slot, and what is coming: ends of models, other prices
    #[command(after_help = examples(
        "bumps --since 12w              what moved in the last twelve weeks",
        "bumps --upcoming 90d --live    ask the providers too; needs their keys",
    ))]
    Bumps(Bumps),
    /// What the gate is worth here: how often it cries wolf, and which breakages slip through
    #[command(after_help = examples(
        "calibrate triage               one prompt; nothing is asked or changed",
        "calibrate --rates 100,25       breakages in every answer, and in one of four",
    ))]
    Calibrate(Calibrate),
    /// Judge the answers of all shards of a run, as if one process had asked for them
    #[command(after_help = examples(
        "merge shards/                 all journals in a folder and below it",
        "merge shards/ --offline       and ask nobody where they are in doubt",
    ))]
    Merge(Merge),
    /// Delete snapshots and recordings that the matrix no longer needs, and old runs
    #[command(after_help = examples(
        "prune                    list what would be deleted",
        "prune --yes --keep 5     delete it, and all runs but the last five",
    ))]
    Prune(Prune),
    /// Check config, prompts, schemas and snapshots, without the network
    #[command(after_help = examples(
        "check --strict    before a commit and in CI: warnings fail too",
        "check --fix       say schemas in keywords that more servers take",
    ))]
    Check(Check),
    /// Compare two sets of answers without a call: slots, runs, git revisions of the snapshots
    #[command(after_help = examples(
        "diff flagship..local --stat   two models on the same cases",
        "diff HEAD~1..                 the snapshots before the last commit, and now",
    ))]
    Diff(Diff),
    /// The cells, with their last status
    #[command(after_help = examples(
        "list                every cell",
        "list '!@local'      all but one column",
    ))]
    List(Cells),
    /// Everything about one cell: request, schema as sent, answer, changes; or of models, of schemas
    #[command(after_help = examples(
        "show triage/refund@swift           request, schema as sent, answer, changes",
        "show schemas                       what each slot refuses, ignores or gets reworded",
    ))]
    Show(Show),
    /// A stored run once more, in any format; exits 0 whatever the run said
    #[command(after_help = examples(
        "report -o junit.xml -o comment.md    of the latest run",
        "report --open                        what waits for a decision, by group",
    ))]
    Report(Report),
    /// Take in answers, a whole run of CI, or a promptfoo config as a suite; no model is asked
    #[command(after_help = examples(
        "import answers answers.jsonl      answers from logs, one JSON object a line",
        "import promptfoo promptfooconfig.yaml --into matrix   a suite from it",
    ))]
    Import(Import),
    /// What the matrix costs in money and minutes, and whether routing pays
    #[command(after_help = examples(
        "cost                                the month, who takes the time, what is assumed",
        "cost --compare --volume 300000      one model, a cascade, a router: which pays",
    ))]
    Cost(Box<Cost>),
    /// What models cost, since when and by whose word; whether the suite's prices are in order
    #[command(after_help = examples(
        "prices show openai/gpt-4o    history, tiers, hours, its end",
        "prices update --from https://prices.example/data.json --dry-run   what would change",
    ))]
    Prices(Prices),
    /// Explain a kind of change or a family of kinds, a status, an exit code or a diagnostic
    #[command(after_help = examples(
        "explain enum-value-changed    what it does to a program, and how to fix it",
        "explain config::unknown-key   a diagnostic",
    ))]
    Explain(Explain),
    /// Answer as five providers would, on a port of this machine: to rehearse against
    #[command(after_help = examples(
        "sim --listen 127.0.0.1:8080    until Ctrl-C",
        "sim --fault any=0.2            one call in five goes wrong, in one of all ways",
    ))]
    Sim(Sim),
    /// Print the JSON Schema of one of our formats
    #[command(after_help = examples(
        "schema config    for an editor of promptmatrix.toml",
        "schema run       of the file that run --output writes",
    ))]
    Schema(Schema),
    /// Print a completion script for a shell
    #[command(after_help = examples(
        "completions bash > promptmatrix.bash",
        "completions zsh",
    ))]
    Completions(Completions),
}

/// The commands that are enough to begin with.
const FIRST: [&str; 7] = ["init", "run", "accept", "status", "upgrade", "diff", "cost"];

/// The command line, with a first page of help that tells the first commands, and names the others.
pub(crate) fn command() -> clap::Command {
    let mut command = Cli::command();
    let all: Vec<String> =
        command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let more: Vec<String> = all.into_iter().filter(|it| !FIRST.contains(&it.as_str())).collect();
    for name in &more {
        command = command.mut_subcommand(name, |command| command.hide(true));
    }
    let more: Vec<String> = more.chunks(8).map(|names| names.join(", ")).collect();
    let heading = *command.get_styles().get_header();
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n\
         {heading}Commands:{heading:#}\n{{subcommands}}\n\n\
         {heading}More, see `promptmatrix help COMMAND`:{heading:#}\n  {}\n\n\
         {heading}Options:{heading:#}\n{{options}}{{after-help}}",
        more.join(",\n  ")
    );
    command.help_template(template)
}

/// `help run` is `run --help`.
pub(crate) fn typed(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut words: Vec<OsString> = words.collect();
    if words.get(1).is_some_and(|word| word == "help") {
        words.remove(1);
        words.push("--help".into());
    }
    words
}

/// The error with the command that was probably meant. Clap finds none in short words.
pub(crate) fn suggested(mut error: clap::Error) -> clap::Error {
    let written = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(written)) => written.clone(),
        _ => return error,
    };
    let command = Cli::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    if let Some(meant) = suite::nearest(&written, names) {
        let meant = ContextValue::Strings(vec![meant.to_owned()]);
        error.insert(ContextKind::SuggestedSubcommand, meant);
    }
    error
}

/// What stands below the help of a command: two examples, and the exit codes.
fn examples(one: &str, other: &str) -> String {
    let exits: Vec<String> = EXITS.iter().map(|row| format!("{} {}", row.code, row.word)).collect();
    format!(
        "Examples:\n  promptmatrix {one}\n  promptmatrix {other}\n\nExit codes: {}",
        exits.join(" · ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_of_the_help_can_be_typed() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().unwrap_or_else(|| panic!("{command}")).to_string();
            let examples: Vec<&str> =
                help.lines().filter_map(|line| line.strip_prefix("  promptmatrix ")).collect();
            assert_eq!(examples.len(), 2, "{help}");
            for example in examples {
                let typed = example.split("  ").next().unwrap().split(" > ").next().unwrap();
                assert_eq!(typed.split(' ').next(), Some(command.get_name()), "{typed}");
                let words = typed.split(' ').map(|word| word.trim_matches('\''));
                let parsed = Cli::try_parse_from(["promptmatrix"].into_iter().chain(words));
                assert!(parsed.is_ok(), "{typed}: {}", parsed.unwrap_err());
            }
        }
    }

    #[test]
    fn every_command_is_on_the_first_page_once_by_its_name() {
        let page = command().render_help().to_string();
        for command in Cli::command().get_subcommands() {
            let name = command.get_name();
            let is_first = page.lines().any(|line| {
                line.strip_prefix("  ").is_some_and(|line| line.starts_with(&format!("{name} ")))
            });
            let more = page.split("More, see").nth(1).unwrap().split("Options:").next().unwrap();
            let is_more = more.split([' ', ',', '\n']).any(|word| word == name);
            assert_eq!(is_first, FIRST.contains(&name), "{name}: {page}");
            assert_ne!(is_first, is_more, "{name}: {page}");
        }
    }
}
