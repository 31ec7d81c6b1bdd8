//! The only place that prints. Results go to stdout, talk goes to stderr; styles are stripped where
//! they are not wanted, and a reader that went away is no error.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::project::{Error, Result};
use crate::report::escape;

/// Whether a GitHub runner reads along and obeys what looks like a command.
static OBEYED: AtomicBool = AtomicBool::new(false);

/// From now on, text that is printed gives no orders to a GitHub runner.
pub(crate) fn guard_log() {
    OBEYED.store(true, Ordering::Relaxed);
}

/// Prints a result for people.
pub(crate) fn print(text: &str) -> io::Result<()> {
    quiet(anstream::stdout().lock().write_all(guarded(text).as_bytes()))
}

/// Prints a result for programs, byte for byte.
pub(crate) fn print_data(text: &str) -> io::Result<()> {
    quiet(io::stdout().lock().write_all(text.as_bytes()))
}

/// Prints a result as JSON.
pub(crate) fn print_json(value: &Value) -> io::Result<()> {
    print_data(&escape::json(&format!("{value:#}\n")))
}

/// Writes a result into a file; its folder is created.
pub(crate) fn write(file: &Path, text: &str) -> Result<()> {
    let cannot = |what, path: &Path| {
        let what = format!("cannot {what} {}", path.display());
        move |error: io::Error| Error::while_doing(what, error)
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(cannot("create", folder))?;
    }
    fs::write(file, text).map_err(cannot("write", file))
}

/// Says something about what is going on.
pub(crate) fn eprint(text: &str) -> io::Result<()> {
    quiet(anstream::stderr().lock().write_all(guarded(text).as_bytes()))
}

/// Gives orders to a GitHub runner, on stderr: stdout may be data.
pub(crate) fn command(text: &str) -> io::Result<()> {
    quiet(io::stderr().lock().write_all(text.as_bytes()))
}

fn guarded(text: &str) -> String {
    let text = escape::terminal(text);
    if OBEYED.load(Ordering::Relaxed) { escape::workflow_log(&text) } else { text }
}

/// `promptmatrix list | head` closes our output early, on purpose.
fn quiet(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
