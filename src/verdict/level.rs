//! How much a change weighs in a cell, and which kind of change a deviation is.

use serde_json::Value;

use crate::domain::{
    Cell, Change, Deviation, DeviationKind, FacetFamily, Family, FieldRole, Kind, Level,
    ServedModelPolicy, Strictness,
};

/// How much a change weighs in this cell.
pub(crate) fn level(cell: &Cell, change: &Change) -> Level {
    level_of(cell, change.kind, change.role)
}

/// How much a kind weighs in this cell, at a place of this role. The suite's `[levels]` speak
/// last; below them the gate's strictness decides whether kind or role do.
pub(crate) fn level_of(cell: &Cell, kind: Kind, role: Option<FieldRole>) -> Level {
    if let Some(level) = cell.levels.0.get(&kind) {
        return *level;
    }
    let is_bump = matches!(kind, Kind::ServedModelChanged | Kind::SilentModelSwap);
    if is_bump && cell.gate.served_model == ServedModelPolicy::Pass {
        return Level::Info;
    }
    let row = kind.info();
    match cell.gate.strictness {
        Strictness::Exact => row.level,
        Strictness::Contract => role.and_then(|role| row.class.level(role)).unwrap_or(row.level),
        Strictness::Schema if row.family == Family::Cause => row.level,
        Strictness::Schema => Level::Info,
    }
}

/// The kind of change that a deviation is: from what the accepted answers usually have to what came
/// instead, at a place of this role.
pub(crate) fn kind_of(
    deviation: &Deviation,
    usual: &str,
    seen: &str,
    role: Option<FieldRole>,
) -> Kind {
    match deviation.kind {
        DeviationKind::Broken => {
            let code = seen.split('/').next().and_then(|id| id.parse().ok());
            code.unwrap_or(Kind::NotJson)
        }
        DeviationKind::Lost | DeviationKind::Gone => Kind::FieldRemoved,
        DeviationKind::Come => Kind::FieldAdded,
        DeviationKind::Up | DeviationKind::Down => Kind::ConfidenceShift,
        DeviationKind::Unseen | DeviationKind::Moved => of_facet(deviation, usual, seen, role),
    }
}

fn of_facet(deviation: &Deviation, usual: &str, seen: &str, role: Option<FieldRole>) -> Kind {
    match deviation.facet.family {
        FacetFamily::Contract => Kind::NotJson,
        FacetFamily::Shape => shape(usual, seen),
        FacetFamily::Undeclared if seen == "none" => Kind::FieldRemoved,
        FacetFamily::Undeclared => Kind::FieldAdded,
        FacetFamily::Count => Kind::CardinalityShift,
        FacetFamily::Number => magnitude(usual, seen),
        FacetFamily::Class if role != Some(FieldRole::FreeText) => Kind::FormatShift,
        FacetFamily::Class if seen.contains("placeholder") && !usual.contains("placeholder") => {
            Kind::Placeholder
        }
        FacetFamily::Class => Kind::ScriptShift,
        FacetFamily::Value => match role {
            Some(FieldRole::Enumerable) => Kind::EnumValueChanged,
            Some(FieldRole::FreeText) => Kind::TextReworded,
            Some(FieldRole::Set | FieldRole::Ordered) => items(usual, seen),
            _ => Kind::ValueChanged,
        },
    }
}

/// Of two numbers. One that is neither doubled nor halved moved by more than it varies, no more.
fn magnitude(usual: &str, seen: &str) -> Kind {
    let ratio = usual.parse::<f64>().ok().zip(seen.parse::<f64>().ok());
    match ratio.map(|(usual, seen)| seen / usual) {
        Some(ratio) if ratio > 0.5 && ratio < 2.0 => Kind::NumberOutOfTolerance,
        _ => Kind::MagnitudeShift,
    }
}

/// Of the shapes of a place: sets of JSON types, as in `absent|string`.
fn shape(usual: &str, seen: &str) -> Kind {
    let has = |shapes: &str, word: &str| shapes.split('|').any(|shape| shape == word);
    let gains = |word: &str| has(seen, word) && !has(usual, word);
    let loses = |word: &str| has(usual, word) && !has(seen, word);
    if gains("absent") {
        Kind::FieldRemoved
    } else if usual == "absent" {
        Kind::FieldAdded
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

    fn kind(deviation: &str, usual: &str, seen: &str, role: Option<FieldRole>) -> Kind {
        kind_of(&deviation.parse().unwrap(), usual, seen, role)
    }

    #[test]
    fn a_deviation_has_the_kind_that_a_person_would_call_it() {
        use FieldRole::{Enumerable, Exact, FreeText, Numeric, Ordered, Set, Volatile};
        for (deviation, usual, seen, role, wanted) in [
            ("broken", "ok", "fenced/fence", None, Kind::Fenced),
            ("broken", "ok", "schema-violation/required@/label", None, Kind::SchemaViolation),
            ("lost S /note", "string", "absent", None, Kind::FieldRemoved),
            ("gone S /note", "string", "absent", None, Kind::FieldRemoved),
            ("come S /note", "absent", "string", None, Kind::FieldAdded),
            ("unseen S /items/*/note", "string", "null|string", None, Kind::ValueToNull),
            ("unseen S /due", "null", "string", None, Kind::NullToValue),
            ("unseen S /n", "int", "float", None, Kind::TypeChanged),
            ("unseen X", "none", "/why", None, Kind::FieldAdded),
            ("unseen X", "/why", "none", None, Kind::FieldRemoved),
            ("unseen T /at", "date-time", "date-long", Some(Volatile), Kind::FormatShift),
            ("unseen N /items", "3", "1", Some(Ordered), Kind::CardinalityShift),
            ("unseen M /total", "0.9", "90", Some(Numeric), Kind::MagnitudeShift),
            ("unseen M /total", "0.9", "0.6", Some(Numeric), Kind::NumberOutOfTolerance),
            ("unseen M /total", "10", "11", Some(Numeric), Kind::NumberOutOfTolerance),
            ("unseen M /total", "1", "0.51", Some(Numeric), Kind::NumberOutOfTolerance),
            ("unseen M /total", "1", "0.5", Some(Numeric), Kind::MagnitudeShift),
            ("unseen M /total", "1", "1.99", Some(Numeric), Kind::NumberOutOfTolerance),
            ("unseen M /total", "1", "2", Some(Numeric), Kind::MagnitudeShift),
            ("unseen M /total", "1", "-1", Some(Numeric), Kind::MagnitudeShift),
            ("unseen S /n", "absent|string", "absent|int", None, Kind::TypeChanged),
            ("unseen S /n", "null|string", "int|null", None, Kind::TypeChanged),
            ("unseen S /n", "absent|string", "string", None, Kind::FieldAdded),
            ("unseen X", "/why", "/how", None, Kind::FieldAdded),
            ("unseen C", "ok", "prose", None, Kind::NotJson),
            ("broken", "ok", "no-such-code", None, Kind::NotJson),
            ("unseen V /text", "a", "b", Some(FreeText), Kind::TextReworded),
            (
                "unseen T /summary",
                "latin placeholder",
                "cjk placeholder",
                Some(FreeText),
                Kind::ScriptShift,
            ),
            ("up M /total", "0.9", "0.95", Some(Numeric), Kind::ConfidenceShift),
            ("unseen T /summary", "latin", "cjk", Some(FreeText), Kind::ScriptShift),
            ("unseen T /summary", "latin", "latin placeholder", Some(FreeText), Kind::Placeholder),
            ("unseen V /label", "bug", "feature", Some(Enumerable), Kind::EnumValueChanged),
            ("moved V /order", "1", "2", Some(Exact), Kind::ValueChanged),
            ("unseen V /tags", r#"["a","b"]"#, r#"["a"]"#, Some(Set), Kind::ItemRemoved),
            ("unseen V /tags", r#"["a"]"#, r#"["a","a"]"#, Some(Set), Kind::ItemAdded),
            ("unseen V /tags", r#"["a","b"]"#, r#"["b","a"]"#, Some(Ordered), Kind::OrderChanged),
            ("unseen V /tags", r#"["a"]"#, r#"["b"]"#, Some(Set), Kind::ValueChanged),
            ("unseen V /tags", r#"["a"…12345678"#, r#"["b"]"#, Some(Set), Kind::ValueChanged),
        ] {
            assert_eq!(kind(deviation, usual, seen, role), wanted, "{deviation} {usual} {seen}");
        }
    }
}
