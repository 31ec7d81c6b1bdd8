//! How two answers are compared: what is left out, what may be worded anew, what may wobble.

use serde::Serialize;

use super::{Pointer, PointerPattern};

/// The `[compare]` rules of one cell.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CompareRules {
    /// Removed before comparing, and never in a snapshot.
    pub ignore: Vec<PointerPattern>,
    /// Texts whose wording may change.
    pub prose: Vec<PointerPattern>,
    /// Numbers that may differ by at most this much (absolute, inclusive).
    pub tolerance: Vec<(PointerPattern, f64)>,
    /// Arrays whose order says nothing.
    pub unordered: Vec<PointerPattern>,
}

impl CompareRules {
    /// Whether the place is left out.
    pub fn is_ignored(&self, pointer: &Pointer) -> bool {
        any(&self.ignore, pointer)
    }

    /// Whether the wording at the place may change.
    pub fn is_prose(&self, pointer: &Pointer) -> bool {
        any(&self.prose, pointer)
    }

    /// Whether the array at the place is a set.
    pub fn is_unordered(&self, pointer: &Pointer) -> bool {
        any(&self.unordered, pointer)
    }

    /// How far the number at the place may move; the last rule that names the place wins.
    pub fn tolerance(&self, pointer: &Pointer) -> Option<f64> {
        let named = |(pattern, _): &&(PointerPattern, f64)| pattern.matches(pointer);
        self.tolerance.iter().rev().find(named).map(|(_, by)| *by)
    }
}

fn any(patterns: &[PointerPattern], pointer: &Pointer) -> bool {
    patterns.iter().any(|pattern| pattern.matches(pointer))
}
