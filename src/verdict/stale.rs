//! What no longer fits the header of a snapshot.

use crate::domain::{Hash, Hashes, SnapshotMeta, StaleReason};

/// Compares the request that would be sent now with the one whose answer was accepted.
/// `requested` is the model id that would be asked for.
pub fn stale(meta: &SnapshotMeta, hashes: &Hashes, requested: &str) -> Vec<StaleReason> {
    let same = |old: Option<&Hash>, new: Option<&Hash>| {
        old.map(Hash::as_str) == new.map(|hash| hash.short(SnapshotMeta::DIGITS))
    };
    let checks = [
        (StaleReason::Prompt, same(Some(&meta.prompt), Some(&hashes.prompt))),
        (StaleReason::Schema, same(meta.schema.as_ref(), hashes.schema.as_ref())),
        (StaleReason::Parameters, same(Some(&meta.parameters), Some(&hashes.parameters))),
        (StaleReason::Lowering, same(meta.lowering.as_ref(), hashes.lowering.as_ref())),
        (StaleReason::Model, meta.requested == requested),
    ];
    let mut reasons: Vec<StaleReason> =
        checks.iter().filter(|(_, same)| !same).map(|(reason, _)| *reason).collect();
    // An edited schema is sent anew as well: that is one reason, not two.
    if reasons.contains(&StaleReason::Schema) {
        reasons.retain(|reason| *reason != StaleReason::Lowering);
    }
    reasons
}
