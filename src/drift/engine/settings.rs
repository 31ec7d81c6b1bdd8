//! What a decision takes for granted: one table. The figures are those that the benchmark measures.

use crate::domain::{Deviation, DeviationKind, FacetFamily, Scope};

/// Shares of new answers that are looked for; between them little is lost.
pub(super) const SHARES: [f64; 4] = [0.1, 0.25, 0.5, 1.0];

/// Which changes are looked for: a share of the answers, by its place in [`SHARES`], and in which
/// part of the cells.
pub(super) type Alternatives = &'static [(usize, f64)];

/// A value of one cell.
pub(super) const LONE: Alternatives = &[(3, 1.0)];
/// The contract of one cell.
pub(super) const CELL: Alternatives = &[(2, 1.0), (3, 1.0)];
/// Cells together: some answers of all of them, or all answers of some of them.
pub(super) const GROUP: Alternatives = &[(0, 1.0), (1, 1.0), (2, 1.0), (3, 0.5), (3, 0.95)];

/// Shares of the cells of a place that vary, each cell at a rate of its own; or, below 0, the one
/// rate at which all of them vary.
pub(super) const VARYING: [f64; 12] =
    [0.01, 0.03, 0.1, 0.3, 0.6, 1.0, -0.003, -0.01, -0.03, -0.06, -0.12, -0.25];

/// The place of the share 1 in [`VARYING`]: a cell that varied is sure to vary.
pub(super) const SURELY: usize = 5;

/// How likely each of [`VARYING`] is before anything is known, of values.
pub(super) const OFTEN: Weights =
    [0.15, 0.12, 0.12, 0.12, 0.06, 0.03, 0.06, 0.09, 0.09, 0.08, 0.05, 0.03];

/// The same of everything else.
pub(super) const SELDOM: Weights =
    [0.40, 0.18, 0.10, 0.06, 0.04, 0.02, 0.07, 0.05, 0.03, 0.02, 0.02, 0.01];

/// Weights of [`VARYING`].
pub(super) type Weights = [f64; VARYING.len()];

/// Worth of a cell of another slot in telling how often a place varies.
pub(super) const OTHER_SLOT: f64 = 0.33;

/// A single cell has broken from so many broken answers on: three or four in a row happen to cells
/// that break now and then, six seldom.
pub(super) const LEAST_BROKEN: u32 = 6;

/// Most further calls to one cell, and to one scope, in one run.
pub(crate) const MOST_OF_CELL: u32 = 24;
pub(super) const MOST_OF_SCOPE: u32 = 48;

/// So many answers of a cell of which one is accepted: whether they agree is all that can be told.
pub(super) const MOST_OF_SHALLOW: u32 = 3;

/// Cells of a scope that are asked at once.
pub(super) const AT_ONCE: usize = 6;

/// Runs that are looked at together: a rare fault needs several, a fresh one must not drown.
pub(super) const WINDOWS: [usize; 4] = [1, 2, 4, 8];

/// Further calls per cell of the suite that values share which are new once.
pub(super) const SOFT: f64 = 0.05;

/// Such calls that even a small suite has, and all further ones that it has.
pub(super) const LEAST_CALLS: (u32, u32) = (4, 24);

/// From so many times the evidence that is worth a call, calls are no longer bound by [`SOFT`].
pub(super) const STRONG: f64 = 25.0;

/// A value of a single cell is suspect from this part of its threshold on.
pub(super) const SUSPECT: f64 = 0.1;

/// With fewer accepted answers it is not known whether a cell varies, and no value of it alone is
/// ever called changed.
pub(super) const DEEP: u32 = 2;

/// What a deviation is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Prior {
    /// Unchanged cells hardly ever break.
    Broken,
    /// A place varies in few cells, or in all.
    Unseen,
    /// How often it was seen among the accepted answers says all.
    Share,
}

impl Prior {
    pub(super) fn of(deviation: &Deviation) -> Self {
        match deviation.kind {
            DeviationKind::Broken => Self::Broken,
            DeviationKind::Lost | DeviationKind::Unseen => Self::Unseen,
            _ => Self::Share,
        }
    }
}

/// From which evidence on a deviation is a change (in a small suite), and from which on
/// a further call is worth its price.
pub(super) fn thresholds(deviation: &Deviation, scope: Scope) -> (f64, f64) {
    match (deviation.kind, scope) {
        (DeviationKind::Broken, Scope::Cell) => (2_000.0, 10.0),
        (DeviationKind::Broken, Scope::Prompt) => (3_000.0, 4.0),
        (DeviationKind::Broken, _) => (1_000.0, 0.5),
        (DeviationKind::Lost, Scope::Cell) => (20_000.0, 50.0),
        (DeviationKind::Lost, _) => (10_000.0, 8.0),
        (DeviationKind::Unseen, Scope::Cell) => (300_000.0, 4.0),
        (DeviationKind::Unseen, _) => (50_000.0, 8.0),
        _ => (5_000.0, 8.0),
    }
}

/// In a suite of more cells the threshold grows with it: the whole suite, not each cell, is wrong in
/// about one of a hundred runs. Values of single cells are wrong oftener than the rest.
pub(super) fn cells(deviation: &Deviation, scope: Scope) -> f64 {
    match (deviation.kind, scope) {
        (DeviationKind::Lost | DeviationKind::Unseen, Scope::Cell) => 50.0,
        _ => 100.0,
    }
}

/// Whether a deviation of a single cell waits for the next run, where runs are kept.
pub(super) fn waits(deviation: &Deviation) -> bool {
    use FacetFamily::{Class, Count, Number, Value};
    deviation.kind == DeviationKind::Unseen
        && matches!(deviation.facet.family, Value | Count | Number | Class)
}

/// How early a deviation is asked about: broken answers first, then what few places show, then values.
pub(super) fn urgency(deviation: &Deviation) -> f64 {
    match deviation.kind {
        DeviationKind::Broken | DeviationKind::Lost => 1e6,
        DeviationKind::Unseen | DeviationKind::Moved => 1.0,
        _ => 1e3,
    }
}

/// A single cell that breaks is asked before all others, and is bound by [`MOST_OF_CELL`] alone.
pub(super) const BEFORE_ALL: f64 = 1e12;
