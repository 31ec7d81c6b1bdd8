//! The table of exit codes.

use std::fmt;

/// What the process tells its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// The gate passed, or the command did what it says.
    Pass,
    /// The gate failed.
    Fail,
    /// Wrong use.
    Usage,
    /// Nothing is proven either way.
    Inconclusive,
    /// No cell, or no pending answer, is what was named.
    NoMatch,
    /// A bug in promptmatrix.
    Bug,
    /// Stopped by the user.
    Interrupted,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct ExitInfo {
    pub exit: Exit,
    pub code: u8,
    /// The same in a word or two.
    pub word: &'static str,
    pub meaning: &'static str,
}

/// All exit codes, in order of their numbers.
pub const EXITS: &[ExitInfo] = &[
    row(Exit::Pass, 0, "pass", "the gate passed, or the command did what it says"),
    row(
        Exit::Fail,
        1,
        "gate failed",
        "the gate failed: changed, broken, new in CI; or prices are stale, differ or jump",
    ),
    row(
        Exit::Usage,
        2,
        "wrong use",
        "arguments, config, prompt, case or schema file cannot be used, or an `id` names no model",
    ),
    row(
        Exit::Inconclusive,
        3,
        "inconclusive",
        "provider errors, missing keys or a budget; nothing is proven bad. 1 beats 2 beats 3",
    ),
    row(Exit::NoMatch, 4, "nothing matched", "no cell, pending answer or price is what was named"),
    row(Exit::Bug, 70, "bug", "a bug in promptmatrix"),
    row(Exit::Interrupted, 130, "interrupted", "interrupted; the partial run is saved"),
];

const fn row(exit: Exit, code: u8, word: &'static str, meaning: &'static str) -> ExitInfo {
    ExitInfo { exit, code, word, meaning }
}

impl Exit {
    /// Its row in the table.
    #[expect(clippy::indexing_slicing, reason = "a row per variant, in order; the test below")]
    pub fn info(self) -> &'static ExitInfo {
        &EXITS[self as usize]
    }

    /// The exit of a number; a number that is in no table is a bug.
    pub fn of(code: u8) -> Self {
        EXITS.iter().find(|row| row.code == code).map_or(Self::Bug, |row| row.exit)
    }

    /// A failure, unless it is one that says more: of a run that was cut short.
    #[must_use]
    pub fn or_fail(self) -> Self {
        match self {
            Self::Pass | Self::Usage | Self::Inconclusive => Self::Fail,
            other => other,
        }
    }

    pub fn code(self) -> u8 {
        self.info().code
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_has_its_own_row_and_number() {
        let all = [
            Exit::Pass,
            Exit::Fail,
            Exit::Usage,
            Exit::Inconclusive,
            Exit::NoMatch,
            Exit::Bug,
            Exit::Interrupted,
        ];
        assert_eq!(EXITS.len(), all.len());
        for exit in all {
            assert_eq!(exit.info().exit, exit);
        }
        assert!(EXITS.is_sorted_by(|a, b| a.code < b.code));
    }
}
