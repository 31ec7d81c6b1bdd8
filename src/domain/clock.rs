//! Time as a value that is handed in.

use jiff::Timestamp;

/// Tells the time of day. Two implementations: the system's clock, and a fixed one for tests.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
}
