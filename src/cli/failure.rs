//! How a failed command is told: to people, and as data.

use std::error::Error as _;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::project::Error;
use crate::report::{FormatError, Look, diagnostic, paint};

/// The failure as data.
pub(crate) fn data(error: &Error) -> Value {
    let problems = match error {
        Error::Suite(problems) | Error::Refused(problems) => diagnostic::data(&problems.0),
        Error::NoMatch(none) => diagnostic::data(std::slice::from_ref(none)),
        Error::Other(_) => {
            let causes = causes(error).into_iter().map(|cause| format!(": {cause}"));
            json!([{"title": format!("{error}{}", causes.collect::<String>())}])
        }
    };
    json!({"format": 1, "exit_code": error.exit().code(), "problems": problems})
}

/// The failure as people read it.
pub(crate) fn render(error: &Error, look: Look) -> String {
    match error {
        Error::Suite(problems) | Error::Refused(problems) => diagnostic::render(&problems.0, look),
        Error::NoMatch(none) => diagnostic::render(std::slice::from_ref(none), look),
        Error::Other(_) => {
            let mut text = format!("{}: {error}\n", paint::paint(paint::BAD, "error"));
            for cause in causes(error) {
                // Many errors end with the words of their cause.
                if !text.trim_end().ends_with(&cause) {
                    let _ = writeln!(text, "  cause: {cause}");
                }
            }
            text
        }
    }
}

/// What stands behind an error, one after the other.
fn causes(error: &Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}

impl From<FormatError> for Error {
    fn from(error: FormatError) -> Self {
        Self::Other(error.into())
    }
}
