//! How much a change weighs in a cell, and which kind of change the deviation of a facet is.

use serde_json::Value;

use crate::domain::{
    Cell, Change, Facet, FacetFamily, Family, FieldRole, Kind, Level, ServedModelPolicy, Strictness,
};

/// How much a change weighs in this cell.
pub fn level(cell: &Cell, change: &Change) -> Level {
    weigh(cell, change.kind, change.role)
}

/// How much a kind weighs in this cell, at a place of this role. The suite's `[levels]` speak
/// last; below them the gate's strictness decides whether kind or role do.
pub fn weigh(cell: &Cell, kind: Kind, role: Option<FieldRole>) -> Level {
    let is_bump = matches!(kind, Kind::ServedModelChanged | Kind::SilentModelSwap);
    if is_bump && cell.gate.served_model == ServedModelPolicy::Pass {
        return Level::Info;
    }
    if let Some(level) = cell.levels.0.get(&kind) {
        return *level;
    }
    let row = kind.info();
    match cell.gate.strictness {
        Strictness::Exact => row.level,
        Strictness::Contract => role.and_then(|role| row.class.level(role)).unwrap_or(row.level),
        Strictness::Schema if row.family == Family::Cause => row.level,
        Strictness::Schema => Level::Info,
    }
}

/// The kind of change that the deviation of a facet is: from the category that the accepted answers
/// usually have to the one that came instead, at a place of this role. `None` where the new answers
/// are better: valid, where the accepted ones were not.
pub fn kind_of(facet: &Facet, usual: &str, seen: &str, role: Option<FieldRole>) -> Option<Kind> {
    let either = |word: &str| usual.contains(word) || seen.contains(word);
    Some(match facet.family {
        FacetFamily::Contract => seen.split('/').next().and_then(|id| id.parse().ok())?,
        FacetFamily::Shape => shape(usual, seen),
        FacetFamily::Undeclared if seen == "none" => Kind::FieldRemoved,
        FacetFamily::Undeclared => Kind::FieldAdded,
        FacetFamily::Format => Kind::FormatShift,
        FacetFamily::Count => Kind::CardinalityShift,
        FacetFamily::Order => Kind::OrderChanged,
        FacetFamily::Magnitude => Kind::MagnitudeShift,
        FacetFamily::Text if seen.contains("placeholder") && !usual.contains("placeholder") => {
            Kind::Placeholder
        }
        FacetFamily::Text => Kind::ScriptShift,
        FacetFamily::Markdown => Kind::MarkdownInText,
        FacetFamily::Length => Kind::VerbosityChanged,
        FacetFamily::KeyOrder => Kind::KeyOrderChanged,
        FacetFamily::Layout if either("fenced") => Kind::WrappedInFence,
        FacetFamily::Layout => Kind::LayoutChanged,
        FacetFamily::Value => match role {
            Some(FieldRole::Enumerable) => Kind::EnumValueChanged,
            Some(FieldRole::Numeric) => Kind::NumberOutOfTolerance,
            Some(FieldRole::FreeText) => Kind::TextReworded,
            Some(FieldRole::Set | FieldRole::Ordered) => items(usual, seen),
            _ => Kind::ValueChanged,
        },
    })
}

/// Of the shapes of a place: sets of JSON types, as in `absent|string`.
fn shape(usual: &str, seen: &str) -> Kind {
    let has = |shapes: &str, word: &str| shapes.split('|').any(|shape| shape == word);
    let gains = |word: &str| has(seen, word) && !has(usual, word);
    let loses = |word: &str| has(usual, word) && !has(seen, word);
    if gains("absent") {
        Kind::FieldRemoved
    } else if gains("null") {
        Kind::ValueToNull
    } else if loses("absent") {
        Kind::FieldAdded
    } else if loses("null") {
        Kind::NullToValue
    } else {
        Kind::TypeChanged
    }
}

/// Of two arrays in canonical form. Long ones are cut short, and then say no more than that they
/// differ.
fn items(usual: &str, seen: &str) -> Kind {
    let items = |text: &str| serde_json::from_str::<Vec<Value>>(text).ok();
    let (Some(before), Some(after)) = (items(usual), items(seen)) else {
        return Kind::ValueChanged;
    };
    let without = |many: &[Value], few: &[Value]| {
        let mut rest = few.to_vec();
        let is_left = |item: &&Value| match rest.iter().position(|one| one == *item) {
            Some(at) => {
                rest.swap_remove(at);
                false
            }
            None => true,
        };
        many.iter().filter(is_left).count()
    };
    match (without(&before, &after), without(&after, &before)) {
        (0, 0) => Kind::OrderChanged,
        (0, _) => Kind::ItemAdded,
        (_, 0) => Kind::ItemRemoved,
        _ => Kind::ValueChanged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(facet: &str, usual: &str, seen: &str, role: Option<FieldRole>) -> Option<Kind> {
        kind_of(&facet.parse().unwrap(), usual, seen, role)
    }

    #[test]
    fn the_deviation_of_a_facet_has_the_kind_that_a_person_would_call_it() {
        use FieldRole::{Enumerable, Exact, FreeText, Ordered, Set};
        for (facet, usual, seen, role, wanted) in [
            ("C", "ok", "fenced/fence", None, Kind::Fenced),
            ("C", "ok", "schema-violation/required@/label", None, Kind::SchemaViolation),
            ("C", "fenced/fence", "truncated", None, Kind::Truncated),
            ("S /note", "string", "absent", None, Kind::FieldRemoved),
            ("S /note", "absent", "string", None, Kind::FieldAdded),
            ("S /items/*/note", "string", "null|string", None, Kind::ValueToNull),
            ("S /due", "null", "string", None, Kind::NullToValue),
            ("S /n", "int", "float", None, Kind::TypeChanged),
            ("X", "none", "/why", None, Kind::FieldAdded),
            ("X", "/why", "none", None, Kind::FieldRemoved),
            ("F /due", "date-iso", "date-long", None, Kind::FormatShift),
            ("N /items", "3", "1", Some(Ordered), Kind::CardinalityShift),
            ("O /items", "as is", "sorted", Some(Ordered), Kind::OrderChanged),
            ("M /total", "same", "x2^7", None, Kind::MagnitudeShift),
            ("T /summary", "latin", "cjk", Some(FreeText), Kind::ScriptShift),
            ("T /summary", "latin", "latin placeholder", Some(FreeText), Kind::Placeholder),
            ("D /summary", "plain", "markdown", Some(FreeText), Kind::MarkdownInText),
            ("L /summary", "same", "long", Some(FreeText), Kind::VerbosityChanged),
            ("K", "a b", "b a", None, Kind::KeyOrderChanged),
            ("W", "flat", "pretty", None, Kind::LayoutChanged),
            ("W", "flat", "fenced", None, Kind::WrappedInFence),
            ("V /label", "bug", "feature", Some(Enumerable), Kind::EnumValueChanged),
            ("V /order", "1", "2", Some(Exact), Kind::ValueChanged),
            ("V /tags", r#"["a","b"]"#, r#"["a"]"#, Some(Set), Kind::ItemRemoved),
            ("V /tags", r#"["a"]"#, r#"["a","a"]"#, Some(Set), Kind::ItemAdded),
            ("V /tags", r#"["a","b"]"#, r#"["b","a"]"#, Some(Ordered), Kind::OrderChanged),
            ("V /tags", r#"["a"]"#, r#"["b"]"#, Some(Set), Kind::ValueChanged),
            ("V /tags", r#"["a"…12345678"#, r#"["b"]"#, Some(Set), Kind::ValueChanged),
        ] {
            assert_eq!(kind(facet, usual, seen, role), Some(wanted), "{facet} {usual} {seen}");
        }
        assert_eq!(kind("C", "fenced/fence", "ok", None), None);
    }

    #[test]
    fn every_family_of_facets_has_a_kind() {
        for family in FacetFamily::ALL {
            let found = kind_of(&Facet::whole(*family), "one", "empty", None);
            assert!(found.is_some(), "{family:?}");
        }
    }
}
