//! Where a report goes: files by their endings, and standard output.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::output;
use super::session::Session;
use crate::domain::RunRecord;
use crate::project::{Error, Result};
use crate::report::{Format, Look, cost, format};

/// The formats of one sort of report.
pub(crate) trait Formats: Copy + PartialEq {
    const TEXT: Self;
    const JSON: Self;
    fn of_ending(ending: &str) -> Option<Self>;
    /// `.json, .md`.
    fn endings() -> String;
}

impl Formats for Format {
    const TEXT: Self = Self::Text;
    const JSON: Self = Self::Json;

    fn of_ending(ending: &str) -> Option<Self> {
        Self::of_ending(ending)
    }

    fn endings() -> String {
        format::endings()
    }
}

impl Formats for cost::Format {
    const TEXT: Self = Self::Text;
    const JSON: Self = Self::Json;

    fn of_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.ending().eq_ignore_ascii_case(ending))
    }

    fn endings() -> String {
        Self::ALL.map(|format| format!(".{}", format.ending())).join(", ")
    }
}

/// Where a report goes. Made before anything is asked, so that a mistake costs nothing.
pub(crate) struct Targets<F> {
    files: Vec<(PathBuf, F)>,
    stdout: Option<F>,
}

impl<F: Formats> Targets<F> {
    /// Reads the flags; refuses endings that name no format, and two outputs in one place.
    pub(crate) fn new(output: &[PathBuf], wanted: Option<F>, session: &Session) -> Result<Self> {
        let json = session.global.json.then_some(F::JSON);
        if json.is_some() && wanted.is_some_and(|format| format != F::JSON) {
            return Err(twice("standard output"));
        }
        let mut targets = Self { files: Vec::new(), stdout: wanted.or(json) };
        let mut seen = BTreeSet::new();
        for file in output {
            if !seen.insert(file) {
                return Err(twice(&format!("`{}`", file.display())));
            }
            if file.as_os_str() == "-" {
                targets.stdout.ok_or_else(|| unknown(file, "say which with `--format`"))?;
                continue;
            }
            let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            let help = format!("the ending says which: {}", F::endings());
            let format = F::of_ending(ending).ok_or_else(|| unknown(file, &help))?;
            targets.files.push((file.clone(), format));
        }
        Ok(targets)
    }

    /// The same, with text on standard output unless something else is wanted there.
    pub(crate) fn or_text(mut self) -> Self {
        self.stdout = self.stdout.or(Some(F::TEXT));
        self
    }

    /// The same, with text on standard output where nothing else is written.
    pub(crate) fn or_text_alone(self) -> Self {
        if self.files.is_empty() { self.or_text() } else { self }
    }

    /// Whether standard output is spoken for.
    pub(crate) fn has_stdout(&self) -> bool {
        self.stdout.is_some()
    }

    /// Writes them all, and gives the files with their sizes in bytes.
    pub(crate) fn write_with(
        &self,
        session: &Session,
        render: impl Fn(F, Look) -> Result<String>,
    ) -> Result<Vec<(&Path, usize)>> {
        match self.stdout {
            Some(format) if format == F::TEXT => output::print(&render(format, session.look())?)?,
            Some(format) => output::print_data(&render(format, session.look())?)?,
            None => {}
        }
        let mut written = Vec::new();
        for (file, format) in &self.files {
            // A file is as wide on every machine.
            let look = Look { verbose: session.global.verbose, ..Look::default() };
            let mut text = render(*format, look)?;
            if *format == F::TEXT {
                text = anstream::adapter::strip_str(&text).to_string();
            }
            output::write(file, &text)?;
            written.push((file.as_path(), text.len()));
        }
        Ok(written)
    }
}

impl Targets<Format> {
    /// Writes a run.
    pub(crate) fn write(
        &self,
        record: &RunRecord,
        session: &Session,
    ) -> Result<Vec<(&Path, usize)>> {
        self.write_with(session, |format, look| Ok(format.render(record, look)?))
    }
}

fn unknown(file: &Path, help: &str) -> Error {
    let title = format!("`{}` names no format that is known", file.display());
    Error::usage("report::unknown-format", title, help)
}

fn twice(what: &str) -> Error {
    let help = "name each place once, in one format";
    Error::usage("report::two-outputs", format!("two outputs want {what}"), help)
}
