//! validate (stub).
