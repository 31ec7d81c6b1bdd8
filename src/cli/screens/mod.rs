//! Results as people read them, and as data: of what `report` does not know.

pub(super) mod batch;
pub(super) mod decided;
pub(super) mod diff;
pub(super) mod imported;
pub(super) mod models;
pub(super) mod pending;
pub(super) mod probe;
pub(super) mod prune;
pub(super) mod recorded;
pub(super) mod shard;
pub(super) mod show;
pub(super) mod status;
