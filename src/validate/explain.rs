//! From the checker's errors to violations: at the place that matters, worst first, none twice.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::paths::Location;
use serde_json::Value;

use crate::domain::{Pointer, Rule, Violation};

use super::{rule, wording};

const CLOSED: &str = "additionalProperties";

/// The violations that the checker's errors over an invalid `value` stand for; at least one.
pub(super) fn violations(errors: &[ValidationError<'_>], value: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    for error in errors {
        note(error, value, &mut violations);
    }
    if violations.is_empty() {
        violations.push(unexplained());
    }
    violations
}

/// Puts the worst first, and says nothing twice.
pub(super) fn rank(violations: &mut Vec<Violation>) {
    violations.sort_by_cached_key(|violation| {
        let Violation { pointer, schema_path, rule, message, .. } = violation;
        (*rule, pointer.clone(), schema_path.clone(), message.clone())
    });
    violations.dedup_by(|one, two| {
        (&one.pointer, &one.keyword, &one.message) == (&two.pointer, &two.keyword, &two.message)
    });
}

/// A value that the checker rejects is never taken for valid, even if it gives no usable reason.
fn unexplained() -> Violation {
    Violation {
        pointer: Pointer::root(),
        schema_path: String::new(),
        keyword: "schema".to_owned(),
        rule: Some(Rule::Combinator),
        case_only: false,
        message: "the value does not satisfy the schema".to_owned(),
    }
}

/// A location of the checker as one of ours.
pub(super) fn pointer(location: &Location) -> Pointer {
    location.as_str().parse().unwrap_or_default()
}

fn note(error: &ValidationError<'_>, value: &Value, violations: &mut Vec<Violation>) {
    if let Some(branch) = meant(error) {
        for error in branch {
            note(error, value, violations);
        }
        return;
    }
    let at = pointer(error.instance_path());
    let schema_path = error.schema_path().as_str();
    let violation = |pointer, message| Violation {
        pointer,
        schema_path: schema_path.to_owned(),
        keyword: error.kind().keyword().to_owned(),
        rule: Some(rule::of(error)),
        case_only: wording::is_only_written_otherwise(error),
        message,
    };
    match error.kind() {
        // A closed object without fields of its own: the checker names neither field nor keyword.
        Kind::FalseSchema if schema_path.ends_with(&format!("/{CLOSED}")) => {
            let members = value.pointer(at.as_str()).and_then(Value::as_object);
            for name in members.into_iter().flat_map(|members| members.keys()) {
                let found = violation(at.key(name), wording::undeclared(name));
                violations.push(Violation { keyword: CLOSED.to_owned(), ..found });
            }
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            violations.extend(
                unexpected.iter().map(|name| violation(at.key(name), wording::undeclared(name))),
            );
        }
        Kind::Required { property: Value::String(name) } => {
            violations.push(violation(at.key(name), wording::sentence(error)));
        }
        _ => violations.push(violation(at, wording::sentence(error))),
    }
}

/// The errors of the one alternative that the value was meant to be, where that is clear: it is of
/// the alternative's type, and of several such it has the alternative's fixed values.
fn meant<'a>(error: &'a ValidationError<'_>) -> Option<&'a [ValidationError<'static>]> {
    let (Kind::AnyOf { context } | Kind::OneOfNotValid { context }) = error.kind() else {
        return None;
    };
    let here = error.instance_path().as_str();
    let of_type: Vec<_> = context.iter().filter(|branch| !is_other(branch, here, 0)).collect();
    let fixed: Vec<_> = of_type.iter().copied().filter(|b| !is_other(b, here, 1)).collect();
    match (of_type.as_slice(), fixed.as_slice()) {
        ([only], _) | (_, [only]) => Some(only.as_slice()),
        _ => None,
    }
}

/// Whether a branch fails so early that another thing was meant: by type or fixed value, at the
/// place itself or that many steps below it.
fn is_other(branch: &[ValidationError<'_>], here: &str, steps: usize) -> bool {
    branch.iter().any(|error| {
        let below = error.instance_path().as_str().strip_prefix(here);
        let at = below.is_some_and(|below| below.matches('/').count() == steps);
        let fixed = matches!(error.kind(), Kind::Constant { .. } | Kind::Enum { .. });
        let of_type = matches!(error.kind(), Kind::Type { .. } | Kind::FalseSchema);
        at && (fixed || (of_type && steps == 0))
    })
}
