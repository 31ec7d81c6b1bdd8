//! The system's clock.

use jiff::Timestamp;

use crate::domain::Clock;

/// Tells the time of this machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time comes from")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// What time it is.
pub(super) fn now() -> Timestamp {
    SystemClock.now()
}
