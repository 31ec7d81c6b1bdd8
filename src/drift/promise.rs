//! What a run finds, how soon and how surely, and how seldom it is wrong: measured, as data.
//!
//! Documentation, `explain`, the Trust line, the benchmark and the tests read it from here.

use std::fmt;

use crate::domain::{Break, Scope, Setting};

impl Break {
    /// What it is, in words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Broken => {
                "broken: unreadable, refused, fenced where strict, against the schema, a field lost"
            }
            Self::Value => "another value, label or shape, another format of a place that varies",
            Self::Optional => "an optional field, there in half of the answers, is gone",
            Self::Numbers => "numbers are 12 % higher",
        }
    }
}

/// Numbers of accepted answers of a cell that were measured.
pub const DEPTHS: [u32; 2] = [3, 5];

/// The settings that were measured, with what each is in words.
pub const SETTINGS: [(Setting, &str); 3] = [
    (Setting::RunsKept, "earlier runs kept"),
    (Setting::FreshMachine, "a fresh machine"),
    (Setting::ByHand, "by hand"),
];

/// A figure by [`DEPTHS`], then by [`SETTINGS`].
type ByDepth<T> = [[T; 3]; 2];

fn at<T: Copy>(figures: &ByDepth<T>, accepted: u32, setting: Setting) -> Option<T> {
    let depth = DEPTHS.iter().rposition(|depth| *depth <= accepted)?;
    let setting = SETTINGS.iter().position(|known| known.0 == setting)?;
    figures.get(depth)?.get(setting).copied()
}

/// One kind of break, and how surely it is red by the first, second and third run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// What happens.
    pub kind: Break,
    /// Where.
    pub scope: Scope,
    /// In how many of 100 answers.
    pub share: u32,
    /// What people would want by run 1, 2 and 3; nothing where they want nothing.
    pub wish: [Option<f64>; 3],
    red: ByDepth<[f64; 3]>,
}

impl Row {
    /// The probability that it is red by run 1, 2 and 3; none with fewer than three accepted answers.
    pub fn red(&self, accepted: u32, setting: Setting) -> Option<[f64; 3]> {
        at(&self.red, accepted, setting)
    }
}

/// As the benchmark names it: `broken group 40`.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scope, ..) = measured(self.scope);
        f.pad(&format!("{} {scope} {}", self.kind, self.share))
    }
}

impl Row {
    /// Where it was measured, in words.
    pub fn cells(&self) -> &'static str {
        measured(self.scope).2
    }

    /// Of how many cells together.
    pub fn size(&self) -> usize {
        measured(self.scope).1
    }
}

/// A scope in a word, and as it was measured: of how many cells, and in words.
fn measured(scope: Scope) -> (&'static str, usize, &'static str) {
    match scope {
        Scope::Cell => ("cell", 1, "one cell"),
        Scope::Prompt => ("group", 6, "six cells of a prompt and slot"),
        Scope::Slot => ("slot", 24, "24 cells of a slot"),
        Scope::Suite => ("suite", 96, "all 96 cells"),
    }
}

/// Finds the row of a break.
pub fn row(kind: Break, scope: Scope, share: u32) -> Option<&'static Row> {
    ROWS.iter().find(|row| (row.kind, row.scope, row.share) == (kind, scope, share))
}

const ALWAYS: ByDepth<[f64; 3]> = [[[1.0; 3]; 3]; 2];

/// Every break that was measured: suites of 4 prompts, 6 cases and 4 slots, one new answer a cell.
pub const ROWS: &[Row] = &[
    Row {
        kind: Break::Broken,
        scope: Scope::Cell,
        share: 100,
        wish: [Some(0.99), Some(1.0), None],
        red: ALWAYS,
    },
    Row {
        kind: Break::Broken,
        scope: Scope::Cell,
        share: 50,
        wish: [None, Some(0.70), Some(0.85)],
        red: [
            [[0.43, 0.64, 0.75], [0.43, 0.64, 0.75], [0.43, 0.64, 0.75]],
            [[0.43, 0.75, 0.86], [0.43, 0.75, 0.86], [0.43, 0.75, 0.86]],
        ],
    },
    Row {
        kind: Break::Broken,
        scope: Scope::Prompt,
        share: 40,
        wish: [Some(0.85), Some(0.99), None],
        red: [
            [[0.95, 1.0, 1.0], [0.95, 1.0, 1.0], [0.93, 1.0, 1.0]],
            [[0.96, 1.0, 1.0], [0.96, 1.0, 1.0], [0.96, 1.0, 1.0]],
        ],
    },
    Row {
        kind: Break::Broken,
        scope: Scope::Slot,
        share: 10,
        wish: [None, Some(0.90), Some(0.97)],
        red: [
            [[0.69, 0.95, 0.98], [0.70, 0.94, 0.98], [0.61, 0.89, 0.96]],
            [[0.64, 0.89, 0.96], [0.64, 0.89, 0.96], [0.64, 0.89, 0.96]],
        ],
    },
    Row {
        kind: Break::Value,
        scope: Scope::Prompt,
        share: 100,
        wish: [None, Some(0.99), None],
        red: ALWAYS,
    },
    Row {
        kind: Break::Value,
        scope: Scope::Cell,
        share: 100,
        wish: [None, Some(0.95), Some(0.99)],
        red: [
            [[0.00, 0.77, 0.86], [0.73, 0.78, 0.81], [0.71, 0.79, 0.89]],
            [[0.00, 0.96, 0.96], [0.93, 0.96, 0.96], [0.93, 0.96, 0.96]],
        ],
    },
    Row {
        kind: Break::Value,
        scope: Scope::Prompt,
        share: 50,
        wish: [None, Some(0.80), Some(0.95)],
        red: [
            [[0.66, 0.86, 0.94], [0.66, 0.84, 0.88], [0.68, 0.88, 0.94]],
            [[0.74, 0.94, 0.98], [0.72, 0.92, 0.98], [0.74, 0.94, 0.98]],
        ],
    },
    Row {
        kind: Break::Value,
        scope: Scope::Prompt,
        share: 25,
        wish: [None, None, Some(0.75)],
        red: [
            [[0.10, 0.24, 0.34], [0.12, 0.18, 0.26], [0.10, 0.24, 0.34]],
            [[0.20, 0.44, 0.68], [0.22, 0.40, 0.58], [0.22, 0.46, 0.68]],
        ],
    },
    Row {
        kind: Break::Optional,
        scope: Scope::Prompt,
        share: 100,
        wish: [None, Some(0.90), Some(0.99)],
        red: [
            [[0.80, 0.95, 1.0], [0.88, 0.89, 0.92], [0.79, 1.0, 1.0]],
            [[0.89, 0.96, 1.0], [0.89, 0.89, 0.89], [0.89, 0.96, 1.0]],
        ],
    },
    Row {
        kind: Break::Numbers,
        scope: Scope::Prompt,
        share: 100,
        wish: [None, None, None],
        red: [
            [[0.86, 0.95, 0.97], [0.87, 0.94, 0.97], [0.79, 0.93, 0.93]],
            [[0.79, 0.89, 1.0], [0.79, 0.86, 0.93], [0.79, 0.89, 1.0]],
        ],
    },
];

/// Another value in one more of 100 answers every night, in six cells of a prompt and slot: how
/// surely that is red before half of the answers moved.
pub fn slow(accepted: u32, setting: Setting) -> Option<f64> {
    const RED: ByDepth<f64> = [[0.75, 0.69, 0.75], [0.94, 0.94, 0.94]];
    at(&RED, accepted, setting)
}

/// How often a run is wrong, and what it costs, where nothing changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quiet {
    /// Cells that become red, of 1,000 in one run.
    pub red: f64,
    /// The same of cells that are suspect.
    pub suspect: f64,
    /// Runs that newly fail, of 100.
    pub nights: f64,
    /// Calls of a cell in one run.
    pub calls: f64,
}

impl Quiet {
    const fn of(red: f64, suspect: f64, nights: f64, calls: f64) -> Self {
        Self { red, suspect, nights, calls }
    }

    /// At most this should be wrong in a suite of 96 cells that vary as they always did.
    pub const WISH: Self = Self::of(0.05, f64::INFINITY, 1.0, 1.10);
    /// The same where cells vary more one night and less the next.
    pub const WISH_SHIFTING: Self = Self::of(4.0, f64::INFINITY, f64::INFINITY, f64::INFINITY);
    /// The same in recorded answers of a real model.
    pub const WISH_REAL: Self = Self::of(1.0, f64::INFINITY, f64::INFINITY, 1.10);
}

/// What a run without a change comes to where cells vary as they always did.
pub fn quiet(accepted: u32, setting: Setting) -> Option<Quiet> {
    const KEPT: [Quiet; 2] = [Quiet::of(0.07, 1.06, 0.6, 1.15), Quiet::of(0.05, 0.60, 0.5, 1.10)];
    const FRESH: [Quiet; 2] = [Quiet::of(0.05, 1.06, 0.5, 1.14), Quiet::of(0.05, 0.47, 0.5, 1.09)];
    const HAND: [Quiet; 2] = [Quiet::of(0.07, 1.06, 0.6, 1.15), Quiet::of(0.05, 0.47, 0.5, 1.10)];
    at(&columns([KEPT, FRESH, HAND]), accepted, setting)
}

/// The same where cells vary more one night and less the next.
pub fn shifting(accepted: u32, setting: Setting) -> Option<Quiet> {
    const KEPT: [Quiet; 2] = [Quiet::of(0.33, 2.93, 3.1, 1.22), Quiet::of(0.98, 1.95, 7.8, 1.12)];
    const FRESH: [Quiet; 2] = [Quiet::of(0.81, 1.79, 7.8, 1.21), Quiet::of(0.98, 0.65, 7.8, 1.13)];
    const HAND: [Quiet; 2] = [Quiet::of(0.81, 2.28, 6.2, 1.23), Quiet::of(0.98, 0.33, 7.8, 1.12)];
    at(&columns([KEPT, FRESH, HAND]), accepted, setting)
}

/// From figures by setting, then by depth.
const fn columns([kept, fresh, hand]: [[Quiet; 2]; 3]) -> ByDepth<Quiet> {
    let ([kept_3, kept_5], [fresh_3, fresh_5], [hand_3, hand_5]) = (kept, fresh, hand);
    [[kept_3, fresh_3, hand_3], [kept_5, fresh_5, hand_5]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_break_is_found_by_what_it_is_and_later_runs_find_no_less() {
        for known in ROWS {
            assert_eq!(row(known.kind, known.scope, known.share), Some(known), "{known}");
            for (accepted, setting) in DEPTHS.iter().flat_map(|n| SETTINGS.map(|of| (*n, of.0))) {
                let red = known.red(accepted, setting).unwrap();
                assert!(red.is_sorted() && red[0] >= 0.0 && red[2] <= 1.0, "{known} {setting:?}");
            }
        }
        assert_eq!(row(Break::Broken, Scope::Slot, 11), None);
    }

    #[test]
    fn what_was_not_measured_is_that_of_fewer_accepted_answers() {
        let broken = row(Break::Broken, Scope::Cell, 50).unwrap();
        assert_eq!(broken.red(4, Setting::RunsKept), broken.red(3, Setting::RunsKept));
        assert_eq!(broken.red(20, Setting::FreshMachine), broken.red(5, Setting::FreshMachine));
        assert_eq!(broken.red(2, Setting::FreshMachine), None);
        assert_eq!(quiet(2, Setting::RunsKept), None);
        assert_eq!(quiet(5, Setting::Closed), None);
        assert_eq!(quiet(9, Setting::ByHand), quiet(5, Setting::ByHand));
        assert_ne!(shifting(5, Setting::RunsKept), shifting(3, Setting::RunsKept));
        assert_eq!(slow(4, Setting::FreshMachine), slow(3, Setting::FreshMachine));
    }
}
