//! Where the record of a run goes: files by their endings, and standard output.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::Outputs;
use super::output;
use super::session::Session;
use crate::domain::RunRecord;
use crate::project::{Error, Result};
use crate::report::{Format, Look, format};

/// Where the record of a run goes. Made before anything is asked, so that a mistake costs nothing.
pub(crate) struct Targets {
    files: Vec<(PathBuf, Format)>,
    stdout: Option<Format>,
}

impl Targets {
    /// Reads the flags; refuses endings that name no format, and two outputs in one place.
    pub(crate) fn new(args: &Outputs, session: &Session) -> Result<Self> {
        let json = session.global.json.then_some(Format::Json);
        if json.is_some() && args.format.is_some_and(|format| format != Format::Json) {
            return Err(twice("standard output"));
        }
        let mut targets = Self { files: Vec::new(), stdout: args.format.or(json) };
        let mut seen = BTreeSet::new();
        for file in &args.output {
            if !seen.insert(file) {
                return Err(twice(&format!("`{}`", file.display())));
            }
            if file.as_os_str() == "-" {
                targets.stdout.ok_or_else(|| unknown(file, "say which with `--format`"))?;
                continue;
            }
            let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            let help = format!("the ending says which: {}", format::endings());
            let format = Format::of_ending(ending).ok_or_else(|| unknown(file, &help))?;
            targets.files.push((file.clone(), format));
        }
        Ok(targets)
    }

    /// The same, with text on standard output unless something else is wanted there.
    pub(crate) fn or_text(mut self) -> Self {
        self.stdout = self.stdout.or(Some(Format::Text));
        self
    }

    /// Whether only standard output is left to write to.
    pub(crate) fn has_no_files(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether standard output is spoken for.
    pub(crate) fn has_stdout(&self) -> bool {
        self.stdout.is_some()
    }

    /// Writes them all, and gives the files with their sizes in bytes.
    pub(crate) fn write(
        &self,
        record: &RunRecord,
        session: &Session,
    ) -> Result<Vec<(&Path, usize)>> {
        match self.stdout {
            Some(Format::Text) => {
                output::print(&Format::Text.render(record, session.look())?)?;
            }
            Some(format) => output::print_data(&format.render(record, session.look())?)?,
            None => {}
        }
        let mut written = Vec::new();
        for (file, format) in &self.files {
            // A file is as wide on every machine.
            let look = Look { verbose: session.global.verbose, ..Look::default() };
            let text = format.render(record, look)?;
            let text = match format {
                Format::Text => anstream::adapter::strip_str(&text).to_string(),
                _ => text,
            };
            output::write(file, &text)?;
            written.push((file.as_path(), text.len()));
        }
        Ok(written)
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
