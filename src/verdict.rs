//! verdict (stub).
