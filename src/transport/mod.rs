//! transport (stub).
