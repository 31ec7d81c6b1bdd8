//! `promptmatrix accept` and `reject`: decisions without a terminal. No model is asked.

use serde_json::json;

use crate::cli::args::{Accept, Decide, cells};
use crate::cli::output;
use crate::cli::screens::decided;
use crate::cli::session::Session;
use crate::domain::{Exit, PatternError, Selection};
use crate::project::{Decided, Error, Project, Result};
use crate::report::diagnostic;
use crate::review::{KindWord, Picks};

/// Takes pending answers as the accepted ones.
pub(in crate::cli) fn accept(session: &Session, args: &Accept) -> Result<Exit> {
    let mut project = session.project()?;
    if !args.deepen.is_empty() {
        return deepen(session, &mut project, args);
    }
    let decided = project.accept(&wanted(&args.decide)?)?;
    if decided.cells.is_empty() && decided.refused.is_empty() {
        return Err(all_left(&decided, &args.decide));
    }
    output::eprint(&decided::moved(&decided.roles))?;
    print(session, &decided, "accepted")?;
    output::eprint(&diagnostic::render(&decided::refused(&decided), session.look()))?;
    Ok(decided.exit())
}

/// Throws pending answers away.
pub(in crate::cli) fn reject(session: &Session, args: &Decide) -> Result<Exit> {
    let decided = session.project()?.reject(&wanted(args)?)?;
    print(session, &decided, "rejected")?;
    Ok(decided.exit())
}

fn print(session: &Session, decided: &Decided, what: &str) -> Result<()> {
    let text = || decided::render(decided, what, session.global.verbose);
    Ok(session.print(|| decided::data(decided, what), text)?)
}

/// Counts the answers of stored runs as accepted too.
fn deepen(session: &Session, project: &mut Project, args: &Accept) -> Result<Exit> {
    let patterns = args.decide.what.iter().map(|word| word.parse());
    let patterns = patterns.collect::<Result<_, PatternError>>().map_err(|error| {
        Error::usage("review::unknown-change", error.to_string(), "name cells beside --deepen")
    })?;
    let done = project.deepen(&args.deepen, &Selection { patterns })?;
    output::eprint(&decided::moved(&done.roles))?;
    let data = || {
        json!({
            "format": 1, "deepened": done.deeper, "cells": done.cells, "depth": done.depth,
        })
    };
    session.print(data, || decided::deepened(&done))?;
    Ok(done.exit())
}

/// What is named, by words, by kinds, or as all that waits.
fn wanted(args: &Decide) -> Result<Picks> {
    if args.what.is_empty() && !args.all && args.kind.is_empty() {
        return Err(Error::usage(
            "review::nothing-named",
            "nothing is named",
            "name cells, a group or a change, or pass --all",
        ));
    }
    let kinds = args.kind.iter().map(|word| kind(word)).collect::<Result<_>>()?;
    Ok(Picks { words: args.what.iter().map(|word| cells(word)).collect(), kinds })
}

fn kind(word: &str) -> Result<KindWord> {
    word.parse().map_err(|()| {
        Error::usage(
            "review::unknown-kind",
            format!("`{word}` is no kind of change, and no family of kinds"),
            "promptmatrix explain lists them",
        )
    })
}

/// Nothing is taken, since every cell that was named changed otherwise too.
fn all_left(decided: &Decided, args: &Decide) -> Error {
    let (also, ids) = decided::others(decided);
    let words = args.what.iter().map(String::as_str);
    let kinds = args.kind.iter().flat_map(|kind| ["--kind", kind.as_str()]);
    let both: Vec<&str> = words.chain(ids).chain(kinds).collect();
    Error::nothing(
        "review::changed-otherwise",
        format!("nothing is taken: {also}"),
        format!("to take them with all that changed: promptmatrix accept {}", both.join(" ")),
    )
}
