//! Provider dialects, sans-IO: a request in no provider's words becomes an HTTP request, and an
//! HTTP response becomes a completion. Never sends anything.

mod dialect;
mod floating;
mod subset;
mod table;

pub use dialect::{Auth, DIALECTS, Dialect, SchemaField, ToolChoice, Wire, dialect, unsupported};
pub use floating::{FloatRule, has_floating_id, is_floating};
pub use subset::{Subset, subset};
