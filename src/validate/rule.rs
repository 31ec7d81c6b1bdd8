//! Which sort of rule a violation breaks, where the value tells more than the keyword.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError, Validator};
use serde_json::Value;

use super::wording;
use crate::domain::{Pointer, Rule, Violation};

/// The sort of rule that an error is about.
pub(super) fn of(error: &ValidationError<'_>) -> Rule {
    match (error.kind(), error.instance().as_str()) {
        (Kind::Type { kind }, Some(text)) if wants_number(kind) && is_number(text) => {
            Rule::NumericString
        }
        _ => Rule::of_keyword(error.kind().keyword()),
    }
}

fn wants_number(kind: &TypeKind) -> bool {
    let is_one = |one: JsonType| matches!(one, JsonType::Number | JsonType::Integer);
    match kind {
        TypeKind::Single(one) => is_one(*one),
        TypeKind::Multiple(set) => set.iter().any(is_one),
    }
}

/// Digits with sign, fraction and exponent; leading zeros too, since programs write them.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    digits(whole)
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

/// Most texts that are tried as JSON; each costs a whole check of the answer.
const MOST_TRIED: usize = 8;

/// Names the texts that hold the very JSON that was wanted in their place.
pub(super) fn unwrap_texts(violations: &mut [Violation], value: &Value, compiled: &Validator) {
    let wrong_type = violations.iter_mut().filter(|broken| broken.rule == Some(Rule::Type));
    let texts = wrong_type.filter_map(|broken| {
        let text = value.pointer(broken.pointer.as_str())?.as_str()?;
        let inner: Value = serde_json::from_str(text).ok()?;
        (!inner.is_string()).then_some((broken, inner))
    });
    for (broken, inner) in texts.take(MOST_TRIED) {
        if fits(value, &broken.pointer, inner, compiled) {
            broken.rule = Some(Rule::StringifiedJson);
        }
    }
}

/// Whether nothing is wrong at the place, or below it, with this in place of what stands there.
fn fits(value: &Value, at: &Pointer, inner: Value, compiled: &Validator) -> bool {
    let mut fixed = value.clone();
    let Some(place) = fixed.pointer_mut(at.as_str()) else { return false };
    *place = inner;
    let concerns = |error: &ValidationError<'_>| {
        let below = error.instance_path().as_str().strip_prefix(at.as_str());
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    !compiled.iter_errors(&fixed).any(|error| concerns(&error))
}

/// The violation of an answer that stands one step too deep, under this name.
pub(super) fn envelope(name: &str) -> Violation {
    let under = wording::name(name);
    Violation {
        pointer: Pointer::root().key(name),
        schema_path: String::new(),
        keyword: Violation::ENVELOPE.to_owned(),
        rule: Some(Rule::ExtraEnvelope),
        case_only: false,
        message: format!("the whole answer stands one step too deep, under {under}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_a_text_is_told_from_other_texts() {
        for text in ["0", "-12", "12.50", "1e9", "-1.5E-3", "007"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["", "-", "1.", ".5", "1e", "1,000", "0x1f", "12 EUR", "--1", "1e+"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
