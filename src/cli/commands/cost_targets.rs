//! Where the statement goes: files by their endings, and standard output.

use std::path::{Path, PathBuf};

use crate::cli::args::Cost;
use crate::cli::output;
use crate::cli::session::Session;
use crate::cost::statement::Statement;
use crate::project::{Error, Result};
use crate::report::Look;
use crate::report::cost::{self, FORMATS, Topic};

/// Where the statement goes. Made before anything is read, so that a mistake costs nothing.
pub(super) struct Targets {
    files: Vec<(PathBuf, &'static str)>,
    stdout: Option<&'static str>,
}

impl Targets {
    /// Reads the flags. `--format` is of standard output, where something goes there, else of the
    /// files; standard output gets nothing where a file does.
    pub(super) fn new(args: &Cost, session: &Session) -> Result<Self> {
        let (dashes, files): (Vec<&PathBuf>, Vec<&PathBuf>) =
            args.output.iter().partition(|file| file.as_os_str() == "-");
        let wanted = args.format.as_deref();
        let named = |word: &str| FORMATS.iter().find(|(name, _)| *name == word).map(|row| row.0);
        let to_stdout = files.is_empty() || !dashes.is_empty();
        let stdout = wanted.filter(|_| to_stdout).or(session.global.json.then_some("json"));
        let stdout = stdout.or(to_stdout.then_some("text")).and_then(named);
        let of_files = wanted.filter(|_| !to_stdout).and_then(named);
        let files = files.into_iter().map(|file| Ok((file.clone(), of_file(file, of_files)?)));
        Ok(Self { files: files.collect::<Result<_>>()?, stdout })
    }

    /// Writes them all.
    pub(super) fn write(
        &self,
        statement: &Statement,
        topics: &[Topic],
        session: &Session,
    ) -> Result<()> {
        match self.stdout {
            Some("text") => output::print(&cost::text(statement, topics, session.look()))?,
            Some(format) => output::print_data(&render(statement, topics, format)?)?,
            None => {}
        }
        for (file, format) in &self.files {
            output::write(file, &render(statement, topics, format)?)?;
            if !session.global.quiet {
                output::say(&format!("wrote {}\n", file.display()))?;
            }
        }
        Ok(())
    }
}

/// The format of a file: what its ending says, and what is wanted of it, must not differ.
fn of_file(file: &Path, wanted: Option<&'static str>) -> Result<&'static str> {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let known = FORMATS.iter().find(|(_, known)| *known == ending).map(|row| row.0);
    match (known, wanted) {
        (Some(known), Some(wanted)) if known != wanted => {
            let title = format!("`{}` is {known} by its ending, not {wanted}", file.display());
            let help = "leave `--format` out, or name the file by it";
            Err(Error::usage("report::unknown-format", title, help))
        }
        (Some(format), _) | (None, Some(format)) => Ok(format),
        (None, None) => {
            let title = format!("`{}` names no format that is known", file.display());
            let help = "the ending says which: .txt, .json, .md or .html; or `--format` does";
            Err(Error::usage("report::unknown-format", title, help))
        }
    }
}

fn render(statement: &Statement, topics: &[Topic], format: &str) -> Result<String> {
    Ok(match format {
        "json" => {
            let mut text = serde_json::to_string_pretty(statement)?;
            text.push('\n');
            text
        }
        "md" => cost::markdown(statement, topics),
        "html" => cost::page(statement),
        _ => anstream::adapter::strip_str(&cost::text(statement, topics, Look::default()))
            .to_string(),
    })
}
