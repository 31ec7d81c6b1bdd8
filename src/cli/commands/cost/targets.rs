//! Where the statement goes: files by their endings, and standard output.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::cli::args::Cost;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::session::Session;
use crate::cost::statement::Statement;
use crate::report::Look;
use crate::report::cost::{self, FORMATS, Topic};

/// Where the statement goes. Made before anything is read, so that a mistake costs nothing.
pub(super) struct Targets {
    files: Vec<(PathBuf, &'static str)>,
    stdout: Option<&'static str>,
}

impl Targets {
    /// Reads the flags.
    pub(super) fn new(args: &Cost, session: &Session) -> Result<Self, Failure> {
        let wanted = args.format.as_deref().or(session.global.json.then_some("json"));
        let name = |word: &str| FORMATS.iter().find(|(name, _)| *name == word).map(|row| row.0);
        let mut stdout = wanted.and_then(name);
        let mut files = Vec::new();
        for file in &args.output {
            if file.as_os_str() == "-" {
                stdout = stdout.or(Some("text"));
                continue;
            }
            let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            let found = FORMATS.iter().find(|(_, known)| *known == ending);
            let unknown = || {
                let title = format!("`{}` names no format that is known", file.display());
                let help = "the ending says which: .txt, .json, .md or .html";
                Failure::usage("report::unknown-format", title, help)
            };
            files.push((file.clone(), found.ok_or_else(unknown)?.0));
        }
        if stdout.is_none() && files.is_empty() {
            stdout = Some("text");
        }
        Ok(Self { files, stdout })
    }

    /// Writes them all.
    pub(super) fn write(
        &self,
        statement: &Statement,
        topics: &[Topic],
        session: &Session,
    ) -> Result<(), Failure> {
        match self.stdout {
            Some("text") => output::print(&cost::text(statement, topics, session.look()))?,
            Some(format) => output::print_data(&render(statement, topics, format)?)?,
            None => {}
        }
        for (file, format) in &self.files {
            let text = render(statement, topics, format)?;
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)
                    .with_context(|| format!("cannot create {}", folder.display()))?;
            }
            fs::write(file, &text).with_context(|| format!("cannot write {}", file.display()))?;
            if !session.global.quiet {
                output::say(&format!("wrote {}\n", file.display()))?;
            }
        }
        Ok(())
    }
}

fn render(statement: &Statement, topics: &[Topic], format: &str) -> Result<String, Failure> {
    Ok(match format {
        "json" => {
            let mut text = serde_json::to_string_pretty(statement).map_err(anyhow::Error::from)?;
            text.push('\n');
            text
        }
        "md" => cost::markdown(statement, topics),
        "html" => cost::page(statement),
        _ => anstream::adapter::strip_str(&cost::text(statement, topics, Look::default()))
            .to_string(),
    })
}
