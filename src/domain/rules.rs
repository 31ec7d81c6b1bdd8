//! How two answers are compared: what is left out, what may be worded anew, what may wobble.

use serde::Serialize;

use super::{FieldRole, Hash, Pointer, PointerPattern, SnapshotMeta};

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
    /// What single places are for, where the suite says so. Shapes no answer: it decides only how
    /// much a change weighs.
    pub roles: Vec<(PointerPattern, FieldRole)>,
}

impl CompareRules {
    /// Names the rules in the header of a snapshot; `None` where there are none.
    pub fn hash(&self) -> Option<Hash> {
        let rules = serde_json::to_value(self).ok().filter(|_| *self != Self::default())?;
        Some(Hash::from(Hash::of_json(&rules).short(SnapshotMeta::DIGITS).to_owned()))
    }

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

    /// What the suite says the place is for; the last rule that names the place wins. What stands
    /// in the other lists is said too: prose is free text, an unordered array a set, and a number
    /// with a tolerance is numeric.
    pub fn role(&self, pointer: &Pointer) -> Option<FieldRole> {
        let named = |(pattern, _): &&(PointerPattern, FieldRole)| pattern.matches(pointer);
        let said = self.roles.iter().rev().find(named).map(|(_, role)| *role);
        said.or_else(|| {
            [
                (self.is_ignored(pointer), FieldRole::Volatile),
                (self.is_prose(pointer), FieldRole::FreeText),
                (self.is_unordered(pointer), FieldRole::Set),
                (self.tolerance(pointer).is_some(), FieldRole::Numeric),
            ]
            .into_iter()
            .find_map(|(holds, role)| holds.then_some(role))
        })
    }

    /// How far the number at the place may move; the last rule that names the place wins.
    pub fn tolerance(&self, pointer: &Pointer) -> Option<f64> {
        let named = |(pattern, _): &&(PointerPattern, f64)| pattern.matches(pointer);
        self.tolerance.iter().rev().find(named).map(|(_, by)| *by)
    }

    /// Whether the number at the place may move from one to the other. The limit belongs to what is
    /// allowed, and stays so for decimal fractions that a double cannot hold (0.9 and 0.85 differ by
    /// 0.05).
    pub fn allows(&self, pointer: &Pointer, was: f64, is: f64) -> bool {
        self.tolerance(pointer).is_some_and(|most| {
            let noise = f64::EPSILON * was.abs().max(is.abs()).max(most) * 2.0;
            (was - is).abs() <= most + noise
        })
    }
}

fn any(patterns: &[PointerPattern], pointer: &Pointer) -> bool {
    patterns.iter().any(|pattern| pattern.matches(pointer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_that_is_said_wins_over_what_follows_from_the_other_lists() {
        let pattern = |text: &str| text.parse::<PointerPattern>().unwrap();
        let rules = CompareRules {
            prose: vec![pattern("/summary"), pattern("/title")],
            unordered: vec![pattern("/tags")],
            tolerance: vec![(pattern("/score"), 0.1)],
            roles: vec![
                (pattern("/title"), FieldRole::FreeText),
                (pattern("/title"), FieldRole::Exact),
            ],
            ..CompareRules::default()
        };
        let role = |at: &str| rules.role(&at.parse().unwrap());
        assert_eq!(role("/summary"), Some(FieldRole::FreeText));
        assert_eq!(role("/title"), Some(FieldRole::Exact));
        assert_eq!(role("/tags"), Some(FieldRole::Set));
        assert_eq!(role("/score"), Some(FieldRole::Numeric));
        assert_eq!(role("/other"), None);
    }
}
