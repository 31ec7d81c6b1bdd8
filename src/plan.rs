//! plan (stub).
