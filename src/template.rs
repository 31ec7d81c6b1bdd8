//! template (stub).
