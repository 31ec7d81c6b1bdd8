//! `promptmatrix explain`, `schema` and `completions`: what the program says about itself.

use crate::cli::args::{Completions, Explain, Schema};
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::{Error, Result};
use crate::report::{explain as words, json};
use crate::suite;

/// Explains a word, or lists them all.
pub(in crate::cli) fn explain(session: &Session, args: &Explain) -> Result<Exit> {
    let text = match &args.word {
        None => words::index(),
        Some(word) => words::explain(word).ok_or_else(|| unknown(word))?,
    };
    session.print(|| words::table(args.word.as_deref()), || text)?;
    Ok(Exit::Pass)
}

fn unknown(word: &str) -> Error {
    let likeness = |known: &String| strsim::jaro_winkler(word, known);
    let near = words::words().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    Error::usage(
        "explain::unknown-word",
        format!("`{word}` is no kind, status, exit code or diagnostic"),
        format!(
            "did you mean `{}`? `promptmatrix explain` lists everything",
            near.unwrap_or_default()
        ),
    )
}

/// Prints the JSON Schema of a format.
pub(in crate::cli) fn schema(args: &Schema) -> Result<Exit> {
    let schema = match args.name.as_str() {
        "config" => Some(suite::config_schema()),
        name => json::schema(name),
    };
    // Clap lets only known names through.
    output::print_json(&schema.unwrap_or_default())?;
    Ok(Exit::Pass)
}

/// Prints a completion script.
pub(in crate::cli) fn completions(args: &Completions, command: &mut clap::Command) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "promptmatrix", &mut script);
    output::print_data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Pass)
}
