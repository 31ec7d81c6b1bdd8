//! The places of an answer that a breakage can hit.

use serde_json::Value;

use crate::domain::texts;
use crate::domain::{Declared, PointerPattern};
use crate::drift::places::{Found, OpenMembers, places};

/// What has to stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// The whole answer.
    Whole,
    /// The whole, where further keys are forbidden.
    Closed,
    /// The whole, where they are allowed.
    Open,
    /// A required member.
    Required,
    /// A required member that may not be null.
    NotNull,
    /// A value where null is allowed.
    Nullable,
    /// An optional member that is there.
    Optional,
    /// A text of a closed list with several.
    Choice,
    /// True or false.
    Switch,
    /// An integer.
    Integer,
    /// A number.
    Number,
    /// A number from 0 to 1.
    Share,
    /// An object or an array.
    Nested,
    /// An array of two or more.
    Several,
    /// The same, where order may say something.
    Sequence,
    /// A date such as `2026-05-01`.
    Date,
    /// A text of a number with decimals, a thousand or more.
    Thousands,
    /// A text such as `ORD-1182`.
    Prefixed,
    /// A text that people read.
    Prose,
}

/// A place that can be hit.
pub(super) struct Spot {
    pub(super) place: PointerPattern,
}

/// Places of a sort in an answer, those outside of arrays first.
pub(super) fn spots(usual: &Value, schema: Option<&Value>, target: Target) -> Vec<Spot> {
    let whole = schema.map(Declared::whole).unwrap_or_default();
    let fits_whole = match target {
        Target::Whole => Some(true),
        Target::Closed => Some(usual.is_object() && whole.is_closed()),
        Target::Open => Some(usual.is_object() && !whole.is_closed()),
        _ => None,
    };
    if let Some(fits) = fits_whole {
        return fits.then(|| Spot { place: PointerPattern::root() }).into_iter().collect();
    }
    let found = places(usual, schema, OpenMembers::All).found;
    let hit = found
        .into_iter()
        .filter(|(place, _)| usual.is_string() || !place.as_str().is_empty())
        .filter(|(place, found)| fits(target, place, found, schema));
    let mut spots: Vec<Spot> = hit.map(|(place, _)| Spot { place }).collect();
    spots.sort_by_key(|spot| spot.place.steps().any(|step| step == "*"));
    spots
}

/// What the schema says of a place.
pub(super) fn declared<'a>(schema: Option<&'a Value>, place: &PointerPattern) -> Declared<'a> {
    let whole = schema.map(Declared::whole).unwrap_or_default();
    place
        .steps()
        .fold(whole, |declared, step| declared.below(if step == "*" { "0" } else { &step }))
}

fn fits(target: Target, place: &PointerPattern, found: &Found<'_>, schema: Option<&Value>) -> bool {
    let Some(value) = found.values.iter().flatten().next().copied() else { return false };
    let says = &found.declared;
    let text = value.as_str().unwrap_or_default();
    match target {
        Target::Whole | Target::Closed | Target::Open => false,
        Target::Required => is_required(schema, place),
        Target::NotNull => is_required(schema, place) && !says.allows_null(),
        Target::Nullable => says.allows_null() && !value.is_null(),
        Target::Optional => !is_required(schema, place) && is_member(place),
        Target::Choice => value.is_string() && says.choices().len() > 1,
        Target::Switch => value.is_boolean(),
        Target::Integer => value.is_i64() && (says.is_integer() || !says.is_number()),
        Target::Number => value.is_number(),
        Target::Share => value.is_f64() && value.as_f64().is_some_and(|n| n > 0.0 && n <= 1.0),
        Target::Nested => value.is_object() || value.is_array(),
        Target::Several => value.as_array().is_some_and(|items| items.len() > 1),
        Target::Sequence => {
            value.as_array().is_some_and(|items| items.len() > 1) && !says.is_unique()
        }
        Target::Date => texts::format_of(text) == "date-iso",
        Target::Thousands => {
            texts::format_of(text).starts_with("number-")
                && text.split_once('.').is_some_and(|(whole, _)| whole.len() > 3)
        }
        Target::Prefixed => {
            let prefix = text.split_once('-').map(|(prefix, rest)| (prefix, rest.len()));
            says.choices().is_empty()
                && prefix.is_some_and(|(prefix, rest)| {
                    rest > 0 && prefix.len() > 1 && prefix.bytes().all(|b| b.is_ascii_alphabetic())
                })
                && !text.contains(' ')
        }
        Target::Prose => text.split_whitespace().count() >= 6,
    }
}

fn is_member(place: &PointerPattern) -> bool {
    place.steps().last().is_some_and(|step| step != "*")
}

fn is_required(schema: Option<&Value>, place: &PointerPattern) -> bool {
    let Some((parent, _)) = place.as_str().rsplit_once('/') else { return false };
    let parent = parent.parse().map(|parent| declared(schema, &parent));
    let name = place.steps().last().unwrap_or_default();
    is_member(place) && parent.is_ok_and(|parent| parent.requires(&name))
}
