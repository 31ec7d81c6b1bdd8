//! The face for `cargo test`: one test per cell, judged by what lies on disk.
//!
//! ```no_run
//! // tests/matrix.rs, with `[[test]] name = "matrix" harness = false` in Cargo.toml
//! fn main() -> std::process::ExitCode {
//!     promptmatrix::harness::main()
//! }
//! ```
//!
//! Always offline: no model is asked, no key is read. Nothing is written, but that a change of the
//! snapshots which was interrupted is completed or undone. A cell passes if it has a snapshot, the
//! snapshot satisfies *today's* schema and the `expect` of its case, and nothing that shapes the
//! answer (prompt, schema, parameters, lowering, model) changed since it was accepted. Where answers
//! to today's request are recorded, they are replayed too, and the gate says whether what they say
//! passes: as in `promptmatrix run --offline`.
//!
//! Tests are named `prompt::case::slot`. Filters, `--list`, `--exact`, `--skip` and
//! `--test-threads` are those of libtest, and cargo-nextest runs them too.

#![warn(missing_docs)]

mod arguments;
mod failure;
mod judge;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{FormatSetting, Trial};

use crate::domain::{Cell, Suite};
use crate::project::{Error, Options, Project};
use crate::report::paint;
use crate::suite::env::Environment;
use arguments::Filters;
use judge::CellCheck;

/// Runs the tests of the suite that is found from the folder of the package upward.
///
/// A suite that cannot be loaded fails as one test named `suite`, whatever the filters.
pub fn main() -> ExitCode {
    main_in("")
}

/// As [`main`], for the suite of this config file, or the one found from this folder upward. A
/// relative path starts at the folder of the package.
pub fn main_in(place: impl AsRef<Path>) -> ExitCode {
    run(place.as_ref(), &Environment::from_process(), std::env::args_os())
}

fn run(
    place: &Path,
    environment: &Environment,
    arguments: impl Iterator<Item = OsString>,
) -> ExitCode {
    let wanted = match Filters::from(arguments) {
        Ok(wanted) => wanted,
        Err(error) => {
            // Help goes to stdout, errors to stderr; a closed pipe is no matter.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match suite_at(place, environment) {
        Ok(suite) => cells(wanted, suite, environment),
        Err(problem) => no_suite(wanted, &problem),
    }
}

fn suite_at(place: &Path, environment: &Environment) -> Result<Suite, Error> {
    let start = environment.package.clone().unwrap_or_default().join(place);
    // What the code names goes before what the environment says.
    let config = match &environment.config {
        _ if start.is_file() => Some(start.clone()),
        Some(config) if place.as_os_str().is_empty() => Some(config.clone()),
        _ => None,
    };
    let options = Options {
        folder: start,
        config,
        profile: environment.profile.clone(),
        offline: true,
        ..Options::default()
    };
    Ok(Project::open(options, ())?.suite().clone())
}

fn cells(mut wanted: Filters, suite: Suite, environment: &Environment) -> ExitCode {
    let judge = Arc::new(CellCheck::new(suite));
    let json = wanted.arguments.format == Some(FormatSetting::Json);
    let mut mine: Vec<_> = judge.cells().iter().enumerate().collect();
    if let Some(shard) = environment.shard {
        let all = mine.len();
        mine = shard.of(mine.into_iter().map(|cell| (cell, 1.0)).collect());
        let line = format!("shard {shard}: {} of {}", mine.len(), paint::count(all, "cell"));
        let _ = writeln!(std::io::stderr(), "{line}");
        // Without it, Bazel takes each shard for all tests, and fails.
        let _ = environment.shard_status.as_ref().map(|file| fs::write(file, ""));
    }
    let tests = mine.into_iter().map(|(index, cell)| {
        let judge = Arc::clone(&judge);
        Trial::test(name(cell), move || judge.judge(index).map_err(|why| shown(&why, json).into()))
    });
    let tests = wanted.pick(tests.collect());
    let conclusion = libtest_mimic::run(&wanted.arguments, tests);
    if judge.pending() > 0 {
        let answers = paint::count(judge.pending(), "cell");
        let line =
            format!("{answers} with an answer that waits for a decision: promptmatrix status");
        let _ = writeln!(std::io::stderr(), "{line}");
    }
    conclusion.exit_code()
}

/// A filter must not turn a suite that is broken into one without tests.
fn no_suite(wanted: Filters, problem: &Error) -> ExitCode {
    let wanted = wanted.unfiltered();
    let json = wanted.arguments.format == Some(FormatSetting::Json);
    let why = shown(&failure::suite(problem), json);
    let test = Trial::test("suite", move || Err(why.into()));
    libtest_mimic::run(&wanted.arguments, vec![test]).exit_code()
}

fn name(cell: &Cell) -> String {
    format!("{}::{}::{}", cell.id.prompt, cell.id.case, cell.id.model)
}

/// Lines are styled by libtest-mimic's own rules; data has no styles.
fn shown(text: &str, json: bool) -> String {
    if json { anstream::adapter::strip_str(text).to_string() } else { text.to_owned() }
}
