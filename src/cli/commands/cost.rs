//! `promptmatrix cost`: what the matrix costs in money and minutes, and whether routing pays.

use crate::cli::args::{By, Cost, CostCommand, CostLog};
use crate::cli::output;
use crate::cli::outputs::Targets;
use crate::cli::session::Session;
use crate::domain::{Exit, LedgerEvent};
use crate::project::{Counted, NoteOptions, Result, StatementOptions, exit_of_statement};
use crate::report::cost::{Format, Topic};
use crate::report::escape;
use crate::store::Ledger;

/// Runs the command.
pub(in crate::cli) fn cost(session: &Session, args: &Cost) -> Result<Exit> {
    if let Some(CostCommand::Log(note)) = &args.command {
        return log(session, note);
    }
    let targets = Targets::new(&args.output, args.format, session)?.or_text_alone();
    let statement = session.project()?.statement(&options(args))?;
    let topics = topics(args);
    let render = |format: Format, look| Ok(format.render(&statement, &topics, look)?);
    for (file, _) in targets.write_with(session, render)? {
        if !session.global.quiet {
            output::eprint(&format!("wrote {}\n", file.display()))?;
        }
    }
    Ok(exit_of_statement(&statement, args.strict_prices))
}

fn options(args: &Cost) -> StatementOptions {
    StatementOptions {
        counted: match (&args.bump, &args.run) {
            (Some(bump), _) => Counted::Bump(bump.clone()),
            (None, Some(run)) => Counted::Run(run.clone()),
            (None, None) => Counted::Days(args.since),
        },
        live: args.live,
        small: args.small.clone(),
        large: args.large.clone(),
        volume: args.volume,
        preset: args.preset,
        horizon_months: args.forecast,
        reprice_at: args.reprice_at,
    }
}

/// What is to be shown below the first screen.
fn topics(args: &Cost) -> Vec<Topic> {
    let by = args.by.iter().map(|by| match by {
        By::Model => Topic::Model,
        By::Prompt => Topic::Prompt,
        By::Kind => Topic::Kind,
        By::Month => Topic::Month,
        By::Bump => Topic::Bump,
        By::Run => Topic::Run,
    });
    let mut topics: Vec<Topic> = by.collect();
    let flags = [
        (args.bump.is_some() && args.by.is_empty(), Topic::Bump),
        (args.marginal, Topic::Marginal),
        (args.forecast.is_some(), Topic::Forecast),
        (args.compare, Topic::Compare),
        (args.assumptions, Topic::Assumptions),
    ];
    topics.extend(flags.into_iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, topic)| topic));
    topics
}

/// `promptmatrix cost log`: minutes of people that nothing else measures.
fn log(session: &Session, args: &CostLog) -> Result<Exit> {
    let line = session.project()?.note(&NoteOptions {
        minutes: args.minutes,
        bump: args.bump.clone(),
        model: args.model.clone(),
        why: args.why.clone(),
    })?;
    if session.global.json {
        output::print_data(&escape::json(&format!("{}\n", line.text()?)))?;
        return Ok(Exit::Pass);
    }
    let bump = match &line.event {
        LedgerEvent::Note(note) => note.bump.as_ref().map(|bump| format!(" for bump {bump}")),
        _ => None,
    };
    let bump = bump.unwrap_or_default();
    output::print(&format!("noted {} min{bump} in {}\n", args.minutes, Ledger::FILE))?;
    Ok(Exit::Pass)
}
