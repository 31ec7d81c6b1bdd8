//! What each place of an answer is for.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{FieldRole, PointerPattern};

/// Roles by place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Roles(BTreeMap<PointerPattern, FieldRole>);

impl From<BTreeMap<PointerPattern, FieldRole>> for Roles {
    fn from(roles: BTreeMap<PointerPattern, FieldRole>) -> Self {
        Self(roles)
    }
}

impl Roles {
    /// The role of a place, if it has one.
    pub(crate) fn of(&self, place: &PointerPattern) -> Option<FieldRole> {
        self.0.get(place).copied()
    }

    /// All of them, in order.
    pub(crate) fn all(&self) -> &BTreeMap<PointerPattern, FieldRole> {
        &self.0
    }

    /// Places whose role was another one before, with both: frozen roles are changed by people.
    pub(crate) fn changed_since(
        &self,
        before: &Self,
    ) -> Vec<(PointerPattern, FieldRole, FieldRole)> {
        let changed = |(place, is): (&PointerPattern, &FieldRole)| {
            let was = before.of(place).filter(|was| was != is)?;
            Some((place.clone(), was, *is))
        };
        self.0.iter().filter_map(changed).collect()
    }

    /// The names of the members below a place that have a role, or lie above one that has.
    pub(super) fn below(&self, place: &PointerPattern) -> BTreeSet<String> {
        let depth = place.steps().count();
        let prefix = format!("{}/", place.as_str());
        let under = self.0.keys().skip_while(|key| !key.as_str().starts_with(&prefix));
        under
            .take_while(|key| key.as_str().starts_with(&prefix))
            .filter_map(|key| key.steps().nth(depth))
            .filter(|step| step != "*")
            .collect()
    }
}
