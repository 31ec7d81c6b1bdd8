//! The face for people: arguments in, text and an exit code out. Calls the use cases and
//! decides nothing itself.

mod args;
mod commands;
mod console;
mod cost_flags;
mod failure;
mod flags;
mod github;
mod output;
mod outputs;
mod price_flags;
mod progress;
mod run_flags;
mod screens;
mod session;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use args::{Cli, Command};
use session::Session;

use crate::domain::Exit;
use crate::suite::env::Environment;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(report_bug));
    let parsed = args::command().try_get_matches_from(args::typed(std::env::args_os()));
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            let error = args::suggested(error);
            // Clap prints help and version to stdout, errors to stderr; a closed pipe is no matter.
            let _ = error.print();
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Pass };
            return ExitCode::from(code.code());
        }
    };
    let exit = std::panic::catch_unwind(|| dispatch(cli)).unwrap_or(Exit::Bug);
    ExitCode::from(exit.code())
}

fn dispatch(cli: Cli) -> Exit {
    let session = Session::new(cli.global, Environment::from_process());
    let done = match cli.command {
        Command::Init(args) => commands::init::init(&session, &args),
        Command::Run(args) => commands::run::run(&session, &args),
        Command::Accept(args) => commands::decide::accept(&session, &args),
        Command::Reject(args) => commands::decide::reject(&session, &args),
        Command::Bumps(args) => commands::bumps::bumps(&session, &args),
        Command::Report(args) => commands::report::report(&session, &args),
        Command::Status => commands::status::status(&session),
        Command::Upgrade(args) => commands::upgrade::upgrade(&session, &args),
        Command::Calibrate(args) => commands::calibrate::calibrate(&session, &args),
        Command::Merge(args) => commands::merge::merge(&session, &args),
        Command::Prune(args) => commands::prune::prune(&session, &args),
        Command::Check(args) => commands::check::check(&session, &args),
        Command::Diff(args) => commands::diff::diff(&session, &args),
        Command::List(args) => commands::list::list(&session, &args),
        Command::Show(args) => commands::show::show(&session, &args),
        Command::Cost(args) => commands::cost::cost(&session, &args),
        Command::Prices(args) => commands::prices::prices(&session, &args),
        Command::Explain(args) => commands::explain::explain(&session, &args),
        Command::Import(args) => commands::import::import(&session, &args),
        Command::Sim(args) => commands::sim::sim(&session, &args),
        Command::Schema(args) => commands::explain::schema(&args),
        Command::Completions(args) => commands::explain::completions(&args, &mut Cli::command()),
    };
    done.unwrap_or_else(|error| {
        let _ = output::eprint(&failure::render(&error, session.look()));
        if session.global.json {
            let _ = output::print_json(&failure::data(&error));
        }
        error.exit()
    })
}

/// A panic is our fault. Its message may quote an answer, so only the place is told.
fn report_bug(info: &std::panic::PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    let _ = output::eprint(&format!(
        "promptmatrix {version} crashed at {place}; this is our fault.\n\
         Answers that had arrived are in .promptmatrix/runs. Please report the line above.\n"
    ));
}
