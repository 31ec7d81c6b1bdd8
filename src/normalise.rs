//! normalise (stub).
