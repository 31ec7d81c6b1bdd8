//! What a run finds, how soon and how surely, and how seldom it is wrong: measured, as data.
//!
//! Documentation, `explain`, the Trust line, the benchmark and the tests read it from here.

use std::fmt;

/// What happens to answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Break {
    /// Unreadable, refused, fenced where that is not allowed, against the schema, or a field lost.
    Broken,
    /// Another value, label or shape, or another format of a place that varies.
    Value,
    /// An optional field that was there in half of the answers is gone.
    Optional,
    /// Numbers are 12 % higher.
    Numbers,
}

impl Break {
    /// Its name in data and on the command line of the benchmark.
    pub fn word(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Value => "value",
            Self::Optional => "optional",
            Self::Numbers => "numbers",
        }
    }

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

/// Where it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One cell.
    Cell,
    /// The six cells of one prompt in one slot.
    Group,
    /// The 24 cells of one slot.
    Slot,
}

impl Scope {
    /// Its name in data and on the command line of the benchmark.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cell => "cell",
            Self::Group => "group",
            Self::Slot => "slot",
        }
    }

    /// How many cells it has in the suites that were measured.
    pub fn cells(self) -> u32 {
        match self {
            Self::Cell => 1,
            Self::Group => 6,
            Self::Slot => 24,
        }
    }

    /// What it is, in words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Cell => "one cell",
            Self::Group => "six cells of a prompt and slot",
            Self::Slot => "24 cells of a slot",
        }
    }
}

/// What a run knows of the runs before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum World {
    /// Nobody waits for the run, and earlier ones are kept.
    Kept,
    /// Nobody waits for the run, and nothing is known of earlier ones.
    Fresh,
    /// A person waits for the run: nothing is held back.
    ByHand,
}

impl World {
    /// All of them, in the order of the columns below.
    pub const ALL: [Self; 3] = [Self::Kept, Self::Fresh, Self::ByHand];

    /// What it is, in words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Kept => "earlier runs kept",
            Self::Fresh => "a fresh machine",
            Self::ByHand => "by hand",
        }
    }
}

/// Numbers of accepted answers of a cell that were measured.
pub const DEPTHS: [u32; 2] = [3, 5];

/// A figure by [`DEPTHS`], then by [`World::ALL`].
type ByDepth<T> = [[T; 3]; 2];

fn at<T: Copy>(figures: &ByDepth<T>, accepted: u32, world: World) -> Option<T> {
    let depth = DEPTHS.iter().rposition(|depth| *depth <= accepted)?;
    figures.get(depth)?.get(world as usize).copied()
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
    pub fn red(&self, accepted: u32, world: World) -> Option<[f64; 3]> {
        at(&self.red, accepted, world)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {} {}", self.kind.word(), self.scope.word(), self.share))
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
            [[0.37, 0.56, 0.73], [0.33, 0.57, 0.70], [0.37, 0.56, 0.73]],
            [[0.39, 0.66, 0.84], [0.33, 0.57, 0.70], [0.39, 0.66, 0.84]],
        ],
    },
    Row {
        kind: Break::Broken,
        scope: Scope::Group,
        share: 40,
        wish: [Some(0.85), Some(0.99), None],
        red: [
            [[0.96, 1.0, 1.0], [0.95, 1.0, 1.0], [0.96, 1.0, 1.0]],
            [[0.93, 1.0, 1.0], [0.91, 0.98, 0.98], [0.93, 1.0, 1.0]],
        ],
    },
    Row {
        kind: Break::Broken,
        scope: Scope::Slot,
        share: 10,
        wish: [None, Some(0.90), Some(0.97)],
        red: [
            [[0.66, 0.91, 1.0], [0.68, 0.85, 0.93], [0.66, 0.91, 1.0]],
            [[0.71, 0.92, 0.98], [0.58, 0.85, 0.92], [0.71, 0.92, 0.98]],
        ],
    },
    Row {
        kind: Break::Value,
        scope: Scope::Group,
        share: 100,
        wish: [None, Some(0.99), None],
        red: [
            [[0.97, 0.99, 0.99], [0.97, 0.98, 0.99], [0.97, 0.99, 0.99]],
            [[0.99, 1.0, 1.0], [0.99, 0.99, 1.0], [0.99, 1.0, 1.0]],
        ],
    },
    Row {
        kind: Break::Value,
        scope: Scope::Cell,
        share: 100,
        wish: [None, Some(0.95), Some(0.99)],
        red: [
            [[0.0, 0.86, 0.90], [0.72, 0.77, 0.82], [0.57, 0.86, 0.90]],
            [[0.0, 0.96, 0.96], [0.86, 0.93, 0.93], [0.86, 0.96, 0.96]],
        ],
    },
    Row {
        kind: Break::Value,
        scope: Scope::Group,
        share: 50,
        wish: [None, Some(0.80), Some(0.95)],
        red: [
            [[0.64, 0.83, 0.85], [0.66, 0.79, 0.83], [0.64, 0.83, 0.85]],
            [[0.73, 0.92, 0.96], [0.74, 0.85, 0.88], [0.73, 0.92, 0.96]],
        ],
    },
    Row {
        kind: Break::Value,
        scope: Scope::Group,
        share: 25,
        wish: [None, None, Some(0.75)],
        red: [
            [[0.11, 0.15, 0.21], [0.11, 0.20, 0.27], [0.11, 0.15, 0.21]],
            [[0.17, 0.45, 0.56], [0.23, 0.35, 0.48], [0.17, 0.45, 0.56]],
        ],
    },
    Row {
        kind: Break::Optional,
        scope: Scope::Group,
        share: 100,
        wish: [None, Some(0.90), Some(0.99)],
        red: [
            [[0.72, 0.92, 0.96], [0.82, 0.84, 0.86], [0.72, 0.92, 0.96]],
            [[0.93, 0.98, 1.0], [0.93, 0.95, 0.95], [0.93, 0.98, 1.0]],
        ],
    },
    Row {
        kind: Break::Numbers,
        scope: Scope::Group,
        share: 100,
        wish: [None, None, None],
        red: [
            [[0.78, 0.91, 0.96], [0.85, 0.92, 0.95], [0.78, 0.91, 0.96]],
            [[0.88, 0.99, 1.0], [0.90, 0.96, 0.97], [0.88, 0.99, 1.0]],
        ],
    },
];

/// Another value in one more of 100 answers every night, in six cells of a prompt and slot: how
/// surely that is red before half of the answers moved.
pub fn slow(accepted: u32, world: World) -> Option<f64> {
    const RED: ByDepth<f64> = [[0.95, 0.88, 0.95], [0.95, 0.95, 0.95]];
    at(&RED, accepted, world)
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
pub fn quiet(accepted: u32, world: World) -> Option<Quiet> {
    const KEPT: [Quiet; 2] = [Quiet::of(0.03, 0.07, 0.25, 1.12), Quiet::of(0.05, 0.20, 0.50, 1.09)];
    const FRESH: [Quiet; 2] = [Quiet::of(0.08, 0.0, 0.78, 1.11), Quiet::of(0.09, 0.0, 0.89, 1.08)];
    at(&columns(KEPT, FRESH), accepted, world)
}

/// The same where cells vary more one night and less the next.
pub fn shifting(accepted: u32, world: World) -> Option<Quiet> {
    const KEPT: [Quiet; 2] = [Quiet::of(1.5, 0.0, 13.0, 1.17), Quiet::of(1.5, 0.0, 13.0, 1.11)];
    const FRESH: [Quiet; 2] = [Quiet::of(1.6, 0.0, 13.0, 1.17), Quiet::of(1.3, 0.0, 12.0, 1.10)];
    at(&columns(KEPT, FRESH), accepted, world)
}

/// By hand nothing is held back, as on a fresh machine.
const fn columns(kept: [Quiet; 2], fresh: [Quiet; 2]) -> ByDepth<Quiet> {
    let ([three, five], [three_fresh, five_fresh]) = (kept, fresh);
    [[three, three_fresh, three_fresh], [five, five_fresh, five_fresh]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_break_is_found_by_what_it_is_and_later_runs_find_no_less() {
        for known in ROWS {
            assert_eq!(row(known.kind, known.scope, known.share), Some(known), "{known}");
            for (accepted, world) in DEPTHS.iter().flat_map(|n| World::ALL.map(|w| (*n, w))) {
                let red = known.red(accepted, world).unwrap();
                assert!(red.is_sorted() && red[0] >= 0.0 && red[2] <= 1.0, "{known} {world:?}");
            }
        }
        assert_eq!(row(Break::Broken, Scope::Slot, 11), None);
    }

    #[test]
    fn what_was_not_measured_is_that_of_fewer_accepted_answers() {
        let broken = row(Break::Broken, Scope::Cell, 50).unwrap();
        assert_eq!(broken.red(4, World::Kept), broken.red(3, World::Kept));
        assert_eq!(broken.red(20, World::Fresh), broken.red(5, World::Fresh));
        assert_eq!(broken.red(2, World::Fresh), None);
        assert_eq!(quiet(2, World::Kept), None);
        assert_eq!(quiet(9, World::ByHand), quiet(5, World::Fresh));
        assert_ne!(shifting(5, World::Kept), shifting(3, World::Kept));
        assert_eq!(slow(3, World::Fresh), Some(0.88));
    }
}
