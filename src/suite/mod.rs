//! suite (stub).
