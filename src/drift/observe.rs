//! One answer as the statistics see it.

use serde_json::Value;

use crate::domain::{Family, How, Kind, Pointer, PointerPattern, Trial, Violation};

/// One answer, borrowed from whoever holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation<'a> {
    /// [`Observation::OK`] for a valid answer; else the cause with its detail, as
    /// `schema-violation/required@/label`.
    pub code: String,
    /// The normalised value: of a valid answer, or what a tolerant parser recovers of another.
    pub value: Option<&'a Value>,
    /// The answer as text.
    pub text: Option<&'a str>,
    /// How the JSON was found.
    pub how: Option<How>,
}

impl<'a> Observation<'a> {
    /// The code of a valid answer.
    pub const OK: &'static str = "ok";

    /// The answer of a trial; `None` where nobody answered, which says nothing about the prompt.
    pub fn of(trial: &'a Trial) -> Option<Self> {
        let evidence = trial.cause.is_none_or(|kind| kind.info().family != Family::NoEvidence);
        evidence.then(|| Self {
            code: code(trial),
            value: trial.value.as_ref(),
            text: trial.text.as_deref(),
            how: trial.how,
        })
    }
}

/// The cause of a trial, with as much detail as two answers must share to be broken alike.
fn code(trial: &Trial) -> String {
    let Some(cause) = trial.cause else { return Observation::OK.to_owned() };
    let detail = match cause {
        Kind::SchemaViolation | Kind::ExpectationFailed => trial.violations.first().map(|worst| {
            let Violation { keyword, pointer, .. } = worst;
            format!("{keyword}@{}", pattern_of(pointer, trial.value.as_ref()))
        }),
        Kind::RejectedRequest => {
            let status = trial.attempts.last().and_then(|attempt| attempt.status);
            status.map(|status| status.to_string())
        }
        _ => None,
    };
    detail.map_or_else(|| cause.id().to_owned(), |detail| format!("{cause}/{detail}"))
}

/// The place with `*` instead of the numbers of items.
pub(crate) fn pattern_of(pointer: &Pointer, value: Option<&Value>) -> PointerPattern {
    let mut here = value;
    let mut pattern = PointerPattern::root();
    for step in pointer.steps() {
        let items = here.and_then(Value::as_array);
        pattern = if items.is_some() { pattern.each() } else { pattern.key(&step) };
        here = match here {
            Some(Value::Array(items)) => step.parse().ok().and_then(|at: usize| items.get(at)),
            Some(Value::Object(members)) => members.get(&step),
            _ => None,
        };
    }
    pattern
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_lose_their_number_and_members_named_like_one_keep_it() {
        let value = json!({"items": [{"sku": 1}], "years": {"2024": true}});
        let pattern = |text: &str| pattern_of(&text.parse().unwrap(), Some(&value)).to_string();
        assert_eq!(pattern("/items/0/sku"), "/items/*/sku");
        assert_eq!(pattern("/items/0/missing"), "/items/*/missing");
        assert_eq!(pattern("/years/2024"), "/years/2024");
        assert_eq!(pattern(""), "");
    }
}
