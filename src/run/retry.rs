//! Whether and when to ask again. A pure decision: the waiting is done elsewhere.
//!
//! Only infrastructure is asked again. A bad answer is an answer.

use std::time::Duration;

use crate::domain::{ErrorClass, Hash, ProviderError, Retries, TransportError};

/// Why there is no completion.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// No response.
    #[error("{0}")]
    Transport(#[from] TransportError),
    /// A response that says no.
    #[error("{0}")]
    Provider(#[from] ProviderError),
}

impl Failure {
    /// Whether asking again can help. What the provider says outright goes before its status.
    pub(super) fn is_retryable(&self) -> bool {
        match self {
            Self::Transport(error) => error.fault.is_retryable(),
            Self::Provider(error) => error.should_retry.unwrap_or(error.class.is_retryable()),
        }
    }

    /// Whether the provider has too much to do for now: it asks to wait, and did not try.
    pub(super) fn is_limit(&self) -> bool {
        let Self::Provider(error) = self else { return false };
        let is_overload = error.status == 529 || error.status == 503 && error.retry_after.is_some();
        self.is_retryable() && (error.class == ErrorClass::RateLimited || is_overload)
    }

    pub(super) fn asked_wait(&self) -> Option<Duration> {
        match self {
            Self::Transport(_) => None,
            Self::Provider(error) => error.retry_after,
        }
    }
}

/// How often a trial was tried, and how often it had to wait for a limit.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Patience {
    tries: u32,
    waits: u32,
}

impl Patience {
    /// The wait before the next attempt, or `None` to give up. A wait for a limit is no failed try.
    ///
    /// A wait that the provider asks for is kept exactly, up to `max_wait`; otherwise the wait doubles
    /// from `delay` up to `max_delay`, and jitter takes up to half of it away. `request` and the number
    /// of the attempt seed the jitter, so that a run can be repeated to the letter.
    pub(crate) fn wait(
        &mut self,
        failure: &Failure,
        retries: &Retries,
        request: &Hash,
    ) -> Option<Duration> {
        if !failure.is_retryable() {
            return None;
        }
        let number = if failure.is_limit() { &mut self.waits } else { &mut self.tries };
        *number += 1;
        let number = *number;
        if self.tries > retries.count {
            return None;
        }
        if let Some(asked) = failure.asked_wait() {
            return (asked <= retries.max_wait).then_some(asked);
        }
        let doubled = retries.delay.saturating_mul(2u32.saturating_pow(number - 1));
        let capped = doubled.min(retries.max_delay);
        let factor = if retries.jitter { 1.0 - 0.5 * unit(request, number) } else { 1.0 };
        Some(capped.mul_f64(factor))
    }
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
    use crate::domain::TransportFault;

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

    fn wait(
        failure: &Failure,
        attempt: u32,
        retries: &Retries,
        request: &Hash,
    ) -> Option<Duration> {
        let before = attempt - 1;
        Patience { tries: before, waits: before }.wait(failure, retries, request)
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
    fn an_asked_wait_is_kept_up_to_the_longest() {
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

    #[test]
    fn a_wait_for_a_limit_is_no_failed_try() {
        let retries = Retries { count: 1, ..Retries::default() };
        let mut patience = Patience::default();
        let limit = provider(ErrorClass::RateLimited).into();
        for _ in 0..10 {
            assert!(patience.wait(&limit, &retries, &hash()).is_some());
        }
        let down = ProviderError { status: 500, ..provider(ErrorClass::Unavailable) };
        let down = Failure::from(down);
        assert!(!down.is_limit());
        assert!(patience.wait(&down, &retries, &hash()).is_some());
        assert_eq!(patience.wait(&down, &retries, &hash()), None);
        let full = ProviderError { status: 529, ..provider(ErrorClass::Unavailable) };
        assert!(Failure::from(full).is_limit());
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
