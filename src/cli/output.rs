//! The only place that prints. Results go to stdout, talk goes to stderr; styles are stripped where
//! they are not wanted, and a reader that went away is no error.

use std::io::{self, Write};

use serde_json::Value;

/// Prints a result.
pub(crate) fn print(text: &str) -> io::Result<()> {
    quiet(anstream::stdout().lock().write_all(text.as_bytes()))
}

/// Prints a result as JSON.
pub(crate) fn print_json(value: &Value) -> io::Result<()> {
    print(&format!("{value:#}\n"))
}

/// Says something about what is going on.
pub(crate) fn say(text: &str) -> io::Result<()> {
    quiet(anstream::stderr().lock().write_all(text.as_bytes()))
}

/// `promptmatrix list | head` closes our output early, on purpose.
fn quiet(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
