//! Whether and when to ask again. A pure decision: the waiting is done elsewhere.
//!
//! Only infrastructure is asked again. A bad answer is an answer.

use std::time::Duration;

use crate::domain::{Hash, ProviderError, Retries, TransportError};

/// Longest wait that a provider may ask for. OpenAI's own client gives up at the same point.
const LONGEST_ASKED: Duration = Duration::from_mins(2);

/// Why there is no completion.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No response.
    #[error("{0}")]
    Transport(#[from] TransportError),
    /// A response that says no.
    #[error("{0}")]
    Provider(#[from] ProviderError),
}

impl Failure {
    /// Whether asking again can help. What the provider says outright goes before its status.
    fn is_retryable(&self) -> bool {
        match self {
            Self::Transport(error) => error.fault.is_retryable(),
            Self::Provider(error) => error.should_retry.unwrap_or(error.class.is_retryable()),
        }
    }

    fn asked_wait(&self) -> Option<Duration> {
        match self {
            Self::Transport(_) => None,
            Self::Provider(error) => error.retry_after,
        }
    }
}

/// The wait before the next attempt, or `None` to give up.
///
/// `attempt` counts from 1. A wait that the provider asks for is kept exactly, up to two minutes;
/// otherwise the wait doubles from `delay` up to `max_delay`, and jitter takes up to half of it
/// away. `request` and `attempt` seed the jitter, so that a run can be repeated to the letter.
pub fn wait(
    failure: &Failure,
    attempt: u32,
    retries: &Retries,
    request: &Hash,
) -> Option<Duration> {
    if attempt > retries.count || !failure.is_retryable() {
        return None;
    }
    if let Some(asked) = failure.asked_wait() {
        return (asked <= LONGEST_ASKED).then_some(asked);
    }
    let doubled = retries.delay.saturating_mul(2u32.saturating_pow(attempt - 1));
    let capped = doubled.min(retries.max_delay);
    let factor = if retries.jitter { 1.0 - 0.5 * unit(request, attempt) } else { 1.0 };
    Some(capped.mul_f64(factor))
}

/// A number in [0, 1) from a hash.
fn unit(request: &Hash, attempt: u32) -> f64 {
    let hash = Hash::of_bytes(format!("{request}/{attempt}").as_bytes());
    let digits = u32::from_str_radix(hash.short(8), 16).unwrap_or(0);
    f64::from(digits) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{ErrorClass, TransportFault};

    fn provider(class: ErrorClass) -> ProviderError {
        ProviderError {
            class,
            status: 429,
            code: None,
            message: "no".into(),
            retry_after: None,
            should_retry: None,
            generation: None,
        }
    }

    fn hash() -> Hash {
        Hash::of_bytes(b"request")
    }

    #[test]
    fn infrastructure_is_asked_again_and_an_answer_is_not() {
        let retries = Retries::default();
        for class in [ErrorClass::RateLimited, ErrorClass::Unavailable, ErrorClass::Malformed] {
            assert!(wait(&provider(class).into(), 1, &retries, &hash()).is_some(), "{class}");
        }
        let no = [
            ErrorClass::QuotaExhausted,
            ErrorClass::Unauthorized,
            ErrorClass::ModelGone,
            ErrorClass::SchemaRejected,
            ErrorClass::OutputInvalid,
            ErrorClass::BadRequest,
        ];
        for class in no {
            assert_eq!(wait(&provider(class).into(), 1, &retries, &hash()), None, "{class}");
        }
        let timeout = TransportError::new(TransportFault::Timeout, "slow");
        assert!(wait(&timeout.into(), 1, &retries, &hash()).is_some());
        let key = TransportError::new(TransportFault::MissingKey, "no key");
        assert_eq!(wait(&key.into(), 1, &retries, &hash()), None);
    }

    #[test]
    fn what_the_provider_says_outright_goes_before_its_status() {
        let retries = Retries::default();
        let mut error = provider(ErrorClass::Unavailable);
        error.should_retry = Some(false);
        assert_eq!(wait(&error.into(), 1, &retries, &hash()), None);
        let mut error = provider(ErrorClass::BadRequest);
        error.should_retry = Some(true);
        assert!(wait(&error.into(), 1, &retries, &hash()).is_some());
    }

    #[test]
    fn an_asked_wait_is_kept_up_to_two_minutes() {
        let retries = Retries::default();
        let mut error = provider(ErrorClass::RateLimited);
        error.retry_after = Some(Duration::from_secs(45));
        assert_eq!(wait(&error.clone().into(), 1, &retries, &hash()), error.retry_after);
        error.retry_after = Some(Duration::from_hours(1));
        assert_eq!(wait(&error.into(), 1, &retries, &hash()), None);
    }

    #[test]
    fn attempts_end() {
        let retries = Retries { count: 2, ..Retries::default() };
        let failure = provider(ErrorClass::Unavailable).into();
        assert!(wait(&failure, 2, &retries, &hash()).is_some());
        assert_eq!(wait(&failure, 3, &retries, &hash()), None);
    }

    proptest! {
        #[test]
        fn a_wait_is_between_half_and_the_whole_of_its_step(attempt in 1u32..40) {
            let retries = Retries { count: 100, ..Retries::default() };
            let failure = provider(ErrorClass::Unavailable).into();
            let step = Duration::from_secs(1)
                .saturating_mul(2u32.saturating_pow(attempt - 1))
                .min(retries.max_delay);
            let wait = wait(&failure, attempt, &retries, &hash()).unwrap();
            prop_assert!(wait <= step && wait >= step / 2);
        }
    }
}
