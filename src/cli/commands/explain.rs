//! `promptmatrix explain`, `schema` and `completions`: what the program says about itself.

use crate::cli::args::{Completions, Explain, Schema};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::{EXITS, Exit, KINDS, STATUSES};
use crate::report::{explain as words, json};
use crate::suite;

/// Explains a word, or lists them all.
pub(in crate::cli) fn explain(session: &Session, args: &Explain) -> Result<Exit, Failure> {
    if session.global.json {
        output::print_json(&words::table())?;
        return Ok(Exit::Pass);
    }
    let Some(word) = &args.word else {
        output::print(&words::index())?;
        return Ok(Exit::Pass);
    };
    if let Some(text) = words::explain(word) {
        output::print(&text)?;
        return Ok(Exit::Pass);
    }
    let known = KINDS.iter().map(|row| row.id).chain(STATUSES.iter().map(|row| row.word));
    let near = known
        .max_by(|a, b| strsim::jaro_winkler(word, a).total_cmp(&strsim::jaro_winkler(word, b)));
    let codes: Vec<String> = EXITS.iter().map(|row| row.code.to_string()).collect();
    Err(Failure::usage(
        "explain::unknown-word",
        format!("`{word}` is no kind, status or exit code"),
        format!(
            "did you mean `{}`? exit codes are {}; `promptmatrix explain` lists everything",
            near.unwrap_or_default(),
            codes.join(", ")
        ),
    ))
}

/// Prints the JSON Schema of a format.
pub(in crate::cli) fn schema(args: &Schema) -> Result<Exit, Failure> {
    let schema = match args.name.as_str() {
        "config" => Some(suite::config_schema()),
        name => json::schema(name),
    };
    // Clap lets only known names through.
    output::print_json(&schema.unwrap_or_default())?;
    Ok(Exit::Pass)
}

/// Prints a completion script.
pub(in crate::cli) fn completions(
    args: &Completions,
    command: &mut clap::Command,
) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "promptmatrix", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Pass)
}
