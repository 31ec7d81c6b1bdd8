//! Why an answer is not valid: from what was found in it to the trial's cause, and from there to
//! changes.

use serde_json::Value;

use crate::domain::{
    Change, CompareRules, ErrorClass, Kind, Pointer, ProviderError, Rule, Trial, Violation,
};

/// Why there is no valid answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What kind of cause.
    pub kind: Kind,
    /// Which form of it: see [`Trial::sub`].
    pub sub: Option<String>,
    /// Whether the payload itself is valid: a more tolerant reader would have had its answer.
    pub recoverable: bool,
    /// One sentence about it.
    pub detail: Option<String>,
}

impl Cause {
    /// A cause without forms.
    pub fn new(kind: Kind, detail: Option<String>) -> Self {
        Self { kind, sub: None, recoverable: false, detail }
    }
}

impl From<&ProviderError> for Cause {
    /// What an error instead of an answer says: about the prompt and the request, or about nothing
    /// but the day (key, quota, load, address).
    fn from(error: &ProviderError) -> Self {
        let kind = match error.class {
            ErrorClass::RateLimited
            | ErrorClass::QuotaExhausted
            | ErrorClass::Unavailable
            | ErrorClass::Unauthorized
            | ErrorClass::Forbidden
            | ErrorClass::NotFound
            | ErrorClass::Other
            | ErrorClass::Malformed => Kind::ProviderError,
            ErrorClass::Interrupted => Kind::Transport,
            ErrorClass::ModelGone => Kind::ModelRetired,
            ErrorClass::Filtered => Kind::Filtered,
            ErrorClass::OutputInvalid => Kind::NotJson,
            ErrorClass::SchemaRejected
            | ErrorClass::ParamRejected
            | ErrorClass::ToolChoiceRejected
            | ErrorClass::ContextOverflow
            | ErrorClass::BadRequest => Kind::RejectedRequest,
        };
        // Text that the provider itself found to be no JSON is an answer, whatever the status; of a
        // response that is not whole it says nothing.
        let sub =
            (!matches!(kind, Kind::NotJson | Kind::Transport)).then(|| error.status.to_string());
        Self { sub, ..Self::new(kind, Some(error.message.clone())) }
    }
}

/// The cause of a trial. What kept the answer from being read comes first; then what it violates.
///
/// `value` is what was read or recovered. Where a value was recovered under a cause and violates
/// nothing, the sentence says so: a more tolerant client would survive, and that decides the fix.
pub fn settle(
    unread: Option<Cause>,
    violations: &[Violation],
    value: Option<&Value>,
) -> Option<Cause> {
    let Some(mut cause) = unread else { return violated(violations, value) };
    cause.recoverable = violations.is_empty() && value.is_some() && is_around(cause.kind);
    if cause.recoverable {
        let words = "the JSON itself is valid: a more tolerant client would survive";
        let detail = cause.detail.take();
        cause.detail = Some(detail.map_or(words.to_owned(), |said| format!("{said}; {words}")));
    }
    Some(cause)
}

/// Whether the cause is about how the value is written, not about the value.
fn is_around(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Fenced
            | Kind::SurroundingProse
            | Kind::ByteOrderMark
            | Kind::MultipleDocuments
            | Kind::DuplicateKey
            | Kind::NonstandardJson
            | Kind::EmptyArguments
    )
}

fn violated(violations: &[Violation], value: Option<&Value>) -> Option<Cause> {
    let by_schema = violations.iter().find(|violation| !violation.is_expectation());
    let worst = by_schema.or(violations.first())?;
    let kind = kind_of(worst);
    let further = violations.len() - 1;
    let place = if worst.pointer == Pointer::root() { "" } else { ": " };
    let said = format!("{}{place}{}", worst.pointer, worst.message);
    let detail = if further == 0 { said } else { format!("{said} (and {further} more)") };
    let place = worst.pointer.pattern_in(value.unwrap_or(&Value::Null));
    let sub = Some(format!("{}@{place}", worst.keyword));
    Some(Cause { sub, ..Cause::new(kind, Some(detail)) })
}

fn kind_of(violation: &Violation) -> Kind {
    if violation.is_expectation() { Kind::ExpectationFailed } else { Kind::SchemaViolation }
}

/// What there is to say of a trial without a valid answer: one change per violation, or one for the
/// cause itself. What was accepted is left out, so that alike failures of many cases are one group.
pub(super) fn changes(trial: &Trial, rules: &CompareRules) -> Vec<Change> {
    let Some(cause) = trial.cause else { return Vec::new() };
    if matches!(cause, Kind::SchemaViolation | Kind::ExpectationFailed) {
        let change = |violation: &Violation| {
            let found = trial.value.as_ref().and_then(|value| found(value, violation, rules));
            Change::new(kind_of(violation), violation.pointer.clone())
                .between(None, found)
                .saying(&violation.message)
                .of(violation.rule.map(Rule::id))
        };
        // Under an envelope everything else is missing or forbidden, and says nothing.
        let enveloped = |broken: &&Violation| broken.rule == Some(Rule::ExtraEnvelope);
        return match trial.violations.iter().find(enveloped) {
            Some(envelope) => vec![change(envelope)],
            None => trial.violations.iter().map(change).collect(),
        };
    }
    let change = Change::new(cause, Pointer::root());
    vec![Change { detail: trial.detail.clone(), sub: trial.sub.clone(), ..change }]
}

/// What stands at the place of a violation. Normalising sorts unordered arrays, so that the numbers
/// of their items no longer lead there.
fn found(value: &Value, violation: &Violation, rules: &CompareRules) -> Option<Value> {
    let mut at = Pointer::root();
    for step in violation.pointer.steps() {
        if rules.is_unordered(&at) {
            return None;
        }
        at = at.key(&step);
    }
    value.pointer(at.as_str()).cloned()
}
