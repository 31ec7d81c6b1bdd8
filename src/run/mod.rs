//! run (stub).
