//! What was accepted under other rules of comparing, seen by today's.

use std::collections::BTreeMap;

use super::Prepared;
use crate::domain::{
    CaseProfile, CompareRules, Facet, FacetFamily, FieldRole, Pointer, PointerPattern, Profile,
};
use crate::drift::Roles;

/// Whether the rules were edited since the answer of a cell was accepted.
pub(super) fn is_changed(cell: &Prepared) -> bool {
    let accepted = cell.accepted.as_ref();
    accepted.is_some_and(|accepted| accepted.meta.is_ruled_otherwise(&cell.cell.compare))
}

/// The frozen roles, but for the places of which today's rules say another one.
pub(super) fn roles(profile: &Profile, rules: &CompareRules) -> Roles {
    let counted = profile.cases.values().flat_map(|case| case.facets.keys());
    let places = counted.map(|facet| &facet.place).chain(profile.roles.keys());
    let said = places.filter_map(|place| Some((place.clone(), said(place, rules)?)));
    let mut today: BTreeMap<_, _> = profile.roles.clone();
    today.extend(said);
    Roles::from(today)
}

fn said(place: &PointerPattern, rules: &CompareRules) -> Option<FieldRole> {
    let place: Pointer = place.as_str().parse().ok()?;
    let mut at = Pointer::root();
    for step in place.steps() {
        at = at.key(&step);
        if rules.is_ignored(&at) {
            return Some(FieldRole::Volatile);
        }
    }
    rules.role(&place)
}

/// Drops what was counted of places that are compared otherwise today.
pub(super) fn forget(
    case: &mut CaseProfile,
    (frozen, today): (&BTreeMap<PointerPattern, FieldRole>, &Roles),
    rules: &CompareRules,
) {
    let holds = |facet: &Facet| {
        let role = today.of(&facet.place);
        let is_whole = matches!(
            facet.family,
            FacetFamily::Value | FacetFamily::Count | FacetFamily::Undeclared
        );
        let place = facet.place.as_str().parse::<Pointer>().unwrap_or_else(|_| Pointer::root());
        let mut shaping = rules.ignore.iter().chain(&rules.unordered);
        role != Some(FieldRole::Volatile)
            && (facet.family == FacetFamily::Shape || role == frozen.get(&facet.place).copied())
            && !(is_whole && shaping.any(|pattern| reaches(pattern, &place)))
    };
    case.facets.retain(|facet, _| holds(facet));
    case.numbers.retain(|facet, _| holds(facet));
}

/// Whether a pattern names a place or something in it.
fn reaches(pattern: &PointerPattern, place: &Pointer) -> bool {
    let depth = place.steps().count();
    let pattern: Option<Pointer> = pattern.as_str().parse().ok();
    let steps: Vec<String> = pattern.iter().flat_map(Pointer::steps).collect();
    let above = steps
        .get(..depth)
        .map(|steps| steps.iter().fold(Pointer::root(), |at, step| at.key(step)).as_str().parse());
    above.is_some_and(|above: Result<PointerPattern, _>| above.is_ok_and(|it| it.matches(place)))
}
