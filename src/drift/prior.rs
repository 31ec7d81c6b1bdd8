//! What is believed before anything is seen: one row per family of facets.
//!
//! The weights say how likely it is that a facet of that family varies a little, or much, from one
//! answer to the next of an unchanged model; `change` how likely a single cell changes there from
//! one run to the next.

use crate::domain::{FacetFamily, Weight};

/// How many concentrations are told apart.
pub const CONCENTRATIONS: usize = 7;

/// The concentrations of the urn that an unchanged cell draws from: the larger, the more it varies.
pub const GRID: [f64; CONCENTRATIONS] = [0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0];

/// How likely each concentration of [`GRID`] is; they add up to 1.
pub type Weights = [f64; CONCENTRATIONS];

/// Shares of answers that a common change can hit.
pub const SHARES: [f64; 6] = [0.05, 0.1, 0.25, 0.5, 0.75, 1.0];

/// Rates of the two alternatives in which a cell only now and then does something new.
pub const RATES: [f64; 2] = [0.20, 0.05];

/// What is believed of the three alternatives for a single cell: another behaviour altogether, or
/// something new at one of [`RATES`].
pub const ALONE: [f64; 3] = [0.8, 0.1, 0.1];

/// The same for cells that share a change.
pub const TOGETHER: [f64; 3] = [0.6, 0.2, 0.2];

/// How likely a common change is where nothing speaks for one.
pub const QUIET: f64 = 0.01;

/// The same where the version is known or suspected to have moved.
pub const MOVED: f64 = 0.05;

/// What is believed of one family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// The family itself.
    pub family: FacetFamily,
    /// How much a deviation can matter.
    pub weight: Weight,
    /// How likely a single cell changes there.
    pub change: f64,
    /// How much it varies by itself.
    pub weights: Weights,
}

macro_rules! priors {
    ($($family:ident $weight:ident $change:literal $weights:expr;)*) => {
        /// The table, in the order of the families.
        pub const PRIORS: &[Prior] = &[$(Prior {
            family: FacetFamily::$family,
            weight: Weight::$weight,
            change: $change,
            weights: $weights,
        }),*];
    };
}

const RIGID: Weights = [0.85, 0.08, 0.03, 0.02, 0.01, 0.01, 0.0];
const FIRM: Weights = [0.70, 0.12, 0.06, 0.05, 0.05, 0.02, 0.0];
const LOOSE: Weights = [0.60, 0.15, 0.10, 0.08, 0.06, 0.01, 0.0];

priors! {
    Contract Contract 0.02 RIGID;
    Shape Form 0.01 FIRM;
    Undeclared Form 0.01 RIGID;
    Format Form 0.01 FIRM;
    Value Answer 0.005 [0.40, 0.15, 0.10, 0.10, 0.20, 0.05, 0.0];
    Count Form 0.006 [0.55, 0.15, 0.10, 0.08, 0.10, 0.02, 0.0];
    Order Form 0.006 LOOSE;
    Magnitude Form 0.01 FIRM;
    Text Form 0.01 FIRM;
    Markdown Cosmetic 0.01 FIRM;
    Length Cosmetic 0.006 LOOSE;
    KeyOrder Cosmetic 0.01 [0.80, 0.10, 0.04, 0.03, 0.02, 0.01, 0.0];
    Layout Cosmetic 0.01 RIGID;
}

impl Prior {
    /// The row of a family.
    #[expect(clippy::indexing_slicing, reason = "a test holds the table to one row per family")]
    pub fn of(family: FacetFamily) -> &'static Self {
        &PRIORS[family as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_its_row() {
        assert_eq!(PRIORS.len(), FacetFamily::ALL.len());
        for family in FacetFamily::ALL {
            let row = Prior::of(*family);
            assert_eq!(row.family, *family);
            assert!((row.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}
