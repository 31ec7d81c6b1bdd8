//! One answer as the statistics see it.

use serde_json::Value;

use crate::domain::{Family, How, Trial};

/// One answer, borrowed from whoever holds it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Observation<'a> {
    /// [`Observation::OK`] for a valid answer; else the cause with its form, as
    /// [`Trial::contract`] writes it.
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
    pub(crate) const OK: &'static str = "ok";

    /// The answer of a trial; `None` where nobody answered, which says nothing about the prompt.
    pub(crate) fn of(trial: &'a Trial) -> Option<Self> {
        let evidence = trial.cause.is_none_or(|kind| kind.info().family != Family::NoEvidence);
        evidence.then(|| Self {
            code: trial.contract(),
            value: trial.value.as_deref(),
            text: trial.text.as_deref(),
            how: trial.how,
        })
    }
}
