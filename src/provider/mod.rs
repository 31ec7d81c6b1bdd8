//! Provider dialects, sans-IO: a request in no provider's words becomes an HTTP request, and an
//! HTTP response becomes a completion. Never sends anything.

mod dialect;

pub use dialect::{DIALECTS, Dialect, dialect};
