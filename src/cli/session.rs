//! What every command stands on: its flags, the environment, and how output looks.

use std::io::{self, IsTerminal};
use std::path::Path;

use anstream::ColorChoice;
use serde_json::Value;

use super::args::{Global, ProgressKind, When};
use super::console::Console;
use super::output;
use crate::domain::Pico;
use crate::project::{Error, Limit, Options, Project, Result, dollars};
use crate::report::Look;
use crate::suite;
use crate::suite::env::{Environment, MAX_COST};

/// A command at work.
pub(crate) struct Session {
    /// The flags of every command.
    pub(crate) global: Global,
    /// What the process was given.
    pub(crate) environment: Environment,
}

impl Session {
    /// Takes the flags, and sets colours for the whole process.
    pub(crate) fn new(global: Global, environment: Environment) -> Self {
        match global.color {
            When::Auto => {}
            When::Always => ColorChoice::Always.write_global(),
            When::Never => ColorChoice::Never.write_global(),
        }
        if environment.github {
            output::guard_log();
        }
        Self { global, environment }
    }

    /// How reports look here.
    pub(crate) fn look(&self) -> Look {
        Look {
            width: self.width(),
            ascii: self.global.ascii || !self.environment.utf8,
            verbose: self.global.verbose,
        }
    }

    /// Columns of the terminal, else 100.
    fn width(&self) -> usize {
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        self.environment.columns.or_else(terminal).unwrap_or(100).max(40)
    }

    /// Prints a result: as JSON where that is wanted, else as text.
    pub(crate) fn print(
        &self,
        data: impl FnOnce() -> Value,
        text: impl FnOnce() -> String,
    ) -> io::Result<()> {
        if self.global.json { output::print_json(&data()) } else { output::print(&text()) }
    }

    /// Opens the suite that the flags, the environment or the folder name.
    pub(crate) fn project(&self) -> Result<Project> {
        Project::open(self.options()?, self.console())
    }

    /// Opens the suite of a folder.
    pub(crate) fn project_in(&self, folder: &Path) -> Result<Project> {
        let config = Some(folder.join("promptmatrix.toml"));
        Project::open(Options { config, ..self.options()? }, self.console())
    }

    /// The same, or none where nothing names a config and there is none here or above.
    pub(crate) fn project_if_any(&self) -> Result<Option<Project>> {
        let options = self.options()?;
        if options.config.is_none() && suite::find(&options.folder, None).is_err() {
            return Ok(None);
        }
        self.project().map(Some)
    }

    fn options(&self) -> Result<Options> {
        let (global, environment) = (&self.global, &self.environment);
        Ok(Options {
            folder: std::env::current_dir()?,
            config: global.config.clone().or_else(|| environment.config.clone()),
            profile: global.profile.clone().or_else(|| environment.profile.clone()),
            offline: environment.offline,
            ci: environment.ci,
        })
    }

    /// What may be spent: by flag, else by variable.
    pub(crate) fn limit(&self, flag: Option<Pico>) -> Result<Option<Limit>> {
        if let Some(usd) = flag {
            return Ok(Some(Limit {
                usd,
                said: format!("--max-cost {}", dollars(usd)),
                shards: 1,
            }));
        }
        let Some(text) = &self.environment.max_cost else { return Ok(None) };
        let usd = text.parse().map_err(|error| {
            let title = format!("`{}` is no amount of USD: {error}", MAX_COST.name);
            Error::usage("run::max-cost", title, "write dollars, like `1.50`, or unset it")
        })?;
        Ok(Some(Limit { usd, said: format!("{} = {text}", MAX_COST.name), shards: 1 }))
    }

    /// What is told on the way, and how: by flag, else by variable.
    fn console(&self) -> Console {
        let named = || {
            let word = self.environment.progress.as_deref()?;
            <ProgressKind as clap::ValueEnum>::from_str(word, true).ok()
        };
        let terminal = io::stderr().is_terminal() && !self.environment.ci;
        let progress = match self.global.progress.or_else(named).unwrap_or(ProgressKind::Auto) {
            _ if self.global.quiet => ProgressKind::None,
            ProgressKind::Auto if terminal => ProgressKind::Bar,
            ProgressKind::Auto => ProgressKind::Counter,
            kind => kind,
        };
        Console { progress, says_plans: !self.global.quiet && !self.global.json }
    }
}
