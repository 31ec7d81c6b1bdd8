//! What every command stands on: the suite, its folders, and how output looks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anstream::ColorChoice;

use super::args::{Global, ProgressKind, When};
use super::failure::Failure;
use super::output;
use crate::domain::{Accepted, CellId, Diagnostic, Diagnostics, EnvName, History, Profile, Suite};
use crate::report::{Look, paint};
use crate::run::{Prepared, Witness, prepare};
use crate::store::{
    self, Commit, HistoryFile, IdentityFile, Profiles, Recordings, Recovered, Runs, Snapshots,
};
use crate::suite;
use crate::suite::env::{self, Environment};

/// How many stored runs are read for what they say of today's cells.
const REMEMBERED: usize = 20;

/// What is known from earlier runs.
pub(crate) struct Remembered {
    /// Who answered in them, and when answers were accepted.
    pub(crate) witness: Witness,
    /// What they saw of the cells; `None` where nothing of them is at hand.
    pub(crate) history: Option<History>,
}

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
    pub(crate) fn width(&self) -> usize {
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        self.environment.columns.or_else(terminal).unwrap_or(100).max(40)
    }

    /// Loads the suite; its warnings come along.
    pub(crate) fn suite(&self) -> Result<(Suite, Vec<Diagnostic>), Failure> {
        let profile = self.global.profile.clone().or_else(|| self.environment.profile.clone());
        self.suite_of(profile.as_deref())
    }

    /// The suite, or none where nothing names a config and there is none here or above.
    pub(crate) fn suite_if_any(&self) -> Result<Option<Suite>, Failure> {
        let is_named = self.global.config.is_some() || self.environment.config.is_some();
        if !is_named && suite::find(&std::env::current_dir()?, None).is_err() {
            return Ok(None);
        }
        Ok(Some(self.suite()?.0))
    }

    /// The same under another profile, or none.
    pub(crate) fn suite_of(
        &self,
        profile: Option<&str>,
    ) -> Result<(Suite, Vec<Diagnostic>), Failure> {
        let config = self.config()?;
        recovered(store::recover(&suite::root_of(&config).0)?)?;
        let loaded = suite::load(&config, profile)?;
        Ok((loaded.suite, loaded.warnings))
    }

    fn config(&self) -> Result<PathBuf, Failure> {
        let explicit = self.global.config.as_deref().or(self.environment.config.as_deref());
        Ok(suite::find(&std::env::current_dir()?, explicit)?)
    }

    /// Loads the suite to change its files: no other process does until the commit ends.
    pub(crate) fn change(&self) -> Result<(Suite, Commit), Failure> {
        let commit = Self::begin(&suite::root_of(&self.config()?).0)?;
        Ok((self.suite()?.0, commit))
    }

    /// Begins a change of the suite in this folder.
    pub(crate) fn begin(root: &Path) -> Result<Commit, Failure> {
        let commit = Commit::begin(root)?;
        recovered(commit.recovered())?;
        Ok(commit)
    }

    /// Makes cells of the suite ready to be asked, with what people accepted for them.
    pub(crate) fn prepare<'s>(
        suite: &Suite,
        cells: impl IntoIterator<Item = &'s crate::domain::Cell> + Clone,
    ) -> Result<Vec<Prepared>, Failure> {
        Self::prepare_with(suite, cells, env::has)
    }

    /// The same; `has_key` says which keys there are.
    pub(crate) fn prepare_with<'s>(
        suite: &Suite,
        cells: impl IntoIterator<Item = &'s crate::domain::Cell> + Clone,
        has_key: impl Fn(&EnvName) -> bool,
    ) -> Result<Vec<Prepared>, Failure> {
        let snapshots = Snapshots::open(&suite.root);
        let mut accepted = read_all(&snapshots, cells.clone().into_iter().map(|cell| &cell.id))?;
        let mut prepared = prepare(cells, |id| accepted.remove(id), has_key)?;
        Self::profile(suite, &mut prepared)?;
        Ok(prepared)
    }

    /// Tells cells how their accepted answers vary.
    pub(crate) fn profile(suite: &Suite, prepared: &mut [Prepared]) -> Result<(), Failure> {
        Self::tell(Self::profiles(suite)?, prepared);
        Ok(())
    }

    /// The same, by these profiles.
    pub(crate) fn tell(profiles: Vec<Profile>, prepared: &mut [Prepared]) {
        let profiles = profiles.into_iter().map(Arc::new);
        let profiles: BTreeMap<_, _> =
            profiles.map(|of| ((of.prompt.clone(), of.slot.clone()), of)).collect();
        for cell in prepared {
            let home = (cell.cell.id.prompt.clone(), cell.cell.id.model.clone());
            cell.profile = profiles.get(&home).map(Arc::clone);
        }
    }

    /// What earlier runs say of the cells, and of who answers.
    pub(crate) fn remember(suite: &Suite) -> Result<Remembered, Failure> {
        let runs = Self::runs(suite).newest(REMEMBERED)?;
        let witness = Witness::new(IdentityFile::open(&suite.root).read()?, &runs);
        Ok(Remembered { witness, history: Self::history(suite)? })
    }

    /// What earlier runs saw of the cells; nothing, and a warning, where that cannot be read.
    pub(crate) fn history(suite: &Suite) -> Result<Option<History>, Failure> {
        match HistoryFile::open(&suite.root).read() {
            Ok(history) => Ok(history),
            Err(error) => {
                let warning = paint::paint(paint::REVIEW, "warning");
                output::say(&format!("{warning}: {error}\n"))?;
                Ok(None)
            }
        }
    }

    /// Every profile of the suite. Files that cannot be read are reported together.
    pub(crate) fn profiles(suite: &Suite) -> Result<Vec<Profile>, Failure> {
        let profiles = Profiles::open(&suite.root);
        let mut found = Vec::new();
        let mut problems = Vec::new();
        for file in Snapshots::open(&suite.root).list()?.profiles {
            match profiles.read(&file.prompt, &file.slot) {
                Ok(profile) => found.extend(profile),
                Err(error) => match error.diagnostic() {
                    Some(problem) => problems.push(problem.clone()),
                    None => return Err(error.into()),
                },
            }
        }
        if problems.is_empty() { Ok(found) } else { Err(Diagnostics(problems).into()) }
    }

    /// How progress is shown: by flag, else by variable.
    pub(crate) fn progress(&self) -> ProgressKind {
        let named = || {
            let word = self.environment.progress.as_deref()?;
            <ProgressKind as clap::ValueEnum>::from_str(word, true).ok()
        };
        self.global.progress.or_else(named).unwrap_or(ProgressKind::Auto)
    }

    /// The recordings of the suite.
    pub(crate) fn recordings(suite: &Suite) -> Recordings {
        Recordings::open(&suite.root, &suite.store)
    }

    /// The runs of the suite.
    pub(crate) fn runs(suite: &Suite) -> Runs {
        Runs::open(&suite.root)
    }
}

/// Says what became of a change that another process left behind.
fn recovered(change: Option<Recovered>) -> Result<(), Failure> {
    match change {
        None => Ok(()),
        Some(Recovered::Finished) => Ok(output::say("completed an interrupted change\n")?),
        Some(Recovered::Undone) => Ok(output::say("undid an interrupted change\n")?),
    }
}

/// The accepted answers of cells. Files that cannot be read are reported together.
fn read_all<'c>(
    snapshots: &Snapshots,
    cells: impl Iterator<Item = &'c CellId>,
) -> Result<BTreeMap<CellId, Accepted>, Failure> {
    let mut accepted = BTreeMap::new();
    let mut problems = Vec::new();
    for cell in cells {
        match snapshots.accepted(cell) {
            Ok(found) => accepted.extend(found.map(|found| (cell.clone(), found))),
            Err(error) => match error.diagnostic() {
                Some(problem) => problems.push(problem.clone()),
                None => return Err(error.into()),
            },
        }
    }
    if problems.is_empty() { Ok(accepted) } else { Err(Diagnostics(problems).into()) }
}
