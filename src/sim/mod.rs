//! sim (stub).
