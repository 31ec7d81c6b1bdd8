//! The arguments of a test binary: those of libtest-mimic, and several filters as libtest has them.

use std::ffi::OsString;

use clap::error::Error;
use clap::{ArgAction, CommandFactory, FromArgMatches};
use libtest_mimic::{Arguments, Trial};

/// What the caller of a test binary wants.
#[derive(Debug)]
pub(super) struct Filters {
    /// Everything but the filters.
    pub(super) arguments: Arguments,
    /// A test is run if it fits one of them; all are run where there is none.
    filters: Vec<String>,
}

impl Filters {
    /// Reads the arguments; the first is the name of the program.
    pub(super) fn from(arguments: impl Iterator<Item = OsString>) -> Result<Self, Error> {
        let command = Arguments::command()
            .mut_arg("filter", |filter| filter.num_args(0..).action(ArgAction::Append))
            .mut_arg("nocapture", |flag| flag.alias("no-capture"));
        let mut matches = command.try_get_matches_from(arguments)?;
        let filters = matches.remove_many::<String>("filter").unwrap_or_default();
        let filters = filters.collect();
        Ok(Self { arguments: Arguments::from_arg_matches(&matches)?, filters })
    }

    /// The tests that fit the filters. A single filter is left to libtest-mimic, which counts what
    /// it leaves out.
    pub(super) fn pick(&mut self, mut tests: Vec<Trial>) -> Vec<Trial> {
        if let [only] = self.filters.as_slice() {
            self.arguments.filter = Some(only.clone());
        } else if !self.filters.is_empty() {
            tests.retain(|test| self.filters.iter().any(|filter| self.fits(filter, test.name())));
        }
        tests
    }

    fn fits(&self, filter: &str, name: &str) -> bool {
        if self.arguments.exact { name == filter } else { name.contains(filter) }
    }

    /// The same, with no test left out by its name.
    pub(super) fn unfiltered(mut self) -> Self {
        self.filters.clear();
        self.arguments.skip.clear();
        self
    }
}
